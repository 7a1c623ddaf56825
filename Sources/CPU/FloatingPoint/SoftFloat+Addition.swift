extension SoftFloat {
    /// `a + b`.
    static func add<Bits: FloatBits>(
        _ a: Bits, _ b: Bits, rounding: RoundingMode, flags: inout FloatFlags
    ) -> Bits {
        let isSwapped = Format.magnitude(a) < Format.magnitude(b)
        let large = isSwapped ? b : a
        let small = isSwapped ? a : b
        let exponent = Format.exponent(large)
        guard exponent != Format<Bits>.maximumExponent else { return addSpecial(large, small, flags: &flags) }
        // The leading bit stands one below the top, which leaves room for a carry. A subnormal has the exponent of the
        // smallest normal number and no hidden bit, so nothing else is special about it, or about zero.
        let largeSignificand = alignedBelowTop(large, exponent: exponent)
        let smallExponent = Format.exponent(small)
        let distance = max(exponent, 1) &- max(smallExponent, 1)
        let smallSignificand = shiftRightSticky(alignedBelowTop(small, exponent: smallExponent), by: distance)
        let isSum = Format.sign(a ^ b) == 0
        let total = isSum ? largeSignificand &+ smallSignificand : largeSignificand &- smallSignificand
        // A sticky bit is set only if the distance is two or more (the format leaves that many bits below the
        // fraction); then at most one leading bit cancels, and the sticky bit stays below the rounding position.
        guard total != 0 else { return isSum ? large : cancelledZero(rounding: rounding) }
        let zeros = total.leadingZeroBitCount
        let magnitude = Unpacked(
            exponent: max(exponent, 1) &+ 1 &- zeros, significand: total &<< Bits(truncatingIfNeeded: zeros))
        return round(sign: Format.sign(large), magnitude, rounding: rounding, flags: &flags)
    }

    /// `a − b`.
    @inline(__always)
    static func subtract<Bits: FloatBits>(
        _ a: Bits, _ b: Bits, rounding: RoundingMode, flags: inout FloatFlags
    ) -> Bits {
        // The sign of a NaN is never delivered, so that turning it does no harm.
        add(a, b ^ Format.signMask, rounding: rounding, flags: &flags)
    }

    @inline(__always)
    private static func alignedBelowTop<Bits: FloatBits>(_ value: Bits, exponent: Int) -> Bits {
        let hidden: Bits = exponent == 0 ? 0 : Format.fractionMask &+ 1
        return ((value & Format.fractionMask) | hidden) &<< Bits(truncatingIfNeeded: Bits.floatExponentWidth &- 1)
    }

    /// `large` is an infinity or a NaN.
    @inline(never)
    private static func addSpecial<Bits: FloatBits>(_ large: Bits, _ small: Bits, flags: inout FloatFlags) -> Bits {
        if Format.isNaN(large) { return propagateNaN(large, small, flags: &flags) }
        let isDifferenceOfInfinities = large ^ small == Format.signMask
        return isDifferenceOfInfinities ? invalidResult(flags: &flags) : large
    }
}
