/// Saving and restoring what is pending.
extension Scheduler {
    /// What is pending, by the paths of `modules`, which are all of the simulation.
    func savePending(_ modules: [Module]) throws(SnapshotError) -> KernelPayload {
        var payload = KernelPayload()
        payload.now = now
        payload.deltaCount = deltaCount
        payload.eventCount = eventCount
        payload.hasStarted = hasStarted
        if let path = standingPath {
            throw SnapshotError(
                at: path, "the thread stands in the middle of a delta cycle, because of a debugger",
                expected: "a pause between two delta cycles")
        }
        if let requested = core.pointee.firstUpdate {
            let path = requested.pointee.object?.takeUnretainedValue().path ?? ""
            throw SnapshotError(
                at: path, "the channel waits for its update phase", expected: "a run that is not cut short")
        }
        _ = try Directory(modules)
        if let process = spawnedProcesses.first {
            throw SnapshotError(
                at: process.path, "the process was spawned during the run: the platform does not have it",
                expected: "spawned processes that have ended")
        }
        // What a disabled process waits for stands in the lists for as long as it is saved.
        let disabled = parked
        for process in disabled { unpark(process) }
        defer { for process in disabled { park(process) } }
        try saveNotifications(to: &payload)
        for list in [core.pointee.methods, core.pointee.threads] {
            list.forEach { payload.runnable.append(path(of: $0)) }
        }
        for module in modules {
            for event in module.events { payload.saveWaiters(of: event, self) }
        }
        for process in processes { try payload.saveRest(of: process) }
        return payload
    }

    private func saveNotifications(to payload: inout KernelPayload) throws(SnapshotError) {
        var deltas: [NodePointer] = []
        core.pointee.deltas.forEach { deltas.append($0) }
        for node in deltas { payload.notifications.append(try notification(of: node, at: nil)) }
        var timed: [(time: UInt64, order: Int, node: NodePointer)] = []
        core.pointee.queue.forEach { timed.append(($0.pointee.time, timed.count, $0)) }
        timed.sort { ($0.time, $0.order) < ($1.time, $1.order) }
        for entry in timed {
            payload.notifications.append(try notification(of: entry.node, at: SimTime(picoseconds: entry.time)))
        }
    }

    private func notification(
        of node: NodePointer, at time: SimTime?
    ) throws(SnapshotError) -> KernelPayload.Notification {
        let raw = UnsafeMutableRawPointer(node)
        switch node.pointee.owner {
        case .event:
            let event = raw.assumingMemoryBound(to: EventRecord.self).pointee.object?.takeUnretainedValue()
            guard let event, event.module != nil else {
                throw SnapshotError(
                    at: event?.name ?? "", "an event is pending whose module is gone", expected: "no such event")
            }
            return KernelPayload.Notification(owner: .event, path: event.path, time: time)
        case .process, .catchUp:
            let process = raw.assumingMemoryBound(to: ProcessRecord.self)
            let owner = node.pointee.isCatchUp ? KernelPayload.Owner.catchUp : .process
            return KernelPayload.Notification(owner: owner, path: path(of: process), time: time)
        }
    }

    /// Makes pending what `payload` says. The scheduler has been rewound.
    func restorePending(_ payload: KernelPayload, _ modules: [Module]) throws(SnapshotError) {
        let directory = try Directory(modules)
        core.pointee.dropPending()
        core.pointee.dropRunnable()
        clock.pointee.now = payload.now.picoseconds
        core.pointee.queue.rebase(to: payload.now.picoseconds)
        core.pointee.deltaCount = payload.deltaCount
        core.pointee.eventCount = payload.eventCount
        hasStarted = payload.hasStarted
        for rest in payload.rests {
            let record = try directory.process(rest.path).record
            record.pointee.mode = rest.mode
            if rest.triggersLeft != 0 { core.pointee.annex(of: record).pointee.triggersLeft = rest.triggersLeft }
            record.pointee.timedOut = rest.timedOut
            record.pointee.condition = rest.condition.subtracting(.disabled)
        }
        for waiters in payload.waiters {
            let event = try directory.event(waiters.event)
            for path in waiters.processes {
                core.pointee.addLink(try directory.process(path).record, to: event.record)
            }
        }
        for path in payload.runnable { core.pointee.makeRunnable(try directory.process(path).record) }
        for notification in payload.notifications { try restore(notification, directory) }
        for process in processes { try checkRest(of: process) }
        for rest in payload.rests where rest.condition.contains(.disabled) {
            let record = try directory.process(rest.path).record
            if record.pointee.isTerminated { continue }
            record.pointee.condition.insert(.disabled)
            park(record)
        }
        clock.pointee.horizonGeneration &+= 1
    }

    /// Refuses what no run can lead to: a damaged file must not bring a process into two lists at once.
    private func checkRest(of process: Process) throws(SnapshotError) {
        let record = process.record.pointee
        let isWaiting = record.timer.state != .idle || record.pendingLinks != 0
        let isLegal =
            if isWaiting {
                hasStarted && !record.isRunnable && !record.isTerminated && record.mode != .staticEvents
                    && record.mode != .staticCount && (record.mode != .none || record.pendingLinks == 0)
            } else {
                record.isThread || record.isTerminated || record.mode != .none
            }
        guard isLegal else {
            throw SnapshotError(at: process.path, "the snapshot has the process in a state that cannot be")
        }
    }

    private func restore(
        _ notification: KernelPayload.Notification, _ directory: borrowing Directory
    ) throws(SnapshotError) {
        let node: NodePointer =
            switch notification.owner {
            case .event:
                UnsafeMutableRawPointer(try directory.event(notification.path).record)
                    .assumingMemoryBound(to: QueueNode.self)
            case .process, .catchUp: core.pointee.timerNode(try directory.process(notification.path).record)
            }
        guard node.pointee.state == .idle else {
            throw SnapshotError(at: notification.path, "the snapshot has two notifications of it")
        }
        if notification.owner == .catchUp {
            core.pointee.beginCatchUp(try directory.process(notification.path).record)
        }
        if let time = notification.time {
            core.pointee.schedule(node, at: time.picoseconds)
        } else {
            core.pointee.scheduleDelta(node)
        }
    }
}

extension KernelPayload {
    fileprivate mutating func saveWaiters(of event: Event, _ scheduler: Scheduler) {
        var paths: [String] = []
        var link = event.record.pointee.firstWaiter
        while let waiter = link {
            paths.append(scheduler.path(of: waiter.pointee.process))
            link = waiter.pointee.next
        }
        if !paths.isEmpty { waiters.append(Waiters(event: event.path, processes: paths)) }
    }

    fileprivate mutating func saveRest(of process: Process) throws(SnapshotError) {
        let record = process.record
        if record.pointee.coroutine != nil && !record.pointee.isResumable {
            throw SnapshotError(
                at: process.path, "the thread holds state on its stack",
                expected: "threads that rest in their outermost wait and are declared resumable")
        }
        let rest = Rest(
            path: process.path, mode: record.pointee.mode, triggersLeft: record.pointee.triggersLeft,
            timedOut: record.pointee.timedOut, condition: record.pointee.condition.intersection(.lasting))
        let declared = Rest(
            path: process.path, mode: .staticEvents, triggersLeft: 0, timedOut: false, condition: [])
        if rest != declared { rests.append(rest) }
    }
}

/// Events and processes by path. Only looked up, never iterated.
private struct Directory {
    private var events: [String: Event] = [:]
    private var processes: [String: Process] = [:]

    /// Refuses paths that two of a kind have: a snapshot could not tell them apart.
    init(_ modules: [Module]) throws(SnapshotError) {
        for module in modules {
            for event in module.events where events.updateValue(event, forKey: event.path) != nil {
                throw SnapshotError(at: event.path, "two events have this path", expected: "a name of its own for each")
            }
            for process in module.processes where processes.updateValue(process, forKey: process.path) != nil {
                throw SnapshotError(
                    at: process.path, "two processes have this path", expected: "a name of its own for each")
            }
        }
    }

    func event(_ path: String) throws(SnapshotError) -> Event {
        guard let event = events[path] else {
            throw SnapshotError(at: path, "the snapshot names an event that the platform does not have")
        }
        return event
    }

    func process(_ path: String) throws(SnapshotError) -> Process {
        guard let process = processes[path] else {
            throw SnapshotError(at: path, "the snapshot names a process that the platform does not have")
        }
        return process
    }
}
