import TandemOS

/// Threads: their stacks, their dispatch, their end.
extension Scheduler {
    @inline(__always) func runThread(_ process: ProcessPointer) {
        process.pointee.isRunnable = false
        core.pointee.current = process
        if process.pointee.coroutine == nil { begin(process) }
        resume(process)
    }

    /// Switches to a thread. Returns when that thread, or one to which it has switched on, comes back to the loop.
    @inline(__always) private func resume(_ process: ProcessPointer) {
        process.pointee.coroutine?._withUnsafeGuaranteedRef { $0.resume() }
        if let last = core.pointee.current, last.pointee.isTerminated { end(last) }
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

    private func execute(_ thread: ThreadBody, _ process: ProcessPointer) {
        do {
            try thread.run(ThreadContext(record: process, scheduler: self))
        } catch is ProcessKilled {
            // The wait that was cut short; whatever was on the stack is released by now.
        } catch {
            fail(SimulationError(at: path(of: process), "the thread threw an error: \(error)", time: now))
        }
        process.pointee.isTerminated = true
    }

    @inline(never) private func end(_ process: ProcessPointer) {
        core.pointee.dropWait(process)
        process.pointee.mode = .none
        process.pointee.coroutine?.release()
        process.pointee.coroutine = nil
    }

    /// Unwinds the stack of a thread that has begun: its wait throws, its locals are released.
    func kill(_ process: ProcessPointer) {
        guard process.pointee.coroutine != nil else { return }
        core.pointee.dropWait(process)
        process.pointee.isKilled = true
        let previous = core.pointee.current
        core.pointee.current = process
        var attempts = 0
        while process.pointee.coroutine != nil {
            // A body that catches `ProcessKilled` may reach further waits, each of which throws again without a
            // switch, so that one resume is enough.
            precondition(attempts < 1, "The thread “\(path(of: process))” waits although it was killed.")
            attempts += 1
            resume(process)
        }
        core.pointee.current = previous
    }

    /// Ends all threads, drops everything pending, and leaves every process as it was declared.
    func rewind() {
        core.pointee.phase = .ended
        core.pointee.dropRunnable()
        for process in processes { kill(process.record) }
        core.pointee.dropRunnable()
        core.pointee.dropPending()
        while core.pointee.popUpdate() != nil {}
        for process in processes {
            let record = process.record
            core.pointee.dropWait(record)
            if record.pointee.timer.isCatchUp { core.pointee.endCatchUp(record) }
            record.pointee.mode = .staticEvents
            record.pointee.triggersLeft = 0
            record.pointee.isTerminated = false
            record.pointee.timedOut = false
            record.pointee.isKilled = false
        }
        core.pointee.control = .none
        core.pointee.phase = .outside
        core.pointee.current = nil
        hasStarted = false
        failure = nil
        stopRequest = nil
        core.pointee.announce(0)
    }

    /// Ends all threads and lets go of all bodies, which hold the modules that hold them. Nothing runs afterwards.
    func takeDown() {
        rewind()
        core.pointee.phase = .ended
        for process in processes {
            let record = process.record
            record.pointee.method?.release()
            record.pointee.method = nil
            record.pointee.thread?.release()
            record.pointee.thread = nil
            record.pointee.links?.deallocate()
            record.pointee.links = nil
            record.pointee.linkCapacity = 0
        }
    }
}

extension SchedulerCore {
    /// Makes every pending notification idle.
    mutating func dropPending() {
        queue.removeAll()
        while deltas.pointee.next != deltas {
            let node = deltas.pointee.next
            QueueNode.remove(node)
            node.pointee.state = .idle
        }
    }
}
