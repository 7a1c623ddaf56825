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

    /// How the register at `offset` may be read without a transaction, in `count` bytes; nil if it may not, which is the
    /// default. Holds as grants of direct memory do.
    func directRead(at offset: UInt64, count: Int) -> DirectRead?
}

extension BusTarget {
    @inlinable public func directRead(at offset: UInt64, count: Int) -> DirectRead? { nil }
}

/// The seat of a target at its socket: what initiators and routers call, without counting references.
///
/// Closures, because each is specialised for its target where `TargetSocket.serve` is called: one indirect call reaches
/// the target. A generic subclass would cost two, for the methods of a generic class are not specialised.
public final class BusServer {
    @usableFromInline let transport: (inout Transaction, inout SimTime) -> Void
    @usableFromInline let debugTransport: (inout Transaction) -> Int
    @usableFromInline let directMemory: (DirectMemoryRequest, inout DirectMemory) -> Bool
    let directRead: (UInt64, Int) -> DirectRead?

    @usableFromInline init(
        _ transport: @escaping (inout Transaction, inout SimTime) -> Void,
        _ debugTransport: @escaping (inout Transaction) -> Int,
        _ directMemory: @escaping (DirectMemoryRequest, inout DirectMemory) -> Bool,
        _ directRead: @escaping (UInt64, Int) -> DirectRead? = { _, _ in nil }
    ) {
        self.transport = transport
        self.debugTransport = debugTransport
        self.directMemory = directMemory
        self.directRead = directRead
    }

    /// The seat of `target`, whose id it writes into every transaction and grant.
    // SAFETY: the target owns its socket, which owns this seat; initiators reach it only while the module tree lives.
    @inlinable public convenience init<Target: BusTarget>(_ target: Target, id: TargetID) {
        let target = Unmanaged.passUnretained(target)
        self.init(
            { transaction, delay in
                transaction.target = id
                target._withUnsafeGuaranteedRef { $0.transport(&transaction, delay: &delay) }
            },
            { transaction in
                transaction.target = id
                return target._withUnsafeGuaranteedRef { $0.debugTransport(&transaction) }
            },
            { request, grant in
                grant.target = id
                return target._withUnsafeGuaranteedRef { $0.directMemory(request, &grant) }
            },
            { offset, count in target._withUnsafeGuaranteedRef { $0.directRead(at: offset, count: count) } })
    }

    /// The seat of a target that may wait inside `transport`: measures what it waited, for the initiator's counters.
    convenience init(measuring seat: BusServer, in scheduler: Scheduler) {
        self.init(
            { [unowned scheduler] transaction, delay in
                let start = scheduler.now
                seat.transport(&transaction, &delay)
                // Wrapping, as in the initiator's socket: the sum of both differences is never negative.
                transaction.waited.picoseconds &+= scheduler.now.picoseconds &- start.picoseconds
            }, seat.debugTransport, seat.directMemory)
    }

    /// The seat at a socket that nobody serves or that is bound to nothing. Elaboration reports it; an access before that
    /// is a caller's bug.
    convenience init(vacantAt path: String) {
        func refuse() -> Never {
            preconditionFailure("\(path): an access through a socket that leads nowhere")
        }
        self.init({ _, _ in refuse() }, { _ in refuse() }, { _, _ in refuse() })
    }
}
