/// What the passes ask of an opcode all the time, derived from `IROpcodeTable` once.
struct OperationTraits: OptionSet, BitwiseCopyable {
    let rawValue: UInt8

    /// Nothing but its result: may be removed.
    static let pure = OperationTraits(rawValue: 1 << 0)
    /// Guest state can be seen before or after it: memory, calls, side exits.
    static let observes = OperationTraits(rawValue: 1 << 1)
    /// Operand a is an address.
    static let addresses = OperationTraits(rawValue: 1 << 2)
    /// May change any place of the guest.
    static let clobbers = OperationTraits(rawValue: 1 << 3)
    static let leaves = OperationTraits(rawValue: 1 << 4)
    /// Computes with integers, for `IntegerOperation`.
    static let integer = OperationTraits(rawValue: 1 << 5)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ row: IROpcodeRow) {
        self = []
        switch row.effect {
        case .pure:
            insert(.pure)
            if row.opcode.rawValue < IROpcode.load8Unsigned.rawValue { insert(.integer) }
        case .flags: break
        case .load, .store: formUnion([.observes, .addresses])
        case .guest: formUnion([.observes, .clobbers])
        case .exit: formUnion([.observes, .leaves])
        }
    }

    /// The traits of all opcodes, by raw value.
    static func table() -> FixedTable<OperationTraits> {
        let table = FixedTable<OperationTraits>(repeating: [], count: IROpcode.allCases.count)
        for row in IROpcodeTable.rows { table[Int(row.opcode.rawValue)] = OperationTraits(row) }
        return table
    }
}

extension FixedTable<OperationTraits> {
    @inline(__always)
    subscript(opcode: IROpcode) -> OperationTraits { self[Int(opcode.rawValue)] }
}

extension IRInstruction {
    /// An operation that does nothing; `DeadCodeElimination` takes it out.
    static var nothing: IRInstruction { IRInstruction(opcode: .move, type: .i64, result: nil, a: .zero) }

    /// Makes it a copy of all 64 bits of `source` to the same place.
    mutating func becomeMove(of source: IROperand) {
        (opcode, type, a, b, c, immediate) = (.move, .i64, source, .none, .none, 0)
    }
}

extension IROperand {
    /// The place read, if it is one whose writers are all known: a register of the guest, or a temporary.
    @inline(__always)
    var trackedPlace: Place? {
        guard case .place(let place) = self, place.isTracked else { return nil }
        return place
    }
}

extension Place {
    /// Whether all its writers stand in the block as results: not so for the program counter and the flags.
    @inline(__always)
    var isTracked: Bool { index < Place.firstReserved || isTemporary }
}
