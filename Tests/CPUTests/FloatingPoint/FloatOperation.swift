@testable import TandemCPU

/// The operations of `SoftFloat` under one signature, for tests that run over all of them.
/// Raw values are the names that `hardVectors` uses.
enum FloatOperation: String, CaseIterable {
    case add, sub, mul, div, sqrt, fma, cvt, rint
    case toInt32 = "to-i32"
    case toUInt32 = "to-u32"
    case toInt64 = "to-i64"
    case toUInt64 = "to-u64"
    case fromInt32 = "from-i32"
    case fromUInt32 = "from-u32"
    case fromInt64 = "from-i64"
    case fromUInt64 = "from-u64"

    /// Operands and result are raw bits; a conversion from an integer takes the low bits of `a`.
    func evaluate<Bits: FloatBits>(
        as format: Bits.Type, _ a: UInt64, _ b: UInt64 = 0, _ c: UInt64 = 0, rounding: RoundingMode,
        flags: inout FloatFlags
    ) -> UInt64 {
        let x = Bits(truncatingIfNeeded: a)
        let y = Bits(truncatingIfNeeded: b)
        let z = Bits(truncatingIfNeeded: c)
        switch self {
        case .add: return UInt64(SoftFloat.add(x, y, rounding: rounding, flags: &flags))
        case .sub: return UInt64(SoftFloat.subtract(x, y, rounding: rounding, flags: &flags))
        case .mul: return UInt64(SoftFloat.multiply(x, y, rounding: rounding, flags: &flags))
        case .div: return UInt64(SoftFloat.divide(x, y, rounding: rounding, flags: &flags))
        case .sqrt: return UInt64(SoftFloat.squareRoot(x, rounding: rounding, flags: &flags))
        case .fma: return UInt64(SoftFloat.fusedMultiplyAdd(x, y, z, rounding: rounding, flags: &flags))
        case .cvt:
            if Bits.bitWidth == 32 { return SoftFloat.widen(UInt32(x), flags: &flags) }
            return UInt64(SoftFloat.narrow(UInt64(x), rounding: rounding, flags: &flags))
        case .rint:
            return UInt64(SoftFloat.roundToIntegral(x, rounding: rounding, signalsInexact: true, flags: &flags))
        case .toInt32:
            return UInt64(UInt32(bitPattern: SoftFloat.integer(from: x, rounding: rounding, flags: &flags)))
        case .toUInt32: return UInt64(SoftFloat.integer(from: x, as: UInt32.self, rounding: rounding, flags: &flags))
        case .toInt64: return UInt64(bitPattern: SoftFloat.integer(from: x, rounding: rounding, flags: &flags))
        case .toUInt64: return SoftFloat.integer(from: x, rounding: rounding, flags: &flags)
        case .fromInt32:
            let value = Int32(truncatingIfNeeded: a)
            return UInt64(SoftFloat.float(from: value, as: Bits.self, rounding: rounding, flags: &flags))
        case .fromUInt32:
            let value = UInt32(truncatingIfNeeded: a)
            return UInt64(SoftFloat.float(from: value, as: Bits.self, rounding: rounding, flags: &flags))
        case .fromInt64:
            let value = Int64(bitPattern: a)
            return UInt64(SoftFloat.float(from: value, as: Bits.self, rounding: rounding, flags: &flags))
        case .fromUInt64: return UInt64(SoftFloat.float(from: a, as: Bits.self, rounding: rounding, flags: &flags))
        }
    }
}

/// Bits and flags together, so that one comparison judges both and a failure shows both.
struct FloatOutcome: Equatable, CustomStringConvertible {
    var bits: UInt64
    var flags: FloatFlags

    var description: String { "\(String(bits, radix: 16))/\(String(flags.rawValue, radix: 16))" }
}
