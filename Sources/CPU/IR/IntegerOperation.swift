/// The meaning of the integer operations, once, for back-ends and for constant folding.
enum IntegerOperation {
    static func evaluate64(_ opcode: IROpcode, _ a: UInt64, _ b: UInt64, shift: UInt64) -> UInt64 {
        evaluate(opcode, a, b, shift: shift, extending: a)
    }

    static func evaluate32(_ opcode: IROpcode, _ a: UInt32, _ b: UInt32, shift: UInt64) -> UInt32 {
        evaluate(opcode, a, b, shift: UInt32(truncatingIfNeeded: shift), extending: UInt64(a))
    }

    @inline(__always)
    private static func signed<Bits: FixedWidthInteger & UnsignedInteger>(_ value: Bits) -> Bits.Signed
    where Bits: SignedCounterpart { value.asSigned }

    /// - Parameter wide: the operand of the extensions, which know no type.
    @inline(__always)
    private static func evaluate<Bits: FixedWidthInteger & UnsignedInteger & SignedCounterpart>(
        _ opcode: IROpcode, _ a: Bits, _ b: Bits, shift: Bits, extending wide: UInt64
    ) -> Bits {
        switch opcode {
        case .move: a
        case .add: a &+ b
        case .sub: a &- b
        case .addShifted: a &+ (b &<< shift)
        case .and: a & b
        case .or: a | b
        case .xor: a ^ b
        case .andNot: a & ~b
        case .orNot: a | ~b
        case .xorNot: a ^ ~b
        case .shiftLeft: a &<< b
        case .shiftRight: a &>> b
        case .shiftRightSigned: Bits(truncatingIfNeeded: signed(a) &>> signed(b))
        case .rotateLeft: (a &<< b) | (a &>> (0 &- b))
        case .rotateRight: (a &>> b) | (a &<< (0 &- b))
        case .mul: a &* b
        case .mulHighSigned: Bits(truncatingIfNeeded: signed(a).multipliedFullWidth(by: signed(b)).high)
        case .mulHighUnsigned: a.multipliedFullWidth(by: b).high
        case .mulHighSignedUnsigned: a.multipliedFullWidth(by: b).high &- (signed(a) < 0 ? b : 0)
        case .divSigned: dividedSigned(a, b)
        case .divUnsigned: b == 0 ? ~0 : a / b
        case .remSigned: remainderSigned(a, b)
        case .remUnsigned: b == 0 ? a : a % b
        case .equal: a == b ? 1 : 0
        case .notEqual: a != b ? 1 : 0
        case .lessSigned: signed(a) < signed(b) ? 1 : 0
        case .lessUnsigned: a < b ? 1 : 0
        case .greaterEqualSigned: signed(a) >= signed(b) ? 1 : 0
        case .greaterEqualUnsigned: a >= b ? 1 : 0
        case .minSigned: signed(a) < signed(b) ? a : b
        case .minUnsigned: a < b ? a : b
        case .maxSigned: signed(a) < signed(b) ? b : a
        case .maxUnsigned: a < b ? b : a
        case .countLeadingZeros: Bits(truncatingIfNeeded: a.leadingZeroBitCount)
        case .countTrailingZeros: Bits(truncatingIfNeeded: a.trailingZeroBitCount)
        case .populationCount: Bits(truncatingIfNeeded: a.nonzeroBitCount)
        case .byteSwap: a.byteSwapped
        case .orCombineBytes: Bits(truncatingIfNeeded: orCombinedBytes(UInt64(truncatingIfNeeded: a)))
        case .signExtend8: Bits(truncatingIfNeeded: Int8(truncatingIfNeeded: wide))
        case .signExtend16: Bits(truncatingIfNeeded: Int16(truncatingIfNeeded: wide))
        case .signExtend32: Bits(truncatingIfNeeded: Int32(truncatingIfNeeded: wide))
        case .zeroExtend8: Bits(truncatingIfNeeded: UInt8(truncatingIfNeeded: wide))
        case .zeroExtend16: Bits(truncatingIfNeeded: UInt16(truncatingIfNeeded: wide))
        case .zeroExtend32: Bits(truncatingIfNeeded: UInt32(truncatingIfNeeded: wide))
        default: preconditionFailure("\(opcode) is not an integer operation")
        }
    }

    private static func dividedSigned<Bits: FixedWidthInteger & UnsignedInteger & SignedCounterpart>(
        _ a: Bits, _ b: Bits
    ) -> Bits {
        b == 0 ? ~0 : Bits(truncatingIfNeeded: signed(a).dividedReportingOverflow(by: signed(b)).partialValue)
    }

    private static func remainderSigned<Bits: FixedWidthInteger & UnsignedInteger & SignedCounterpart>(
        _ a: Bits, _ b: Bits
    ) -> Bits {
        if b == 0 { return a }
        let (remainder, overflow) = signed(a).remainderReportingOverflow(dividingBy: signed(b))
        return overflow ? 0 : Bits(truncatingIfNeeded: remainder)
    }

    /// Every byte that has a bit set becomes 0xff.
    private static func orCombinedBytes(_ value: UInt64) -> UInt64 {
        // Adding 0x7f to the low seven bits of a byte carries into its top bit exactly if one of them is set.
        let low: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
        let top = ((value & low) &+ low | value) & ~low
        return (top &>> 7) &* 0xff
    }
}

/// An unsigned type whose bits can be read as a signed number of the same width.
protocol SignedCounterpart {
    associatedtype Signed: FixedWidthInteger & SignedInteger
    var asSigned: Signed { get }
}

extension UInt32: SignedCounterpart {
    var asSigned: Int32 { Int32(bitPattern: self) }
}

extension UInt64: SignedCounterpart {
    var asSigned: Int64 { Int64(bitPattern: self) }
}
