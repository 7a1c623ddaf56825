@testable import TandemCPU

/// The integer operations as the documentation of the opcodes and types states them, in 128-bit arithmetic and loops:
/// slow and plain, and different from the implementation.
enum IntegerModel {
    /// The place after the operation.
    static func result(_ opcode: IROpcode, _ type: IRType, _ a: UInt64, _ b: UInt64, _ immediate: Int64) -> UInt64 {
        let width = type.byteCount * 8
        let value = wide(opcode, width, unsigned(a, width), unsigned(b, width), immediate)
        return extended(value, width)
    }

    static func holds(_ condition: IRCondition, _ type: IRType, _ a: UInt64, _ b: UInt64) -> Bool {
        let width = type.byteCount * 8
        let (x, y) = (unsigned(a, width), unsigned(b, width))
        let (s, t) = (signed(x, width), signed(y, width))
        switch condition {
        case .equal: return x == y
        case .notEqual: return x != y
        case .lessSigned: return s < t
        case .lessUnsigned: return x < y
        case .greaterEqualSigned: return s >= t
        case .greaterEqualUnsigned: return x >= y
        }
    }

    private static func unsigned(_ value: UInt64, _ width: Int) -> Int128 {
        Int128(value) % (Int128(1) << Int128(width))
    }

    private static func signed(_ value: Int128, _ width: Int) -> Int128 {
        value >= Int128(1) << Int128(width - 1) ? value - (Int128(1) << Int128(width)) : value
    }

    private static func extended(_ value: Int128, _ width: Int) -> UInt64 {
        let modulus = Int128(1) << Int128(width)
        let low = ((value % modulus) + modulus) % modulus
        return UInt64(truncatingIfNeeded: signed(low, width))
    }

    /// Operands as unsigned numbers of `width` bits; the result may have any multiple of 2^width added.
    private static func wide(_ opcode: IROpcode, _ width: Int, _ a: Int128, _ b: Int128, _ shift: Int64) -> Int128 {
        let all = (Int128(1) << Int128(width)) - 1
        let (s, t) = (signed(a, width), signed(b, width))
        let count = b % Int128(width)
        switch opcode {
        case .move: return a
        case .add: return a + b
        case .sub: return a - b
        case .addShifted: return a + (0..<shift).reduce(b) { value, _ in value * 2 & all }
        case .and: return bitwise(width, a, b) { $0 && $1 }
        case .or: return bitwise(width, a, b) { $0 || $1 }
        case .xor: return bitwise(width, a, b) { $0 != $1 }
        case .andNot: return bitwise(width, a, b) { $0 && !$1 }
        case .orNot: return bitwise(width, a, b) { $0 || !$1 }
        case .xorNot: return bitwise(width, a, b) { $0 == $1 }
        case .shiftLeft: return (0..<count).reduce(a) { value, _ in value * 2 & all }
        case .shiftRight: return (0..<count).reduce(a) { value, _ in value / 2 }
        case .shiftRightSigned: return (0..<count).reduce(s) { value, _ in (value - (value & 1)) / 2 }
        case .rotateLeft: return (0..<count).reduce(a) { value, _ in value * 2 & all | value >> Int128(width - 1) }
        case .rotateRight: return (0..<count).reduce(a) { value, _ in value / 2 + (value & 1) << Int128(width - 1) }
        case .mul: return Int128(truncatingIfNeeded: UInt128(a) &* UInt128(b)) & all
        case .mulHighSigned: return high(s * t, width)
        case .mulHighUnsigned: return Int128((UInt128(a) * UInt128(b)) >> UInt128(width))
        case .mulHighSignedUnsigned: return high(s * b, width)
        case .divSigned: return b == 0 ? -1 : s / t
        case .divUnsigned: return b == 0 ? all : a / b
        case .remSigned: return b == 0 ? s : s % t
        case .remUnsigned: return b == 0 ? a : a % b
        case .equal: return a == b ? 1 : 0
        case .notEqual: return a == b ? 0 : 1
        case .lessSigned: return s < t ? 1 : 0
        case .lessUnsigned: return a < b ? 1 : 0
        case .greaterEqualSigned: return s < t ? 0 : 1
        case .greaterEqualUnsigned: return a < b ? 0 : 1
        case .minSigned: return min(s, t)
        case .minUnsigned: return min(a, b)
        case .maxSigned: return max(s, t)
        case .maxUnsigned: return max(a, b)
        case .countLeadingZeros: return Int128((0..<width).first { bit(a, width - 1 - $0) } ?? width)
        case .countTrailingZeros: return Int128((0..<width).first { bit(a, $0) } ?? width)
        case .populationCount: return Int128((0..<width).filter { bit(a, $0) }.count)
        case .byteSwap: return bytes(a, width).reduce(0) { $0 << 8 | $1 }
        case .orCombineBytes: return bytes(a, width).reversed().reduce(0) { $0 << 8 | ($1 == 0 ? 0 : 255) }
        case .signExtend8: return signed(a & 0xff, 8)
        case .signExtend16: return signed(a & 0xffff, 16)
        case .signExtend32: return signed(a & 0xffff_ffff, 32)
        case .zeroExtend8: return a & 0xff
        case .zeroExtend16: return a & 0xffff
        case .zeroExtend32: return a & 0xffff_ffff
        default: preconditionFailure("\(opcode) has no integer model")
        }
    }

    private static func bit(_ value: Int128, _ number: Int) -> Bool { value >> Int128(number) & 1 == 1 }

    private static func bitwise(
        _ width: Int, _ a: Int128, _ b: Int128, _ rule: (Bool, Bool) -> Bool
    ) -> Int128 {
        (0..<width).reduce(0) { $0 | (rule(bit(a, $1), bit(b, $1)) ? Int128(1) << Int128($1) : 0) }
    }

    /// Bytes from the lowest to the highest.
    private static func bytes(_ value: Int128, _ width: Int) -> [Int128] {
        (0..<width / 8).map { value >> Int128(8 * $0) & 0xff }
    }

    /// The upper half of a product: division by 2^width, rounded down.
    private static func high(_ product: Int128, _ width: Int) -> Int128 { product >> Int128(width) }
}

extension SampleGenerator {
    /// A 64-bit operand that is often at an edge: small, near a power of two, equal halves.
    mutating func operand() -> UInt64 {
        switch next() % 8 {
        case 0: return next() % 5
        case 1: return 0 &- next() % 5
        case 2: return (1 << (next() % 64)) &+ next() % 3 &- 1
        case 3: return [0x7fff_ffff, 0x8000_0000, 0xffff_ffff_8000_0000, 1 << 63, .max >> 1][Int(next() % 5)]
        case 4: return next() & 0xffff_ffff
        case 5: return UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: next())))
        default: return next()
        }
    }
}
