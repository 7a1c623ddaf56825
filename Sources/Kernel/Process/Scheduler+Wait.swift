import TandemOS

/// Waits of threads and next triggers of methods.
extension Scheduler {
    /// The thread that runs now; nothing in a method and outside of the evaluation phase. A target that may wait inside
    /// a blocking transport waits through it.
    public var currentThread: ThreadContext? {
        guard let record = core.pointee.current, record.pointee.isThread else { return nil }
        return ThreadContext(record: record, scheduler: self)
    }

    func wait(_ process: ProcessPointer, for time: SimTime) -> WaitOutcome {
        checkRunning(process)
        if time.picoseconds == 0 {
            core.pointee.beginWait(process)
            core.pointee.scheduleDelta(core.pointee.timerNode(process))
        } else {
            let (end, overflow) = core.pointee.clock.pointee.now.addingReportingOverflow(time.picoseconds)
            if overflow || end == .max {
                if time != .never { refuseOverflow(ofWaitIn: process, for: time) }
            } else if passes(directlyTo: end) {
                return .passed
            } else {
                core.pointee.beginWait(process)
                core.pointee.schedule(core.pointee.timerNode(process), at: end)
            }
        }
        return block(process)
    }

    /// As `wait(_:for:)`, for an initiator whose local time is ahead: others need not stop where it stands.
    func catchUp(_ process: ProcessPointer, by time: SimTime) -> WaitOutcome {
        core.pointee.beginCatchUp(process)
        let outcome = wait(process, for: time)
        core.pointee.endCatchUp(process)
        return outcome
    }

    /// When nothing else can happen before `end`, time advances without a switch. Order and counts are those of the
    /// long way: an evaluation phase ends here, and the timer of the thread is the only one that fires at `end`.
    @inline(__always) private func passes(directlyTo end: UInt64) -> Bool {
        guard core.pointee.isQuiet, end < core.pointee.limit, core.pointee.queue.earliestTime() > end,
            !mailroom.needsAttention, !core.pointee.isReplaying, core.pointee.phase == .evaluate
        else { return false }
        core.pointee.deltaCount &+= 1
        core.pointee.eventCount &+= 1
        core.pointee.stamp &+= 1
        core.pointee.clock.pointee.now = end
        return true
    }

    func waitStatic(_ process: ProcessPointer, _ count: Int) -> WaitOutcome {
        checkRunning(process)
        core.pointee.beginWait(process)
        process.pointee.triggersLeft = UInt32(clamping: count)
        process.pointee.mode = .staticEvents
        return block(process)
    }

    func wait(_ process: ProcessPointer, _ event: Event) -> WaitOutcome {
        checkRunning(process)
        core.pointee.beginWait(process)
        core.pointee.addLink(process, to: event.record)
        process.pointee.mode = .any
        return block(process)
    }

    func wait(
        _ process: ProcessPointer, _ event: Event, timeout: SimTime
    ) -> WaitOutcome {
        checkRunning(process)
        arm(process, timeout: timeout)
        core.pointee.addLink(process, to: event.record)
        process.pointee.mode = .any
        return block(process)
    }

    func wait(
        _ process: ProcessPointer, _ events: [Event], mode: WaitMode, timeout: SimTime
    ) -> WaitOutcome {
        precondition(!events.isEmpty, "A thread cannot wait for an empty list of events: it would never wake.")
        checkRunning(process)
        arm(process, timeout: timeout)
        for event in events { core.pointee.addLink(process, to: event.record) }
        process.pointee.mode = mode
        return block(process)
    }

    private func arm(_ process: ProcessPointer, timeout: SimTime) {
        core.pointee.beginWait(process)
        if timeout.picoseconds == 0 { return core.pointee.scheduleDelta(core.pointee.timerNode(process)) }
        let (end, overflow) = core.pointee.clock.pointee.now.addingReportingOverflow(timeout.picoseconds)
        if overflow || end == .max {
            if timeout != .never { refuseOverflow(ofWaitIn: process, for: timeout) }
            return
        }
        core.pointee.schedule(core.pointee.timerNode(process), at: end)
    }

    @inline(__always) private func checkRunning(_ process: ProcessPointer) {
        precondition(
            core.pointee.current == process,
            "A thread context waits only in the thread that it was given to, while that thread runs.")
    }

    /// Leaves the stack of the thread until it is dispatched again.
    @inline(__always) private func block(_ process: ProcessPointer) -> WaitOutcome {
        if process.pointee.isKilled {
            core.pointee.dropWait(process)
            process.pointee.mode = .none
            return .killed
        }
        suspend(process)
        if process.pointee.isKilled { return .killed }
        return process.pointee.timedOut ? .timedOut : .passed
    }

    // MARK: Methods

    private func methodForNextTrigger() -> ProcessPointer {
        guard let process = core.pointee.current, !process.pointee.isThread else {
            preconditionFailure("Only a method that runs has a next trigger; a thread waits.")
        }
        core.pointee.dropWait(process)
        process.pointee.mode = .staticEvents
        return process
    }

    /// The method that runs is next woken by its static sensitivity: takes back an earlier `nextTrigger` of this
    /// execution.
    public func nextTriggerStatic() { _ = methodForNextTrigger() }

    /// The method that runs is next woken after `time`, whatever else fires. The last call in one execution counts.
    public func nextTrigger(after time: SimTime) {
        let process = methodForNextTrigger()
        arm(process, timeout: time)
        process.pointee.mode = .any
    }

    /// The method that runs is next woken by `event`, at the latest after `timeout`.
    public func nextTrigger(_ event: Event, timeout: SimTime = .never) {
        let process = methodForNextTrigger()
        arm(process, timeout: timeout)
        core.pointee.addLink(process, to: event.record)
        process.pointee.mode = .any
    }

    /// The method that runs is next woken by the first of `events`, which must not be empty.
    public func nextTrigger(any events: [Event], timeout: SimTime = .never) {
        precondition(!events.isEmpty, "A method cannot be triggered by an empty list of events.")
        let process = methodForNextTrigger()
        arm(process, timeout: timeout)
        for event in events { core.pointee.addLink(process, to: event.record) }
        process.pointee.mode = .any
    }

    /// The method that runs is next woken when each of `events`, which must not be empty, has fired.
    public func nextTrigger(all events: [Event], timeout: SimTime = .never) {
        precondition(!events.isEmpty, "A method cannot be triggered by an empty list of events.")
        let process = methodForNextTrigger()
        arm(process, timeout: timeout)
        for event in events { core.pointee.addLink(process, to: event.record) }
        process.pointee.mode = .all
    }
}
