internal import TandemKernel

/// Stands before what a socket is bound to, or at the end of a route, while the socket is measured. It gives no direct
/// reads of registers: their times are measured too.
final class MeterSeat: BusServer {
    let inner: BusServer
    /// What routers on the way have added before an access comes here.
    let latency: SimTime
    /// What they have added to the address.
    let delta: UInt64
    // SAFETY: the socket owns the seat and the meter, and keeps both as long as anybody may come here.
    unowned(unsafe) let meter: TrafficMeter
    private let scheduler: Scheduler

    init(_ inner: BusServer, _ meter: TrafficMeter, of socket: InitiatorSocket, latency: SimTime, delta: UInt64) {
        self.inner = inner
        self.meter = meter
        self.latency = latency
        self.delta = delta
        scheduler = socket.owner.scheduler
    }

    override func transport(_ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape) {
        let start = scheduler.now.picoseconds &+ delay.picoseconds &- latency.picoseconds
        meter.prepare(start)
        meter.begin()
        inner.transport(&transaction, &delay, shape)
        let end = scheduler.now.picoseconds &+ delay.picoseconds
        meter.count(transaction, at: transaction.address &- delta, start: start, end: end)
    }

    override func debugTransport(_ transaction: inout Transaction) -> Int { inner.debugTransport(&transaction) }

    override func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool { inner.directMemory(at: address, command, attributes, &grant) }
}
