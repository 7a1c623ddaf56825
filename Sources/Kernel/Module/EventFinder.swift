/// An event that is reached through a port: known when the port is bound. A process may be declared sensitive to it
/// before.
public struct EventFinder {
    private enum Search {
        /// Each target of the port knows it: costs no memory.
        case known(ChannelEvent)
        /// The events, one for each target of the port. Called once the port is resolved.
        case custom(() -> [Event])
    }
    let port: Port
    private let search: Search

    init(_ event: ChannelEvent, of port: Port) {
        self.port = port
        search = .known(event)
    }

    init(port: Port, _ find: @escaping () -> [Event]) {
        self.port = port
        search = .custom(find)
    }

    /// Calls `body` for the event in each target of the port, which is resolved.
    func forEachEvent(_ body: (Event) -> Void) {
        switch search {
        case .known(let event): port.forEachTarget(event, body)
        case .custom(let find): for event in find() { body(event) }
        }
    }

    /// The event itself, of a port that leads to one target. From the elaboration on.
    public var event: Event {
        var first: Event?
        forEachEvent { if first == nil { first = $0 } }
        guard let first else {
            preconditionFailure("The event of the port “\(port.path)” was asked for, which leads nowhere.")
        }
        return first
    }
}

extension PortTo {
    /// The event that `event` names in whatever the port will be bound to; in each target of a port that has several.
    public final func finder(_ event: @escaping (Interface) -> Event) -> EventFinder {
        EventFinder(port: self) { [unowned(unsafe) self] in (0..<count).map { event(self[$0]) } }
    }
}

/// A process that waits for the elaboration to know all of its sensitivity.
struct PendingSensitivity {
    let process: Process
    let finder: EventFinder
}

/// All of them, in the order in which they were declared. In pieces that are let go of one after the other, so that the
/// events that an elaboration makes find room in what it needs no longer.
struct PendingSensitivities {
    private static let pieceLength = 256
    private var pieces: [[PendingSensitivity]] = []

    mutating func append(_ pending: PendingSensitivity) {
        if pieces.isEmpty || pieces[pieces.count - 1].count == Self.pieceLength {
            pieces.append([])
            pieces[pieces.count - 1].reserveCapacity(Self.pieceLength)
        }
        pieces[pieces.count - 1].append(pending)
    }

    mutating func removeAll() { pieces = [] }

    /// Removes those of processes that go.
    mutating func removeAll(of leaving: [Process]) {
        for index in pieces.indices {
            pieces[index].removeAll { pending in leaving.contains { $0 === pending.process } }
        }
    }

    /// Removes all, and calls `body` for each.
    mutating func drain(_ body: (PendingSensitivity) -> Void) {
        var rest = Array(pieces.reversed())
        pieces = []
        while let piece = rest.popLast() { for pending in piece { body(pending) } }
    }
}

extension Module {
    /// As the form that takes events, for events behind ports. They follow the events of `sensitiveTo:` in the order of
    /// listeners, in which processes are woken.
    @discardableResult
    public func method(
        _ name: String, sensitiveTo first: EventFinder, _ more: EventFinder..., initialize: Bool = true,
        _ body: @escaping () -> Void
    ) -> Process {
        let process = method(name, initialize: initialize, body)
        scheduler.await(first, more, for: process)
        return process
    }

    /// As the form that takes events, for events behind ports.
    @discardableResult
    public func thread(
        _ name: String, sensitiveTo first: EventFinder, _ more: EventFinder...,
        stackSize: Int = Scheduler.defaultStackSize, priority: Int32 = 0, resumable: Bool = false,
        initialize: Bool = true, _ body: @escaping (ThreadContext) throws -> Void
    ) -> Process {
        let process = thread(
            name, stackSize: stackSize, priority: priority, resumable: resumable, initialize: initialize, body)
        scheduler.await(first, more, for: process)
        return process
    }
}

extension Scheduler {
    fileprivate func await(_ first: EventFinder, _ more: [EventFinder], for process: Process) {
        pendingSensitivities.append(PendingSensitivity(process: process, finder: first))
        for finder in more { pendingSensitivities.append(PendingSensitivity(process: process, finder: finder)) }
        // Spawned while the simulation runs: every port is resolved.
        if hasStarted { resolveSensitivities() }
    }

    /// All ports are resolved: makes processes sensitive to the events behind them.
    func resolveSensitivities() {
        var sensitivities = pendingSensitivities
        pendingSensitivities.removeAll()
        sensitivities.drain { pending in
            pending.finder.forEachEvent { pending.process.join(sensitivity: $0) }
        }
    }
}
