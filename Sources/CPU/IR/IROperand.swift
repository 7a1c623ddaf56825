/// A 64-bit place of the CPU's state: a register of the guest, or a temporary of one instruction.
///
/// Both live in one frame of `Place.count` words behind one pointer (`CPUState`), so an operand is just an index.
/// The guest numbers its registers from 0; register 0 of the frame always reads 0 in this project's guests that have a
/// zero register, and `Place.zero` is a place of its own that holds 0 for those that have none.
struct Place: Hashable {
    let index: UInt16

    /// Words of the frame.
    static let count = 256
    /// Guest registers stand below this index, temporaries from it on.
    static let firstTemporary: UInt16 = 96
    /// Always 0; never written.
    static let zero = Place(index: 95)
    /// The guest's program counter: exact whenever no block is being executed.
    static let programCounter = Place(index: 94)
    /// Accumulated floating-point exceptions (`FloatFlags`).
    static let floatFlags = Place(index: 93)
    /// Guest registers may use the places below this one.
    static let firstReserved: UInt16 = 93

    static func register(_ number: Int) -> Place { Place(index: UInt16(number)) }
    static func temporary(_ number: Int) -> Place { Place(index: firstTemporary + UInt16(number)) }

    var isTemporary: Bool { index >= Place.firstTemporary }

    /// Places from this one on belong to the back-end, for constants that an operation cannot hold.
    static let firstScratch: UInt16 = 253
    /// The one of them where an operation that is evaluated by call finds its third operand.
    static let thirdOperand = Place(index: firstScratch + 1)

    /// How many temporaries an instruction may have.
    static var temporaryCount: Int { Int(firstScratch - firstTemporary) }
}

/// What an operation reads.
enum IROperand: Hashable {
    /// Nothing: the operation does not take this operand.
    case none
    case place(Place)
    case constant(UInt64)

    static func register(_ number: Int) -> IROperand { .place(.register(number)) }
    static func signed(_ value: Int64) -> IROperand { .constant(UInt64(bitPattern: value)) }
    static let zero = IROperand.constant(0)
}

/// One operation of a block.
struct IRInstruction: Hashable {
    var opcode: IROpcode
    var type: IRType
    /// Where the result goes; nil for operations without one, or whose result nobody wants.
    var result: Place?
    var a: IROperand = .none
    var b: IROperand = .none
    var c: IROperand = .none
    /// See `IROpcodeRow.Immediate`.
    var immediate: Int64 = 0
    /// Byte order of a memory operation.
    var order: ByteOrder = .little
}
