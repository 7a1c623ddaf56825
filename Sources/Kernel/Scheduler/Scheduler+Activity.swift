/// What is left to happen, for whoever decides how to go on between two runs.
extension Scheduler {
    /// Whether something is left to happen at the present time: a process to run, an update, a delta notification.
    public var hasActivityNow: Bool {
        core.pointee.hasRunnable || core.pointee.hasDeltas || core.pointee.firstUpdate != nil
    }

    /// How long it is until something happens: zero if something is left to happen now, nothing if nothing is pending.
    public var timeToActivity: SimTime? {
        if hasActivityNow { return .zero }
        let next = core.pointee.queue.earliestTime()
        return next == .max ? nil : SimTime(picoseconds: next - core.pointee.clock.pointee.now)
    }
}
