public import TandemKernel

/// Where accesses arrive at a module: one per port. A stored property of the module, made from its context; after
/// `super.init` the module says `socket.serve(self)`.
///
/// The module owns the socket, and the socket holds the module unmanaged: there is no cycle, and no counting on the path
/// of an access.
public final class TargetSocket: Port {
    /// Index into the traffic tables of every initiator.
    public private(set) var id: TargetID = .none
    /// The target may wait inside `transport`. Elaboration refuses a path to it from an initiator that never waits.
    public let mayWait: Bool

    /// What initiators and routers call. Lives as long as this socket.
    private(set) var server: BusServer
    /// The router whose entrance this is, so that checks and look-ups of names can follow.
    weak var router: Router?
    private var isServed = false
    private var upstream: [WeakUpstream] = []

    /// A socket of `owner`.
    /// - Parameter mayWait: whether the target's `transport` may wait for events or time.
    public init(_ name: String, in owner: Module, mayWait: Bool = false) {
        self.mayWait = mayWait
        server = VacantSeat(at: owner.path.isEmpty ? name : "\(owner.path).\(name)")
        super.init(name, in: owner)
        id = BusDirectory.of(owner.simulation).add(self)
    }

    /// A socket of the module that `context` describes.
    /// - Parameter mayWait: whether the target's `transport` may wait for events or time.
    public init(_ name: String, _ context: ModuleContext, mayWait: Bool = false) {
        self.mayWait = mayWait
        server = VacantSeat(at: "\(context.path).\(name)")
        super.init(name, context)
        id = BusDirectory.of(context.simulation).add(self)
    }

    /// Takes the seat. Once in the life of a socket.
    @inlinable public func serve<Target: BusTarget>(_ target: Target) {
        seat(TargetSeat(target, id: id))
    }

    @usableFromInline func seat(_ seat: BusServer) {
        precondition(!isServed, "\(path): the socket is served already")
        isServed = true
        server = seat
        serverChanged()
    }

    /// Tells those in front to look again at what they reach through this socket.
    func serverChanged() {
        for entry in upstream { entry.object?.serverChanged(of: self) }
    }

    public override func elaborated() throws(ElaborationError) {
        guard isServed else {
            throw ElaborationError(
                at: path, "the target socket has nobody behind it", expected: "its module to call “serve(self)”")
        }
    }

    /// Ends all grants in `range`, which is in the target's own addresses, wherever they are held.
    public func invalidateDirectMemory(range: ClosedRange<UInt64> = 0...UInt64.max) {
        for entry in upstream { entry.object?.directMemoryInvalidated(range: range, of: self) }
    }

    /// How the socket is called in reports.
    public var reportName: String { BusDirectory.of(owner.simulation).name(of: id) }

    func attach(_ object: any Upstream) {
        guard !upstream.contains(where: { $0.object === object }) else { return }
        upstream.append(WeakUpstream(object: object))
    }

    func detach(_ object: any Upstream) { upstream.removeAll { $0.object === object || $0.object == nil } }

    /// The first socket from here on whose target may wait.
    func firstWaiting() -> TargetSocket? { mayWait ? self : router?.firstWaiting() }
}
