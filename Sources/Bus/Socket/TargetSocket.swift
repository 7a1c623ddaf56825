public import TandemKernel

/// What a target socket does with calls of the sort that its target does not serve.
public enum SocketConversion: Sendable {
    /// An adapter turns blocking calls into phases, or phases into blocking calls.
    case adapters
    /// Nothing: such a call fails the run. A passthrough socket in the words of IEEE 1666-2023 §16.1.
    case none
}

/// Where accesses arrive at a module: one per port. A stored property of the module, made from its context; after
/// `super.init` the module says `socket.serve(self)`, `socket.servePhases(self)`, or both.
///
/// The module owns the socket, and the socket holds the module unmanaged: there is no cycle, and no counting on the path
/// of an access.
public final class TargetSocket: Port {
    /// Index into the traffic tables of every initiator.
    // Set once, in `init`.
    @exclusivity(unchecked) public private(set) var id: TargetID = .none
    /// What it speaks; initiators and routers in front must speak the same.
    public let busProtocol: any BusProtocol.Type
    /// What becomes of calls of the sort that its target does not serve.
    public let conversion: SocketConversion

    /// What initiators and routers call. Lives as long as this socket.
    private(set) var server: BusServer
    /// The router or translation whose entrance this is, so that checks and look-ups of names can follow.
    weak var onward: (any Onward)?
    /// The socket of a module inside that takes everything that arrives here.
    private(set) var inner: TargetSocket?
    private let waits: Bool
    private var blocking: BusServer?
    private var callback: ((inout Transaction, inout SimTime) -> Void)?
    private var forward: ForwardSeat?
    private var debug: ((inout Transaction) -> Int)?
    private var direct: ((DirectMemoryRequest, inout DirectMemory) -> Bool)?
    /// Servers of before: phases under way refer to them.
    private var former: [BusServer] = []
    private var toBlocking: BlockingAdapter?
    private var toPhases: PhaseAdapter?
    private(set) var checker: ProtocolChecker?
    /// Where accesses are told, while they are.
    private var tracePoints: AccessTracePoints?
    /// What tells them; kept for the next time.
    private var tracing: TracingSeat?
    /// What serves while nothing is told.
    private var untraced: BusServer?
    /// Where it is written that this target serves, while somebody watches; and what writes it.
    private var servingPlace: UnsafeMutablePointer<UInt>?
    private var serving: ServingSeat?
    private var upstream: [WeakUpstream] = []

    /// A socket of `owner`.
    /// - Parameters:
    ///   - mayWait: whether the target's `transport` may wait for events or time.
    ///   - conversion: what becomes of calls of the sort that its target does not serve.
    ///   - busProtocol: what it speaks, if that is not the base protocol.
    public init(
        _ name: String, in owner: Module, mayWait: Bool = false, conversion: SocketConversion = .adapters,
        speaking busProtocol: any BusProtocol.Type = BaseProtocol.self
    ) {
        waits = mayWait
        self.conversion = conversion
        self.busProtocol = busProtocol
        let path = owner.path.isEmpty ? name : "\(owner.path).\(name)"
        server = VacantSeat(at: path)
        server.phases = ForwardSeat(vacantAt: path, owner.scheduler)
        super.init(name, in: owner)
        id = BusDirectory.of(owner.simulation).add(self)
    }

    /// A socket of the module that `context` describes. The parameters are those of the other initialiser.
    public init(
        _ name: String, _ context: ModuleContext, mayWait: Bool = false, conversion: SocketConversion = .adapters,
        speaking busProtocol: any BusProtocol.Type = BaseProtocol.self
    ) {
        waits = mayWait
        self.conversion = conversion
        self.busProtocol = busProtocol
        let path = "\(context.path).\(name)"
        server = VacantSeat(at: path)
        server.phases = ForwardSeat(vacantAt: path, context.scheduler)
        super.init(name, context)
        id = BusDirectory.of(context.simulation).add(self)
    }

    // MARK: Serving

    /// Takes the seat for blocking accesses, debug accesses and direct memory. Once in the life of a socket.
    @inlinable public func serve<Target: BusTarget>(_ target: Target) {
        seat(TargetSeat(target, id: id))
    }

    @usableFromInline func seat(_ seat: BusServer) {
        precondition(!servesBlocking && inner == nil, "\(path): the socket is served already")
        blocking = seat
        assemble()
    }

    /// Takes the seat for blocking accesses with a call-back instead of a module. There are debug accesses and direct
    /// memory only if `serveDebug` and `serveDirectMemory` say so. `body` is kept as long as the socket.
    public func onTransport(_ body: @escaping (inout Transaction, inout SimTime) -> Void) {
        precondition(!servesBlocking && inner == nil, "\(path): the socket is served already")
        callback = body
        assemble()
    }

    @usableFromInline func seat(_ seat: ForwardSeat) {
        precondition(forward == nil && inner == nil, "\(path): the forward path is served already")
        forward = seat
        PhaseDirectory.of(owner.simulation).add(seat)
        assemble()
    }

    /// Serves debug accesses of a socket whose module is no `BusTarget`.
    public func serveDebug(_ body: @escaping (inout Transaction) -> Int) {
        precondition(debug == nil && blocking == nil, "\(path): debug accesses are served already")
        debug = body
        if isServed { assemble() }
    }

    /// Serves requests for direct memory of a socket whose module is no `BusTarget`.
    public func serveDirectMemory(_ body: @escaping (DirectMemoryRequest, inout DirectMemory) -> Bool) {
        precondition(direct == nil && blocking == nil, "\(path): direct memory is served already")
        direct = body
        if isServed { assemble() }
    }

    /// Leads everything that arrives here to `inner`, a socket of a module inside. It counts there.
    public func bind(to inner: TargetSocket) {
        precondition(self.inner == nil && !isServed, "\(path): the socket is served already")
        precondition(inner.innermost !== self, "\(path): the socket would lead to itself")
        self.inner = inner
        inner.attach(self)
        assemble()
    }

    /// Where what arrives here ends, through sockets of modules inside.
    var innermost: TargetSocket { inner?.innermost ?? self }

    /// Whether blocking calls are turned into phases, and so may wait.
    private var isAdaptedToPhases: Bool { !servesBlocking && forward != nil && conversion == .adapters }

    /// The target may wait inside `transport`. Elaboration refuses a path to it from an initiator that never waits.
    public var mayWait: Bool { inner?.mayWait ?? (waits || isAdaptedToPhases) }

    private var servesBlocking: Bool { blocking != nil || callback != nil }
    private var isServed: Bool { servesBlocking || forward != nil }

    /// Puts together what initiators call, and tells them.
    private func assemble() {
        former.append(server)
        let seat = inner?.server ?? assembled()
        untraced = checker?.checking(seat) ?? seat
        install()
    }

    private func install() {
        guard var seat = untraced else { return }
        if let servingPlace {
            let next = serving.flatMap { $0.inner === seat ? $0 : nil } ?? ServingSeat(seat, of: id, at: servingPlace)
            serving = next
            seat = next
        }
        if let tracePoints {
            let next = tracing.flatMap { $0.inner === seat ? $0 : nil } ?? TracingSeat(seat, at: self, tracePoints)
            tracing = next
            seat = next
        }
        server = seat
        serverChanged()
    }

    /// Has it written at `place`, from now on, when this target serves an access.
    func tellServing(at place: UnsafeMutablePointer<UInt>) {
        if onward != nil || inner != nil || !isServed || mayWait { return }
        servingPlace = place
        install()
    }

    /// Has accesses told from now on, or no longer. Entrances of routers are passed over: what stands behind tells them.
    func trace(_ points: AccessTracePoints?) {
        if onward != nil || inner != nil || !isServed { return }
        tracePoints = points
        install()
    }

    /// Tells those in front to look again at what they reach through this socket.
    func serverChanged() {
        for entry in upstream { entry.object?.serverChanged(of: self) }
    }

    private func assembled() -> BusServer {
        let seat = blocking ?? seatForCallback() ?? seatForPhasesOnly()
        seat.phases = forward ?? seat.phases ?? seatForBlockingOnly()
        return seat
    }

    private func seatForCallback() -> BusServer? {
        callback.map { CallbackSeat(id, $0, debug ?? { _ in 0 }, direct ?? { _, _ in false }) }
    }

    /// Blocking calls at a target that takes phases.
    private func seatForPhasesOnly() -> BusServer {
        let none: (DirectMemoryRequest, inout DirectMemory) -> Bool = { _, _ in false }
        guard conversion == .adapters, let forward else {
            return CallbackSeat(
                id,
                { [unowned self] transaction, _ in
                    refuseConversion("a blocking access", expected: "a target that calls “serve(self)”")
                    transaction.response = .genericError
                }, debug ?? { _ in 0 }, direct ?? none)
        }
        let adapter = toPhases ?? PhaseAdapter(self, forward)
        toPhases = adapter
        return CallbackSeat(
            id, { [unowned adapter] transaction, delay in adapter.transport(&transaction, delay: &delay) },
            debug ?? { _ in 0 }, direct ?? none)
    }

    /// Phases at a target that serves blocking accesses. The adapter is made when the first comes.
    private func seatForBlockingOnly() -> ForwardSeat {
        let id = id
        guard conversion == .adapters else {
            return ForwardSeat { [unowned self] transaction, _, _ in
                refuseConversion("a phase", expected: "a target that calls “servePhases(self)”")
                transaction.payload.response = .genericError
                return .completed
            }
        }
        return ForwardSeat { [unowned self] transaction, phase, delay in
            if phase == .beginRequest { transaction.arrive(at: id) }
            return blockingAdapter.forward(transaction, phase: &phase, delay: &delay)
        }
    }

    private var blockingAdapter: BlockingAdapter {
        if let toBlocking { return toBlocking }
        let adapter = BlockingAdapter(
            self, blocking ?? seatForCallback() ?? VacantSeat(at: path), mayWait: firstWaiting() != nil)
        toBlocking = adapter
        return adapter
    }

    private func refuseConversion(_ call: String, expected: String) {
        owner.scheduler.fail(
            SimulationError(
                at: path, "\(call) arrives at a socket that converts nothing and whose target does not serve it",
                time: owner.now, expected: expected))
    }

    /// Has every call through this socket checked against the base protocol, in both directions, from now on. What is
    /// found fails the run unless the checker says otherwise. Costs nothing while it is off. While nothing is under way.
    @discardableResult
    public func checkProtocol() -> ProtocolChecker {
        if let checker { return checker }
        let checker = ProtocolChecker(at: self, speaking: busProtocol)
        self.checker = checker
        PhaseDirectory.of(owner.simulation).add(checker)
        assemble()
        return checker
    }

    public override func elaborated() throws(ElaborationError) {
        guard isServed || inner != nil else {
            throw ElaborationError(
                at: path, "the target socket has nobody behind it", expected: "its module to call “serve(self)”")
        }
        if let inner, inner.busProtocol != busProtocol {
            throw ElaborationError(
                at: path, "it speaks the \(busProtocol.name), but leads to “\(inner.path)”",
                expected: "a socket of the \(busProtocol.name); that one speaks the \(inner.busProtocol.name)")
        }
    }

    /// An access from outside of the simulation, at the present time, with all that it does in the target: what people
    /// type at a monitor. It is not counted, for nobody in the platform made it. Returns the response.
    public func transportUncounted(_ transaction: inout Transaction) -> Response {
        var delay = SimTime.zero
        server.transport(&transaction, &delay, AccessShape(transaction))
        return transaction.response
    }

    /// Takes the socket out of the maps of all routers.
    public override func unrealized() {
        for entry in upstream { (entry.object as? Router)?.unmap(self) }
        BusDirectory.of(owner.simulation).remove(self)
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
    func firstWaiting() -> TargetSocket? {
        let end = innermost
        return end.mayWait ? end : end.onward?.firstWaiting()
    }

    /// The first socket from here on that speaks something else.
    func firstSpeaking(otherThan spoken: any BusProtocol.Type) -> TargetSocket? {
        let end = innermost
        if busProtocol != spoken { return self }
        if end.busProtocol != spoken { return end }
        return end.onward?.firstSpeaking(otherThan: spoken)
    }
}

extension TargetSocket: Upstream {
    func directMemoryInvalidated(range: ClosedRange<UInt64>, of target: TargetSocket) {
        invalidateDirectMemory(range: range)
    }

    func serverChanged(of target: TargetSocket) { assemble() }
}
