extension SoftFloat {
    /// `a · b`.
    static func multiply<Bits: FloatBits>(
        _ a: Bits, _ b: Bits, rounding: RoundingMode, flags: inout FloatFlags
    ) -> Bits {
        guard Format.isNormal(a), Format.isNormal(b) else {
            return multiplySpecial(a, b, rounding: rounding, flags: &flags)
        }
        return round(
            sign: Format.sign(a ^ b), product(Unpacked(normal: a), Unpacked(normal: b)), rounding: rounding,
            flags: &flags)
    }

    @inline(__always)
    private static func product<Bits: FloatBits>(_ a: Unpacked<Bits>, _ b: Unpacked<Bits>) -> Unpacked<Bits> {
        let (high, low) = a.significand.multipliedFullWidth(by: b.significand)
        // The lower half is only sticky: the upper half alone is longer than the precision by two bits and more.
        let jammed = high | (low == 0 ? 0 : 1)
        let zeros = jammed >= Format.signMask ? 0 : 1
        return Unpacked(
            exponent: a.exponent &+ b.exponent &- Format<Bits>.bias &+ 1 &- zeros,
            significand: jammed &<< Bits(truncatingIfNeeded: zeros))
    }

    /// At least one operand is a NaN, an infinity, a zero or subnormal.
    @inline(never)
    private static func multiplySpecial<Bits: FloatBits>(
        _ a: Bits, _ b: Bits, rounding: RoundingMode, flags: inout FloatFlags
    ) -> Bits {
        let sign = Format.sign(a ^ b)
        let larger = max(Format.magnitude(a), Format.magnitude(b))
        let smaller = min(Format.magnitude(a), Format.magnitude(b))
        if larger > Format.infinity { return propagateNaN(a, b, flags: &flags) }
        if larger == Format.infinity {
            return smaller == 0 ? invalidResult(flags: &flags) : sign | Format.infinity
        }
        if smaller == 0 { return sign }
        return round(
            sign: sign, product(Unpacked(finiteNonzero: a), Unpacked(finiteNonzero: b)), rounding: rounding,
            flags: &flags)
    }
}
