/// Something that can happen, at most once pending: the notification is the event itself and a time, never a closure,
/// so that it can be saved.
///
/// Whoever declares an event holds it; the module it is declared in knows it by name. Of two notifications the earlier
/// one stays, a delta notification beats a timed one, an immediate one fires and drops what is pending; a later or
/// equal one is ignored (IEEE 1666-2023 §5.10.8).
public final class Event {
    /// The name within the module.
    public let name: String
    /// The module it is declared in; nothing once that module is gone.
    public internal(set) unowned(unsafe) var module: Module?

    /// The previous event of the same module.
    var previousSibling: EventPointer?
    let record: EventPointer
    let core: UnsafeMutablePointer<SchedulerCore>
    /// Keeps the memory of the record and of the core alive.
    let scheduler: Scheduler

    /// An event of `module`. Among events at the same time those with a lower `priority` fire first, then the one that
    /// was notified first.
    public convenience init(_ name: String, in module: Module, priority: Int32 = 0) {
        self.init(name, scheduler: module.scheduler, priority: priority)
        module.adopt(self)
    }

    /// An event of the module that `context` describes, for stored properties that are set before `super.init`.
    public convenience init(_ name: String, _ context: ModuleContext, priority: Int32 = 0) {
        self.init(name, scheduler: context.scheduler, priority: priority)
        context.declared.events.append(self)
    }

    init(_ name: String, scheduler: Scheduler, priority: Int32) {
        self.name = name
        self.scheduler = scheduler
        core = scheduler.core
        record = scheduler.allocateEvent()
        let generation = QueueNode.generation(inMemory: record)
        record.initialize(
            to: EventRecord(node: QueueNode(priority: priority, owner: .event, generation: generation)))
        record.pointee.object = .passUnretained(self)
    }

    deinit {
        core.pointee.cancel(node)
        core.pointee.dropWaiters(of: record)
        if !scheduler.parked.isEmpty { scheduler.dropParkedWaiters(of: record) }
        module?.disown(record, after: previousSibling)
        if let others = record.pointee.others {
            others.pointee.free()
            others.deallocate()
        }
        scheduler.releaseEvent(record)
    }

    private var node: NodePointer { UnsafeMutableRawPointer(record).assumingMemoryBound(to: QueueNode.self) }

    /// The path of the module and the name.
    public var path: String {
        guard let module else { return name }
        return module.path.isEmpty ? name : "\(module.path).\(name)"
    }

    // MARK: Notifying

    /// Fires now: processes that are sensitive run in the present evaluation phase. Only a process may do this; in any
    /// other place it ends the run with an error. A process cannot wake itself so: that is ignored with a warning.
    public func notify() {
        guard core.pointee.phase == .evaluate else {
            scheduler.refuseImmediate(of: self)
            return
        }
        core.pointee.cancel(node)
        core.pointee.trigger(record)
        if core.pointee.ignoredSelfNotification { scheduler.warnOfSelfNotification(by: self) }
    }

    /// Fires in the next delta cycle.
    public func notifyDelta() {
        if core.pointee.admitsDelta(node) {
            core.pointee.scheduleDeltaWithinCapacity(node)
        } else {
            Self.notifyDeltaSlowly(core, node)
        }
    }

    /// Apart and without a receiver, so that the short way needs no register of its caller's.
    @inline(never) private static func notifyDeltaSlowly(
        _ core: UnsafeMutablePointer<SchedulerCore>, _ node: NodePointer
    ) { core.pointee.notifyDeltaSlowly(node) }

    /// Fires `delay` from now; a delay of zero is a delta notification, `never` is no notification. A time beyond the
    /// range ends the run with an error.
    public func notify(after delay: SimTime) {
        if delay.picoseconds == 0 { return core.pointee.notifyDelta(record) }
        let (time, overflow) = core.pointee.clock.pointee.now.addingReportingOverflow(delay.picoseconds)
        if overflow || time == .max {
            if delay != .never { scheduler.refuseOverflow(of: self, after: delay) }
            return
        }
        core.pointee.notify(record, at: time)
    }

    /// Fires at `time`; now is a delta notification, `never` is no notification. A time that has passed ends the run
    /// with an error.
    public func notify(at time: SimTime) {
        let now = core.pointee.clock.pointee.now
        if time.picoseconds > now {
            if time.picoseconds != .max { core.pointee.notify(record, at: time.picoseconds) }
        } else if time.picoseconds == now {
            core.pointee.notifyDelta(record)
        } else {
            scheduler.refusePast(of: self, at: time)
        }
    }

    /// Takes back a pending notification, if there is one. Cost: constant.
    public func cancel() { core.pointee.cancel(node) }

    // MARK: Looking

    /// Whether a delta or timed notification is pending.
    public var isPending: Bool { record.pointee.node.state != .idle }

    /// When the pending notification fires; now for a delta notification.
    public var pendingTime: SimTime? {
        switch record.pointee.node.state {
        case .idle: nil
        case .delta: scheduler.now
        case .timed: SimTime(picoseconds: record.pointee.node.time)
        }
    }

    /// Whether the event fired for the present evaluation phase.
    public var isTriggered: Bool {
        core.pointee.phase == .evaluate && record.pointee.stamp == core.pointee.stamp
    }

    /// The rank among notifications of equal time.
    public var priority: Int32 { record.pointee.node.priority }
}
