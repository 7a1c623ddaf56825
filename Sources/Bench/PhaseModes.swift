import TandemBus
import TandemKernel

extension Benchmark {
    /// Transactions of four phases with payload event queues on both sides: the model of the SystemC peer.
    static let phaseModes: [BenchmarkMode] = [
        BenchmarkMode("at", n: 1, ops: 300_000, "four phases, queues on both sides, call-backs only") {
            run throws(BenchmarkError) in try PhaseWorld(run.ops, isThreaded: false).measure(&run)
        },
        BenchmarkMode("atthr", n: 1, ops: 300_000, "four phases, queues on both sides, an initiator that is a thread") {
            run throws(BenchmarkError) in try PhaseWorld(run.ops, isThreaded: true).measure(&run)
        },
    ]
}

/// One initiator bound to one target.
private final class PhaseWorld {
    private let simulation = Simulation()
    private let initiator: PhasedInitiator
    private let target: PhasedMemory

    init(_ ops: UInt64, isThreaded: Bool) {
        initiator = PhasedInitiator(
            ModuleContext(name: "i", parent: simulation.root), ops: ops, isThreaded: isThreaded)
        target = PhasedMemory(ModuleContext(name: "t", parent: simulation.root))
        initiator.socket.bind(to: target.socket)
    }

    func measure(_ run: inout BenchmarkRun) throws(BenchmarkError) {
        _ = simulation.run(until: .zero)
        let before = initiator.count
        run.measure { () -> UInt64 in
            _ = simulation.run()
            return initiator.count - before
        }
        if let failure = simulation.failure { throw BenchmarkError("\(failure)") }
        guard initiator.failures == 0 else { throw BenchmarkError("\(initiator.failures) transactions failed") }
    }
}

/// A memory that ends a request after 5 ns and answers 10 ns after it came.
private final class PhasedMemory: Module, PhaseTarget {
    let socket: TargetSocket
    private let queue: PhaseQueue
    private let memory: UnsafeMutableRawPointer = .allocate(byteCount: 4096, alignment: 16)
    private static let ready = Phase("ready")
    private let ready = PhasedMemory.ready

    override init(_ context: ModuleContext) {
        socket = TargetSocket("socket", context)
        queue = PhaseQueue("queue", context)
        super.init(context)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: 4096)
        socket.servePhases(self)
        queue.onDelivery { self.take($0, $1) }
    }

    deinit { memory.deallocate() }

    func transportForward(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        if phase == .beginRequest { transaction.acquire() }
        queue.notify(transaction, phase, after: delay)
        return .accepted
    }

    private func take(_ transaction: PooledTransaction, _ phase: Phase) {
        if phase == .beginRequest {
            var next = Phase.endRequest
            var delay = SimTime.nanoseconds(5)
            _ = socket.transportBackward(transaction, phase: &next, delay: &delay)
            queue.notify(transaction, ready, after: .nanoseconds(10))
        } else if phase == ready {
            let offset = Int(truncatingIfNeeded: transaction.payload.address)
            (memory + offset).copyMemory(from: transaction.payload.data, byteCount: transaction.payload.count)
            transaction.payload.response = .ok
            var next = Phase.beginResponse
            var delay = SimTime.zero
            _ = socket.transportBackward(transaction, phase: &next, delay: &delay)
        } else {
            transaction.release()
        }
    }
}

/// Writes 4 bytes, again and again: one transaction under way at a time.
private final class PhasedInitiator: Module, PhaseInitiator {
    let socket: InitiatorSocket
    private let queue: PhaseQueue
    private let pool: TransactionPool
    private let done: Event
    private let ops: UInt64
    private let isThreaded: Bool
    private let value: UnsafeMutablePointer<UInt32> = .allocate(capacity: 1)
    // Read and written in steps that nothing can come between.
    @exclusivity(unchecked) private var index: UInt64 = 0
    @exclusivity(unchecked) private(set) var count: UInt64 = 0
    @exclusivity(unchecked) private(set) var failures: UInt64 = 0

    init(_ context: ModuleContext, ops: UInt64, isThreaded: Bool) {
        socket = InitiatorSocket("socket", context)
        queue = PhaseQueue("queue", context)
        pool = TransactionPool("pool", context)
        done = Event("done", context)
        self.ops = ops
        self.isThreaded = isThreaded
        value.initialize(to: 0)
        super.init(context)
        socket.servePhases(self)
        queue.onDelivery { self.take($0, $1) }
        if isThreaded {
            let done = done
            thread("go") { thread in
                repeat {
                    self.issue()
                    try thread.wait(done)
                } while !self.tick()
            }
        } else {
            method("go") { self.issue() }
        }
    }

    deinit { value.deallocate() }

    func transportBackward(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        queue.notify(transaction, phase, after: delay)
        return .accepted
    }

    private func issue() {
        value.pointee &+= 1
        let transaction = pool.take(.write, address: (index & 1023) * 4, data: value, count: 4)
        index &+= 1
        var phase = Phase.beginRequest
        var delay = SimTime.zero
        _ = socket.transportForward(transaction, phase: &phase, delay: &delay)
    }

    private func take(_ transaction: PooledTransaction, _ phase: Phase) {
        guard phase == .beginResponse else { return }
        if transaction.payload.response != .ok { failures += 1 }
        var next = Phase.endResponse
        var delay = SimTime.nanoseconds(5)
        _ = socket.transportForward(transaction, phase: &next, delay: &delay)
        transaction.release()
        if isThreaded {
            done.notify(after: delay)
        } else if !tick() {
            issue()
        }
    }

    private func tick() -> Bool {
        count &+= 1
        guard count >= ops else { return false }
        scheduler.stop(StopRequest(.quit))
        return true
    }
}
