/// The located errors and warnings of the scheduler; all of them cold.
extension Scheduler {
    /// The thread of the run asked for what only another one can: to wait until the run stands.
    func refuseOwnHold() {
        fail(
            SimulationError(
                at: core.pointee.current.map(path(of:)) ?? "",
                "the run is to be held by its own thread, which would wait for itself", time: now,
                expected: "Scheduler.pause, which makes the run return, or StopHandle.pause from another thread"))
    }

    @inline(never) func refuseImmediate(of event: Event) {
        if core.pointee.phase == .ended { return }
        fail(
            SimulationError(
                at: event.path, "an immediate notification outside of a process is not possible", time: now,
                expected: "a delta or timed notification here"))
    }

    @inline(never) func refuseOverflow(of event: Event, after delay: SimTime) {
        fail(
            SimulationError(
                at: event.path, "a notification \(delay) after \(now) exceeds the range of simulated time", time: now,
                expected: "a time below \(SimTime(picoseconds: .max - 1))"))
    }

    @inline(never) func refuseOverflow(ofWaitIn process: ProcessPointer, for delay: SimTime) {
        fail(
            SimulationError(
                at: path(of: process), "a wait of \(delay) after \(now) exceeds the range of simulated time", time: now,
                expected: "a time below \(SimTime(picoseconds: .max - 1))"))
    }

    @inline(never) func refusePast(of event: Event, at time: SimTime) {
        fail(
            SimulationError(
                at: event.path, "a notification at \(time) lies in the past", time: now,
                expected: "a time from \(now) on"))
    }

    @inline(never) func warnOfSelfNotification(by event: Event) {
        core.pointee.ignoredSelfNotification = false
        let name = core.pointee.current.map(path(of:)) ?? ""
        log?.writeOnce(.warning, at: name, "its immediate notification of “\(event.path)” cannot wake itself: ignored")
    }

    func path(of process: ProcessPointer) -> String { process.pointee.object?.takeUnretainedValue().path ?? "" }
}

extension SchedulerCore {
    /// Nothing that is runnable runs any more. Processes keep no trace of it.
    mutating func dropRunnable() {
        dropHeld()
        while let process = passMethods.popFirst() { process.pointee.isRunnable = false }
        while let process = passThreads.popFirst() { process.pointee.isRunnable = false }
        while let process = heldThreads.popFirst() { process.pointee.isRunnable = false }
        while let process = methods.popFirst() { process.pointee.isRunnable = false }
        while let process = threads.popFirst() { process.pointee.isRunnable = false }
    }
}
