extension SoftFloat {
    /// `a / b`.
    static func divide<Bits: FloatBits>(
        _ a: Bits, _ b: Bits, rounding: RoundingMode, flags: inout FloatFlags
    ) -> Bits {
        guard Format.isNormal(a), Format.isNormal(b) else {
            return divideSpecial(a, b, rounding: rounding, flags: &flags)
        }
        return round(
            sign: Format.sign(a ^ b), quotient(Unpacked(normal: a), Unpacked(normal: b)), rounding: rounding,
            flags: &flags)
    }

    @inline(__always)
    private static func quotient<Bits: FloatBits>(_ a: Unpacked<Bits>, _ b: Unpacked<Bits>) -> Unpacked<Bits> {
        // a · 2^(bitWidth − 1) / b. Half of a is less than b, whose top bit is set, so the quotient fits.
        let lowest = Bits(truncatingIfNeeded: Bits.bitWidth &- 1)
        let (quotient, remainder) = b.significand.dividingFullWidth(
            (high: a.significand &>> 1, low: Bits.Magnitude(truncatingIfNeeded: a.significand &<< lowest)))
        let jammed = quotient | (remainder == 0 ? 0 : 1)
        let zeros = jammed >= Format.signMask ? 0 : 1
        return Unpacked(
            exponent: a.exponent &- b.exponent &+ Format<Bits>.bias &- zeros,
            significand: jammed &<< Bits(truncatingIfNeeded: zeros))
    }

    /// At least one operand is a NaN, an infinity, a zero or subnormal.
    @inline(never)
    private static func divideSpecial<Bits: FloatBits>(
        _ a: Bits, _ b: Bits, rounding: RoundingMode, flags: inout FloatFlags
    ) -> Bits {
        if Format.isNaN(a) || Format.isNaN(b) { return propagateNaN(a, b, flags: &flags) }
        let sign = Format.sign(a ^ b)
        let dividend = Format.magnitude(a)
        let divisor = Format.magnitude(b)
        if dividend == Format.infinity {
            return divisor == Format.infinity ? invalidResult(flags: &flags) : sign | Format.infinity
        }
        if divisor == Format.infinity { return sign }
        if divisor == 0 {
            if dividend == 0 { return invalidResult(flags: &flags) }
            flags.insert(.divideByZero)
            return sign | Format.infinity
        }
        if dividend == 0 { return sign }
        return round(
            sign: sign, quotient(Unpacked(finiteNonzero: a), Unpacked(finiteNonzero: b)), rounding: rounding,
            flags: &flags)
    }
}
