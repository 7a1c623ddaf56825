import TandemOS

/// The loop: evaluate, update, notify; when nothing is left at this time, mail, then the next time.
///
/// The loop works on `core` through short accesses only: whatever it calls may come back and change it.
extension Scheduler {
    /// First run: the update phase, then every process that initializes becomes runnable in declaration order, then
    /// delta notifications made so far fire (IEEE 1666-2023 §4.2.1.1).
    func start() {
        hasStarted = true
        // What was written before the start is told after the processes that initialize.
        core.pointee.phase = .update
        performQueuedUpdates()
        core.pointee.phase = .outside
        for process in processes where process.record.pointee.initializes {
            core.pointee.makeRunnable(process.record)
        }
        core.pointee.fireDeltas()
    }

    /// Runs until `limit`, or until something ends the run. `drain` hands over mail.
    func run(until limit: UInt64, starvation: StarvationPolicy, inbox: Inbox) -> StopReason {
        isRunning = true
        core.pointee.limit = limit
        accesses = OpenAccesses.ofThisThread()
        mailroom.beginRun()
        defer {
            mailroom.endRun()
            isRunning = false
            core.pointee.chainsThreads = false
            core.pointee.limit = .max
            core.pointee.phase = .outside
        }
        if mailroom.isHoldRaised { stand() }
        if core.pointee.heldPass != nil { resumeStanding() }
        if limit == clock.pointee.now && limit != .max {
            runDelta()
            return takeControl() ?? .timeReached
        }
        core.pointee.chainsThreads = true
        while true {
            repeat {
                runDelta()
                // A wish to stop also ends a storm of delta cycles that never lets time advance.
                if mailroom.needsAttention { takeStop() }
            } while core.pointee.hasRunnable && core.pointee.control == .none
            if let reason = takeControl() { return reason }
            if mailroom.needsAttention || core.pointee.isReplaying {
                if let reason = takeOutside(inbox) { return reason }
                if core.pointee.hasWorkNow { continue }
            }
            let next = core.pointee.queue.earliestTime()
            if next <= limit && next != .max {
                core.pointee.advance(to: next)
                // The evaluation at the limit itself belongs to the next run (rule 23 of the semantics).
                if next == limit { return .timeReached }
            } else if next == .max && limit == .max || next == .max && starvation == .exit {
                if let diagnosis = inbox.starvedReplay() {
                    fail(SimulationError(diagnosis, time: now))
                } else if mailroom.hasAttached {
                    mailroom.sleep()
                } else if !mailroom.needsAttention {
                    return .starved
                }
            } else {
                clock.pointee.now = limit
                return .timeReached
            }
        }
    }

    /// One delta cycle, or more of them: threads chain, and so do methods that are woken alone.
    @inline(__always) private func runDelta() {
        core.pointee.phase = .evaluate
        while core.pointee.hasRunnable {
            if let process = core.pointee.takeOnlyMethod() {
                runMethod(process)
                while !mailroom.needsAttention, let next = core.pointee.chainedMethod() { runMethod(next) }
            } else {
                runPass()
            }
        }
        core.pointee.endEvaluation()
        core.pointee.phase = .outside
        if core.pointee.firstUpdate != nil || core.pointee.control != .none { return finishDelta() }
        if core.pointee.hasDeltas { core.pointee.fireDeltas() }
    }

    /// The rest of a cycle in which channels asked for an update, or somebody for an end.
    @inline(never) private func finishDelta() {
        switch core.pointee.control {
        case .stopImmediately, .fail, .stand: return
        case .none, .pause, .stop: break
        }
        core.pointee.phase = .update
        if core.pointee.firstUpdate != nil { performUpdates() }
        core.pointee.phase = .outside
        if core.pointee.control == .stop || core.pointee.control == .fail { return }
        if core.pointee.hasDeltas { core.pointee.fireDeltas() }
    }

    @inline(never) private func runPass() {
        core.pointee.beginPass()
        while let process = core.pointee.passMethods.popFirst() {
            process.pointee.isRunnable = false
            runMethod(process)
        }
        while let process = core.pointee.passThreads.popFirst() { runThread(process) }
    }

    @inline(__always) private func runMethod(_ process: ProcessPointer) {
        core.pointee.current = process
        process.code.pointee()
    }

    /// What ends the run, if anything asked for it.
    @inline(__always) private func takeControl() -> StopReason? {
        switch core.pointee.control {
        case .none: return nil
        case .pause, .stand:
            core.pointee.control = .none
            return .paused
        case .stop, .stopImmediately: return .stopped(stopRequest ?? StopRequest(.quit))
        case .fail: return .failed(failure ?? SimulationError(at: "", "the simulation failed", time: now))
        }
    }

    @inline(never) private func takeOutside(_ inbox: Inbox) -> StopReason? {
        if let diagnosis = inbox.drain() { fail(SimulationError(diagnosis, time: now)) }
        return takeControl()
    }

    /// Stands as long as another host thread holds the run.
    private func stand() {
        mailroom.stand(at: clock.pointee.now) { isPaused in pauseObserver?(isPaused) }
    }

    @inline(never) private func takeStop() {
        mailroom.showTime(clock.pointee.now)
        if mailroom.isHoldRaised { stand() }
        if mailroom.takePause(), core.pointee.control == .none { core.pointee.control = .pause }
        guard let request = mailroom.takeStop() else { return }
        switch core.pointee.control {
        case .none, .pause, .stand: stop(request)
        case .stop, .stopImmediately, .fail: break
        }
    }
}
