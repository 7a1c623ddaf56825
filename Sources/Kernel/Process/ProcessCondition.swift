/// What is unusual about a process, in one byte: empty for a process that nobody controls, so that whatever wakes or
/// dispatches one asks one question.
struct ProcessCondition: OptionSet {
    let rawValue: UInt8

    /// Its body has returned for good, or it was killed.
    static let terminated = ProcessCondition(rawValue: 1 << 0)
    /// Triggers are remembered and not followed.
    static let suspended = ProcessCondition(rawValue: 1 << 1)
    /// Triggers are lost; what the process waits for is parked.
    static let disabled = ProcessCondition(rawValue: 1 << 2)
    /// It would be runnable if it were not suspended.
    static let triggered = ProcessCondition(rawValue: 1 << 3)
    /// The wait that it stands in, or its next one, throws.
    static let interrupted = ProcessCondition(rawValue: 1 << 4)
    /// It has been told to leave its stack; every further wait is a mistake.
    static let unwinding = ProcessCondition(rawValue: 1 << 5)
    /// It stands in the middle of a control call that lets another process run.
    static let preempting = ProcessCondition(rawValue: 1 << 6)
    /// It begins anew whenever it is woken (synchronous reset).
    static let heldInReset = ProcessCondition(rawValue: 1 << 7)

    /// What outlives a run, and so a snapshot.
    static let lasting: ProcessCondition = [.terminated, .suspended, .disabled, .triggered, .heldInReset]
}
