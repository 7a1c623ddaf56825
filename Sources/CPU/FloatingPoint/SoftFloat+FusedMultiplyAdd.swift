extension SoftFloat {
    /// `a · b + c`, rounded once. The other three forms come from turning the signs of `a` and `c` before the call:
    /// the sign of a NaN is never delivered.
    static func fusedMultiplyAdd<Bits: FloatBits>(
        _ a: Bits, _ b: Bits, _ c: Bits, rounding: RoundingMode, flags: inout FloatFlags
    ) -> Bits {
        guard Format.isNormal(a), Format.isNormal(b), Format.isNormal(c) else {
            return fusedSpecial(a, b, c, rounding: rounding, flags: &flags)
        }
        let product = wideProduct(Unpacked(normal: a), Unpacked(normal: b))
        return sum(
            productSign: Format.sign(a ^ b), product, addendSign: Format.sign(c), widened(Unpacked(normal: c)),
            rounding: rounding, flags: &flags)
    }

    /// A magnitude in twice the width, its leading bit one below the top: `significand · 2^(exponent − bias − (width − 2))`.
    private struct WideMagnitude<Wide: FixedWidthInteger & UnsignedInteger> {
        var exponent: Int
        var significand: Wide
    }

    @inline(__always)
    private static func wideProduct<Bits: FloatBits>(
        _ a: Unpacked<Bits>, _ b: Unpacked<Bits>
    ) -> WideMagnitude<Bits.Wide> {
        let (high, low) = a.significand.multipliedFullWidth(by: b.significand)
        let exact =
            Bits.Wide(truncatingIfNeeded: high) &<< Bits.Wide(truncatingIfNeeded: Bits.bitWidth)
            | Bits.Wide(truncatingIfNeeded: low)
        // Nothing is lost: two significands leave more than one zero at the bottom.
        let isLong = high >= Format.signMask
        return WideMagnitude(
            exponent: a.exponent &+ b.exponent &- Format<Bits>.bias &+ (isLong ? 1 : 0),
            significand: isLong ? exact &>> 1 : exact)
    }

    @inline(__always)
    private static func widened<Bits: FloatBits>(_ value: Unpacked<Bits>) -> WideMagnitude<Bits.Wide> {
        WideMagnitude(
            exponent: value.exponent,
            significand: Bits.Wide(truncatingIfNeeded: value.significand)
                &<< Bits.Wide(truncatingIfNeeded: Bits.bitWidth &- 1))
    }

    /// The rounded sum of two magnitudes that are not zero.
    @inline(__always)
    private static func sum<Bits: FloatBits>(
        productSign: Bits, _ product: WideMagnitude<Bits.Wide>, addendSign: Bits, _ addend: WideMagnitude<Bits.Wide>,
        rounding: RoundingMode, flags: inout FloatFlags
    ) -> Bits {
        let isProductLarge =
            product.exponent > addend.exponent
            || (product.exponent == addend.exponent && product.significand >= addend.significand)
        let large = isProductLarge ? product : addend
        let small = isProductLarge ? addend : product
        let aligned = shiftRightSticky(small.significand, by: large.exponent &- small.exponent)
        let isSum = productSign == addendSign
        let total = isSum ? large.significand &+ aligned : large.significand &- aligned
        guard total != 0 else { return cancelledZero(rounding: rounding) }
        // As in `add`: where bits were lost in the alignment, at most one leading bit cancels.
        let zeros = total.leadingZeroBitCount
        let normalised = total &<< Bits.Wide(truncatingIfNeeded: zeros)
        let low = Bits(truncatingIfNeeded: normalised)
        let high = Bits(truncatingIfNeeded: normalised &>> Bits.Wide(truncatingIfNeeded: Bits.bitWidth))
        return round(
            sign: isProductLarge ? productSign : addendSign,
            Unpacked(exponent: large.exponent &+ 1 &- zeros, significand: high | (low == 0 ? 0 : 1)),
            rounding: rounding, flags: &flags)
    }

    /// At least one operand is a NaN, an infinity, a zero or subnormal.
    @inline(never)
    private static func fusedSpecial<Bits: FloatBits>(
        _ a: Bits, _ b: Bits, _ c: Bits, rounding: RoundingMode, flags: inout FloatFlags
    ) -> Bits {
        let larger = max(Format.magnitude(a), Format.magnitude(b))
        let smaller = min(Format.magnitude(a), Format.magnitude(b))
        let productSign = Format.sign(a ^ b)
        if larger > Format.infinity {
            if Format.isSignallingNaN(c) { flags.insert(.invalid) }
            return propagateNaN(a, b, flags: &flags)
        }
        // ∞ · 0 is invalid even if the addend is a quiet NaN (RISC-V Unprivileged spec, "Single-Precision
        // Floating-Point Computational Instructions"; IEEE 754-2019 §7.2 leaves the choice).
        if larger == Format.infinity && smaller == 0 { return invalidResult(flags: &flags) }
        if Format.isNaN(c) { return propagateNaN(c, c, flags: &flags) }
        if larger == Format.infinity {
            let isDifferenceOfInfinities = c == (productSign ^ Format.signMask) | Format.infinity
            return isDifferenceOfInfinities ? invalidResult(flags: &flags) : productSign | Format.infinity
        }
        if Format.magnitude(c) == Format.infinity { return c }
        if smaller == 0 {
            if Format.magnitude(c) != 0 { return c }
            return productSign == Format.sign(c) ? c : cancelledZero(rounding: rounding)
        }
        let product = wideProduct(Unpacked(finiteNonzero: a), Unpacked(finiteNonzero: b))
        // Far below everything that can be rounded, an addend of zero has no effect and no sticky bit.
        let addend =
            Format.magnitude(c) == 0
            ? WideMagnitude(exponent: Int(Int32.min), significand: 0) : widened(Unpacked(finiteNonzero: c))
        return sum(
            productSign: productSign, product, addendSign: Format.sign(c), addend, rounding: rounding, flags: &flags)
    }
}
