public import TandemKernel

/// What serves accesses: a device, a memory, a router. Bound to the bus by `TargetSocket.serve`.
public protocol BusTarget: AnyObject {
    /// Serves one access at `transaction.address`, an offset from the start of the target, and sets the response.
    /// Our own targets never wait: they add their latency to `delay`, and act as if at now + delay. One that may wait
    /// says so at its socket.
    func transport(_ transaction: inout Transaction, delay: inout SimTime)

    /// Moves data without side effects and without time: for debuggers, loaders and monitors.
    /// - Returns: the bytes moved from the start of the access, 0 if the target does not do it.
    func debugTransport(_ transaction: inout Transaction) -> Int

    /// Fills in the grant — range in the target's own addresses, host address of its start, rights, latencies — if
    /// accesses at the requested address may bypass `transport`. A target may grant more than was asked for.
    func directMemory(_ request: DirectMemoryRequest, _ grant: inout DirectMemory) -> Bool
}

/// The seat of a target at its socket: what initiators and routers call. One virtual call reaches the target, without
/// counting references.
open class BusServer {
    @usableFromInline init() {}

    open func transport(_ transaction: inout Transaction, delay: inout SimTime) {}
    open func debugTransport(_ transaction: inout Transaction) -> Int { 0 }
    open func directMemory(_ request: DirectMemoryRequest, _ grant: inout DirectMemory) -> Bool { false }
}

/// The seat of a target of a known type; the compiler specialises it in the target's own module.
@usableFromInline final class SeatedServer<Target: BusTarget>: BusServer {
    // SAFETY: the target owns its socket, which owns this seat; initiators reach it only while the module tree lives.
    @usableFromInline let target: Unmanaged<Target>
    @usableFromInline let id: TargetID

    @inlinable init(_ target: Target, id: TargetID) {
        self.target = .passUnretained(target)
        self.id = id
        super.init()
    }

    @inlinable override func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        transaction.target = id
        target._withUnsafeGuaranteedRef { $0.transport(&transaction, delay: &delay) }
    }

    @inlinable override func debugTransport(_ transaction: inout Transaction) -> Int {
        transaction.target = id
        return target._withUnsafeGuaranteedRef { $0.debugTransport(&transaction) }
    }

    @inlinable override func directMemory(
        _ request: DirectMemoryRequest, _ grant: inout DirectMemory
    ) -> Bool {
        grant.target = id
        return target._withUnsafeGuaranteedRef { $0.directMemory(request, &grant) }
    }
}

/// The seat of a target that may wait inside `transport`: measures what it waited, for the initiator's counters.
final class WaitingServer: BusServer {
    private let seat: BusServer
    private unowned let simulation: Simulation

    init(_ seat: BusServer, in simulation: Simulation) {
        self.seat = seat
        self.simulation = simulation
        super.init()
    }

    override func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        let start = simulation.scheduler.now
        seat.transport(&transaction, delay: &delay)
        // Wrapping, as in the initiator's socket: the sum of both differences is never negative.
        transaction.waited.picoseconds &+= simulation.scheduler.now.picoseconds &- start.picoseconds
    }

    override func debugTransport(_ transaction: inout Transaction) -> Int { seat.debugTransport(&transaction) }

    override func directMemory(_ request: DirectMemoryRequest, _ grant: inout DirectMemory) -> Bool {
        seat.directMemory(request, &grant)
    }
}

/// The seat at a socket that nobody serves or that is bound to nothing. Elaboration reports it; an access before that is
/// a caller's bug.
final class VacantServer: BusServer {
    private let path: String

    init(_ path: String) {
        self.path = path
        super.init()
    }

    override func transport(_ transaction: inout Transaction, delay: inout SimTime) { refuse() }
    override func debugTransport(_ transaction: inout Transaction) -> Int { refuse() }
    override func directMemory(_ request: DirectMemoryRequest, _ grant: inout DirectMemory) -> Bool {
        refuse()
    }

    private func refuse() -> Never { preconditionFailure("\(path): an access through a socket that leads nowhere") }
}
