/// Disabled processes: what they wait for is taken out of all lists, so that nothing that fires has to ask.
extension Scheduler {
    /// Takes what the process waits for out of the lists of its events and out of the queue.
    func park(_ process: ProcessPointer) {
        if !parked.contains(process) { parked.append(process) }
        let annex = core.pointee.annex(of: process)
        annex.pointee.parkedMode = process.pointee.mode
        process.pointee.mode = .none
        core.pointee.forEachLink(of: process) { core.pointee.unlink($0) }
        annex.pointee.parkedTimer = process.pointee.timer.state
        core.pointee.cancelTimer(process)
        // A delta notification has no time: it is good for as long as the evaluation phase lasts.
        if annex.pointee.parkedTimer == .delta { process.pointee.timer.time = core.pointee.stamp }
    }

    /// Puts a parked process back, behind whoever waits already. A time-out that has passed is lost.
    func unpark(_ process: ProcessPointer) {
        guard let index = parked.firstIndex(of: process) else { return }
        parked.remove(at: index)
        let annex = core.pointee.annex(of: process)
        process.pointee.mode = annex.pointee.parkedMode
        core.pointee.forEachLink(of: process) { link in
            if let event = link.pointee.event { core.pointee.append(link, to: event) }
        }
        let time = process.pointee.timer.time
        switch annex.pointee.parkedTimer {
        case .idle: return
        case .timed where time > core.pointee.clock.pointee.now:
            core.pointee.schedule(core.pointee.timerNode(process), at: time)
        case .delta where time == core.pointee.stamp && core.pointee.phase == .evaluate:
            core.pointee.scheduleDelta(core.pointee.timerNode(process))
        case .timed, .delta:
            if core.pointee.phase == .ended { break }
            log?.writeOnce(.warning, at: path(of: process), "a time-out passed while it was disabled, and is lost")
        }
        annex.pointee.parkedTimer = .idle
    }

    /// An event is going away: parked processes wait for it no longer.
    func dropParkedWaiters(of event: EventPointer) {
        for process in parked {
            core.pointee.forEachLink(of: process) { link in
                guard link.pointee.event == event else { return }
                link.pointee.event = nil
                process.pointee.annex?.pointee.pendingLinks &-= 1
            }
        }
    }

    /// Ends whatever the process waits for, parked or not, in the way in which a wake-up does.
    func endWait(_ process: ProcessPointer) {
        if process.pointee.condition.contains(.disabled) {
            unpark(process)
            core.pointee.dropWait(process)
            process.pointee.mode = process.pointee.isThread ? .none : .staticEvents
            park(process)
        } else {
            core.pointee.dropWait(process)
            process.pointee.mode = process.pointee.isThread ? .none : .staticEvents
        }
    }
}

extension SchedulerCore {
    /// Calls `body` for every wait link of the process that has not fired.
    func forEachLink(of process: ProcessPointer, _ body: (WaitPointer) -> Void) {
        guard let annex = process.pointee.annex, let links = annex.pointee.links else { return }
        for index in 0..<Int(annex.pointee.linkCount) where links[index].event != nil { body(links + index) }
    }

    /// Takes a link out of the list of its event, whose name it keeps.
    func unlink(_ link: WaitPointer) {
        let event = link.pointee.event
        remove(link)
        link.pointee.event = event
    }

    /// Whether a process of some condition becomes runnable by a trigger now.
    @inline(never) func admits(_ process: ProcessPointer) -> Bool {
        let condition = process.pointee.condition
        if condition.contains(.terminated) || condition.contains(.disabled) { return false }
        if condition.contains(.suspended) {
            process.pointee.condition.insert(.triggered)
            return false
        }
        return true
    }

    /// Puts the rest of the pass aside, or takes it up again.
    mutating func exchangeHeldThreads() { swap(&heldThreads, &passThreads) }

    /// Takes a process out of the lists of what runs next.
    mutating func removeRunnable(_ process: ProcessPointer) {
        guard process.pointee.isRunnable else { return }
        process.pointee.isRunnable = false
        if process.pointee.isThread {
            if passThreads.remove(process) || heldThreads.remove(process) { return }
            if threads.remove(process) { return }
        } else if passMethods.remove(process) || methods.remove(process) {
            return
        }
        removeHeld(process)
    }
}
