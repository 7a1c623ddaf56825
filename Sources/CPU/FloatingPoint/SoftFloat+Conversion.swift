extension SoftFloat {
    /// binary32 to binary64; always exact.
    static func widen(_ value: UInt32, flags: inout FloatFlags) -> UInt64 {
        let sign = UInt64(Format.sign(value)) &<< 32
        let exponent = Format.exponent(value)
        if Format.isNormal(value) {
            // Exponent and fraction stand side by side in both formats: one shift moves both, and the bias is added.
            let biasDifference = Format<UInt64>.bias &- Format<UInt32>.bias
            return sign | (UInt64(Format.magnitude(value)) &<< 29 &+ UInt64(biasDifference) &<< 52)
        }
        if exponent == 0 {
            if Format.magnitude(value) == 0 { return sign }
            let operand = Unpacked(finiteNonzero: value)
            let magnitude = Unpacked<UInt64>(
                exponent: operand.exponent &- Format<UInt32>.bias &+ Format<UInt64>.bias,
                significand: UInt64(operand.significand) &<< 32)
            return round(sign: sign, magnitude, rounding: .nearestEven, flags: &flags)
        }
        if Format.isNaN(value) {
            _ = propagateNaN(value, value, flags: &flags)
            return Format.canonicalNaN
        }
        return sign | Format.infinity
    }

    /// binary64 to binary32.
    static func narrow(_ value: UInt64, rounding: RoundingMode, flags: inout FloatFlags) -> UInt32 {
        let sign = UInt32(truncatingIfNeeded: Format.sign(value) &>> 32)
        let magnitude = Format.magnitude(value)
        guard magnitude &- 1 < Format<UInt64>.largestFinite else {
            if magnitude == 0 { return sign }
            if magnitude == Format.infinity { return sign | Format.infinity }
            _ = propagateNaN(value, value, flags: &flags)
            return Format.canonicalNaN
        }
        let operand = Unpacked(finiteNonzero: value)
        let narrowed = Unpacked<UInt32>(
            exponent: operand.exponent &- Format<UInt64>.bias &+ Format<UInt32>.bias,
            significand: narrowedSticky(operand.significand))
        return round(sign: sign, narrowed, rounding: rounding, flags: &flags)
    }

    /// `value` rounded to an integral number of the same format (IEEE 754-2019 §5.9). The sign of a zero result is the
    /// operand's. `inexact` is raised only if `signalsInexact` (`roundToIntegralExact`).
    static func roundToIntegral<Bits: FloatBits>(
        _ value: Bits, rounding: RoundingMode, signalsInexact: Bool, flags: inout FloatFlags
    ) -> Bits {
        let sign = Format.sign(value)
        let magnitude = Format.magnitude(value)
        let exponent = Format.exponent(value) &- Format<Bits>.bias
        if exponent >= Format<Bits>.fractionWidth {
            return magnitude > Format.infinity ? propagateNaN(value, value, flags: &flags) : value
        }
        if magnitude == 0 { return value }
        let one = Bits(truncatingIfNeeded: Format<Bits>.bias) &<< Bits(truncatingIfNeeded: Format<Bits>.fractionWidth)
        let result: Bits
        if exponent < 0 {
            let half = one &- Format.fractionMask &- 1
            let roundsUp =
                switch rounding {
                case .nearestEven: magnitude > half
                case .nearestMaxMagnitude: magnitude >= half
                case .towardZero: false
                case .down: sign != 0
                case .up: sign == 0
                }
            result = roundsUp ? one : 0
        } else {
            // Exponent and fraction together count in units of the last place, so a carry runs into the exponent.
            let count = Bits(truncatingIfNeeded: Format<Bits>.fractionWidth &- exponent)
            let unit: Bits = 1 &<< count
            let half = unit &>> 1
            let increment: Bits =
                switch rounding {
                // The unit's own bit; for exponent 0 it is the hidden bit, which the lowest exponent bit equals.
                case .nearestEven: half &- 1 &+ ((magnitude &>> count) & 1)
                case .nearestMaxMagnitude: half
                case .towardZero: 0
                case .down: sign != 0 ? unit &- 1 : 0
                case .up: sign == 0 ? unit &- 1 : 0
                }
            result = (magnitude &+ increment) & ~(unit &- 1)
        }
        if signalsInexact && result != magnitude { flags.insert(.inexact) }
        return sign | result
    }

    /// The upper part of a 64-bit significand that fits into `Bits`, with a sticky lowest bit.
    @inline(__always)
    static func narrowedSticky<Bits: FloatBits>(_ significand: UInt64) -> Bits {
        let surplus = UInt64(truncatingIfNeeded: 64 &- Bits.bitWidth)
        let lost = significand & ((1 &<< surplus) &- 1)
        return Bits(truncatingIfNeeded: significand &>> surplus) | (lost == 0 ? 0 : 1)
    }
}
