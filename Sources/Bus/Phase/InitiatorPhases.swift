public import TandemKernel

/// What the phases of one initiator's socket need, behind one pointer. Apart from the socket's own state, so that blocking
/// accesses pay nothing for it.
@frozen @usableFromInline struct InitiatorPhases {
    // SAFETY: seats and scheduler live as long as the module tree; the state belongs to the same socket.
    @usableFromInline var server: Unmanaged<ForwardSeat>
    @usableFromInline var back: Unmanaged<BackwardSeat>
    @usableFromInline let state: UnsafeMutablePointer<InitiatorSocket.State>
    @usableFromInline let scheduler: Unmanaged<Scheduler>

    init(
        server: Unmanaged<ForwardSeat>, back: Unmanaged<BackwardSeat>,
        state: UnsafeMutablePointer<InitiatorSocket.State>, scheduler: Unmanaged<Scheduler>
    ) {
        self.server = server
        self.back = back
        self.state = state
        self.scheduler = scheduler
    }
}

// Through the pointer only: a call needs two or three of the four words.
extension UnsafeMutablePointer<InitiatorPhases> {
    @inlinable @inline(__always) var now: UInt64 {
        pointee.scheduler._withUnsafeGuaranteedRef { $0.now.picoseconds }
    }

    @inlinable @inline(__always) func forward(
        _ transaction: PooledTransaction, _ phase: inout Phase, _ delay: inout SimTime
    ) -> TransportStatus {
        let slot = transaction.slot
        if phase == .beginRequest {
            slot.pointee.payload.response = .incomplete
            slot.pointee.payload.attributes = slot.pointee.payload.attributes.sent(
                by: pointee.state.pointee.attributes)
            if pointee.state.pointee.meter != nil { measureBegin() }
            let hop = slot.pointee.push(pointee.back, begin: now &+ delay.picoseconds)
            let status = send(transaction, &phase, &delay)
            if status == .completed { finish(transaction, hop, delay) }
            return status
        }
        let hop = slot.pointee.hop(of: pointee.back)
        let isEnd = phase == .endResponse
        let status = send(transaction, &phase, &delay)
        if isEnd || status == .completed { finish(transaction, hop, delay) }
        return status
    }

    @inlinable @inline(__always) func send(
        _ transaction: PooledTransaction, _ phase: inout Phase, _ delay: inout SimTime
    ) -> TransportStatus {
        pointee.server._withUnsafeGuaranteedRef { $0.forward(transaction, &phase, &delay) }
    }

    /// The initiator has answered a phase of its target.
    @inlinable func noteBackward(
        _ transaction: PooledTransaction, _ hop: Int, _ status: TransportStatus, _ phase: Phase, _ delay: SimTime
    ) {
        if status == .completed || phase == .endResponse { finish(transaction, hop, delay) }
    }

    @usableFromInline @inline(never) func measureBegin() {
        pointee.state.pointee.meter?._withUnsafeGuaranteedRef { $0.begin() }
    }

    /// The transaction is over at this socket at now + `delay`: counts it. Its latency is the time from the beginning of
    /// the request to the end of the response.
    @usableFromInline func finish(_ transaction: PooledTransaction, _ hop: Int, _ delay: SimTime) {
        let slot = transaction.slot
        // The initiator may have ended it and let go of it inside the call.
        guard hop >= 0, transaction.isHeld, hop < slot.pointee.hopCount, slot.pointee.hops[hop].isActive else { return }
        let begin = slot.pointee.hops[hop].begin
        slot.pointee.end(hop: hop)
        let command = slot.pointee.payload.command
        if let meter = pointee.state.pointee.meter {
            let end = now &+ delay.picoseconds
            meter._withUnsafeGuaranteedRef {
                $0.prepare(end)
                $0.count(slot.pointee.payload, at: slot.pointee.payload.address, start: begin, end: end)
            }
        }
        guard command != .ignore, !slot.pointee.payload.exclusiveFailed else { return }
        let state = pointee.state
        state.pointee.transactions &+= 1
        let attributes = slot.pointee.payload.attributes
        state.pointee.traffic.cell(slot.pointee.payload.target, isPageWalk: attributes.isPageWalk).pointee.count(
            write: command == .write, fetch: attributes.isFetch, bytes: slot.pointee.payload.count,
            failed: slot.pointee.payload.response.isError,
            latency: SimTime(picoseconds: now &+ delay.picoseconds &- begin))
    }
}

extension InitiatorSocket {
    /// Takes the backward path. Once in the life of a socket.
    @inlinable public func servePhases<Initiator: PhaseInitiator>(_ initiator: Initiator) {
        seat(BackwardSeat(initiator, phases))
    }

    /// Takes the backward path for a module with several sockets; `tag` comes with every call.
    @inlinable public func servePhases<Initiator: TaggedPhaseInitiator>(_ initiator: Initiator, tag: Int) {
        seat(BackwardSeat(initiator, tag: tag, phases))
    }

    /// Sends a phase on the forward path; it becomes effective at now + `delay`. The socket starts the response of a
    /// request as incomplete and fills in who makes it, and counts the transaction when it is over. Never allocates.
    ///
    /// The address belongs to the target from the beginning of the request to the beginning of the response: routers
    /// between translate it.
    @inlinable @inline(__always) public func transportForward(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        phases.forward(transaction, &phase, &delay)
    }
}

extension TargetSocket {
    /// Takes the forward path. Once in the life of a socket; a target may serve blocking accesses too.
    @inlinable public func servePhases<Target: PhaseTarget>(_ target: Target) {
        seat(ForwardSeat(target, id: id))
    }

    /// Takes the forward path for a module with several sockets; `tag` comes with every call.
    @inlinable public func servePhases<Target: TaggedPhaseTarget>(_ target: Target, tag: Int) {
        seat(ForwardSeat(target, tag: tag, id: id))
    }

    /// Sends a phase on the backward path, to where the transaction came from; it becomes effective at now + `delay`.
    @inlinable @inline(__always) public func transportBackward(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        let slot = transaction.slot
        let hop = transaction.isHeld ? slot.pointee.hop(to: id) : -1
        guard hop >= 0 else { return refuseBackward(transaction, phase) }
        return slot.pointee.hops[hop].upstream._withUnsafeGuaranteedRef {
            $0.backward(transaction, hop, &phase, &delay)
        }
    }

    @usableFromInline @inline(never) func refuseBackward(_ transaction: PooledTransaction, _ phase: Phase)
        -> TransportStatus
    {
        owner.scheduler.fail(
            SimulationError(
                at: path, "\(phase) is sent for \(transaction.summary), which is not under way here",
                time: owner.now, expected: "a transaction between its BEGIN_REQ and its end, held by the target"))
        return .completed
    }
}
