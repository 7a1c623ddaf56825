import TandemKernel

/// Holds one socket to the base protocol: stands between the socket and its other side, sees every call in both
/// directions, and changes nothing. `InitiatorSocket.checkProtocol` and `TargetSocket.checkProtocol` put one up; where
/// there is none, nothing is asked and nothing is paid.
public final class ProtocolChecker: PhaseState {
    /// What was found, in order.
    public private(set) var violations: [ProtocolViolation] = []
    /// Whether a violation fails the run, which it does at first. It is told to the log in any case.
    public var failsRun = true

    private let path: String
    let scheduler: Scheduler
    let busProtocol: any BusProtocol.Type
    let directory: PhaseDirectory
    private let log: Log
    /// Whether the module behind the socket passes transactions on, and so may translate addresses.
    let isInterconnect: () -> Bool
    /// By slot; looked up, never iterated.
    var transactions: [UnsafeMutablePointer<TransactionSlot>: CheckedTransaction] = [:]
    /// Whose request, and whose response, is open, by upstream.
    var requests: [UnsafeMutableRawPointer: UnsafeMutablePointer<TransactionSlot>] = [:]
    var responses: [UnsafeMutableRawPointer: UnsafeMutablePointer<TransactionSlot>] = [:]
    /// What takes the backward path at a target's socket.
    private var interceptor: BackwardSeat?
    private let isAtTarget: Bool
    /// Kept, because calls under way go through them.
    private var servers: [BusServer] = []

    init(at socket: Port, speaking busProtocol: any BusProtocol.Type) {
        path = socket.path
        isAtTarget = socket is TargetSocket
        scheduler = socket.owner.scheduler
        log = socket.owner.log
        directory = PhaseDirectory.of(socket.owner.simulation)
        self.busProtocol = busProtocol
        isInterconnect = { [weak owner = socket.owner, isAtTarget] in
            // Behind an initiator's socket there may always be a router.
            !isAtTarget || owner is Router || owner?.ports.contains { $0 is InitiatorSocket } ?? false
        }
    }

    // MARK: Seats

    /// `server` behind the checker, for a socket on either side.
    func checking(_ server: BusServer) -> BusServer {
        let checked = CheckingSeat(server, self)
        servers.append(checked)
        return checked
    }

    /// The backward path of an initiator's socket behind the checker.
    func checking(_ seat: BackwardSeat) -> BackwardSeat {
        BackwardSeat { [unowned self] transaction, hop, phase, delay in
            self.check(transaction, goesForward: false, phase: &phase, delay: &delay) { transaction, phase, delay in
                seat.backward(transaction, hop, &phase, &delay)
            }
        }
    }

    /// At a target's socket the way back is in each request: the checker puts itself into it.
    func intercept(_ transaction: PooledTransaction) {
        let slot = transaction.slot
        let hop = slot.pointee.hopCount - 1
        guard isAtTarget, hop >= 0 else { return }
        transactions[slot]?.behind = slot.pointee.hops[hop].upstream
        let seat = interceptor ?? makeInterceptor()
        slot.pointee.hops[hop].upstream = .passUnretained(seat)
    }

    private func makeInterceptor() -> BackwardSeat {
        let seat = BackwardSeat { [unowned self] transaction, hop, phase, delay in
            guard let behind = self.transactions[transaction.slot]?.behind else { return .completed }
            return self.check(transaction, goesForward: false, phase: &phase, delay: &delay) {
                transaction, phase, delay in
                behind._withUnsafeGuaranteedRef { $0.backward(transaction, hop, &phase, &delay) }
            }
        }
        interceptor = seat
        return seat
    }

    // MARK: Reporting

    func report(_ rule: ProtocolRule, _ problem: String, expected: String = "") {
        let violation = ProtocolViolation(
            rule: rule, diagnosis: Diagnosis(at: path, problem, expected: expected), time: scheduler.now)
        violations.append(violation)
        log.write(.error, at: path, "\(problem) (rule “\(rule.rawValue)”)")
        guard failsRun else { return }
        scheduler.fail(
            SimulationError(
                at: path, "\(problem) (rule “\(rule.rawValue)” of the \(busProtocol.name))", time: scheduler.now,
                expected: expected))
    }

    // MARK: PhaseState

    func rewind() {
        transactions = [:]
        requests = [:]
        responses = [:]
    }

    var snapshotRefusal: SnapshotError? { nil }
}

/// Stands before a seat whose socket is checked.
final class CheckingSeat: BusServer {
    private let seat: BusServer
    // SAFETY: the checker owns this seat.
    private unowned(unsafe) let checker: ProtocolChecker

    init(_ seat: BusServer, _ checker: ProtocolChecker) {
        self.seat = seat
        self.checker = checker
        super.init()
        let inner = seat.phaseSeat.takeUnretainedValue()
        phases = ForwardSeat { [unowned(unsafe) checker] transaction, phase, delay in
            checker.check(transaction, goesForward: true, phase: &phase, delay: &delay) { transaction, phase, delay in
                inner.forward(transaction, &phase, &delay)
            }
        }
    }

    override func transport(_ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape) {
        checker.checkBlocking(&transaction, delay: &delay) { seat.transport(&$0, &$1, shape) }
    }

    override func debugTransport(_ transaction: inout Transaction) -> Int { seat.debugTransport(&transaction) }

    override func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool { seat.directMemory(at: address, command, attributes, &grant) }
}
