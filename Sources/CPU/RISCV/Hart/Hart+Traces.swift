import TandemBus

/// Traces: which blocks a unit is made of.
///
/// A trace starts with a hot block and follows the way that was taken more often: through fixed jumps, calls, and returns
/// whose address is known because the call stands in the trace. It ends where it comes back to its start (a loop), to
/// another part of itself, to something that was seldom executed, and where the address or what follows is not known.
///
/// Only code that the guest has fetched already is looked at, so that building a trace walks no page table.
extension Hart {
    /// The most instructions and blocks in a unit.
    private static let longestTrace = 160
    private static let mostBlocks = 24
    private static let mostPages = 4
    /// A trace goes on into a block that was executed at least once for so many times that its head was.
    private static let seldom: UInt64 = 16

    /// Puts the trace that starts with `head` into `trace`.
    func traceUnit(from head: BlockPointer, _ trace: inout IRBlock) {
        trace.removeAll(pc: head.pointee.pc)
        tracedBlocks.removeAll(keepingCapacity: true)
        tracedPages.removeAll(keepingCapacity: true)
        callStack.removeAll(keepingCapacity: true)
        var block = head
        _ = include(block)
        while true {
            let terminal = append(block, &trace)
            guard let next = follow(terminal, head, &trace) else { break }
            block = next
        }
    }

    /// Appends the operations of a block. Returns how it ends.
    private func append(_ block: BlockPointer, _ trace: inout IRBlock) -> IRTerminal {
        let physical = block.pointee.physical
        guard let host = codePointer(physical) else { return .jump(block.pointee.pc) }
        let ir = translator.translate(
            pc: block.pointee.pc, mode: mode, limit: Int(block.pointee.count),
            source: RISCVTranslator.Source(
                halfwords: UnsafeBufferPointer(
                    start: UnsafeRawPointer(host).assumingMemoryBound(to: UInt16.self),
                    count: (4096 - Int(physical & 0xfff)) / 2),
                following: nil))
        let base = trace.instructions.count
        trace.instructions.append(contentsOf: ir.instructions)
        for boundary in ir.boundaries {
            trace.boundaries.append(
                IRBoundary(
                    firstOperation: boundary.firstOperation + base, pc: boundary.pc, length: boundary.length))
        }
        return ir.terminal
    }

    private func codePointer(_ physical: UInt64) -> UnsafeMutableRawPointer? {
        for index in 0..<grants.count where grants[index].contains(physical & ~0xfff, count: 4096) {
            return grants[index].pointer(to: physical)
        }
        return nil
    }

    /// Ends the trace, or appends what guards the way on and returns the block that comes next.
    private func follow(_ terminal: IRTerminal, _ head: BlockPointer, _ trace: inout IRBlock) -> BlockPointer? {
        switch terminal {
        case .guestExit:
            trace.terminal = terminal
            return nil
        case .jump(let target):
            noteCall(trace)
            trace.terminal = terminal
            return next(target, head, trace)
        case .branch(let condition, let type, let a, let b, let taken, let otherwise):
            return follow(condition, type, a, b, taken, otherwise, head, &trace)
        case .indirect(let target):
            trace.terminal = terminal
            guard let expected = callStack.popLast(), isReturn(target, trace), let block = next(expected, head, trace)
            else { return nil }
            guardTarget(target, expected, &trace)
            trace.terminal = .jump(expected)
            return block == head ? nil : block
        }
    }

    private func follow(
        _ condition: IRCondition, _ type: IRType, _ a: IROperand, _ b: IROperand, _ taken: UInt64, _ otherwise: UInt64,
        _ head: BlockPointer, _ trace: inout IRBlock
    ) -> BlockPointer? {
        trace.terminal = .branch(condition, type, a, b, taken: taken, otherwise: otherwise)
        let takenCount = weight(taken, head)
        let otherCount = weight(otherwise, head)
        let goesTaken = takenCount >= otherCount
        let target = goesTaken ? taken : otherwise
        // A loop closes by its branch; everything else that ends here does too.
        guard target != head.pointee.pc, let block = next(target, head, trace) else { return nil }
        trace.instructions.append(
            IRInstruction(
                opcode: goesTaken ? condition.inverted.leave : condition.leave, type: type, result: nil, a: a, b: b,
                immediate: Int64(bitPattern: goesTaken ? otherwise : taken)))
        trace.terminal = .jump(target)
        return block
    }

    /// The block at `target` if the trace goes on there, and notes that it does.
    private func next(_ target: UInt64, _ head: BlockPointer, _ trace: IRBlock) -> BlockPointer? {
        guard target != head.pointee.pc, trace.boundaries.count < Self.longestTrace,
            tracedBlocks.count < Self.mostBlocks, let block = knownBlock(target),
            trace.boundaries.count + Int(block.pointee.count) <= Self.longestTrace + RISCVTranslator.longestBlock,
            block.pointee.isChainable, block.pointee.fetchLatency == 0,
            block.pointee.fetchCell == head.pointee.fetchCell, block.pointee.fetchGrant == head.pointee.fetchGrant,
            block.pointee.unit != nil || block.pointee.executions &* Self.seldom >= head.pointee.executions,
            !tracedBlocks.contains(block), !isLoop(block)
        else { return nil }
        return include(block) ? block : nil
    }

    /// Whether the compiled unit of a block is a loop: then it is entered, not copied.
    private func isLoop(_ block: BlockPointer) -> Bool { block.pointee.unit?.pointee.isLoop ?? false }

    /// Notes that a block belongs to the trace. False: it stands in a page too many.
    private func include(_ block: BlockPointer) -> Bool {
        let virtual = block.pointee.pc & ~0xfff
        if !tracedPages.contains(where: { $0.virtual == virtual }) {
            guard tracedPages.count < Self.mostPages else { return false }
            tracedPages.append(UnitPage(virtual: virtual, physical: block.pointee.physical & ~0xfff))
        }
        tracedBlocks.append(block)
        return true
    }

    /// How often the block at an address was executed.
    private func weight(_ target: UInt64, _ head: BlockPointer) -> UInt64 {
        guard let block = knownBlock(target) else { return 0 }
        let unit =
            block.pointee.unit.map { $0.pointee.total &+ $0.pointee.executions &- $0.pointee.folded } ?? 0
        return block.pointee.executions &+ unit
    }

    /// The block at an address whose translation is known.
    private func knownBlock(_ address: UInt64) -> BlockPointer? {
        guard let translation = fetchSpaces.find(address, regime: Int(privileged.privilege.rawValue)),
            translation.grant >= 0
        else { return nil }
        return blocks.find(
            pc: address, physical: translation.physicalPage | address & 0xfff, mode: state.pointee.mode)
    }

    // MARK: Calls and returns

    /// A jump that leaves its own end in the link register is a call: its return is expected there.
    private func noteCall(_ trace: IRBlock) {
        guard let last = trace.boundaries.last else { return }
        for instruction in trace.instructions[last.firstOperation...] {
            guard instruction.result == Self.linkRegister, instruction.opcode == .move,
                case .constant(let address) = instruction.a
            else { continue }
            callStack.append(wrapped(address))
        }
    }

    private static let linkRegister = RISCVPlace.integer(1)

    /// Whether a computed jump goes where the link register says.
    private func isReturn(_ target: IROperand, _ trace: IRBlock) -> Bool {
        guard let last = trace.boundaries.last else { return false }
        return trace.instructions[last.firstOperation...].contains {
            $0.opcode == .and && $0.a == .place(Self.linkRegister) && $0.result.map { .place($0) } == target
        }
    }

    /// A return goes to the address after its call, or leaves the trace.
    private func guardTarget(_ target: IROperand, _ expected: UInt64, _ trace: inout IRBlock) {
        trace.instructions.append(
            IRInstruction(
                opcode: .leaveUnlessTarget, type: .i64, result: nil, a: target,
                immediate: Int64(bitPattern: expected)))
    }
}

extension IRBlock {
    /// The ways out to fixed and guarded addresses: how many `UnitExit`s a unit of it needs.
    var exitCount: Int {
        var count = 2
        for instruction in instructions where IROpcodeTable[instruction.opcode].effect == .exit { count += 1 }
        return count
    }

    /// Whether it ends by going back to its own start.
    var isLoop: Bool {
        switch terminal {
        case .jump(let target): target == pc
        case .branch(_, _, _, _, let taken, let otherwise): taken == pc || otherwise == pc
        case .indirect, .guestExit: false
        }
    }
}
