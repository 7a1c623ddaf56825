public import TandemBus
public import TandemKernel

/// Interrupt lines and timers.
extension Hart: LineReceiver, TimebaseObserver {
    /// Absolute local time: within a block that of the instruction being executed; that of the simulation while the hart
    /// does not run ahead of it.
    var localNow: SimTime {
        let offset = state.pointee.block == nil ? state.pointee.localTime : startTime(accessIndex)
        return max(now, sliceStart + SimTime(picoseconds: UInt64(max(0, offset))))
    }

    /// No instruction has begun later than this since the simulation caught up: what happens afterwards is in time, for
    /// an instruction under way is finished first. Exact, unless the last instruction waited for memory.
    private var begunTime: SimTime {
        let offset =
            state.pointee.block == nil
            ? max(begunOffset, min(state.pointee.localTime - instructionCost, sliceLimit - 1)) : startTime(accessIndex)
        return sliceStart + SimTime(picoseconds: UInt64(max(0, offset)))
    }

    public func lineChanged(_ input: LineInput, level: Bool, at time: SimTime) {
        guard let line = HartLine(rawValue: input.index) else { return }
        receive(InputChange(time: time, kind: .line(line, level: level)))
    }

    /// Takes a change over at once, or when the local time has come to it.
    func receive(_ change: InputChange) {
        let time = change.time
        if time > localNow {
            let index = pendingChanges.firstIndex { $0.time > time } ?? pendingChanges.endIndex
            pendingChanges.insert(change, at: index)
        } else {
            let begun = begunTime
            if begun > time { quantum.noteSkew(begun - time, at: time, ahead: self) }
            apply(change)
        }
        needsAttention = true
        if isWaiting { wake.notify(after: time > now ? time - now : .zero) }
    }

    private func apply(_ change: InputChange) {
        switch change.kind {
        case .line(let line, let level): apply(line, level)
        case .message(let identity, let level): deliver(identity, level, at: change.time)
        }
    }

    private func apply(_ line: HartLine, _ level: Bool) {
        if line == .ssip {
            // The SSWI's line is a pulse: its edge sets the software bit (ACLINT spec §4).
            if level { privileged.softwarePending |= InterruptBits.ssi }
        } else if level {
            lines |= line.bit
        } else {
            lines &= ~line.bit
        }
    }

    public func timebaseChanged(_ timebase: any Timebase) { timerChanged() }

    /// `stimecmp` or what enables it was written.
    func timerChanged() {
        let isEnabled =
            configuration.extensions.contains(.sstc) && privileged.machineEnvironment & EnvironmentBits.stce != 0
        timerTime = isEnabled ? timebase?.time(ofTick: privileged.supervisorTimeCompare) ?? .never : .never
        timerWasDue = false
        needsAttention = true
    }

    /// Whether the supervisor timer of Sstc is due at the local time.
    var isTimerDue: Bool { timerTime != .never && localNow >= timerTime }

    /// The levels that `mip` shows besides what software wrote.
    var liveLines: UInt64 { isTimerDue ? lines | InterruptBits.sti : lines }

    /// Takes over the changes of lines that the local time has reached.
    func applyDueChanges() {
        while access.pointee.nextChange <= localNow {
            let change = pendingChanges.removeFirst()
            apply(change)
        }
    }

    /// Looks at everything that may have happened since the last block: interrupts, the timer, the limit.
    func attend() {
        needsAttention = false
        applyDueChanges()
        if isTimerDue, !timerWasDue {
            timerWasDue = true
            timerExpirations += 1
        }
        let lines = liveLines
        if let interrupt = privilegedState.pointee.interrupt(lines: lines) { take(interrupt) }
        var limit = sliceLimit
        if timerTime != .never, !isTimerDue { limit = min(limit, offset(of: timerTime)) }
        let change = access.pointee.nextChange
        if change != .never { limit = min(limit, offset(of: change)) }
        if access.pointee.attribution != nil { noteProcess() }
        if access.pointee.binEnd != .never { limit = min(limit, closeBins()) }
        if access.pointee.code.countsPages { limit = min(limit, emptyCounts()) }
        state.pointee.limit = limit
    }

    /// A later absolute time as a local offset.
    func offset(of time: SimTime) -> Int64 {
        time > sliceStart ? Int64(clamping: (time - sliceStart).picoseconds) : 0
    }

    private func take(_ interrupt: PendingInterrupt) {
        foldFloatState()
        let cause = interrupt.cause
        takenCounts[Int(cause.rawValue)] += 1
        if let line = HartLine(cause) { lineInputs[line.rawValue].noteTaken(at: localNow) }
        if access.pointee.isLogged { tellInterrupt(cause) }
        pc = privileged.take(interrupt, pc: pc)
        modeChanged()
    }
}
