/// How a block ends. The set is closed: a back-end switches over it exhaustively.
enum IRTerminal: Hashable {
    /// Goes on at a fixed guest address. May be chained.
    case jump(UInt64)
    /// Compares, and goes on at one of two fixed addresses. Both may be chained.
    case branch(IRCondition, IRType, IROperand, IROperand, taken: UInt64, otherwise: UInt64)
    /// Goes on at a computed address; the back-end looks it up.
    case indirect(IROperand)
    /// Calls a run-time function of the guest, which leaves the next address in the program counter or raises a trap;
    /// then returns to the dispatcher, because anything may have changed (mode, translation, interrupts).
    case guestExit(function: UInt16, argument: UInt32)
}

/// One guest instruction within a block: where it starts, and what it does on the bus if it runs to its end.
struct IRBoundary: Hashable {
    /// Index of its first operation in `IRBlock.instructions`.
    var firstOperation: Int
    /// Its guest virtual address.
    var pc: UInt64
    /// Its length in bytes.
    var length: Int
}

/// A straight run of guest code in the intermediate form: operations in program order, one boundary for each guest
/// instruction, one terminal.
///
/// A **block** is what stands in one page between two transfers of control. A **trace** follows the likely way through
/// several blocks: its instructions may stand anywhere, and side exits (`leave…`) guard the transfers that lie within.
///
/// Guest state is exact at every boundary: an operation that may trap or leave (memory, `guestCall`, side exits) is the
/// last one of its instruction, and no operation moves across it. What may trap stands before any change that the
/// instruction makes; a side exit stands behind all of them, for its instruction has run whichever way it goes.
struct IRBlock: Hashable {
    /// Guest virtual address of the first instruction.
    var pc: UInt64 = 0
    var instructions: [IRInstruction] = []
    var boundaries: [IRBoundary] = []
    var terminal: IRTerminal = .jump(0)

    /// Makes the block empty and keeps its storage, so that translation allocates nothing in the steady state.
    mutating func removeAll(pc: UInt64) {
        self.pc = pc
        instructions.removeAll(keepingCapacity: true)
        boundaries.removeAll(keepingCapacity: true)
        terminal = .jump(pc)
    }
}
