public import TandemKernel

/// The seat of whoever takes forward phases at a target socket. What `BusServer` is for blocking accesses.
public final class ForwardSeat: PhaseState {
    // SAFETY: retained here; released when the simulation ends, after which no phase is sent, or with the seat.
    @usableFromInline let body: Unmanaged<ForwardBody>
    private var isEnded = false

    @usableFromInline init(_ forward: @escaping (PooledTransaction, inout Phase, inout SimTime) -> TransportStatus) {
        body = .passRetained(ForwardBody(forward))
    }

    deinit { if !isEnded { body.release() } }

    @inlinable @inline(__always) func forward(
        _ transaction: PooledTransaction, _ phase: inout Phase, _ delay: inout SimTime
    ) -> TransportStatus {
        body._withUnsafeGuaranteedRef { $0.forward(transaction, &phase, &delay) }
    }

    /// The seat of `target`. It marks each transaction that begins with the id, by which the way back is found. Holds the
    /// target until the simulation ends, so that a call counts no references.
    @inlinable convenience init<Target: PhaseTarget>(_ target: Target, id: TargetID) {
        self.init { transaction, phase, delay in
            if phase == .beginRequest { transaction.arrive(at: id) }
            return target.transportForward(transaction, phase: &phase, delay: &delay)
        }
    }

    /// As `init(_:id:)`.
    @inlinable convenience init<Target: TaggedPhaseTarget>(_ target: Target, tag: Int, id: TargetID) {
        self.init { transaction, phase, delay in
            if phase == .beginRequest { transaction.arrive(at: id) }
            return target.transportForward(transaction, phase: &phase, delay: &delay, tag: tag)
        }
    }

    // MARK: PhaseState

    func rewind() {}

    func end(_ directory: PhaseDirectory) {
        if !isEnded { body.release() }
        isEnded = true
    }

    var snapshotRefusal: SnapshotError? { nil }
}

/// What a forward phase is given to.
@usableFromInline final class ForwardBody {
    @usableFromInline let forward: (PooledTransaction, inout Phase, inout SimTime) -> TransportStatus

    init(_ forward: @escaping (PooledTransaction, inout Phase, inout SimTime) -> TransportStatus) {
        self.forward = forward
    }
}

/// The seat of whoever takes the backward phases of a hop: an initiator, a router, an adapter. Gets the index of the hop
/// in the transaction's list.
public final class BackwardSeat: PhaseState {
    // SAFETY: as that of a `ForwardSeat`.
    @usableFromInline let body: Unmanaged<BackwardBody>
    private var isEnded = false

    @usableFromInline init(
        _ backward: @escaping (PooledTransaction, Int, inout Phase, inout SimTime) -> TransportStatus
    ) {
        body = .passRetained(BackwardBody(backward))
    }

    deinit { if !isEnded { body.release() } }

    @inlinable @inline(__always) func backward(
        _ transaction: PooledTransaction, _ hop: Int, _ phase: inout Phase, _ delay: inout SimTime
    ) -> TransportStatus {
        body._withUnsafeGuaranteedRef { $0.backward(transaction, hop, &phase, &delay) }
    }

    /// The seat of `initiator`, whose socket counts the transaction when it ends here. Holds the initiator until the
    /// simulation ends, so that a call counts no references.
    // SAFETY: the initiator owns its socket, which owns `state`.
    @inlinable convenience init<Initiator: PhaseInitiator>(
        _ initiator: Initiator, _ state: UnsafeMutablePointer<InitiatorPhases>
    ) {
        self.init { transaction, hop, phase, delay in
            let status = initiator.transportBackward(transaction, phase: &phase, delay: &delay)
            if status != .accepted { state.noteBackward(transaction, hop, status, phase, delay) }
            return status
        }
    }

    /// As `init(_:_:)`.
    // SAFETY: as there.
    @inlinable convenience init<Initiator: TaggedPhaseInitiator>(
        _ initiator: Initiator, tag: Int, _ state: UnsafeMutablePointer<InitiatorPhases>
    ) {
        self.init { transaction, hop, phase, delay in
            let status = initiator.transportBackward(transaction, phase: &phase, delay: &delay, tag: tag)
            if status != .accepted { state.noteBackward(transaction, hop, status, phase, delay) }
            return status
        }
    }

    // MARK: PhaseState

    func rewind() {}

    func end(_ directory: PhaseDirectory) {
        if !isEnded { body.release() }
        isEnded = true
    }

    var snapshotRefusal: SnapshotError? { nil }
}

/// What a backward phase is given to.
@usableFromInline final class BackwardBody {
    @usableFromInline let backward: (PooledTransaction, Int, inout Phase, inout SimTime) -> TransportStatus

    init(_ backward: @escaping (PooledTransaction, Int, inout Phase, inout SimTime) -> TransportStatus) {
        self.backward = backward
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
