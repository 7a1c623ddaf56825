extension SoftFloat {
    /// Rounds `±significand · 2^(exponent − bias − (bitWidth − 1))` to the format, delivers the bit pattern and raises
    /// `inexact`, `underflow` and `overflow` as IEEE 754-2019 §7.4 to §7.6 say.
    ///
    /// - Parameters:
    ///   - sign: the format's sign bit or 0.
    ///   - magnitude: not zero; the lowest bit of its significand may be sticky.
    @inline(__always)
    static func round<Bits: FloatBits>(
        sign: Bits, _ magnitude: Unpacked<Bits>, rounding: RoundingMode, flags: inout FloatFlags
    ) -> Bits {
        // One below the largest finite exponent: there a carry cannot reach infinity.
        guard UInt(bitPattern: magnitude.exponent &- 1) < UInt(bitPattern: Format<Bits>.maximumExponent &- 2) else {
            return roundAtRangeEnd(sign: sign, magnitude, rounding: rounding, flags: &flags)
        }
        let (rounded, isExact) = rounded(magnitude.significand, sign: sign, rounding: rounding)
        if !isExact { flags.insert(.inexact) }
        return sign | packed(exponent: magnitude.exponent, rounded)
    }

    /// The kept bits of `significand` after rounding, right-aligned, and whether no bit was lost.
    /// A carry out of the top makes the result one bit longer, which `packed` turns into the next exponent.
    @inline(__always)
    private static func rounded<Bits: FloatBits>(
        _ significand: Bits, sign: Bits, rounding: RoundingMode
    ) -> (kept: Bits, isExact: Bool) {
        let dropped = Bits(truncatingIfNeeded: Bits.floatExponentWidth)
        let mask: Bits = (1 &<< dropped) &- 1
        let half: Bits = 1 &<< (dropped &- 1)
        let kept = significand &>> dropped
        let remainder = significand & mask
        let increment: Bits
        if rounding == .nearestEven {
            increment = half &- 1 &+ (kept & 1)
        } else {
            increment = directedIncrement(sign: sign, half: half, mask: mask, rounding: rounding)
        }
        return (kept &+ ((remainder &+ increment) &>> dropped), remainder == 0)
    }

    @inline(__always)
    private static func directedIncrement<Bits: FloatBits>(
        sign: Bits, half: Bits, mask: Bits, rounding: RoundingMode
    ) -> Bits {
        switch rounding {
        case .nearestEven, .nearestMaxMagnitude: half
        case .towardZero: 0
        case .down: sign != 0 ? mask : 0
        case .up: sign == 0 ? mask : 0
        }
    }

    /// The hidden bit adds one to the exponent field; a carry out of the significand adds another one.
    @inline(__always)
    private static func packed<Bits: FloatBits>(exponent: Int, _ kept: Bits) -> Bits {
        (Bits(truncatingIfNeeded: exponent &- 1) &<< Bits(truncatingIfNeeded: Format<Bits>.fractionWidth)) &+ kept
    }

    /// `round` where the result may overflow, or be subnormal or zero.
    @inline(never)
    private static func roundAtRangeEnd<Bits: FloatBits>(
        sign: Bits, _ magnitude: Unpacked<Bits>, rounding: RoundingMode, flags: inout FloatFlags
    ) -> Bits {
        let unbounded = rounded(magnitude.significand, sign: sign, rounding: rounding)
        guard magnitude.exponent < 1 else {
            if magnitude.exponent < Format<Bits>.maximumExponent {
                let result = packed(exponent: magnitude.exponent, unbounded.kept)
                if result < Format.infinity {
                    if !unbounded.isExact { flags.insert(.inexact) }
                    return sign | result
                }
            }
            flags.formUnion([.overflow, .inexact])
            return sign | overflowed(sign: sign, rounding: rounding)
        }
        // Tiny after rounding (IEEE 754-2019 §7.5 a): the result with an unbounded exponent range stays below the
        // smallest normal number. Directly below it, rounding to full precision can still carry up to it.
        let carried = unbounded.kept > Format<Bits>.fractionMask &* 2 &+ 1
        let isTiny = magnitude.exponent < 0 || !carried
        let denormalised = shiftRightSticky(magnitude.significand, by: 1 &- magnitude.exponent)
        let result = rounded(denormalised, sign: sign, rounding: rounding)
        if !result.isExact { flags.formUnion(isTiny ? [.underflow, .inexact] : .inexact) }
        return sign | result.kept
    }

    /// IEEE 754-2019 §7.4: infinity, or the largest finite number where the direction leads away from infinity.
    private static func overflowed<Bits: FloatBits>(sign: Bits, rounding: RoundingMode) -> Bits {
        switch rounding {
        case .nearestEven, .nearestMaxMagnitude: Format.infinity
        case .towardZero: Format.largestFinite
        case .down: sign != 0 ? Format.infinity : Format.largestFinite
        case .up: sign == 0 ? Format.infinity : Format.largestFinite
        }
    }
}
