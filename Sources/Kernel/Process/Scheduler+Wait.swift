import TandemOS

/// Waits of threads.
extension Scheduler {
    /// The thread that runs now; nothing in a method and outside of the evaluation phase. A target that may wait inside
    /// a blocking transport waits through it.
    public var currentThread: ThreadContext? {
        guard let record = core.pointee.current, record.pointee.isThread else { return nil }
        return ThreadContext(record: record, scheduler: self)
    }

    func wait(_ process: ProcessPointer, for time: SimTime) -> WaitOutcome {
        if isForeign(process) { return refuseForeignWait(process) }
        if time.picoseconds == 0 {
            core.pointee.beginWait(process)
            core.pointee.scheduleDelta(core.pointee.timerNode(process))
        } else {
            let (end, overflow) = core.pointee.clock.pointee.now.addingReportingOverflow(time.picoseconds)
            if overflow || end == .max {
                if time != .never { refuseOverflow(ofWaitIn: process, for: time) }
            } else if passes(directlyTo: end) {
                process.pointee.timedOut = true
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
    @inline(__always) func passes(directlyTo end: UInt64) -> Bool {
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
        if isForeign(process) { return refuseForeignWait(process) }
        guard count > 0 else {
            return refuseWait(
                at: path(of: process), "the thread waits for \(count) triggers", expected: "a count of at least 1")
        }
        core.pointee.beginWait(process)
        core.pointee.annex(of: process).pointee.triggersLeft = UInt32(clamping: count)
        process.pointee.mode = count > 1 ? .staticCount : .staticEvents
        return block(process)
    }

    func wait(_ process: ProcessPointer, _ event: Event) -> WaitOutcome {
        if isForeign(process) { return refuseForeignWait(process) }
        core.pointee.beginWait(process)
        core.pointee.addLink(process, to: event.record)
        process.pointee.mode = .any
        return block(process)
    }

    func wait(
        _ process: ProcessPointer, _ event: Event, timeout: SimTime
    ) -> WaitOutcome {
        if isForeign(process) { return refuseForeignWait(process) }
        arm(process, timeout: timeout)
        core.pointee.addLink(process, to: event.record)
        process.pointee.mode = .any
        return block(process)
    }

    func wait(
        _ process: ProcessPointer, _ events: [Event], mode: WaitMode, timeout: SimTime
    ) -> WaitOutcome {
        if isForeign(process) { return refuseForeignWait(process) }
        if events.isEmpty { return refuseEmptyList(process) }
        arm(process, timeout: timeout)
        for event in events { core.pointee.addLink(process, to: event.record) }
        process.pointee.mode = mode
        return block(process)
    }

    @inline(never) private func refuseEmptyList(_ process: ProcessPointer) -> WaitOutcome {
        refuseWait(
            at: path(of: process), "the thread waits for an empty list of events: it would never wake",
            expected: "at least one event")
    }

    func arm(_ process: ProcessPointer, timeout: SimTime) {
        core.pointee.beginWait(process)
        if timeout.picoseconds == 0 { return core.pointee.scheduleDelta(core.pointee.timerNode(process)) }
        let (end, overflow) = core.pointee.clock.pointee.now.addingReportingOverflow(timeout.picoseconds)
        if overflow || end == .max {
            if timeout != .never { refuseOverflow(ofWaitIn: process, for: timeout) }
            return
        }
        core.pointee.schedule(core.pointee.timerNode(process), at: end)
    }

    @inline(__always) func isForeign(_ process: ProcessPointer) -> Bool { core.pointee.current != process }

    @inline(never) func refuseForeignWait(_ process: ProcessPointer) -> WaitOutcome {
        refuseWait(
            at: core.pointee.current.map(path(of:)) ?? path(of: process),
            "a wait through the context of the thread “\(path(of: process))”, which does not run",
            expected: "a wait in that thread; a method has next triggers")
    }

    /// Leaves the stack of the thread until it is dispatched again.
    @inline(__always) func block(_ process: ProcessPointer) -> WaitOutcome {
        if !process.pointee.condition.isEmpty && refusesWait(process) { return .killed }
        suspend(process)
        if !process.pointee.condition.isEmpty && takesInterruption(process) { return .killed }
        return process.pointee.timedOut ? .timedOut : .passed
    }
}
