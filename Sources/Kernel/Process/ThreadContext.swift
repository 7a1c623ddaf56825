/// How a wait with a time-out ended.
public enum WaitResult: Sendable {
    case notified, timedOut
}

/// How a wait ended, without the cost of an error that is thrown through a closure.
enum WaitOutcome: UInt8 {
    case passed, timedOut, killed
}

/// What the body of a thread waits through. Valid while the thread runs, also in calls that it makes: a target inside a
/// blocking transport gets it from `Scheduler.currentThread`.
///
/// Every wait throws `ProcessKilled`, and nothing else: when the thread is to end or to begin anew, when somebody threw
/// an error into it, and when the wait is illegal.
public struct ThreadContext {
    private let record: ProcessPointer
    /// Unretained: the scheduler outlives every thread, and a wait must not count references.
    private let handle: Unmanaged<Scheduler>

    init(record: ProcessPointer, scheduler: Scheduler) {
        self.init(record: record, scheduler: Unmanaged.passUnretained(scheduler))
    }

    init(record: ProcessPointer, scheduler: Unmanaged<Scheduler>) {
        self.record = record
        handle = scheduler
    }

    /// The scheduler of the simulation.
    public var scheduler: Scheduler { handle.takeUnretainedValue() }

    /// The simulated time.
    public var now: SimTime { handle._withUnsafeGuaranteedRef { $0.now } }

    /// Waits for `time` to pass. Zero waits for the next delta cycle, `never` until the simulation ends.
    public func wait(for time: SimTime) throws(ProcessKilled) {
        try finish(handle._withUnsafeGuaranteedRef { $0.wait(record, for: time) })
    }

    /// Lets the simulation come to where the calling initiator stands, `time` ahead of now. The same as a wait for that
    /// time, except that other initiators do not take it for an event: it does not end their horizon.
    public func catchUp(by time: SimTime) throws(ProcessKilled) {
        try finish(handle._withUnsafeGuaranteedRef { $0.catchUp(record, by: time) })
    }

    /// Waits until `time`; a time that is now or past waits for the next delta cycle.
    public func wait(until time: SimTime) throws(ProcessKilled) {
        let now = now
        try finish(
            handle._withUnsafeGuaranteedRef {
                $0.wait(record, for: time > now ? (time == .never ? .never : time - now) : .zero)
            })
    }

    /// Has the run return `.paused` here and now: nothing else runs, the delta cycle stays as it is, and the next run goes on
    /// with this thread as if nothing had happened. For a debugger that stops an initiator between two instructions. A
    /// snapshot cannot be taken meanwhile.
    public func stand() throws(ProcessKilled) {
        try finish(handle._withUnsafeGuaranteedRef { $0.stand(record) })
    }

    /// Waits for the static sensitivity of the thread.
    public func wait() throws(ProcessKilled) { try wait(triggers: 1) }

    /// Waits for the static sensitivity `count` times; at least once.
    public func wait(triggers count: Int) throws(ProcessKilled) {
        try finish(handle._withUnsafeGuaranteedRef { $0.waitStatic(record, count) })
    }

    /// Waits for `event`.
    public func wait(_ event: Event) throws(ProcessKilled) {
        try finish(handle._withUnsafeGuaranteedRef { $0.wait(record, event) })
    }

    /// Waits for `event`, at most for `timeout`.
    @discardableResult
    public func wait(_ event: Event, timeout: SimTime) throws(ProcessKilled) -> WaitResult {
        try result(handle._withUnsafeGuaranteedRef { $0.wait(record, event, timeout: timeout) })
    }

    /// Waits for the first of `events`; at most for `timeout`.
    @discardableResult
    public func wait(_ events: EventOrList, timeout: SimTime = .never) throws(ProcessKilled) -> WaitResult {
        try waitAny(events.events, timeout: timeout)
    }

    /// Waits until each of `events` has fired; at most for `timeout`.
    @discardableResult
    public func wait(_ events: EventAndList, timeout: SimTime = .never) throws(ProcessKilled) -> WaitResult {
        try waitAll(events.events, timeout: timeout)
    }

    /// Waits for the first of `events`, which must not be empty; at most for `timeout`.
    @discardableResult
    public func waitAny(_ events: [Event], timeout: SimTime = .never) throws(ProcessKilled) -> WaitResult {
        try result(handle._withUnsafeGuaranteedRef { $0.wait(record, events, mode: .any, timeout: timeout) })
    }

    /// Waits until each of `events`, which must not be empty, has fired, at once or one after the other; at most for
    /// `timeout`.
    @discardableResult
    public func waitAll(_ events: [Event], timeout: SimTime = .never) throws(ProcessKilled) -> WaitResult {
        try result(handle._withUnsafeGuaranteedRef { $0.wait(record, events, mode: .all, timeout: timeout) })
    }

    private var thrown: ProcessKilled { handle._withUnsafeGuaranteedRef { $0.thrown } }

    @inline(__always) private func finish(_ outcome: WaitOutcome) throws(ProcessKilled) {
        if outcome == .killed { throw thrown }
    }

    private func result(_ outcome: WaitOutcome) throws(ProcessKilled) -> WaitResult {
        switch outcome {
        case .passed: .notified
        case .timedOut: .timedOut
        case .killed: throw thrown
        }
    }
}
