import TandemOS

/// One process running in the middle of another one's control call, and what interrupted waits throw.
extension Scheduler {
    /// Runs `process` at once. Returns when it waits or has ended.
    ///
    /// For that time nothing else of the pass is dispatched, and time does not advance by the short way of a wait:
    /// whoever called goes on at this instant.
    func preempt(_ process: ProcessPointer) {
        let caller = core.pointee.current
        let isNested = caller?.pointee.condition.contains(.preempting) ?? false
        let isOutermost = core.pointee.heldThreads.first == nil
        let (phase, limit, chains) = (core.pointee.phase, core.pointee.limit, core.pointee.chainsThreads)
        if isOutermost { core.pointee.exchangeHeldThreads() }
        core.pointee.phase = .evaluate
        core.pointee.limit = core.pointee.clock.pointee.now
        core.pointee.chainsThreads = false
        caller?.pointee.condition.insert(.preempting)
        core.pointee.current = process
        if process.pointee.isThread {
            enter(process)
        } else {
            process.code.pointee()
        }
        core.pointee.current = caller
        if !isNested { caller?.pointee.condition.remove(.preempting) }
        core.pointee.phase = phase
        core.pointee.limit = limit
        core.pointee.chainsThreads = chains
        if isOutermost { core.pointee.exchangeHeldThreads() }
    }

    /// After a control call has let others run: they may have killed or reset the caller, or thrown into it.
    func endPreemption() throws(ProcessKilled) {
        guard let caller = core.pointee.current, !caller.pointee.condition.isEmpty else { return }
        if caller.pointee.condition.contains(.interrupted) {
            takeInterruption(of: caller)
            throw thrown
        }
        if caller.pointee.isTerminated { throw ProcessKilled(.killed) }
    }

    /// Before an unusual process leaves its stack in a wait. Returns whether the wait throws instead.
    @inline(never) func refusesWait(_ process: ProcessPointer) -> Bool {
        if process.pointee.condition.contains(.unwinding) {
            endWait(process)
            refuseWaitWhileUnwinding(process)
            return true
        }
        if process.pointee.condition.contains(.interrupted) {
            endWait(process)
            takeInterruption(of: process)
            return true
        }
        if process.pointee.condition.contains(.disabled) { park(process) }
        return false
    }

    /// After an unusual process has come back to its stack. Returns whether the wait throws.
    @inline(never) func takesInterruption(_ process: ProcessPointer) -> Bool {
        if process.pointee.condition.contains(.interrupted) {
            takeInterruption(of: process)
            return true
        }
        guard process.pointee.condition.contains(.heldInReset) else { return false }
        process.pointee.object?._withUnsafeGuaranteedRef { $0.details.cause = .reset }
        takeInterruption(of: process)
        return true
    }

    private func takeInterruption(of process: ProcessPointer) {
        let cause = process.pointee.object?._withUnsafeGuaranteedRef { $0.details.cause } ?? .killed
        process.pointee.condition.remove(.interrupted)
        switch cause {
        case .killed, .reset, .ended: process.pointee.condition.insert(.unwinding)
        case .thrown, .refused: break
        }
        thrown = ProcessKilled(cause)
    }

    /// A wait that is a mistake of its caller: the run fails, the wait throws.
    @inline(never) func refuseWait(
        at place: String, _ problem: String, expected: String = ""
    ) -> WaitOutcome {
        let error = SimulationError(at: place, problem, time: now, expected: expected)
        fail(error)
        thrown = ProcessKilled(.refused(error))
        return .killed
    }

    private func refuseWaitWhileUnwinding(_ process: ProcessPointer) {
        guard let object = process.pointee.object?.takeUnretainedValue() else { return }
        let details = object.details
        thrown = ProcessKilled(details.cause)
        details.refusedWaits += 1
        if core.pointee.phase == .ended {
            log?.writeOnce(.warning, at: object.path, "the thread waits while it unwinds")
        } else if details.refusedWaits == 1 {
            fail(
                SimulationError(
                    at: object.path, "the thread waits while it unwinds (\(thrown))", time: now,
                    expected: "a body that lets “ProcessKilled” pass"))
        }
        if details.refusedWaits < 1_000 { return }
        // A body that catches its end in a loop would never come back. Nobody can release what its frames hold.
        log?.write(.error, at: object.path, "the thread does not leave its stack, which is abandoned with its locals")
        process.pointee.condition.insert(.terminated)
        while true { process.pointee.coroutine?._withUnsafeGuaranteedRef { $0.suspend() } }
    }
}
