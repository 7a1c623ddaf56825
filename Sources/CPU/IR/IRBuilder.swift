/// Appends operations to a block. The verbs follow the opcode table; everything a front-end may do is here.
struct IRBuilder {
    private(set) var block = IRBlock()
    private var nextTemporary = 0

    /// Starts a new block at `pc`.
    mutating func begin(pc: UInt64) {
        block.removeAll(pc: pc)
        nextTemporary = 0
    }

    /// Starts the next guest instruction. Temporaries do not outlive an instruction.
    mutating func boundary(pc: UInt64, length: Int) {
        nextTemporary = 0
        block.boundaries.append(IRBoundary(firstOperation: block.instructions.count, pc: pc, length: length))
    }

    /// A fresh temporary.
    mutating func temporary() -> Place {
        precondition(nextTemporary < Place.temporaryCount, "a guest instruction needs too many temporaries")
        defer { nextTemporary += 1 }
        return .temporary(nextTemporary)
    }

    /// An operation with a result in `result`.
    mutating func emit(
        _ opcode: IROpcode, _ type: IRType, to result: Place?, _ a: IROperand = .none, _ b: IROperand = .none,
        _ c: IROperand = .none, immediate: Int64 = 0, order: ByteOrder = .little
    ) {
        block.instructions.append(
            IRInstruction(
                opcode: opcode, type: type, result: result, a: a, b: b, c: c, immediate: immediate, order: order))
    }

    /// An operation with its result in a fresh temporary.
    mutating func emit(
        _ opcode: IROpcode, _ type: IRType, _ a: IROperand = .none, _ b: IROperand = .none, _ c: IROperand = .none,
        immediate: Int64 = 0, order: ByteOrder = .little
    ) -> IROperand {
        let result = temporary()
        emit(opcode, type, to: result, a, b, c, immediate: immediate, order: order)
        return .place(result)
    }

    /// Calls run-time function `function` of the guest in the middle of a block. It may trap, and may ask to leave the
    /// block after this instruction. It gets `a` and `b` and gives `result`; no other register of the guest may it read or
    /// write, for a back-end keeps them in the host's registers across the call. The places from `Place.firstReserved`
    /// up to `Place.zero` are always in the frame.
    mutating func guestCall(
        _ function: UInt16, argument: UInt32 = 0, to result: Place? = nil, _ a: IROperand = .zero,
        _ b: IROperand = .zero
    ) {
        emit(.guestCall, .i64, to: result, a, b, immediate: IRInstruction.guestCallImmediate(function, argument))
    }

    /// Ends the block.
    mutating func end(_ terminal: IRTerminal) {
        block.terminal = terminal
    }
}

extension IRInstruction {
    /// The immediate of `guestCall`: function number in bits 15…0, argument in bits 47…16.
    static func guestCallImmediate(_ function: UInt16, _ argument: UInt32) -> Int64 {
        Int64(function) | Int64(argument) << 16
    }

    var guestFunction: UInt16 { UInt16(truncatingIfNeeded: immediate) }
    var guestArgument: UInt32 { UInt32(truncatingIfNeeded: immediate >> 16) }
}
