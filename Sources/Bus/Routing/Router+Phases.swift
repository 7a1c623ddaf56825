public import TandemKernel

extension Router: PhaseTarget {
    public final func transportForward(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        phases.forward(transaction, phase: &phase, delay: &delay)
    }

    /// What the router adds to every request.
    final var latency: SimTime { state.pointee.latency }

    /// Where a request goes, and what is added to its address; nil if it has been answered: it reaches across a boundary.
    final func destination(
        of transaction: inout Transaction
    ) -> (server: Unmanaged<ForwardSeat>, delta: UInt64)? {
        let range = lookUp(transaction.address).pointee
        // An access of no bytes is left to the target to refuse.
        let reach = UInt64(truncatingIfNeeded: max(transaction.span, 1) &- 1)
        guard reach <= range.extent &- (transaction.address &- range.start) else {
            refuseStraddling(&transaction)
            return nil
        }
        return (range.server._withUnsafeGuaranteedRef { $0.phaseSeat }, range.delta)
    }

    /// Books the link of a request that is `delay` ahead of now, and adds what it takes and waits. `address` is the one at
    /// which the request came.
    final func bookLink(of transaction: borrowing Transaction, at address: UInt64, _ delay: inout SimTime) {
        guard !linkSeats.isEmpty else { return }
        lookUp(address).pointee.server._withUnsafeGuaranteedRef { ($0 as? LinkSeat)?.book(transaction, &delay) }
    }
}
