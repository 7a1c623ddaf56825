public import TandemKernel

/// The seat at a target socket: what initiators and routers call, without counting references. Behind it stands a target,
/// a memory, a router, or nobody.
///
/// A class with virtual methods, because a call of one is a load and a jump. Only seats that are not generic gain from
/// it: the methods of a generic class are not specialised.
public class BusServer {
    /// What takes phases at the same socket. Given by the socket before anybody reaches the seat.
    final var phases: ForwardSeat?

    @usableFromInline init() {}

    /// What takes phases at the same socket.
    final var phaseSeat: Unmanaged<ForwardSeat> {
        guard let phases else { preconditionFailure("a seat for blocking accesses only") }
        return .passUnretained(phases)
    }

    /// Serves one access. `shape` belongs to it.
    @usableFromInline func transport(
        _ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape
    ) { preconditionFailure("a seat without a target") }

    @usableFromInline func debugTransport(_ transaction: inout Transaction) -> Int {
        preconditionFailure("a seat without a target")
    }

    /// Writes the whole grant, or answers false and leaves in it what it likes. The request comes in pieces, which travel in
    /// registers.
    @usableFromInline func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool { preconditionFailure("a seat without a target") }

    /// See `BusTarget.directRead`. Only a target's own seat has some: seats that watch must see every access.
    func directRead(at offset: UInt64, count: Int) -> DirectRead? { nil }
}

/// Command and length of a plain access in one word: what a seat asks first. The initiator's socket makes it, where the
/// compiler mostly knows the answer; routers pass it on, for nothing in it is theirs to change.
@frozen @usableFromInline struct AccessShape: Equatable {
    @usableFromInline let bits: UInt32

    /// Nothing is known: byte enables, streaming, an exclusive access, a command that moves nothing, no bytes.
    @inlinable static var special: AccessShape { AccessShape(bits: 0) }
    @inlinable static func read(_ count: UInt32) -> AccessShape { AccessShape(bits: count) }
    @inlinable static func write(_ count: UInt32) -> AccessShape { AccessShape(bits: count | writeBit) }
    @inlinable static var writeBit: UInt32 { 1 << 31 }

    @inlinable init(bits: UInt32) { self.bits = bits }

    @inlinable @inline(__always) init(_ transaction: borrowing Transaction) {
        let count = UInt(bitPattern: transaction.count)
        if transaction.isPlain, !transaction.attributes.isExclusive, count &- 1 < UInt(Self.writeBit) &- 1,
            transaction.command != .ignore
        {
            bits = UInt32(truncatingIfNeeded: count) | (transaction.command == .write ? Self.writeBit : 0)
        } else {
            bits = 0
        }
    }

    /// How many bytes; zero of a special access.
    @inlinable var count: UInt32 { bits & ~Self.writeBit }
    @inlinable var isWrite: Bool { bits & Self.writeBit != 0 }
}

/// The seat of a target of any type.
///
/// Closures, because each is specialised for its target where `TargetSocket.serve` is called.
@usableFromInline final class TargetSeat: BusServer {
    private let serve: (inout Transaction, inout SimTime) -> Void
    private let serveDebugger: (inout Transaction) -> Int
    private let grantMemory: (DirectMemoryRequest, inout DirectMemory) -> Bool
    private let findDirectRead: (UInt64, Int) -> DirectRead?

    @usableFromInline init(
        _ serve: @escaping (inout Transaction, inout SimTime) -> Void,
        _ serveDebugger: @escaping (inout Transaction) -> Int,
        _ grantMemory: @escaping (DirectMemoryRequest, inout DirectMemory) -> Bool,
        _ findDirectRead: @escaping (UInt64, Int) -> DirectRead?
    ) {
        self.serve = serve
        self.serveDebugger = serveDebugger
        self.grantMemory = grantMemory
        self.findDirectRead = findDirectRead
    }

    /// The seat of `target`, whose id it writes into every transaction and grant.
    // SAFETY: the target owns its socket, which owns this seat; initiators reach it only while the module tree lives.
    @inlinable convenience init<Target: BusTarget>(_ target: Target, id: TargetID) {
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
                grant = DirectMemory()
                grant.target = id
                return target._withUnsafeGuaranteedRef { $0.directMemory(request, &grant) }
            },
            { offset, count in target._withUnsafeGuaranteedRef { $0.directRead(at: offset, count: count) } })
    }

    override func transport(_ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape) {
        serve(&transaction, &delay)
    }

    override func debugTransport(_ transaction: inout Transaction) -> Int { serveDebugger(&transaction) }

    override func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool {
        grantMemory(DirectMemoryRequest(address: address, command: command, attributes: attributes), &grant)
    }

    override func directRead(at offset: UInt64, count: Int) -> DirectRead? { findDirectRead(offset, count) }
}

/// The seat at a socket whose target takes phases only.
final class CallbackSeat: BusServer {
    private let serve: (inout Transaction, inout SimTime) -> Void
    private let serveDebugger: (inout Transaction) -> Int
    private let grantMemory: (DirectMemoryRequest, inout DirectMemory) -> Bool
    private let target: TargetID

    init(
        _ target: TargetID, _ serve: @escaping (inout Transaction, inout SimTime) -> Void,
        _ serveDebugger: @escaping (inout Transaction) -> Int = { _ in 0 },
        _ grantMemory: @escaping (DirectMemoryRequest, inout DirectMemory) -> Bool = { _, _ in false }
    ) {
        self.target = target
        self.serve = serve
        self.serveDebugger = serveDebugger
        self.grantMemory = grantMemory
        super.init()
    }

    override func transport(_ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape) {
        transaction.target = target
        serve(&transaction, &delay)
    }

    override func debugTransport(_ transaction: inout Transaction) -> Int {
        transaction.target = target
        return serveDebugger(&transaction)
    }

    override func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool {
        grant = DirectMemory()
        grant.target = target
        return grantMemory(DirectMemoryRequest(address: address, command: command, attributes: attributes), &grant)
    }
}

/// Stands before a seat from which a target is reached that may wait: counts what passed during an access in the cells of
/// the initiator's socket. Nobody else pays for it.
final class MeasuringSeat: BusServer {
    private let seat: BusServer
    private let scheduler: Scheduler
    // SAFETY: the socket owns this seat.
    private unowned(unsafe) let socket: InitiatorSocket

    init(_ seat: BusServer, for socket: InitiatorSocket) {
        self.seat = seat
        self.socket = socket
        scheduler = socket.owner.scheduler
    }

    override func transport(_ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape) {
        let start = scheduler.now
        seat.transport(&transaction, &delay, shape)
        socket.count(waited: scheduler.now - start, in: transaction)
    }

    override func debugTransport(_ transaction: inout Transaction) -> Int { seat.debugTransport(&transaction) }

    override func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool { seat.directMemory(at: address, command, attributes, &grant) }
}

/// Stands before the bound target while observers are told that grants end: nobody may ask for a new one then.
final class InvalidatingSeat: BusServer {
    private let seat: Unmanaged<BusServer>
    private let path: String

    // SAFETY: stands only during one call, in which what it stands before lives.
    init(_ seat: Unmanaged<BusServer>, of path: String) {
        self.seat = seat
        self.path = path
    }

    override func transport(_ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape) {
        seat._withUnsafeGuaranteedRef { $0.transport(&transaction, &delay, shape) }
    }

    override func debugTransport(_ transaction: inout Transaction) -> Int {
        seat._withUnsafeGuaranteedRef { $0.debugTransport(&transaction) }
    }

    override func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool { preconditionFailure("\(path): direct memory was requested from inside an invalidation") }
}

/// The seat at a socket that nobody serves or that is bound to nothing. Elaboration reports it; an access before that is
/// a caller's bug.
final class VacantSeat: BusServer {
    private let path: String

    init(at path: String) { self.path = path }

    override func transport(_ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape) { refuse() }
    override func debugTransport(_ transaction: inout Transaction) -> Int { refuse() }
    override func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool { refuse() }

    private func refuse() -> Never { preconditionFailure("\(path): an access through a socket that leads nowhere") }
}
