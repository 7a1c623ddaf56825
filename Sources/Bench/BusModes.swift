import TandemBus
import TandemKernel

extension Benchmark {
    /// Accesses: direct, through a router, with a quantum keeper, by direct memory.
    static let busModes: [BenchmarkMode] = [
        BenchmarkMode("lt", n: 1, ops: 20_000_000, "transport, 4-byte write, direct") { run throws(BenchmarkError) in
            try BusWorld(run.ops, targets: nil).measure(&run) { $0.transport($1) }
        },
        BenchmarkMode("ltroute", n: 8, ops: 10_000_000, "transport through a router with N targets") {
            run throws(BenchmarkError) in
            try BusWorld(run.ops, targets: run.n).measure(&run) { $0.transport($1) }
        },
        BenchmarkMode("ltrbin", n: 64, ops: 10_000_000, "the same: our look-up does not grow with the targets") {
            run throws(BenchmarkError) in
            try BusWorld(run.ops, targets: run.n).measure(&run) { $0.transport($1) }
        },
        BenchmarkMode("ltqk", n: 1000, ops: 5_000_000, "transport and quantum keeper, quantum N ns, 10 ns each") {
            run throws(BenchmarkError) in
            try BusWorld(run.ops, targets: nil, quantum: .nanoseconds(run.n)).measure(&run) { $0.transportAndKeep($1) }
        },
        BenchmarkMode("dmi", n: 10_000, ops: 50_000_000, "direct writes and quantum keeper, quantum N ns, 10 ns each") {
            run throws(BenchmarkError) in
            try BusWorld(run.ops, targets: nil, quantum: .nanoseconds(run.n)).measure(&run) { $0.writeDirectly($1) }
        },
        BenchmarkMode("dmiget", n: 1, ops: 10_000_000, "requests for direct memory") { run throws(BenchmarkError) in
            try BusWorld(run.ops, targets: nil).measure(&run) { world, _ in world.requestDirectMemory() }
        },
    ]
}

/// An initiator and one memory, or a router with many memories of 4 KiB; 4096 random addresses.
private final class BusWorld {
    private let simulation = Simulation()
    private let initiator: Module
    private let socket: InitiatorSocket
    private let ops: UInt64
    private let addresses: UnsafeMutablePointer<UInt64> = .allocate(capacity: 4096)
    private var failed = false

    /// - Parameter targets: how many stand behind a router; nil for one without a router.
    init(_ ops: UInt64, targets: UInt64?, quantum: SimTime? = nil) throws(BenchmarkError) {
        self.ops = ops
        if let quantum { simulation.quantum.value = quantum }
        initiator = Module(ModuleContext(name: "i", parent: simulation.root))
        socket = InitiatorSocket("bus", in: initiator)
        let span = 4096 * max(targets ?? 1, 1)
        var random = XorShift()
        for index in 0..<4096 { (addresses + index).initialize(to: (random.next() >> 16) % (span / 4) * 4) }
        do throws(ElaborationError) { try connect(targets) } catch { throw BenchmarkError("\(error)") }
    }

    deinit { addresses.deallocate() }

    private func connect(_ targets: UInt64?) throws(ElaborationError) {
        guard let targets else { return socket.bind(to: try memory("t").bus) }
        let router = Router(ModuleContext(name: "r", parent: simulation.root))
        socket.bind(to: router.in)
        for index in 0..<max(targets, 1) {
            try router.map(Region(start: index * 4096, size: 4096, target: try memory("t\(index)").bus))
        }
    }

    private func memory(_ name: String) throws(ElaborationError) -> Ram {
        let latency = PropertyValue.time(.nanoseconds(5))
        return try Ram(
            ModuleContext(
                name: name, parent: simulation.root,
                properties: ["size": .size(4096), "read-latency": latency, "write-latency": latency]))
    }

    /// Runs `body` as a thread, past the first delta cycle.
    func measure(
        _ run: inout BenchmarkRun, _ body: @escaping (BusWorld, ThreadContext) -> Void
    ) throws(BenchmarkError) {
        _ = initiator.thread("go") { [unowned self] thread in
            try thread.wait(for: .nanoseconds(1))
            body(self, thread)
            simulation.scheduler.stop(StopRequest(.quit))
        }
        _ = simulation.run(until: .zero)
        run.measure { () -> UInt64 in
            _ = simulation.run()
            return ops
        }
        guard !failed else { throw BenchmarkError("an access failed") }
    }

    // MARK: What is measured

    func transport(_ thread: ThreadContext) {
        var value: UInt32 = 1
        let socket = socket
        let addresses = addresses
        for index in 0..<ops {
            value &+= 1
            var delay = SimTime.zero
            let address = addresses[Int(truncatingIfNeeded: index & 4095)]
            guard Self.write(&value, at: address, through: socket, delay: &delay) else { return fail() }
        }
    }

    func transportAndKeep(_ thread: ThreadContext) {
        var value: UInt32 = 1
        let socket = socket
        let addresses = addresses
        var keeper = QuantumKeeper(simulation)
        keeper.reset()
        for index in 0..<ops {
            value &+= 1
            var delay = keeper.localTime
            let address = addresses[Int(truncatingIfNeeded: index & 4095)]
            guard Self.write(&value, at: address, through: socket, delay: &delay) else { return fail() }
            keeper.set(delay)
            keeper.inc(.nanoseconds(5))
            if keeper.needsSync {
                do throws(ProcessKilled) { try keeper.sync(in: thread) } catch { return }
            }
        }
    }

    func writeDirectly(_ thread: ThreadContext) {
        var value: UInt32 = 1
        let addresses = addresses
        var keeper = QuantumKeeper(simulation)
        keeper.reset()
        guard let grant = socket.directMemory(at: 0, for: .write) else { return fail() }
        for index in 0..<ops {
            value &+= 1
            let address = addresses[Int(truncatingIfNeeded: index & 4095)]
            if grant.contains(address, count: 4) {
                var delay = SimTime.zero
                grant.write(at: address, from: &value, count: 4, delay: &delay)
                keeper.inc(delay)
            }
            keeper.inc(.nanoseconds(5))
            if keeper.needsSync {
                do throws(ProcessKilled) { try keeper.sync(in: thread) } catch { return }
            }
        }
    }

    func requestDirectMemory() {
        let socket = socket
        let addresses = addresses
        var grant = DirectMemory()
        for index in 0..<ops {
            let address = addresses[Int(truncatingIfNeeded: index & 4095)]
            guard socket.directMemory(at: address, for: .write, into: &grant) else { return fail() }
        }
    }

    private func fail() { failed = true }

    /// One fresh transaction. Returns whether it went well.
    @inline(__always) private static func write(
        _ value: inout UInt32, at address: UInt64, through socket: InitiatorSocket, delay: inout SimTime
    ) -> Bool {
        var transaction = Transaction(.write, address: address, data: &value, count: 4)
        socket.transport(&transaction, delay: &delay)
        return transaction.response == .ok
    }
}
