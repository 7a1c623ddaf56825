/// One step of the portable back-end: an operation with its operands resolved to places of the frame.
///
/// Sixteen bytes, four to a cache line. What does not fit stands in the next one (`otherwise` of a branch).
struct PortableInstruction {
    var operation: PortableOperation
    /// Where the result goes. For stores: the boundary index.
    var d: UInt16
    var a: UInt16
    /// The second operand. For loads: the boundary index.
    var b: UInt16
    /// A constant operand, an address offset, a guest address, or packed fields (`RareFields`).
    var immediate: UInt64

    init(_ operation: PortableOperation, d: UInt16 = 0, a: UInt16 = 0, b: UInt16 = 0, immediate: UInt64 = 0) {
        self.operation = operation
        self.d = d
        self.a = a
        self.b = b
        self.immediate = immediate
    }
}

/// The operations that the main loop knows. Each `…Constant` form follows its register form.
///
/// Everything that is rare or slow by nature (floating point, division, atomics, bit counting) is `rare`, behind a second switch,
/// which keeps the main one small enough to be predicted and to stay in the cache.
enum PortableOperation: UInt16 {
    case constant, move
    case add64, add64Constant
    case sub64, sub64Constant
    case and64, and64Constant
    case or64, or64Constant
    case xor64, xor64Constant
    case shiftLeft64, shiftLeft64Constant
    case shiftRight64, shiftRight64Constant
    case shiftRightSigned64, shiftRightSigned64Constant
    case equal64, equal64Constant
    case notEqual64, notEqual64Constant
    case lessSigned64, lessSigned64Constant
    case lessUnsigned64, lessUnsigned64Constant
    case add32, add32Constant
    case sub32, sub32Constant
    case shiftLeft32, shiftLeft32Constant
    case shiftRight32, shiftRight32Constant
    case shiftRightSigned32, shiftRightSigned32Constant
    case mul64, mul64Constant
    case mul32, mul32Constant
    case addShifted64
    case andNot64
    case signExtend8, signExtend16, signExtend32, zeroExtend8, zeroExtend16, zeroExtend32
    case load8Unsigned, load8Signed, load16Unsigned, load16Signed, load32Unsigned, load32Signed, load64, load32Boxed
    case store8, store16, store32, store64
    case rare, rareMemory, guestCall
    case jump, indirect, guestExit
    case branchEqual, branchNotEqual, branchLessSigned, branchLessUnsigned
    case branchGreaterEqualSigned, branchGreaterEqualUnsigned
    /// Holds the second target of the branch before it.
    case otherwise
    /// Ends the block after the instruction at boundary `immediate`; stands in the place of the next one's first step
    /// while only a part of the block fits into the limit.
    case stop
}

/// The packed immediate of a `rare` or `rareMemory` instruction:
/// opcode in bits 7…0, type 11…8, byte order 12, boundary index 31…16, place of operand c 47…32, immediate 63…48.
struct RareFields {
    let packed: UInt64

    init(packed: UInt64) { self.packed = packed }

    init(_ instruction: IRInstruction, c: UInt16, index: Int) {
        packed =
            UInt64(instruction.opcode.rawValue) | UInt64(instruction.type.rawValue) << 8
            | UInt64(instruction.order.rawValue) << 12 | UInt64(index) << 16 | UInt64(c) << 32
            | UInt64(truncatingIfNeeded: instruction.immediate & 0xffff) << 48
    }

    // Safe: `init` put valid raw values there.
    var opcode: IROpcode { unsafeBitCast(UInt8(truncatingIfNeeded: packed), to: IROpcode.self) }
    var type: IRType { IRType(rawValue: UInt8(truncatingIfNeeded: packed >> 8) & 15) ?? .i64 }
    var order: ByteOrder { packed >> 12 & 1 == 0 ? .little : .big }
    var index: Int { Int(packed >> 16 & 0xffff) }
    var c: Int { Int(packed >> 32 & 0xffff) }
    var immediate: UInt64 { packed >> 48 }
}
