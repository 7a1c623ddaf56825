extension SoftFloat {
    /// An integer of at most 64 bits as a floating-point number; inexact where the precision does not suffice.
    static func float<Bits: FloatBits, Integer: FixedWidthInteger & Sendable>(
        from value: Integer, as format: Bits.Type = Bits.self, rounding: RoundingMode, flags: inout FloatFlags
    ) -> Bits {
        guard value != 0 else { return 0 }
        let magnitude = UInt64(truncatingIfNeeded: value.magnitude)
        let zeros = magnitude.leadingZeroBitCount
        let unpacked = Unpacked<Bits>(
            exponent: Format<Bits>.bias &+ 63 &- zeros,
            significand: narrowedSticky(magnitude &<< UInt64(truncatingIfNeeded: zeros)))
        return round(sign: value < 0 ? Format.signMask : 0, unpacked, rounding: rounding, flags: &flags)
    }

    /// A floating-point number as an integer of at most 64 bits.
    ///
    /// A result that `Integer` cannot hold raises `invalid` and nothing else, and saturates; a NaN delivers the largest
    /// integer (RISC-V Unprivileged spec, table "Domains of float-to-integer conversions and behavior for invalid
    /// inputs"). Range is judged after rounding: −0.75 truncates to an unsigned 0, which is merely inexact.
    static func integer<Bits: FloatBits, Integer: FixedWidthInteger & Sendable>(
        from value: Bits, as type: Integer.Type = Integer.self, rounding: RoundingMode, flags: inout FloatFlags
    ) -> Integer {
        let isNegative = Format.sign(value) != 0
        guard Format.magnitude(value) != 0 else { return 0 }
        let exponent = Format.exponent(value) &- Format<Bits>.bias
        guard exponent < 64 else {
            flags.insert(.invalid)
            return isNegative && !Format.isNaN(value) ? Integer.min : Integer.max
        }
        let unpacked = Unpacked(finiteNonzero: value)
        let significand = UInt64(truncatingIfNeeded: unpacked.significand) &<< UInt64(64 &- Bits.bitWidth)
        // The binary point stands between the two: `fraction` is in units of 2^-64, its lowest bit sticky.
        let whole: UInt64
        let fraction: UInt64
        if exponent >= 0 {
            // Shifts that are not masked: for exponent 63 all bits are whole.
            whole = significand >> UInt64(63 &- exponent)
            fraction = significand << UInt64(exponent &+ 1)
        } else {
            whole = 0
            fraction = shiftRightSticky(significand, by: -1 &- exponent)
        }
        let half: UInt64 = 1 &<< 63
        let roundsUp =
            switch rounding {
            case .nearestEven: fraction > half || (fraction == half && whole & 1 != 0)
            case .nearestMaxMagnitude: fraction >= half
            case .towardZero: false
            case .down: isNegative && fraction != 0
            case .up: !isNegative && fraction != 0
            }
        // Safe: a whole part of 64 bits has no fraction to round up.
        let magnitude = whole &+ (roundsUp ? 1 : 0)
        let limit = isNegative ? UInt64(truncatingIfNeeded: Integer.min.magnitude) : UInt64(Integer.max)
        guard magnitude <= limit else {
            flags.insert(.invalid)
            return isNegative ? Integer.min : Integer.max
        }
        if fraction != 0 { flags.insert(.inexact) }
        let result = Integer(truncatingIfNeeded: magnitude)
        return isNegative ? 0 &- result : result
    }
}
