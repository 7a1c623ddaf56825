/// How a wait with a time-out ended.
public enum WaitResult: Sendable {
    case notified, timedOut
}

/// What the body of a thread waits through. Valid while the thread runs, also in calls that it makes: a target inside a
/// blocking transport gets it from `Scheduler.currentThread`.
///
/// Every wait throws `ProcessKilled`, and nothing else, when the thread is to end.
public struct ThreadContext {
    let record: ProcessPointer
    /// The scheduler of the simulation. It outlives every thread.
    public unowned(unsafe) let scheduler: Scheduler

    /// The simulated time.
    public var now: SimTime { scheduler.now }

    /// Waits for `time` to pass. Zero waits for the next delta cycle, `never` until the simulation ends.
    public func wait(for time: SimTime) throws(ProcessKilled) { try scheduler.wait(record, for: time) }

    /// Waits until `time`; a time that is now or past waits for the next delta cycle.
    public func wait(until time: SimTime) throws(ProcessKilled) {
        let now = scheduler.now
        try scheduler.wait(record, for: time > now ? (time == .never ? .never : time - now) : .zero)
    }

    /// Waits for the static sensitivity of the thread.
    public func wait() throws(ProcessKilled) { try wait(triggers: 1) }

    /// Waits for the static sensitivity `count` times; at least once.
    public func wait(triggers count: Int) throws(ProcessKilled) {
        precondition(count > 0, "A thread waits for at least one trigger.")
        try scheduler.waitStatic(record, count)
    }

    /// Waits for `event`.
    public func wait(_ event: Event) throws(ProcessKilled) { try scheduler.wait(record, event) }

    /// Waits for `event`, at most for `timeout`.
    @discardableResult
    public func wait(_ event: Event, timeout: SimTime) throws(ProcessKilled) -> WaitResult {
        try scheduler.wait(record, event, timeout: timeout)
    }

    /// Waits for the first of `events`, which must not be empty; at most for `timeout`.
    @discardableResult
    public func waitAny(_ events: [Event], timeout: SimTime = .never) throws(ProcessKilled) -> WaitResult {
        try scheduler.wait(record, events, mode: .any, timeout: timeout)
    }

    /// Waits until each of `events`, which must not be empty, has fired, at once or one after the other; at most for
    /// `timeout`.
    @discardableResult
    public func waitAll(_ events: [Event], timeout: SimTime = .never) throws(ProcessKilled) -> WaitResult {
        try scheduler.wait(record, events, mode: .all, timeout: timeout)
    }
}
