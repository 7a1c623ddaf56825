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
        if process.stack == nil { begin(process) }
        process.pointee.coroutine?._withUnsafeGuaranteedRef { $0.resume() }
        if let last = core.pointee.current, last.pointee.isTerminated { leaveStack(last) }
    }

    /// Called on the thread's own stack; returns when it is dispatched again. Switches straight to the next thread that
    /// is to run, if no method runs before it: half the switches of going by the loop, and none for a thread that comes
    /// next itself.
    @inline(__always) func suspend(_ process: ProcessPointer) {
        if core.pointee.chainsThreads, let next = nextThread() {
            next.pointee.isRunnable = false
            core.pointee.current = next
            if next == process { return }
            if next.stack == nil { begin(next) }
            if let stack = process.stack, let other = next.stack {
                // The one after it, too: its stack is not expected in a cache where threads are many.
                core.pointee.passThreads.first?.stack?.warmUp()
                return stack.transfer(to: other, accesses)
            }
        }
        process.pointee.coroutine?._withUnsafeGuaranteedRef { $0.suspend() }
    }

    /// The thread that runs next, or nothing if the loop has to go on: what happens before is a matter of the leaves.
    ///
    /// It stops at every place from which the loop goes on as if it had come there by itself.
    @inline(__always) private func nextThread() -> ProcessPointer? {
        if let next = core.pointee.passThreads.popFirst() { return next }
        return nextThreadOfLaterPass()
    }

    private func nextThreadOfLaterPass() -> ProcessPointer? {
        if !core.pointee.methods.isEmpty { return nil }
        if core.pointee.threads.isEmpty {
            // The end of the evaluation phase.
            if core.pointee.control != .none || core.pointee.customUpdates != 0 || mailroom.needsAttention
                || core.pointee.isReplaying
            {
                return nil
            }
            if core.pointee.firstUpdate != nil {
                core.pointee.endEvaluation()
                core.pointee.performPlainUpdates(core.pointee.updateFiresDirectly)
                if core.pointee.hasDeltas { core.pointee.fireDeltas() }
            } else if core.pointee.hasDeltas {
                core.pointee.endEvaluation()
                core.pointee.fireDeltas()
            } else {
                let next = core.pointee.queue.earliestTime()
                if next >= core.pointee.limit { return nil }
                core.pointee.endEvaluation()
                core.pointee.advance(to: next)
            }
            if core.pointee.threads.isEmpty || !core.pointee.methods.isEmpty { return nil }
        }
        core.pointee.beginPass()
        return core.pointee.passThreads.popFirst()
    }

    @inline(never) private func begin(_ process: ProcessPointer) {
        let annex = core.pointee.annex(of: process)
        guard let thread = annex.pointee.thread?.takeUnretainedValue() else { return }
        process.pointee.mode = .none
        // A restored catch-up ends where the body is entered anew.
        if process.pointee.timer.isCatchUp { core.pointee.endCatchUp(process) }
        // SAFETY: the scheduler ends every thread before it goes away, and the record lives as long as the scheduler.
        let body: (Coroutine) -> Void = { [unowned(unsafe) self] _ in
            self.execute(thread, process)
        }
        let coroutine = Coroutine(pool: stackPool(thread.stackSize), body: body)
        coroutine.name = path(of: process)
        process.stack = coroutine.link
        annex.pointee.coroutine = .passRetained(coroutine)
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
        process.pointee.annex?.pointee.coroutine = nil
        process.stack = nil
        if let object = process.pointee.object?.takeUnretainedValue() { reclaim(object) }
    }
}
