/// A node of the platform: has a name, a parent and children, ports, events, processes and properties. Devices, buses,
/// memories and processors are subclasses.
///
/// A parent owns its children; a child must not hold its parent. The topology is frozen when the simulation is
/// elaborated.
open class Module {
    /// The name among its siblings.
    public let name: String
    /// The names from the root, joined by points; empty for the root itself.
    public let path: String
    /// The module that owns this one; nothing for the root.
    public private(set) unowned(unsafe) var parent: Module?
    /// In the order in which they were made.
    public private(set) var children: [Module] = []
    /// In the order in which they were made.
    public final var ports: [Port] { ownPorts.elements }
    /// In the order in which they were declared; then those that were spawned during the run and have not ended.
    public final var processes: [Process] {
        declaredProcesses.elements + scheduler.spawnedProcesses.filter { $0.module === self }
    }
    private var ownPorts = CompactList<Port>()
    private var declaredProcesses = CompactList<Process>()
    /// The scheduler of the simulation, within reach of every access.
    public let scheduler: Scheduler
    /// The values that the module was made with.
    public let givenProperties: PropertyValues

    /// The elaboration that has come to this module, and how many children had names that it accepts.
    final var elaboration: UInt32 = 0
    final var checkedChildren: UInt32 = 0
    private var firstEvent: EventPointer?
    private var lastEvent: EventPointer?
    /// The channel declared last.
    private var lastChannel: Unmanaged<Channel>?

    /// A child of the context's parent. Ports and events that were made from the context join it.
    public init(_ context: ModuleContext) {
        name = context.name
        path = context.path
        parent = context.parent
        scheduler = context.parent.scheduler
        givenProperties = context.properties
        context.declared.ports.forEach { port in
            port.join(self)
            ownPorts.append(port)
        }
        context.declared.events.forEach { adopt($0) }
        context.declared.channels.forEach { adopt($0) }
        context.parent.adopt(self)
    }

    /// The root of a simulation.
    init(rootOf scheduler: Scheduler) {
        name = ""
        path = ""
        self.scheduler = scheduler
        givenProperties = PropertyValues()
    }

    deinit {
        var event = firstEvent
        while let record = event {
            record.pointee.object?._withUnsafeGuaranteedRef { $0.module = nil }
            event = record.pointee.nextSibling
        }
        var next = lastChannel
        while let channel = next?.takeUnretainedValue() {
            channel.module = nil
            next = channel.previousSibling
        }
    }

    // MARK: To override

    /// Connections are made; every module has been constructed. The place for checks (“unbound socket”) and for parts
    /// that depend on them. Making more modules here calls their hooks too.
    open func elaborated() throws(ElaborationError) {}

    /// The module is taken out of a machine that goes on without it; children before parents. The place to undo what
    /// `elaborated` has told others. Processes, events and ports end by themselves.
    open func unrealized() {}

    /// One phase of a reset; parents before children. Calls of `super` are not needed.
    open func reset(_ phase: ResetPhase) {}

    /// Before the first event of a simulation, and of one that was reset.
    open func simulationWillStart() {}

    /// Simulated time stands: a run has paused, or another host thread holds it. The place for modules that deal with the
    /// host's clock. Nothing of the simulation may be changed.
    open func simulationDidPause() {}

    /// The simulation is about to go on after a pause.
    open func simulationWillResume() {}

    /// After a run that was stopped or failed; at most once until a reset.
    open func simulationDidEnd() {}

    // MARK: Place

    /// The simulation that it belongs to.
    public final var simulation: Simulation {
        guard let simulation = scheduler.simulation else {
            preconditionFailure("The root of a simulation was used on its own.")
        }
        return simulation
    }

    /// The simulated time.
    public final var now: SimTime { scheduler.now }
    /// The messages of the simulation.
    public final var log: Log { simulation.log }

    /// The descendant at `path`, relative to this module; itself for the empty path.
    public final func find(_ path: String) -> Module? {
        var module = self
        if path.isEmpty { return module }
        for name in ModulePath(path).components {
            guard let child = module.children.first(where: { $0.name == name }) else { return nil }
            module = child
        }
        return module
    }

    /// The port of that name.
    public final func port(named name: String) -> Port? { ports.first { $0.name == name } }

    /// Calls `body` for each port, in the order in which they were made.
    final func forEachPort<Failure>(_ body: (Port) throws(Failure) -> Void) throws(Failure) {
        try ownPorts.forEach(body)
    }

    /// The live properties. Those of a module that is in no catalogue are none.
    public final lazy var properties: PropertyRegistry = {
        let type = Swift.type(of: self) as? any CatalogModule.Type
        return PropertyRegistry(type?.declaration.properties ?? [], values: givenProperties, of: self)
    }()

    /// All events that are declared in this module and still held, in the order of their declaration.
    public final var events: [Event] {
        var events: [Event] = []
        var next = firstEvent
        while let record = next {
            if let event = record.pointee.object?.takeUnretainedValue() { events.append(event) }
            next = record.pointee.nextSibling
        }
        return events
    }

    /// All channels that are declared in this module and still held, in the order of their declaration.
    public final var channels: [Channel] {
        var channels: [Channel] = []
        var next = lastChannel
        while let channel = next?.takeUnretainedValue() {
            channels.append(channel)
            next = channel.previousSibling
        }
        return channels.reversed()
    }

    /// Calls `body` for this module and everything below, parents first, in the order in which they were made.
    public final func forEachDescendant(_ body: (Module) -> Void) {
        body(self)
        for child in children { child.forEachDescendant(body) }
    }

    // MARK: Adoption

    final func adopt(_ port: Port) { ownPorts.append(port) }

    final func adopt(_ process: Process) { declaredProcesses.append(process) }

    private func adopt(_ child: Module) {
        precondition(
            scheduler.simulation?.acceptsModules != false,
            "The module “\(child.path)” was made after the elaboration, and not by “plug”.")
        children.append(child)
        scheduler.simulation?.moduleCount += 1
        scheduler.simulation?.noteMade(child)
    }

    /// Lets go of a child that is taken out.
    final func disown(_ child: Module) {
        children.removeAll { $0 === child }
        checkedChildren = UInt32(children.count)
    }

    final func adopt(_ event: Event) {
        event.module = self
        let record = event.record
        event.previousSibling = lastEvent
        record.pointee.nextSibling = nil
        if let lastEvent { lastEvent.pointee.nextSibling = record } else { firstEvent = record }
        lastEvent = record
    }

    final func adopt(_ channel: Channel) {
        channel.module = self
        channel.previousSibling = lastChannel
        lastChannel?._withUnsafeGuaranteedRef { $0.nextSibling = .passUnretained(channel) }
        lastChannel = .passUnretained(channel)
    }

    final func disown(_ channel: Channel) {
        let (next, previous) = (channel.nextSibling, channel.previousSibling)
        if let next { next._withUnsafeGuaranteedRef { $0.previousSibling = previous } } else { lastChannel = previous }
        previous?._withUnsafeGuaranteedRef { $0.nextSibling = next }
    }

    final func disown(_ record: EventPointer, after previous: EventPointer?) {
        let next = record.pointee.nextSibling
        if let next {
            next.pointee.object?._withUnsafeGuaranteedRef { $0.previousSibling = previous }
        } else {
            lastEvent = previous
        }
        if let previous { previous.pointee.nextSibling = next } else { firstEvent = next }
    }

    /// Lets go of everything below, so that modules end before the simulation does.
    final func removeChildren() {
        children = []
        declaredProcesses.removeAll()
        ownPorts.removeAll()
    }
}
