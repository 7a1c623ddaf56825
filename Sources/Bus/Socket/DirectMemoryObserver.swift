/// Somebody who keeps direct-memory grants of an initiator socket.
public protocol DirectMemoryObserver: AnyObject {
    /// Grants that touch the range must no longer be used: the same request would be answered differently now. The range
    /// is in the initiator's own bus addresses. Asking for a new grant from inside this call is a mistake.
    func directMemoryInvalidated(range: ClosedRange<UInt64>)
    /// Routes and direct reads must be asked for anew; grants stay.
    func routesChanged()
}

extension DirectMemoryObserver {
    public func routesChanged() {}
}

/// What stands directly in front of a target socket: an initiator's socket, or a router.
protocol Upstream: AnyObject {
    /// Grants of the target end. `range` is in the addresses of `target`.
    func directMemoryInvalidated(range: ClosedRange<UInt64>, of target: TargetSocket)
    /// Somebody has taken the seat at `target`.
    func serverChanged(of target: TargetSocket)
}

/// A reference to an upstream that does not keep it.
struct WeakUpstream {
    weak var object: (any Upstream)?
}
