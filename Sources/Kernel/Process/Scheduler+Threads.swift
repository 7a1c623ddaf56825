import TandemOS

/// Threads: their stacks and their dispatch.
extension Scheduler {
    @inline(__always) func runThread(_ process: ProcessPointer) {
        process.pointee.isRunnable = false
        core.pointee.current = process
        enter(process)
    }

    /// Switches to a thread. Returns when that thread, or one to which it has switched on, comes back to the loop.
    @inline(__always) func enter(_ process: ProcessPointer) {
        if process.pointee.coroutine == nil { begin(process) }
        process.pointee.coroutine?._withUnsafeGuaranteedRef { $0.resume() }
        if let last = core.pointee.current, last.pointee.isTerminated { leaveStack(last) }
    }

    /// Called on the thread's own stack; returns when it is dispatched again. Switches straight to the next thread of
    /// the pass, if there is one: half the switches of going by the loop.
    @inline(__always) func suspend(_ process: ProcessPointer) {
        guard let coroutine = process.pointee.coroutine else { return }
        if let next = core.pointee.passThreads.popFirst() {
            next.pointee.isRunnable = false
            core.pointee.current = next
            if next.pointee.coroutine == nil { begin(next) }
            guard let other = next.pointee.coroutine else { return }
            coroutine._withUnsafeGuaranteedRef { coroutine in
                other._withUnsafeGuaranteedRef { coroutine.transfer(to: $0) }
            }
        } else {
            coroutine._withUnsafeGuaranteedRef { $0.suspend() }
        }
    }

    @inline(never) private func begin(_ process: ProcessPointer) {
        guard let thread = process.pointee.thread?.takeUnretainedValue() else { return }
        process.pointee.mode = .none
        // A restored catch-up ends where the body is entered anew.
        if process.pointee.timer.isCatchUp { core.pointee.endCatchUp(process) }
        // SAFETY: the scheduler ends every thread before it goes away, and the record lives as long as the scheduler.
        let body: (Coroutine) -> Void = { [unowned(unsafe) self] _ in
            self.execute(thread, process)
        }
        let coroutine = Coroutine(pool: stackPool(thread.stackSize), body: body)
        coroutine.name = path(of: process)
        process.pointee.coroutine = .passRetained(coroutine)
    }

    /// On the thread's own stack: runs its body, and once more whenever it was reset.
    private func execute(_ thread: ThreadBody, _ process: ProcessPointer) {
        guard let object = process.pointee.object?.takeUnretainedValue() else { return }
        repeat {
            process.pointee.condition.remove(.unwinding)
            process.pointee.timedOut = false
            do {
                try thread.run(ThreadContext(record: process, scheduler: self))
            } catch let killed as ProcessKilled {
                // The wait that was cut short; whatever was on the stack is released by now.
                if let error = killed.thrown { failBy(error, thrownInto: object) }
            } catch {
                failBy(error, thrownBy: object)
            }
        } while beginsAnew(object)
        terminate(object)
    }

    private func beginsAnew(_ process: Process) -> Bool {
        guard process.record.pointee.condition.contains(.unwinding) else { return false }
        process.details.refusedWaits = 0
        if case .reset = process.details.cause { return core.pointee.phase != .ended }
        return false
    }

    private func failBy(_ error: any Error, thrownInto process: Process) {
        fail(
            SimulationError(
                at: process.path, "the thread did not catch the error thrown into it: \(error)", time: now,
                expected: "a “catch” around its wait"))
    }

    private func failBy(_ error: any Error, thrownBy process: Process) {
        if process.isUnwinding {
            log?.write(.warning, at: process.path, "the thread threw an error while it unwound: \(error)")
        } else {
            fail(SimulationError(at: process.path, "the thread threw an error: \(error)", time: now))
        }
    }

    /// On the stack of whoever comes after a thread that has ended.
    @inline(never) private func leaveStack(_ process: ProcessPointer) {
        endWait(process)
        process.pointee.coroutine?.release()
        process.pointee.coroutine = nil
        if let object = process.pointee.object?.takeUnretainedValue() { reclaim(object) }
    }
}
