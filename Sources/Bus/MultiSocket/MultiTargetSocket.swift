public import TandemKernel

/// A target socket to which any number of initiators and routers are bound. The module's methods get the index of the
/// binding, in the order in which the bindings were made; each binding is a target socket of its own (`"in[0]"`), which is
/// counted and excluded on its own. IEEE 1666-2023 §16.1.4.
public final class MultiTargetSocket: Port {
    /// The target may wait inside `transport`.
    public let mayWait: Bool
    /// What becomes of calls of the sort that the target does not serve.
    public let conversion: SocketConversion
    /// What it speaks.
    public let busProtocol: any BusProtocol.Type
    /// In the order in which they were made; those that lead on to a module inside are not among them.
    public private(set) var bindings: [TargetSocket] = []

    private var inner: MultiTargetSocket?
    private var seatings: [(TargetSocket, Int) -> Void] = []

    /// A socket of `owner`. The parameters are those of `TargetSocket`.
    public init(
        _ name: String, in owner: Module, mayWait: Bool = false, conversion: SocketConversion = .adapters,
        speaking busProtocol: any BusProtocol.Type = BaseProtocol.self
    ) {
        self.mayWait = mayWait
        self.conversion = conversion
        self.busProtocol = busProtocol
        super.init(name, in: owner)
    }

    /// A socket of the module that `context` describes. The parameters are those of `TargetSocket`.
    public init(
        _ name: String, _ context: ModuleContext, mayWait: Bool = false, conversion: SocketConversion = .adapters,
        speaking busProtocol: any BusProtocol.Type = BaseProtocol.self
    ) {
        self.mayWait = mayWait
        self.conversion = conversion
        self.busProtocol = busProtocol
        super.init(name, context)
    }

    // MARK: Serving

    /// Takes the seat for blocking accesses at all bindings, those that come later too.
    @inlinable public func serve<Target: TaggedBusTarget>(_ target: Target) {
        let target = Unmanaged.passUnretained(target)
        seat { socket, index in target._withUnsafeGuaranteedRef { socket.serve($0, tag: index) } }
    }

    /// Takes the forward path at all bindings, those that come later too.
    @inlinable public func servePhases<Target: TaggedPhaseTarget>(_ target: Target) {
        let target = Unmanaged.passUnretained(target)
        seat { socket, index in target._withUnsafeGuaranteedRef { socket.servePhases($0, tag: index) } }
    }

    // SAFETY: the target owns this socket.
    @usableFromInline func seat(_ seating: @escaping (TargetSocket, Int) -> Void) {
        seatings.append(seating)
        for (index, socket) in bindings.enumerated() { seating(socket, index) }
    }

    // MARK: Binding

    /// One more binding, for an initiator's socket or for a region of a router.
    public func addBinding() -> TargetSocket {
        if let inner { return inner.addBinding() }
        let index = bindings.count
        let socket = TargetSocket(
            "\(name)[\(index)]", in: owner, mayWait: mayWait, conversion: conversion, speaking: busProtocol)
        bindings.append(socket)
        for seating in seatings { seating(socket, index) }
        return socket
    }

    /// Leads everything that arrives here to `inner`, of a module inside: what is bound here, before or after, is bound
    /// there. A socket is served by its own module or leads inwards, never both.
    public func bind(to inner: MultiTargetSocket) {
        precondition(self.inner == nil && inner !== self, "\(path): the socket leads inwards already")
        self.inner = inner
        let outer = bindings
        bindings = []
        if seatings.isEmpty {
            for socket in outer { socket.bind(to: inner.addBinding()) }
        }
    }

    public override func elaborated() throws(ElaborationError) {
        if inner != nil && !seatings.isEmpty {
            throw ElaborationError(
                at: path, "the socket is served by its module and leads inwards",
                expected: "one of both: a hierarchical or a direct binding")
        }
        if inner == nil && seatings.isEmpty {
            throw ElaborationError(
                at: path, "the target socket has nobody behind it", expected: "its module to call “serve(self)”")
        }
    }

    // MARK: Phases

    /// Sends a phase on the backward path, by the binding that the transaction came through.
    public func transportBackward(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        let slot = transaction.slot
        for socket in bindings where transaction.isHeld && slot.pointee.hop(to: socket.id) >= 0 {
            return socket.transportBackward(transaction, phase: &phase, delay: &delay)
        }
        owner.scheduler.fail(
            SimulationError(
                at: path, "\(phase) is sent for \(transaction.summary), which is not under way here", time: owner.now,
                expected: "a transaction between its BEGIN_REQ and its end, held by the target"))
        return .completed
    }

    /// Ends all grants in `range`, wherever they are held.
    public func invalidateDirectMemory(range: ClosedRange<UInt64> = 0...UInt64.max) {
        for socket in bindings { socket.invalidateDirectMemory(range: range) }
    }
}

extension InitiatorSocket {
    /// Connects the socket, once; it becomes the last binding of `target`.
    public func bind(to target: MultiTargetSocket) { bind(to: target.addBinding()) }
}
