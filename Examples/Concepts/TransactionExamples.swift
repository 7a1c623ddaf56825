import Tandem
import Testing

/// A target: one 32-bit register that counts down and may be set.
private final class Countdown: Module, BusTarget {
    let bus: TargetSocket
    private var value: UInt32 = 0

    override init(_ context: ModuleContext) {
        bus = TargetSocket("bus", context)
        super.init(context)
        bus.serve(self)
    }

    func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        guard transaction.address == 0 else { return transaction.response = .addressError }
        guard transaction.count == 4, transaction.isPlain else { return transaction.response = .burstError }
        if transaction.command == .write {
            value = transaction.data.loadUnaligned(as: UInt32.self)
        } else {
            transaction.data.storeBytes(of: value, as: UInt32.self)
            value = value == 0 ? 0 : value - 1
        }
        delay += .nanoseconds(20)
        transaction.response = .ok
    }

    // A debugger sees the register and does not count it down.
    func debugTransport(_ transaction: inout Transaction) -> Int {
        guard transaction.address == 0, transaction.command == .read, transaction.count == 4 else { return 0 }
        transaction.data.storeBytes(of: value, as: UInt32.self)
        return 4
    }
}

/// What `docs/concepts/transactions.md` shows.
struct TransactionExamples {
    @Test("example: an initiator writes to a target and reads back what became of it")
    func countdown() throws {
        let simulation = Simulation()
        let countdown = Countdown(ModuleContext(name: "countdown", parent: simulation.root))
        let cpu = Module(ModuleContext(name: "cpu", parent: simulation.root))
        let bus = InitiatorSocket("bus", in: cpu)
        bus.bind(to: countdown.bus)
        var values: [UInt32] = []

        cpu.thread("main") { context in
            var delay = SimTime.zero
            try bus.write(UInt32(3), at: 0, delay: &delay)
            for _ in 0..<3 { values.append(try bus.read(UInt32.self, at: 0, delay: &delay)) }
            try context.wait(for: delay)  // four accesses of 20 ns
        }

        #expect(simulation.run() == .starved)
        #expect(values == [3, 2, 1])
        #expect(simulation.scheduler.now == .nanoseconds(80))
        #expect(
            bus.traffic.map { "\($0.initiator) → \($0.target): \($0.reads) reads, \($0.writes) writes" }
                == ["cpu → countdown: 3 reads, 1 writes"])
    }

    @Test("example: an access that a target refuses is an error with its place")
    func refused() {
        let simulation = Simulation()
        let countdown = Countdown(ModuleContext(name: "countdown", parent: simulation.root))
        let cpu = Module(ModuleContext(name: "cpu", parent: simulation.root))
        let bus = InitiatorSocket("bus", in: cpu)
        bus.bind(to: countdown.bus)
        var delay = SimTime.zero

        let error = #expect(throws: AccessError.self) { try bus.read(UInt32.self, at: 4, delay: &delay) }
        #expect(error?.response == .addressError)
        #expect(error?.initiator == "cpu.bus")
    }
}
