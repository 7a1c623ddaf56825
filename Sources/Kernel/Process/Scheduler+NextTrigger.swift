/// Next triggers of methods: what wakes the method that runs when it is next woken. The last call in one execution
/// counts; without one the static sensitivity does. Called elsewhere they end the run with an error.
extension Scheduler {
    /// The static sensitivity: takes back an earlier `nextTrigger` of this execution.
    public func nextTriggerStatic() {
        guard let process = beginNextTrigger() else { return }
        endNextTrigger(process, .staticEvents)
    }

    /// The end of `time`, whatever else fires.
    public func nextTrigger(after time: SimTime) {
        guard let process = beginNextTrigger() else { return }
        arm(process, timeout: time)
        endNextTrigger(process, process.pointee.timer.state == .idle ? .any : .none)
    }

    /// `event`, or the end of `timeout`.
    public func nextTrigger(_ event: Event, timeout: SimTime = .never) {
        guard let process = beginNextTrigger() else { return }
        arm(process, timeout: timeout)
        core.pointee.addLink(process, to: event.record)
        endNextTrigger(process, .any)
    }

    /// The first of `events`, or the end of `timeout`.
    public func nextTrigger(_ events: EventOrList, timeout: SimTime = .never) {
        setNextTrigger(.any, events.events, timeout)
    }

    /// All of `events`, one after the other, or the end of `timeout`.
    public func nextTrigger(_ events: EventAndList, timeout: SimTime = .never) {
        setNextTrigger(.all, events.events, timeout)
    }

    /// The first of `events`, or the end of `timeout`.
    public func nextTrigger(any events: [Event], timeout: SimTime = .never) { setNextTrigger(.any, events, timeout) }

    /// All of `events`, one after the other, or the end of `timeout`.
    public func nextTrigger(all events: [Event], timeout: SimTime = .never) { setNextTrigger(.all, events, timeout) }

    private func setNextTrigger(_ mode: WaitMode, _ events: [Event], _ timeout: SimTime) {
        guard let process = beginNextTrigger() else { return }
        if events.isEmpty {
            return fail(
                SimulationError(
                    at: path(of: process), "the method names an empty list of events as its next trigger", time: now,
                    expected: "at least one event"))
        }
        arm(process, timeout: timeout)
        for event in events { core.pointee.addLink(process, to: event.record) }
        endNextTrigger(process, mode)
    }

    private func beginNextTrigger() -> ProcessPointer? {
        guard let process = core.pointee.current, !process.pointee.isThread else {
            fail(
                SimulationError(
                    at: core.pointee.current.map(path(of:)) ?? "",
                    "only a method that runs has a next trigger", time: now, expected: "a wait, in a thread"))
            return nil
        }
        if !process.pointee.condition.isEmpty {
            if process.pointee.isTerminated { return nil }
            if process.pointee.condition.contains(.disabled) { unpark(process) }
        }
        core.pointee.dropWait(process)
        return process
    }

    @inline(__always) private func endNextTrigger(_ process: ProcessPointer, _ mode: WaitMode) {
        process.pointee.mode = mode
        if process.pointee.condition.contains(.disabled) { park(process) }
    }
}
