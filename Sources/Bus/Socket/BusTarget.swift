public import TandemKernel

/// What serves accesses: a device, a memory, a router. Bound to the bus by `TargetSocket.serve`.
public protocol BusTarget: AnyObject {
    /// Serves one access at `transaction.address`, an offset from the start of the target, and sets the response.
    /// Our own targets never wait: they add their latency to `delay`, and act as if at now + delay. One that may wait
    /// says so at its socket.
    func transport(_ transaction: inout Transaction, delay: inout SimTime)

    /// Moves data without side effects and without time: for debuggers, loaders and monitors.
    /// - Returns: the bytes moved from the start of the access, 0 if the target does not do it, which is the default.
    func debugTransport(_ transaction: inout Transaction) -> Int

    /// Fills in the grant — range in the target's own addresses, host address of its start, rights, latencies — if
    /// accesses at the requested address may bypass `transport`. A target may grant more than was asked for; the default
    /// grants nothing.
    func directMemory(_ request: DirectMemoryRequest, _ grant: inout DirectMemory) -> Bool

    /// How the register at `offset` may be read without a transaction, in `count` bytes; nil if it may not, which is the
    /// default. Holds as grants of direct memory do.
    func directRead(at offset: UInt64, count: Int) -> DirectRead?
}

extension BusTarget {
    @inlinable public func debugTransport(_ transaction: inout Transaction) -> Int { 0 }

    @inlinable public func directMemory(_ request: DirectMemoryRequest, _ grant: inout DirectMemory) -> Bool { false }

    @inlinable public func directRead(at offset: UInt64, count: Int) -> DirectRead? { nil }
}
