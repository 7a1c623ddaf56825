public import TandemKernel

/// What takes the forward path of transactions that are not blocking. Taken a seat by `TargetSocket.servePhases`.
public protocol PhaseTarget: AnyObject {
    /// Takes `phase`, which becomes effective at now + `delay`: a request that begins, a response that ends, an extended
    /// phase. Never waits. May set `phase` and add to `delay`, and says so by its answer. To keep the transaction beyond
    /// the call, it acquires it.
    func transportForward(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus
}

/// What takes the backward path. Taken a seat by `InitiatorSocket.servePhases`.
public protocol PhaseInitiator: AnyObject {
    /// Takes `phase`, which becomes effective at now + `delay`: a request that ends, a response that begins, an extended
    /// phase. Never waits. May set `phase` and add to `delay`, and says so by its answer.
    func transportBackward(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus
}

/// As `PhaseTarget`, for a module that serves several sockets with one method.
public protocol TaggedPhaseTarget: AnyObject {
    /// - Parameter tag: what was given when the seat was taken; the index of the binding at a multi socket.
    func transportForward(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime, tag: Int
    ) -> TransportStatus
}

/// As `PhaseInitiator`, for a module that answers several sockets with one method.
public protocol TaggedPhaseInitiator: AnyObject {
    /// - Parameter tag: what was given when the seat was taken; the index of the binding at a multi socket.
    func transportBackward(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime, tag: Int
    ) -> TransportStatus
}
