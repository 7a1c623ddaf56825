public import TandemKernel

/// Where accesses leave a module. Counts the traffic: here, and only here, each access is seen once, whatever routers
/// stand between.
public final class InitiatorSocket: Port {
    /// What an access needs, behind one pointer.
    @frozen @usableFromInline struct State: ~Copyable {
        // SAFETY: the seat belongs to the bound target socket, which `bound` keeps alive.
        @usableFromInline var server: Unmanaged<BusServer>
        @usableFromInline let id: InitiatorID
        /// The id where it stands among the attributes.
        @usableFromInline let attributes: Attributes
        @usableFromInline let traffic: TrafficTable
        /// Accesses that went through `transport`; those through direct memory are none.
        @usableFromInline var transactions: UInt64 = 0
        // SAFETY: the socket keeps all meters that it ever had.
        @usableFromInline var meter: Unmanaged<TrafficMeter>?

        init(server: BusServer, id: InitiatorID) {
            self.server = .passUnretained(server)
            self.id = id
            attributes = Attributes(initiator: id, privilege: 0)
            traffic = TrafficTable()
        }
    }

    // SAFETY: allocated in `init`, freed only in `deinit`.
    @usableFromInline let state: UnsafeMutablePointer<State> = .allocate(capacity: 1)
    // SAFETY: as above.
    @usableFromInline let phases: UnsafeMutablePointer<InitiatorPhases> = .allocate(capacity: 1)
    /// The socket that this one is bound to.
    public private(set) var bound: TargetSocket?
    /// Its accesses must never wait: elaboration refuses a path to a target that may.
    public let neverWaits: Bool

    /// What it speaks; a target socket must speak the same.
    public let busProtocol: any BusProtocol.Type

    private let vacant: BusServer
    private let vacantPhases: ForwardSeat
    /// All that ever took the backward path: transactions under way refer to them.
    private var backwardSeats: [BackwardSeat]
    private var isServedBackward = false
    private var checker: ProtocolChecker?
    /// Sockets of modules inside that are led out through this one.
    private var inner: [InitiatorSocket] = []
    private var isLedOut = false
    /// Stands before the bound target if that may wait.
    private var measuring: BusServer?
    private var observers: [WeakObserver] = []
    private weak var source: (any TrafficSource)?
    /// Several initiators run ahead of time: the order of accesses is watched.
    private var isOrdered = false
    private var orderingSeats: [OrderingSeat] = []
    /// What measures the traffic over time; nothing while nobody does.
    public private(set) var meter: TrafficMeter?
    /// Accesses that wait may return to seats and meters of before.
    private var meterSeats: [MeterSeat] = []
    private var formerMeters: [TrafficMeter] = []

    /// A socket of `owner`.
    /// - Parameters:
    ///   - neverWaits: accesses are made from method processes, which cannot wait.
    ///   - busProtocol: what it speaks, if that is not the base protocol.
    public init(
        _ name: String, in owner: Module, neverWaits: Bool = false,
        speaking busProtocol: any BusProtocol.Type = BaseProtocol.self
    ) {
        self.neverWaits = neverWaits
        self.busProtocol = busProtocol
        let path = owner.path.isEmpty ? name : "\(owner.path).\(name)"
        vacant = VacantSeat(at: path)
        vacantPhases = ForwardSeat(vacantAt: path, owner.scheduler)
        backwardSeats = [BackwardSeat(vacantAt: path, owner.scheduler)]
        super.init(name, in: owner)
        prepare(owner.simulation)
    }

    /// A socket of the module that `context` describes. The parameters are those of `init(_:in:neverWaits:speaking:)`.
    public init(
        _ name: String, _ context: ModuleContext, neverWaits: Bool = false,
        speaking busProtocol: any BusProtocol.Type = BaseProtocol.self
    ) {
        self.neverWaits = neverWaits
        self.busProtocol = busProtocol
        let path = "\(context.path).\(name)"
        vacant = VacantSeat(at: path)
        vacantPhases = ForwardSeat(vacantAt: path, context.scheduler)
        backwardSeats = [BackwardSeat(vacantAt: path, context.scheduler)]
        super.init(name, context)
        prepare(context.simulation)
    }

    private func prepare(_ simulation: Simulation) {
        state.initialize(to: State(server: vacant, id: BusDirectory.of(simulation).add(self)))
        phases.initialize(
            to: InitiatorPhases(
                server: .passUnretained(vacantPhases), back: .passUnretained(backwardSeats[0]), state: state,
                scheduler: .passUnretained(simulation.scheduler)))
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
        phases.deallocate()
    }

    // MARK: Binding

    /// Index of the initiator; every access carries it.
    public var id: InitiatorID { state.pointee.id }
    public var isBound: Bool { bound != nil }

    /// Connects the socket, once.
    public func bind(to target: TargetSocket) {
        precondition(bound == nil, "\(path): the socket is bound already")
        bound = target
        target.attach(self)
        reach(target)
        for socket in inner { socket.bind(to: target) }
    }

    /// Leads this socket, of a module inside, out through `outer`, a socket of the module around it: it is bound to
    /// whatever `outer` is bound to, before or after, and counts its own accesses.
    public func bind(to outer: InitiatorSocket) {
        precondition(bound == nil && !isLedOut, "\(path): the socket is bound already")
        isLedOut = true
        outer.inner.append(self)
        if let target = outer.bound { bind(to: target) }
    }

    /// Whether somebody takes the backward path.
    public var hasBackwardPath: Bool { isServedBackward }

    public override func elaborated() throws(ElaborationError) {
        if !inner.isEmpty && isServedBackward {
            throw ElaborationError(
                at: path, "the socket leads others out and has a backward path of its own",
                expected: "a module that either uses its socket or leads those of inner modules through it")
        }
        guard let bound else {
            throw ElaborationError(at: path, "the initiator socket is not bound", expected: "a target socket")
        }
        if let other = bound.firstSpeaking(otherThan: busProtocol) {
            throw ElaborationError(
                at: path, "it speaks the \(busProtocol.name), but reaches “\(other.path)”",
                expected: "a socket of the \(busProtocol.name); that one speaks the \(other.busProtocol.name)")
        }
        if neverWaits, let waiting = bound.firstWaiting() {
            throw ElaborationError(
                at: path, "its accesses never wait, but they reach “\(waiting.path)”, which may",
                expected: "an initiator that runs as a thread, or a target that does not wait")
        }
        isOrdered = owner.simulation.quantum.initiatorCount > 1
        if isOrdered { reach(bound) }
        if meter == nil {
            let directory = BusDirectory.of(owner.simulation)
            measure(inBins: directory.trafficBin, directory.trafficDetail)
        }
    }

    public override func unrealized() {
        bound?.detach(self)
        BusDirectory.of(owner.simulation).remove(self)
    }

    // MARK: Accesses

    /// Sends an access and counts it at the target that served it. Never allocates.
    ///
    /// The socket fills in who makes the access and starts the response as incomplete. The address is the same afterwards.
    @inlinable @inline(__always) public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        let state = state
        let start = delay.picoseconds
        // Only the initiator may change these: what is known before the call need not be loaded after it.
        let command = transaction.command
        let count = transaction.count
        let attributes = transaction.attributes
        let shape = AccessShape(transaction)
        transaction.attributes = attributes.sent(by: state.pointee.attributes)
        transaction.response = .incomplete
        state.pointee.server._withUnsafeGuaranteedRef { $0.transport(&transaction, &delay, shape) }
        // A conditional write without its reservation moves nothing, as if it had not left the initiator.
        guard command != .ignore, !(attributes.isExclusive && transaction.exclusiveFailed) else { return }
        // Wrapping: 2^64 accesses take longer than any run.
        state.pointee.transactions &+= 1
        let cell = state.pointee.traffic.cell(transaction.target, isPageWalk: attributes.isPageWalk)
        // Wrapping: a waiting target may return a smaller delay than it got, and `measure` has added what passed meanwhile.
        let latency = delay.picoseconds &- start
        cell.pointee.count(
            write: command == .write, fetch: attributes.isFetch, bytes: count, failed: transaction.response.isError,
            latency: SimTime(picoseconds: latency))
    }

    /// As `transport(_:delay:)`, not inlined: for the slow ways of callers that are inlined themselves.
    @usableFromInline @inline(never) func transportSlowly(_ transaction: inout Transaction, delay: inout SimTime) {
        transport(&transaction, delay: &delay)
    }

    /// Moves data without time, side effects or counting. Returns the bytes moved.
    public func debugTransport(_ transaction: inout Transaction) -> Int {
        transaction.attributes.initiator = id
        return state.pointee.server._withUnsafeGuaranteedRef { $0.debugTransport(&transaction) }
    }

    // MARK: Direct memory

    /// A grant to bypass `transport` around `address`, if the target there gives one that allows `command`. It counts in
    /// this socket's traffic wherever it is used, and holds until an observer is told otherwise. Asking is not counted.
    public func directMemory(
        at address: UInt64, for command: Command, attributes: Attributes = Attributes()
    ) -> DirectMemory? {
        var grant = DirectMemory()
        return directMemory(at: address, for: command, attributes: attributes, into: &grant) ? grant : nil
    }

    /// As `directMemory(at:for:attributes:)`, into a place of the caller's: no copy of the grant is made. Without a grant
    /// what stands there afterwards means nothing.
    @inlinable public func directMemory(
        at address: UInt64, for command: Command, attributes: Attributes = Attributes(), into grant: inout DirectMemory
    ) -> Bool {
        let state = state
        let sent = attributes.sent(by: state.pointee.attributes)
        guard
            state.pointee.server._withUnsafeGuaranteedRef({ $0.directMemory(at: address, command, sent, &grant) }),
            command == .write ? grant.allowsWrite : grant.allowsRead
        else { return false }
        grant.initiator = state.pointee.id
        grant.cell = state.pointee.traffic.cell(grant.target, isPageWalk: attributes.isPageWalk)
        return true
    }

    /// Adds somebody to tell when grants end. Observers are told in the order in which they came, and are not kept.
    public func onInvalidate(_ observer: any DirectMemoryObserver) {
        observers.removeAll { $0.object == nil }
        observers.append(WeakObserver(object: observer))
    }

    private struct WeakObserver {
        weak var object: (any DirectMemoryObserver)?
    }

    // MARK: Traffic

    /// The initiator counts lazily and is asked to fold its tallies in before anybody reads the cells. Not kept.
    public func countsLazily(through source: any TrafficSource) { self.source = source }

    /// What was counted, by target. Page walks are apart.
    public var traffic: [TrafficRecord] { records(pageWalks: false) }

    /// What address translation did, by target.
    public var pageWalkTraffic: [TrafficRecord] { records(pageWalks: true) }

    /// The cell that counts accesses to `target`: a stable address for the life of the socket.
    public func cell(for target: TargetID, isPageWalk: Bool = false) -> UnsafeMutablePointer<TrafficCell> {
        state.pointee.traffic.cell(target, isPageWalk: isPageWalk)
    }

    /// How many accesses were sent as transactions, page walks and direct reads included. Direct memory is counted in
    /// `traffic` only.
    public var transactionCount: UInt64 {
        foldTraffic()
        return state.pointee.transactions
    }

    /// Has a source that counts lazily add what is not in the counters yet.
    func foldTraffic() { source?.foldTraffic() }

    /// Sets all counters to zero.
    public func clearTraffic() {
        foldTraffic()
        state.pointee.transactions = 0
        state.pointee.traffic.clear()
        meter?.clear()
        source?.trafficCleared()
    }

    /// The cells that have counted something besides page walks, as they stand.
    func countedCells() -> [(target: TargetID, cell: TrafficCell)] { state.pointee.traffic.counted(pageWalks: false) }

    /// Measures the traffic in bins of `bin`, if it says so, and in detail from now on. After elaboration, while nothing
    /// runs.
    func measure(inBins bin: SimTime?, _ detail: TrafficDetail) {
        watch(inBins: bin, detail, BusDirectory.of(owner.simulation).probes(of: id))
    }

    /// Probes have come or gone.
    func probesChanged() {
        let probes = BusDirectory.of(owner.simulation).probes(of: id)
        if let meter, meter.hasBins || !meter.detail.isEmpty || !probes.isEmpty {
            meter.probes = probes
        } else {
            watch(inBins: nil, [], probes)
        }
    }

    /// Puts a meter before what the socket reaches, or takes it away where nobody needs one.
    private func watch(inBins bin: SimTime?, _ detail: TrafficDetail, _ probes: [TrafficProbe]) {
        let isNeeded = bin != nil || !detail.isEmpty || !probes.isEmpty
        if meter == nil, !isNeeded { return }
        meter?.end()
        if let meter {
            meter.probes = []
            formerMeters.append(meter)
        }
        meter = isNeeded ? TrafficMeter(self, source: source, bin: bin, detail: detail) : nil
        meter?.probes = probes
        state.pointee.meter = meter.map { .passUnretained($0) }
        if let bound { reach(bound) }
        routesChanged()
    }

    private func records(pageWalks: Bool) -> [TrafficRecord] {
        foldTraffic()
        let directory = BusDirectory.of(owner.simulation)
        let name = directory.name(of: id)
        return state.pointee.traffic.counted(pageWalks: pageWalks).compactMap { target, cell in
            // A target that was taken out of the machine is in no report.
            if target != .none, directory.target(target) == nil { return nil }
            return TrafficRecord(initiator: name, target: directory.name(of: target), cell: cell)
        }
    }
}

extension InitiatorSocket: Upstream {
    func directMemoryInvalidated(range: ClosedRange<UInt64>, of target: TargetSocket) {
        let server = state.pointee.server
        let invalidating = InvalidatingSeat(server, of: path)
        state.pointee.server = .passUnretained(invalidating)
        defer {
            // An observer may have changed who serves; that stays.
            if state.pointee.server.toOpaque() == Unmanaged.passUnretained(invalidating).toOpaque() {
                state.pointee.server = server
            }
        }
        for observer in observers { observer.object?.directMemoryInvalidated(range: range) }
    }

    func serverChanged(of target: TargetSocket) { reach(target) }

    /// Tells those who keep routes of this socket.
    func routesChanged() { for observer in observers { observer.object?.routesChanged() } }
}

// MARK: What stands before the bound target

extension InitiatorSocket {
    /// Sends accesses to `target` from now on; by way of seats that watch what must be watched.
    private func reach(_ target: TargetSocket) {
        var seat = checker?.checking(target.server) ?? target.server
        phases.pointee.server = seat.phaseSeat
        if target.firstWaiting() != nil {
            seat = MeasuringSeat(seat, for: self)
            measuring = seat
        }
        if isOrdered { seat = ordering(seat, latency: .zero) }
        if let meter { seat = metering(seat, meter, latency: .zero, delta: 0) }
        state.pointee.server = .passUnretained(seat)
    }

    @usableFromInline func seat(_ seat: BackwardSeat) {
        precondition(!isServedBackward, "\(path): the backward path is served already")
        isServedBackward = true
        backwardSeats.append(seat)
        PhaseDirectory.of(owner.simulation).add(seat)
        takeBackwardSeat()
    }

    private func takeBackwardSeat() {
        var seat = backwardSeats[isServedBackward ? 1 : 0]
        if let checker {
            seat = checker.checking(seat)
            backwardSeats.append(seat)
        }
        phases.pointee.back = .passUnretained(seat)
    }

    /// Has every call through this socket checked against the base protocol, in both directions, from now on. What is
    /// found fails the run unless the checker says otherwise. Costs nothing while it is off. While nothing is under way.
    @discardableResult
    public func checkProtocol() -> ProtocolChecker {
        if let checker { return checker }
        let checker = ProtocolChecker(at: self, speaking: busProtocol)
        self.checker = checker
        PhaseDirectory.of(owner.simulation).add(checker)
        if let bound { reach(bound) }
        takeBackwardSeat()
        return checker
    }

    /// A seat before another that watches the order of this socket's accesses. Kept as long as the socket.
    private func ordering(_ inner: BusServer, latency: SimTime) -> BusServer {
        if let seat = orderingSeats.first(where: { $0.seat === inner && $0.latency == latency }) { return seat }
        let seat = OrderingSeat(inner, of: self, latency: latency)
        orderingSeats.append(seat)
        return seat
    }

    /// A seat before another that measures this socket's accesses. Kept as long as the socket.
    private func metering(
        _ inner: BusServer, _ meter: TrafficMeter, latency: SimTime, delta: UInt64
    ) -> BusServer {
        if let seat = meterSeats.first(where: {
            $0.inner === inner && $0.latency == latency && $0.delta == delta && $0.meter === meter
        }) {
            return seat
        }
        let seat = MeterSeat(inner, meter, of: self, latency: latency, delta: delta)
        meterSeats.append(seat)
        return seat
    }

    /// What a route to `target` calls, behind routers that add `latency`, and `delta` to addresses.
    func server(of target: TargetSocket, latency: SimTime, delta: UInt64) -> BusServer {
        let seat = isOrdered ? ordering(target.server, latency: latency) : target.server
        return meter.map { metering(seat, $0, latency: latency, delta: delta) } ?? seat
    }

    /// Counts what passed inside an access beside what it added to the delay.
    func count(waited: SimTime, in transaction: borrowing Transaction) {
        guard transaction.command != .ignore, !(transaction.attributes.isExclusive && transaction.exclusiveFailed)
        else { return }
        let cell = cell(for: transaction.target, isPageWalk: transaction.attributes.isPageWalk)
        cell.pointee.latencyPicoseconds &+= waited.picoseconds
    }
}
