/// What is known of the 64 bits of a place: all of them, or how few they are.
struct KnownValue: BitwiseCopyable, Equatable {
    /// The value, if it is known.
    private(set) var value: UInt64 = 0
    private(set) var isConstant = false
    /// The value is the sign extension of its low `signBits` bits, 1…64.
    private(set) var signBits: UInt8 = 64
    /// The value is below 2 to the power of `zeroBits`, 0…64.
    private(set) var zeroBits: UInt8 = 64

    static var unknown: KnownValue { KnownValue() }

    private init() {}

    init(constant value: UInt64) {
        let signed = Int64(bitPattern: value)
        self.value = value
        isConstant = true
        signBits = UInt8(65 - (value ^ UInt64(bitPattern: signed >> 63)).leadingZeroBitCount)
        zeroBits = UInt8(64 - value.leadingZeroBitCount)
    }

    /// A value of at most so many bits, read as a signed number and as an unsigned one.
    init(signBits: Int = 64, zeroBits: Int = 64) {
        self.zeroBits = UInt8(min(max(zeroBits, 0), 64))
        // A number without a sign is one bit longer with it.
        self.signBits = UInt8(min(max(signBits, 1), Int(self.zeroBits) + 1, 64))
    }

    var constant: UInt64? { isConstant ? value : nil }

    /// The same after a sign extension of the low 32 bits.
    var asWord: KnownValue {
        if isConstant { return KnownValue(constant: UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value)))) }
        return signBits <= 32 ? self : KnownValue(signBits: 32)
    }

    /// What `instruction` gives, apart from constants: that is for `IntegerOperation`.
    static func result(of instruction: IRInstruction, _ a: KnownValue, _ b: KnownValue) -> KnownValue {
        let isWord = instruction.type == .i32
        switch instruction.opcode {
        case .move: return isWord ? a.asWord : a
        case .add, .sub, .and, .or, .xor, .shiftLeft, .shiftRight, .shiftRightSigned, .minSigned, .minUnsigned,
            .maxSigned, .maxUnsigned, .remUnsigned:
            return isWord
                ? arithmetic(instruction.opcode, a.asWord, b.asWord, width: 32)
                : arithmetic(instruction.opcode, a, b, width: 64)
        case .equal, .notEqual, .lessSigned, .lessUnsigned, .greaterEqualSigned, .greaterEqualUnsigned:
            return KnownValue(zeroBits: 1)
        case .countLeadingZeros, .countTrailingZeros, .populationCount: return KnownValue(zeroBits: 7)
        case .signExtend8: return extended(a, signBits: 8)
        case .signExtend16: return extended(a, signBits: 16)
        case .signExtend32: return extended(a, signBits: 32)
        case .zeroExtend8: return KnownValue(zeroBits: min(8, Int(a.zeroBits)))
        case .zeroExtend16: return KnownValue(zeroBits: min(16, Int(a.zeroBits)))
        case .zeroExtend32: return KnownValue(zeroBits: min(32, Int(a.zeroBits)))
        case .load8Unsigned: return KnownValue(zeroBits: 8)
        case .load8Signed: return KnownValue(signBits: 8)
        case .load16Unsigned: return KnownValue(zeroBits: 16)
        case .load16Signed: return KnownValue(signBits: 16)
        case .load32Unsigned: return KnownValue(zeroBits: 32)
        case .load32Signed: return KnownValue(signBits: 32)
        case .storeConditional, .floatEqual, .floatLess, .floatLessEqual: return KnownValue(zeroBits: 1)
        case .floatToInt32, .floatToUInt32: return KnownValue(signBits: 32)
        case .floatClassify: return KnownValue(zeroBits: 10)
        case .unboxFloat32, .floatToFloat32: return KnownValue(zeroBits: 32)
        case .floatToInt64, .floatToUInt64, .floatToFloat64, .load64, .load32Boxed, .boxFloat32, .guestCall:
            return .unknown
        default:
            switch instruction.type {
            case .i32: return KnownValue(signBits: 32)
            case .f32: return KnownValue(zeroBits: 32)
            case .i64, .f64: return .unknown
            }
        }
    }

    private static func extended(_ a: KnownValue, signBits: Int) -> KnownValue {
        a.signBits <= signBits ? a : KnownValue(signBits: signBits)
    }

    /// - Parameter width: 32 or 64; the operands are known to be sign-extended from it.
    @inline(__always)
    private static func arithmetic(
        _ opcode: IROpcode, _ a: KnownValue, _ b: KnownValue, width: Int
    ) -> KnownValue {
        let (signA, signB) = (Int(a.signBits), Int(b.signBits))
        let (zeroA, zeroB) = (Int(a.zeroBits), Int(b.zeroBits))
        let longerSign = max(signA, signB)
        let longerZero = max(zeroA, zeroB)
        let count = b.isConstant ? Int(b.value & UInt64(width - 1)) : -1
        switch opcode {
        case .add: return limited(signBits: longerSign + 1, zeroBits: longerZero + 1, width)
        case .sub: return limited(signBits: longerSign + 1, zeroBits: 64, width)
        case .and: return limited(signBits: longerSign, zeroBits: min(zeroA, zeroB), width)
        case .or, .xor, .minSigned, .minUnsigned, .maxSigned, .maxUnsigned:
            return limited(signBits: longerSign, zeroBits: longerZero, width)
        case .shiftLeft where count >= 0: return limited(signBits: signA + count, zeroBits: zeroA + count, width)
        case .shiftRight where count > 0: return limited(signBits: 64, zeroBits: min(zeroA, width) - count, width)
        case .shiftRightSigned where count >= 0:
            // Without a bound, it may be negative and stay so.
            return limited(signBits: signA - count, zeroBits: zeroA < 64 ? zeroA - count : 64, width)
        case .remUnsigned where b.isConstant && b.value != 0 && zeroB < width:
            // Below the divisor.
            return limited(signBits: 64, zeroBits: zeroB, width)
        default: return limited(signBits: 64, zeroBits: 64, width)
        }
    }

    /// A bound that was worked out without a limit, for a result that is cut to `width` bits and sign-extended.
    @inline(__always)
    private static func limited(signBits: Int, zeroBits: Int, _ width: Int) -> KnownValue {
        let sign = max(signBits, 1)
        let zero = max(zeroBits, 0)
        return KnownValue(signBits: sign > width ? width : sign, zeroBits: zero < width ? zero : 64)
    }
}
