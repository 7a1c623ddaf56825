/// Something that processes share: a signal, a FIFO, a mutex, or a channel of a user's own. Its new value becomes
/// visible in the update phase, after all processes of the evaluation phase have seen the old one.
///
/// Whoever declares a channel holds it; the module it is declared in knows it by name. A reset of the simulation takes
/// every channel back to its beginning, a snapshot holds its state.
open class Channel {
    /// The name within the module.
    public final let name: String
    /// The module it is declared in; nothing once that module is gone.
    public final internal(set) unowned(unsafe) var module: Module?

    @usableFromInline final let record: ChannelPointer
    /// Neighbours among the channels of the module, the one declared before and the one declared after. Unretained:
    /// each leaves the list in its `deinit`.
    final var previousSibling: Unmanaged<Channel>?
    final var nextSibling: Unmanaged<Channel>?
    /// That of the scheduler, which is retained for it.
    final let core: UnsafeMutablePointer<SchedulerCore>
    /// The scheduler of the simulation.
    public final var scheduler: Scheduler { schedulerHandle.takeUnretainedValue() }

    /// A channel of `module`.
    public init(_ name: String, in module: Module) {
        self.name = name
        core = module.scheduler.coreOfChannel()
        record = .allocate(capacity: 1)
        record.initialize(to: ChannelRecord(kind: .custom))
        record.pointee.object = .passUnretained(self)
        module.adopt(self)
    }

    /// A channel of the module that `context` describes, for stored properties that are set before `super.init`.
    public init(_ name: String, _ context: ModuleContext) {
        self.name = name
        core = context.scheduler.coreOfChannel()
        record = .allocate(capacity: 1)
        record.initialize(to: ChannelRecord(kind: .custom))
        record.pointee.object = .passUnretained(self)
        context.declared.channels.append(self)
    }

    /// A channel whose record is longer than that of a channel: `record` is its beginning.
    init(_ name: String, _ place: ChannelPlace, record: ChannelPointer) {
        self.name = name
        core = place.scheduler.coreOfChannel()
        self.record = record
        record.pointee.object = .passUnretained(self)
        place.declare(self)
    }

    deinit {
        if record.pointee.isRequested { core.pointee.withdrawUpdate(record) }
        module?.disown(self)
        // Raw, because a longer record begins with this one.
        UnsafeMutableRawPointer(record).deallocate()
        schedulerHandle.release()
    }

    private final var schedulerHandle: Unmanaged<Scheduler> {
        // SAFETY: a scheduler enters itself when it is made, before there is a channel.
        core.pointee.scheduler.unsafelyUnwrapped
    }

    /// The path of the module and the name.
    public final var path: String {
        guard let module else { return name }
        return module.path.isEmpty ? name : "\(module.path).\(name)"
    }

    /// Asks for one call of `update` in the next update phase, however often it is asked.
    public final func requestUpdate() { core.pointee.requestUpdate(record) }

    // MARK: To override

    /// Makes the new value visible. May notify delta and timed events; must not wait, notify immediately or request.
    open func update() {}

    /// Goes back to the beginning: the simulation is reset. No events, no request; whatever was pending is gone.
    open func reset() {}

    /// Writes what the channel remembers between two runs.
    open func save(to writer: inout SnapshotWriter) throws(SnapshotError) {
        throw SnapshotError(
            at: path, "a channel of the type \(type(of: self)) says nothing about its state",
            expected: "a type that overrides “save” and “restore”")
    }

    /// Takes over what `save` wrote. No events: what was pending is restored by the kernel.
    open func restore(from reader: inout SnapshotReader) throws(SnapshotError) {
        throw reader.error("a channel of the type \(type(of: self)) does not read its state")
    }

    // MARK: For channels of the kernel

    /// Ends the run with an error about this channel.
    @inline(never) final func refuse(_ problem: String, expected: String = "") {
        scheduler.fail(SimulationError(at: path, problem, time: scheduler.now, expected: expected))
    }

    /// Waits for `event` in the thread that runs. Anywhere else, the run ends with an error about `action`, which
    /// begins as “a blocking read”.
    ///
    /// Inlined: after a switch of stacks every return on the way back is mispredicted, so that frames count.
    @inline(__always) final func wait(for event: Event, _ action: StaticString) throws(ProcessKilled) {
        guard let process = core.pointee.current, process.pointee.isThread else { throw refuseWait(action) }
        try ThreadContext(record: process, scheduler: schedulerHandle).wait(event)
    }

    @inline(never) private final func refuseWait(_ action: StaticString) -> ProcessKilled {
        let error = SimulationError(
            at: path, "\(action) would have to wait in \(scheduler.nameOfCurrent)", time: scheduler.now,
            expected: "a thread, or a form of it that does not wait")
        scheduler.fail(error)
        return ProcessKilled(.refused(error))
    }
}

/// Where a channel, or another object of the kernel, is declared.
enum ChannelPlace {
    /// A module that exists.
    case module(Module)
    /// A module that is being made.
    case context(ModuleContext)

    /// The scheduler of the simulation.
    var scheduler: Scheduler {
        switch self {
        case .module(let module): module.scheduler
        case .context(let context): context.scheduler
        }
    }

    /// An event declared at this place.
    func event(_ name: String) -> Event {
        switch self {
        case .module(let module): Event(name, in: module)
        case .context(let context): Event(name, context)
        }
    }

    fileprivate func declare(_ channel: Channel) {
        switch self {
        case .module(let module): module.adopt(channel)
        case .context(let context): context.declared.channels.append(channel)
        }
    }
}

/// What ports ask their channels for.
enum ChannelEvent: UInt8 {
    /// Of a signal.
    case changed, risen, fallen
    /// Of a FIFO.
    case dataWritten, dataRead
}

extension Scheduler {
    /// The core, for a channel that is made: retains the scheduler, until the channel lets go of it.
    fileprivate func coreOfChannel() -> UnsafeMutablePointer<SchedulerCore> {
        _ = Unmanaged.passRetained(self)
        return core
    }

    /// The process that runs, for messages.
    var nameOfCurrent: String {
        guard let process = core.pointee.current else { return "no process" }
        return "“\(path(of: process))”"
    }
}
