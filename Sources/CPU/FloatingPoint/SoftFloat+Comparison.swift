extension SoftFloat {
    /// `a = b`. Quiet: only a signalling NaN raises `invalid` (IEEE 754-2019 §5.11; RISC-V `feq`).
    @inline(__always)
    static func isEqual<Bits: FloatBits>(_ a: Bits, _ b: Bits, flags: inout FloatFlags) -> Bool {
        if Format.isNaN(a) || Format.isNaN(b) {
            _ = propagateNaN(a, b, flags: &flags)
            return false
        }
        return a == b || Format.magnitude(a | b) == 0
    }

    /// `a < b`. Signalling: any NaN raises `invalid` (IEEE 754-2019 §5.11; RISC-V `flt`).
    @inline(__always)
    static func isLess<Bits: FloatBits>(_ a: Bits, _ b: Bits, flags: inout FloatFlags) -> Bool {
        if Format.isNaN(a) || Format.isNaN(b) {
            flags.insert(.invalid)
            return false
        }
        return precedes(a, b) && Format.magnitude(a | b) != 0
    }

    /// `a ≤ b`. Signalling: any NaN raises `invalid` (IEEE 754-2019 §5.11; RISC-V `fle`).
    @inline(__always)
    static func isLessOrEqual<Bits: FloatBits>(_ a: Bits, _ b: Bits, flags: inout FloatFlags) -> Bool {
        if Format.isNaN(a) || Format.isNaN(b) {
            flags.insert(.invalid)
            return false
        }
        return !precedes(b, a) || Format.magnitude(a | b) == 0
    }

    /// `minimumNumber` (IEEE 754-2019 §9.6; RISC-V `fmin`): a number wins over a NaN, −0 is less than +0, and a
    /// signalling NaN raises `invalid`.
    static func minimum<Bits: FloatBits>(_ a: Bits, _ b: Bits, flags: inout FloatFlags) -> Bits {
        if Format.isNaN(a) || Format.isNaN(b) { return numberOrNaN(a, b, flags: &flags) }
        return precedes(a, b) ? a : b
    }

    /// `maximumNumber` (IEEE 754-2019 §9.6; RISC-V `fmax`): the counterpart of `minimum`.
    static func maximum<Bits: FloatBits>(_ a: Bits, _ b: Bits, flags: inout FloatFlags) -> Bits {
        if Format.isNaN(a) || Format.isNaN(b) { return numberOrNaN(a, b, flags: &flags) }
        return precedes(a, b) ? b : a
    }

    /// The class of `value`; raises nothing (IEEE 754-2019 §5.7.2).
    static func classify<Bits: FloatBits>(_ value: Bits) -> FloatClass {
        let magnitude = Format.magnitude(value)
        if magnitude > Format.infinity { return Format.isSignallingNaN(value) ? .signallingNaN : .quietNaN }
        let isNegative = Format.sign(value) != 0
        if magnitude == Format.infinity { return isNegative ? .negativeInfinity : .positiveInfinity }
        if magnitude > Format.fractionMask { return isNegative ? .negativeNormal : .positiveNormal }
        if magnitude != 0 { return isNegative ? .negativeSubnormal : .positiveSubnormal }
        return isNegative ? .negativeZero : .positiveZero
    }

    /// Whether `a` stands before `b` in the order of all numbers in which −0 stands before +0.
    @inline(__always)
    private static func precedes<Bits: FloatBits>(_ a: Bits, _ b: Bits) -> Bool {
        // Magnitudes of negative numbers run the other way; complementing them, and moving the others above them,
        // makes unsigned order the numeric one.
        let keyA = Format.sign(a) != 0 ? ~a : a | Format.signMask
        let keyB = Format.sign(b) != 0 ? ~b : b | Format.signMask
        return keyA < keyB
    }

    @inline(never)
    private static func numberOrNaN<Bits: FloatBits>(_ a: Bits, _ b: Bits, flags: inout FloatFlags) -> Bits {
        let nan = propagateNaN(a, b, flags: &flags)
        if !Format.isNaN(a) { return a }
        return Format.isNaN(b) ? nan : b
    }
}

/// What kind of datum a bit pattern is (IEEE 754-2019 §5.7.2). Raw values are the bit numbers of RISC-V's `fclass`.
enum FloatClass: UInt8, CaseIterable, Sendable {
    case negativeInfinity = 0
    case negativeNormal = 1
    case negativeSubnormal = 2
    case negativeZero = 3
    case positiveZero = 4
    case positiveSubnormal = 5
    case positiveNormal = 6
    case positiveInfinity = 7
    case signallingNaN = 8
    case quietNaN = 9

    /// The one-hot mask that `fclass` writes.
    var mask: UInt64 { 1 &<< UInt64(rawValue) }
}
