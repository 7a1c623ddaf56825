public import TandemKernel

/// The seat of whoever takes forward phases at a target socket. What `BusServer` is for blocking accesses.
public final class ForwardSeat {
    @usableFromInline let forward: (PooledTransaction, inout Phase, inout SimTime) -> TransportStatus

    @usableFromInline init(_ forward: @escaping (PooledTransaction, inout Phase, inout SimTime) -> TransportStatus) {
        self.forward = forward
    }

    /// The seat of `target`. It marks each transaction that begins with the id, by which the way back is found.
    // SAFETY: the target owns its socket, which owns this seat; it is reached only while the module tree lives.
    @inlinable convenience init<Target: PhaseTarget>(_ target: Target, id: TargetID) {
        let target = Unmanaged.passUnretained(target)
        self.init { transaction, phase, delay in
            if phase == .beginRequest { transaction.arrive(at: id) }
            return target._withUnsafeGuaranteedRef {
                $0.transportForward(transaction, phase: &phase, delay: &delay)
            }
        }
    }

    // SAFETY: as above.
    @inlinable convenience init<Target: TaggedPhaseTarget>(_ target: Target, tag: Int, id: TargetID) {
        let target = Unmanaged.passUnretained(target)
        self.init { transaction, phase, delay in
            if phase == .beginRequest { transaction.arrive(at: id) }
            return target._withUnsafeGuaranteedRef {
                $0.transportForward(transaction, phase: &phase, delay: &delay, tag: tag)
            }
        }
    }
}

/// The seat of whoever takes the backward phases of a hop: an initiator, a router, an adapter. Gets the index of the hop
/// in the transaction's list.
public final class BackwardSeat {
    @usableFromInline let backward: (PooledTransaction, Int, inout Phase, inout SimTime) -> TransportStatus

    @usableFromInline init(
        _ backward: @escaping (PooledTransaction, Int, inout Phase, inout SimTime) -> TransportStatus
    ) {
        self.backward = backward
    }

    /// The seat of `initiator`, whose socket counts the transaction when it ends here.
    // SAFETY: the initiator owns its socket, which owns this seat and `state`; it is reached only while the module tree
    // lives.
    @inlinable convenience init<Initiator: PhaseInitiator>(
        _ initiator: Initiator, _ state: UnsafeMutablePointer<InitiatorPhases>
    ) {
        let initiator = Unmanaged.passUnretained(initiator)
        self.init { transaction, hop, phase, delay in
            let status = initiator._withUnsafeGuaranteedRef {
                $0.transportBackward(transaction, phase: &phase, delay: &delay)
            }
            if status != .accepted { state.pointee.noteBackward(transaction, hop, status, phase, delay) }
            return status
        }
    }

    // SAFETY: as above.
    @inlinable convenience init<Initiator: TaggedPhaseInitiator>(
        _ initiator: Initiator, tag: Int, _ state: UnsafeMutablePointer<InitiatorPhases>
    ) {
        let initiator = Unmanaged.passUnretained(initiator)
        self.init { transaction, hop, phase, delay in
            let status = initiator._withUnsafeGuaranteedRef {
                $0.transportBackward(transaction, phase: &phase, delay: &delay, tag: tag)
            }
            if status != .accepted { state.pointee.noteBackward(transaction, hop, status, phase, delay) }
            return status
        }
    }
}

extension ForwardSeat {
    /// The seat at a socket that is bound to nothing or does not take phases: fails the run.
    convenience init(vacantAt path: String, _ scheduler: Scheduler, _ reason: String = "the socket leads nowhere") {
        self.init { [unowned scheduler] transaction, phase, _ in
            scheduler.fail(
                SimulationError(
                    at: path, "\(phase) of \(transaction.summary) is sent here, but \(reason)", time: scheduler.now,
                    expected: "a target that calls “servePhases(self)”"))
            transaction.payload.response = .genericError
            return .completed
        }
    }
}

extension BackwardSeat {
    /// The seat at a socket whose module takes no phases: fails the run.
    convenience init(vacantAt path: String, _ scheduler: Scheduler) {
        self.init { [unowned scheduler] transaction, _, phase, _ in
            scheduler.fail(
                SimulationError(
                    at: path, "\(phase) of \(transaction.summary) comes back, but nobody takes the backward path here",
                    time: scheduler.now, expected: "an initiator that calls “servePhases(self)”"))
            return .completed
        }
    }
}
