/// For a method that knows when it would be woken next and wakes nobody else: a calendar of many things that are due.
extension Scheduler {
    /// Ends the present delta cycle and lets time pass to `time`, as if the method had been notified at `time` and had
    /// returned; true if nothing else can happen before and at `time`. Order and counts are those of the long way. False
    /// changes nothing: the method then notifies itself.
    public func passDirectly(to time: SimTime) -> Bool { passes(directlyTo: time.picoseconds) }

    /// As `passDirectly(to:)`, for the next delta cycle.
    public func passDelta() -> Bool {
        guard core.pointee.isQuiet, !mailroom.needsAttention, !core.pointee.isReplaying,
            core.pointee.phase == .evaluate, core.pointee.limit != core.pointee.clock.pointee.now
        else { return false }
        core.pointee.deltaCount &+= 1
        core.pointee.eventCount &+= 1
        core.pointee.stamp &+= 1
        return true
    }
}
