import Tandem
import Testing

/// A target that takes a request after 5 ns and answers it 20 ns after it came.
private final class SlowMemory: Module, PhaseTarget {
    let bus: TargetSocket
    private let queue: PhaseQueue
    private var words: [UInt64: UInt32] = [:]
    private static let ready = Phase("ready")

    override init(_ context: ModuleContext) {
        bus = TargetSocket("bus", context)
        queue = PhaseQueue("queue", context)
        super.init(context)
        bus.servePhases(self)
        queue.onDelivery { [unowned self] in serve($0, $1) }
    }

    func transportForward(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        if phase == .beginRequest { transaction.acquire() }
        queue.notify(transaction, phase, after: delay)
        return .accepted
    }

    private func serve(_ transaction: PooledTransaction, _ phase: Phase) {
        switch phase {
        case .beginRequest:
            send(.endRequest, of: transaction, after: .nanoseconds(5))
            queue.notify(transaction, Self.ready, after: .nanoseconds(20))
        case Self.ready:
            words[transaction.payload.address] = transaction.payload.data.loadUnaligned(as: UInt32.self)
            transaction.payload.response = .ok
            send(.beginResponse, of: transaction, after: .zero)
        default: transaction.release()  // END_RESP
        }
    }

    private func send(_ phase: Phase, of transaction: PooledTransaction, after delay: SimTime) {
        var (phase, delay) = (phase, delay)
        _ = bus.transportBackward(transaction, phase: &phase, delay: &delay)
    }
}

/// An initiator that has one write under way at a time.
private final class Writer: Module, PhaseInitiator {
    let bus: InitiatorSocket
    private let pool: TransactionPool
    private let queue: PhaseQueue
    private(set) var story: [String] = []

    override init(_ context: ModuleContext) {
        bus = InitiatorSocket("bus", context)
        pool = TransactionPool("pool", context, bufferSize: 4)
        queue = PhaseQueue("queue", context)
        super.init(context)
        bus.servePhases(self)
        queue.onDelivery { [unowned self] in follow($0, $1) }
        method("start") { [unowned self] in request() }
    }

    private func request() {
        let transaction = pool.take(.write, address: 0x40, count: 4)
        transaction.payload.data.storeBytes(of: 7, as: UInt32.self)
        var (phase, delay) = (Phase.beginRequest, SimTime.zero)
        _ = bus.transportForward(transaction, phase: &phase, delay: &delay)
    }

    func transportBackward(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        queue.notify(transaction, phase, after: delay)
        return .accepted
    }

    private func follow(_ transaction: PooledTransaction, _ phase: Phase) {
        story.append("\(phase) at \(now)")
        guard phase == .beginResponse else { return }
        var (phase, delay) = (Phase.endResponse, SimTime.nanoseconds(5))
        _ = bus.transportForward(transaction, phase: &phase, delay: &delay)
        transaction.release()
    }
}

/// What `docs/concepts/non-blocking.md` shows.
struct PhaseExamples {
    @Test("example: four phases of a write, with time between them")
    func fourPhases() {
        let simulation = Simulation()
        let writer = Writer(ModuleContext(name: "writer", parent: simulation.root))
        let memory = SlowMemory(ModuleContext(name: "memory", parent: simulation.root))
        writer.bus.bind(to: memory.bus)

        #expect(simulation.run() == .starved)
        #expect(writer.story == ["END_REQ at 5 ns", "BEGIN_RESP at 20 ns"])
        #expect(simulation.scheduler.now == .nanoseconds(25))
    }
}
