/// Binary floating-point arithmetic (IEEE 754-2019) on bit patterns, in integers only.
///
/// `UInt32` arguments are binary32, `UInt64` arguments binary64. Swift gives no access to the host's rounding mode and
/// flags, and a simulation may not depend on the host; therefore no host floating point is used.
/// All functions are pure: they read the rounding direction from an argument and add to `flags`, which the caller owns.
///
/// Where the standard leaves a choice, RISC-V's is taken (Unprivileged spec, chapter "F"): a NaN result is always the
/// canonical NaN, and tininess is detected after rounding.
enum SoftFloat {
    /// The result of an operation of which an operand is a NaN: a signalling one raises `invalid`.
    @inline(never)
    static func propagateNaN<Bits: FloatBits>(_ a: Bits, _ b: Bits, flags: inout FloatFlags) -> Bits {
        if Format.isSignallingNaN(a) || Format.isSignallingNaN(b) { flags.insert(.invalid) }
        return Format.canonicalNaN
    }

    /// The result of an operation that is not defined for its operands (IEEE 754-2019 §7.2).
    @inline(__always)
    static func invalidResult<Bits: FloatBits>(flags: inout FloatFlags) -> Bits {
        flags.insert(.invalid)
        return Format.canonicalNaN
    }

    /// The zero that an exact sum of operands with opposite signs delivers (IEEE 754-2019 §6.3).
    @inline(__always)
    static func cancelledZero<Bits: FloatBits>(rounding: RoundingMode) -> Bits {
        rounding == .down ? Format.signMask : 0
    }

    /// `value · 2^-distance` with every bit that is lost gathered in the lowest bit ("sticky"), so that a later rounding
    /// decides as on the exact value. Distances of the width and more count as the width less one, which leaves nothing
    /// but the sticky bit of a value whose top bit is clear or alone.
    @inline(__always)
    static func shiftRightSticky<Integer: FixedWidthInteger & UnsignedInteger>(
        _ value: Integer, by distance: Int
    ) -> Integer {
        let count = Integer(truncatingIfNeeded: min(distance, Integer.bitWidth &- 1))
        let shifted = value &>> count
        return shifted | (shifted &<< count == value ? 0 : 1)
    }
}
