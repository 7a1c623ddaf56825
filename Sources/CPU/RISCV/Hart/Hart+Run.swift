import TandemBus
import TandemKernel

/// The outer loop: slices of execution between sync points.
extension Hart {
    /// Guest program counter, exact between blocks.
    var pc: UInt64 {
        get { frame[Int(Place.programCounter.index)] }
        set { frame[Int(Place.programCounter.index)] = newValue }
    }

    /// An address of the hart's width: RV32's wrap around at 32 bits.
    func wrapped(_ address: UInt64) -> UInt64 { configuration.xlen.truncate(address) }

    /// The body of the hart's thread.
    func execute(_ context: ThreadContext) throws {
        caughtUp()
        modeChanged()
        while true {
            if isHalted {
                if hangs { reportHang() }
                try context.wait(wake)
                continue
            }
            if isWaiting {
                try sleep(context)
                continue
            }
            beginSlice()
            run()
            try sync(context)
        }
    }

    /// Lets the simulation catch up with the hart.
    private func sync(_ context: ThreadContext) throws {
        let local = state.pointee.localTime
        if local > 0 { try context.wait(for: SimTime(picoseconds: UInt64(local))) }
        caughtUp()
    }

    /// The simulation stands where the hart does.
    private func caughtUp() {
        sliceStart = now
        state.pointee.localTime = 0
    }

    /// How far the hart may run from now: to the next pending event or to the end of the quantum. With several
    /// initiators the quantum alone decides, for each of them is a pending event of the others.
    private func beginSlice() {
        horizonGeneration = scheduler.horizonGeneration
        let quantum = simulation.quantum
        let end = quantum.initiatorCount > 1 ? now.saturatingAdd(quantum.localQuantum()) : quantum.syncPoint()
        sliceLimit = max(1, end > now ? Int64(clamping: (end - now).picoseconds) : 0)
        needsAttention = true
        slowReservedPages()
    }

    /// WFI: waits for an interrupt that is enabled locally.
    private func sleep(_ context: ThreadContext) throws {
        try sync(context)
        applyDueChanges()
        if privileged.wakes(lines: liveLines) {
            isWaiting = false
            return
        }
        // A timer that is due but not enabled is nothing to wait for.
        let next = min(isTimerDue ? .never : timerTime, pendingChanges.first?.time ?? .never)
        if next == .never {
            try context.wait(wake)
        } else {
            try context.wait(wake, timeout: next - now)
        }
    }

    /// Executes until the slice's limit, until the hart waits, or until a debugger stops it.
    func run() {
        while !isWaiting && !isHalted {
            if needsAttention { attend() }
            guard state.pointee.localTime < state.pointee.limit else {
                if state.pointee.localTime >= sliceLimit { return }
                needsAttention = true
                continue
            }
            if frame[Int(RISCVPlace.floatDirty.index)] != 0 { foldFloatState() }
            if isDebugged, stopsHere() { return }
            if let block = nextBlock() {
                debugLog.executes(self, block)
                let outcome = PortableExecutor<Hart>.run(state, frame, block, self)
                if outcome >= 0 { leaveEarly(at: outcome) }
                if block == transient.block { fold(block) }
                state.pointee.block = nil
                if isDebugged { stepDone() }
            } else {
                // What cannot be fetched takes a cycle as every other instruction that traps.
                state.pointee.localTime += instructionCost
            }
            if state.pointee.exitRequest == ExitRequest.trap {
                state.pointee.exitRequest = ExitRequest.none
                raise()
            }
            state.pointee.exitRequest = ExitRequest.none
        }
    }

    /// Code has changed floating-point state: `mstatus.FS` becomes dirty before anybody looks at it.
    func foldFloatState() {
        let place = Int(RISCVPlace.floatDirty.index)
        guard frame[place] != 0 else { return }
        frame[place] = 0
        if privileged.floatState != 3 {
            privileged.floatState = 3
            modeChanged()
        }
    }

    /// Takes back the part of a block that was not executed, and sets the program counter.
    private func leaveEarly(at index: Int) {
        guard let block = state.pointee.block else { return }
        let trapped = state.pointee.exitRequest == ExitRequest.trap
        let count = Int(block.pointee.count)
        let rest = count - index - 1
        let unit = block.pointee.cost / Int64(count)
        state.pointee.localTime -= Int64(rest) * unit
        state.pointee.retired &-= UInt64(rest + (trapped ? 1 : 0))
        let boundaries = block.pointee.boundaries
        for later in (index + 1)..<max(count, index + 1) {
            let boundary = boundaries[later]
            homeCell.pointee.reads &-= UInt64(boundary.reads)
            homeCell.pointee.writes &-= UInt64(boundary.writes)
            homeCell.pointee.readBytes &-= UInt64(boundary.readBytes)
            homeCell.pointee.writeBytes &-= UInt64(boundary.writeBytes)
            guard let cell = block.pointee.fetchCell else { continue }
            cell.pointee.fetches &-= UInt64(boundary.fetches)
            cell.pointee.fetchBytes &-= UInt64(boundary.length)
            cell.pointee.latencyPicoseconds &-= UInt64(boundary.fetches) &* block.pointee.fetchLatency
        }
        let own = block.pointee.pc &+ UInt64(boundaries[index].pcOffset)
        pc = trapped ? own : wrapped(own &+ UInt64(boundaries[index].length))
    }

    /// Enters the handler of the exception that was raised at the program counter.
    private func raise() {
        foldFloatState()
        debugLog.exception(self, trapCause, trapValue)
        if state.pointee.retired == retiredAtTrap {
            trapsInARow += 1
        } else {
            trapsInARow = 1
            retiredAtTrap = state.pointee.retired
            firstTrap = (trapCause, trapValue, pc)
        }
        if trapsInARow >= 16 { return hang() }
        pc = privileged.take(trapCause, value: trapValue, pc: pc)
        modeChanged()
    }

    /// Sixteen traps without a retired instruction: the guest cannot get out of its handler. The run ends when the
    /// simulation has caught up with the hart.
    private func hang() {
        hangs = true
        isHalted = true
        needsAttention = true
    }

    private func reportHang() {
        hangs = false
        simulation.log.write(
            .error, at: path,
            "the guest hangs: 16 traps in a row without a retired instruction; first \(describe(firstTrap)), "
                + "last \(describe((trapCause, trapValue, pc)))")
        scheduler.stop(StopRequest(.guestHang, code: 3))
    }

    private func describe(_ trap: (cause: ExceptionCause, value: UInt64, pc: UInt64)) -> String {
        "“\(trap.cause)” at \(debugLog.symbolic(trap.pc)), value 0x\(String(trap.value, radix: 16))"
    }

    // MARK: Blocks

    /// The block at the program counter that fits into the limit. Nil: a trap was raised instead.
    private func nextBlock() -> BlockPointer? {
        let mode = state.pointee.mode
        if !isDebugged, usesDirectMemory {
            let cached = jumpCache.entries[JumpCache.index(pc)]
            if cached.pc == pc, let block = cached.block, block.pointee.mode == mode, fits(block) { return block }
            guard let block = findBlock(single: false) else { return nil }
            if fits(block) { return block }
        }
        return findBlock(single: true)
    }

    private func fits(_ block: BlockPointer) -> Bool {
        state.pointee.localTime + block.pointee.lastStart < state.pointee.limit
    }

    private func findBlock(single: Bool) -> BlockPointer? {
        let address = pc
        guard let translation = fetchTranslation(address) else { return nil }
        let physical = translation.physicalPage | address & 0xfff
        guard translation.grant >= 0 else { return fetchBlock(address, physical) }
        let key = state.pointee.mode | (single ? TranslationMode.singleStep : 0)
        if let block = blocks.find(pc: address, physical: physical, mode: key),
            block.pointee.secondPage == TranslatedBlock.noPage || isCurrent(block, address)
        {
            if !single { remember(block) }
            return block
        }
        return translate(address, physical, translation.grant, key: key, single: single)
    }

    /// Whether the second page of a crossing block is still where it was.
    private func isCurrent(_ block: BlockPointer, _ address: UInt64) -> Bool {
        guard let second = fetchTranslation(wrapped((address | 0xfff) &+ 1)) else { return false }
        return second.physicalPage == block.pointee.secondPage
    }

    private func remember(_ block: BlockPointer) {
        if block.pointee.isChainable { jumpCache.insert(block) }
    }

    private func translate(
        _ address: UInt64, _ physical: UInt64, _ grant: Int32, key: UInt32, single: Bool
    ) -> BlockPointer? {
        let host = grants[Int(grant)].pointer(to: physical)
        let halfwords = UnsafeBufferPointer(
            start: UnsafeRawPointer(host).assumingMemoryBound(to: UInt16.self),
            count: (4096 - Int(physical & 0xfff)) / 2)
        var following: UInt16?
        var secondPage = TranslatedBlock.noPage
        if RISCVTranslator.crosses(halfwords) {
            guard let second = fetchTranslation(wrapped((address | 0xfff) &+ 1)) else { return nil }
            guard second.grant >= 0 else { return fetchBlock(address, physical) }
            secondPage = second.physicalPage
            following = grants[Int(second.grant)].pointer(to: secondPage).loadUnaligned(as: UInt16.self)
            watchCode(secondPage, second.grant)
        }
        watchCode(physical, grant)
        if blocks.isFull { flushBlocks() }
        let ir = translator.translate(
            pc: address, mode: mode, limit: single ? 1 : RISCVTranslator.longestBlock,
            source: RISCVTranslator.Source(halfwords: halfwords, following: following))
        debugLog.translated(self, ir)
        let block = install(ir, physical: physical, secondPage: secondPage, grant: grant, key: key)
        if !single { remember(block) }
        return block
    }

    /// Lowers a block and enters it into the cache.
    private func install(
        _ ir: IRBlock, physical: UInt64, secondPage: UInt64, grant: Int32, key: UInt32
    ) -> BlockPointer {
        lowering.lower(ir)
        let count = ir.boundaries.count
        let code = blocks.allocate(PortableInstruction.self, count: lowering.code.count)
        lowering.copy(to: code)
        let boundaries = blocks.allocate(BlockBoundary.self, count: count)
        let crosses = secondPage != TranslatedBlock.noPage
        let tally = BlockBoundary.fill(boundaries, ir, crosses: crosses)
        noteCode(physical, count: Int(tally.fetchBytes))
        if crosses { noteCode(secondPage, count: 2) }
        let latency = grants[Int(grant)].readLatency.picoseconds
        let unit = instructionCost + Int64(latency) * Int64(boundaries[0].fetches)
        let isWhole = key & TranslationMode.singleStep == 0 && !crosses && !debugLog.wantsEveryBlock
        return blocks.insert(
            TranslatedBlock(
                pc: ir.pc, physical: physical, secondPage: secondPage, mode: key, count: UInt32(count),
                cost: unit * Int64(count), lastStart: unit * Int64(count - 1), executions: 0, code: code,
                boundaries: boundaries, fetchCell: grants[Int(grant)].cell, fetchLatency: latency, isChainable: isWhole,
                tally: tally))
    }

    /// Makes the block of one instruction that was fetched by transactions; it is run once.
    func installTransient(_ ir: IRBlock) -> BlockPointer {
        lowering.lower(ir)
        lowering.copy(to: transient.code)
        let tally = BlockBoundary.fill(transient.boundaries, ir, crosses: false)
        transient.block.initialize(
            to: TranslatedBlock(
                pc: ir.pc, physical: 0, secondPage: TranslatedBlock.noPage,
                mode: state.pointee.mode | TranslationMode.singleStep, count: 1, cost: instructionCost, lastStart: 0,
                executions: 0, code: transient.code, boundaries: transient.boundaries, fetchCell: nil,
                fetchLatency: 0,
                isChainable: false, tally: tally))
        return transient.block
    }
}

/// Memory for a block of one instruction outside of the cache.
final class TransientBlock {
    // SAFETY: allocated in `init`, freed only in `deinit`.
    let block: BlockPointer = .allocate(capacity: 1)
    let code: UnsafeMutablePointer<PortableInstruction> = .allocate(capacity: 64)
    let boundaries: UnsafeMutablePointer<BlockBoundary> = .allocate(capacity: 1)

    deinit {
        block.deallocate()
        code.deallocate()
        boundaries.deallocate()
    }
}

extension BlockBoundary {
    /// Fills in the boundaries of a block. Returns what all of it does on the bus.
    static func fill(
        _ boundaries: UnsafeMutablePointer<BlockBoundary>, _ ir: IRBlock, crosses: Bool
    ) -> AccessTally {
        var tally = AccessTally()
        for index in ir.boundaries.indices {
            let source = ir.boundaries[index]
            var boundary = BlockBoundary(
                pcOffset: UInt16(truncatingIfNeeded: source.pc &- ir.pc), length: UInt8(source.length), reads: 0,
                writes: 0, readBytes: 0, writeBytes: 0, fetches: crosses ? 2 : 1)
            let end = index + 1 < ir.boundaries.count ? ir.boundaries[index + 1].firstOperation : ir.instructions.count
            for operation in ir.instructions[source.firstOperation..<end] {
                let row = IROpcodeTable[operation.opcode]
                let width = UInt8(row.accessWidth(operation.type))
                if row.readsMemory {
                    boundary.reads += 1
                    boundary.readBytes += width
                }
                if row.writesMemory {
                    boundary.writes += 1
                    boundary.writeBytes += width
                }
            }
            (boundaries + index).initialize(to: boundary)
            tally.reads += UInt32(boundary.reads)
            tally.writes += UInt32(boundary.writes)
            tally.readBytes += UInt32(boundary.readBytes)
            tally.writeBytes += UInt32(boundary.writeBytes)
            tally.fetches += UInt32(boundary.fetches)
            tally.fetchBytes += UInt32(boundary.length)
        }
        return tally
    }
}
