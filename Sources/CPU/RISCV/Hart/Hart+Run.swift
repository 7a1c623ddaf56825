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
        access.pointee.stands = false
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
            while access.pointee.stands { try stand(context) }
            publishReservation()
            try sync(context)
        }
    }

    /// The debugger has the hart: nothing else happens before the next run, which goes on in the same slice.
    private func stand(_ context: ThreadContext) throws {
        publishReservation()
        try context.stand()
        access.pointee.stands = false
        needsAttention = true
        run()
    }

    /// Lets the simulation catch up with the hart.
    private func sync(_ context: ThreadContext) throws {
        let local = state.pointee.localTime
        if local > 0 { try context.catchUp(by: SimTime(picoseconds: UInt64(local))) }
        caughtUp()
    }

    /// The simulation stands where the hart does.
    private func caughtUp() {
        if retired &- condensedAt >= Self.condensingInterval {
            condensedAt = retired
            plainRange?.memory?._withUnsafeGuaranteedRef { $0.condense() }
        }
        sliceStart = now
        retiredBase = retired
        state.pointee.localTime = 0
        state.pointee.waited = 0
        begunOffset = 0
    }

    /// How far the hart may run from now: to the next pending event or to the end of the quantum. Other harts that run
    /// ahead are no events: the quantum bounds the skew between them.
    private func beginSlice() {
        horizonGeneration = scheduler.horizonGeneration
        // Somebody asked for a stop in this very delta cycle: the first access looks at it.
        if scheduler.isStopRequested { horizonGeneration &-= 1 }
        let end = quantum.syncPoint()
        sliceLimit = max(1, min(end > now ? Int64(clamping: (end - now).picoseconds) : 0, longestSlice))
        needsAttention = true
        if access.pointee.hasReservedWatches { slowReservedPages() }
    }

    /// With a bound on skew, the last instruction of a slice must end within it too, as far as it does not wait for
    /// memory: then no interrupt is late by more than the bound.
    private var longestSlice: Int64 {
        guard quantum.maxSkew != .never, quantum.initiatorCount > 1 else { return .max }
        return Int64(clamping: quantum.maxSkew.picoseconds) - (instructionCost - 1)
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
        let next = min(isTimerDue ? .never : timerTime, access.pointee.nextChange)
        if next == .never {
            try context.wait(wake)
        } else {
            try context.wait(wake, timeout: next - now)
        }
    }

    /// Executes until the slice's limit, until the hart waits, or until a debugger stops it.
    func run() {
        while !isWaiting && !isHalted && !access.pointee.stands {
            if needsAttention { attend() }
            guard state.pointee.localTime < state.pointee.limit else {
                if state.pointee.localTime >= sliceLimit { return }
                needsAttention = true
                continue
            }
            if frame[Int(RISCVPlace.floatDirty.index)] != 0 { foldFloatState() }
            if isDebugged, stopsHere() { return }
            if wantsFlush { renewCode() }
            if let block = nextBlock() {
                execute(block)
                state.pointee.block = nil
            } else {
                // What cannot be fetched takes a cycle as every other instruction that traps.
                state.pointee.localTime += instructionCost
                state.pointee.waited += instructionCost
            }
            if state.pointee.exitRequest == ExitRequest.trap {
                state.pointee.exitRequest = ExitRequest.none
                raise()
            }
            state.pointee.exitRequest = ExitRequest.none
            if isDebugged { stepDone() }
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

    /// Executes a block and those chained to it, or as much of it as fits into the limit.
    private func execute(_ block: BlockPointer) {
        if access.pointee.logsBlocks {
            debugLog.executes(self, block)
            if access.pointee.logsInstructions { beginInstruction() }
        }
        if block.pointee.executions >= block.pointee.hotAt, runUnits(block) { return }
        pendingExit = nil
        pendingTarget = nil
        let isStepping = access.pointee.isStepping
        let fitting = isStepping ? 1 : countThatFits(block)
        if isStepping {
            // No block may follow by itself; the limit is made anew before the next one.
            state.pointee.limit = CPUState.stopped
            needsAttention = true
        }
        let outcome =
            fitting < Int(block.pointee.count)
            ? executePart(block, count: fitting) : executeWhole(block)
        if outcome >= 0 { leaveEarly(at: outcome) }
        if block == transient.block { fold(block) }
    }

    /// How many instructions of a block may start before the limit. The first has: it was fetched before, which may have
    /// taken until after the limit.
    private func countThatFits(_ block: BlockPointer) -> Int {
        let budget = state.pointee.limit - state.pointee.localTime
        guard budget <= block.pointee.lastStart else { return Int(block.pointee.count) }
        let unit = block.pointee.instructionTime
        return max(1, Int((budget + unit - 1) / unit))
    }

    /// Executes the first instructions of a block: a stop stands in the place of the next one for the time.
    private func executePart(_ block: BlockPointer, count: Int) -> Int {
        let next = block.pointee.code + Int(block.pointee.boundaries[count].firstStep)
        let displaced = next.pointee
        next.pointee = PortableInstruction(.stop, immediate: UInt64(count - 1))
        defer { next.pointee = displaced }
        return executeWhole(block)
    }

    private func executeWhole(_ block: BlockPointer) -> Int {
        let code = access.pointee.code
        if !code.lists { return PortableExecutor<Hart>.run(state, frame, block, self) }
        return code.countsPages
            ? PortableExecutor<Hart>.run(state, frame, block, self, PageMeasuring.self)
            : PortableExecutor<Hart>.run(state, frame, block, self, Listing.self)
    }

    /// Takes back the part of a block that was not executed, and sets the program counter.
    func leaveEarly(at index: Int) {
        guard let block = state.pointee.block else { return }
        let trapped = state.pointee.exitRequest == ExitRequest.trap
        let count = Int(block.pointee.count)
        let rest = count - index - 1
        state.pointee.localTime -= Int64(rest) * block.pointee.instructionTime
        state.pointee.waited -= Int64(rest) * (block.pointee.waited / Int64(count))
        takeBack(behind: index, of: block, times: 1)
        if access.pointee.stopsBeforeAccess {
            takeBackStart(of: index, in: block)
        } else if trapped {
            // A trapped instruction takes its cycle and does not retire.
            state.pointee.waited += instructionCost
        }
        let boundary = block.pointee.boundaries[index]
        let own = block.pointee.pc &+ UInt64(bitPattern: Int64(boundary.pcOffset))
        pc = trapped ? own : wrapped(own &+ UInt64(boundary.length))
    }

    /// Enters the handler of the exception that was raised at the program counter.
    private func raise() {
        if access.pointee.stopsBeforeAccess {
            access.pointee.stopsBeforeAccess = false
            return stop(.watchpoint(watchHit.address, watchHit.kind))
        }
        foldFloatState()
        if access.pointee.isLogged { tellException(trapCause, trapValue) }
        let retired = self.retired
        if retired == retiredAtTrap {
            trapsInARow += 1
        } else {
            trapsInARow = 1
            retiredAtTrap = retired
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
}
