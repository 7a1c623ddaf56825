public import TandemKernel

/// As `BusTarget`, for a module that serves several sockets with one set of methods.
///
/// The tag is what was given when the seat was taken; at a multi socket it is the index of the binding.
public protocol TaggedBusTarget: AnyObject {
    /// As `BusTarget.transport`.
    func transport(_ transaction: inout Transaction, delay: inout SimTime, tag: Int)
    /// As `BusTarget.debugTransport`.
    func debugTransport(_ transaction: inout Transaction, tag: Int) -> Int
    /// As `BusTarget.directMemory`.
    func directMemory(_ request: DirectMemoryRequest, _ grant: inout DirectMemory, tag: Int) -> Bool
}

extension TaggedBusTarget {
    @inlinable public func debugTransport(_ transaction: inout Transaction, tag: Int) -> Int { 0 }

    @inlinable public func directMemory(
        _ request: DirectMemoryRequest, _ grant: inout DirectMemory, tag: Int
    ) -> Bool { false }
}

extension TargetSeat {
    /// The seat of `target` at one of its sockets.
    // SAFETY: the target owns its socket, which owns this seat; initiators reach it only while the module tree lives.
    @inlinable convenience init<Target: TaggedBusTarget>(_ target: Target, tag: Int, id: TargetID) {
        let target = Unmanaged.passUnretained(target)
        self.init(
            { transaction, delay in
                transaction.target = id
                target._withUnsafeGuaranteedRef { $0.transport(&transaction, delay: &delay, tag: tag) }
            },
            { transaction in
                transaction.target = id
                return target._withUnsafeGuaranteedRef { $0.debugTransport(&transaction, tag: tag) }
            },
            { request, grant in
                grant = DirectMemory()
                grant.target = id
                return target._withUnsafeGuaranteedRef { $0.directMemory(request, &grant, tag: tag) }
            }, { _, _ in nil })
    }
}

extension TargetSocket {
    /// Takes the seat for a module with several sockets; `tag` comes with every call.
    @inlinable public func serve<Target: TaggedBusTarget>(_ target: Target, tag: Int) {
        seat(TargetSeat(target, tag: tag, id: id))
    }

    /// Takes the forward path with a call-back, which is kept until the simulation ends.
    public func onForward(
        _ body: @escaping (PooledTransaction, inout Phase, inout SimTime) -> TransportStatus
    ) {
        let id = id
        seat(
            ForwardSeat { transaction, phase, delay in
                if phase == .beginRequest { transaction.arrive(at: id) }
                return body(transaction, &phase, &delay)
            })
    }
}

extension InitiatorSocket {
    /// Takes the backward path with a call-back, which is kept until the simulation ends.
    public func onBackward(
        _ body: @escaping (PooledTransaction, inout Phase, inout SimTime) -> TransportStatus
    ) {
        let state = phases
        seat(
            BackwardSeat { transaction, hop, phase, delay in
                let status = body(transaction, &phase, &delay)
                if status != .accepted { state.noteBackward(transaction, hop, status, phase, delay) }
                return status
            })
    }
}
