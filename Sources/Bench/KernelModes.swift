import TandemKernel

extension Benchmark {
    /// Events, deltas, threads, elaboration.
    static let kernelModes: [BenchmarkMode] = [
        BenchmarkMode("timed1", n: 1, ops: 3_000_000, "one method, one event, notify(after: 10 ns)", timed1),
        BenchmarkMode("hold", n: 100, ops: 2_000_000, "N pending events, random delay of 1 to 2^30 ps") {
            run throws(BenchmarkError) in hold(&run, mask: 1 << 30 - 1, unit: 1)
        },
        BenchmarkMode("holdnt", n: 100, ops: 2_000_000, "as hold, through nextTrigger(after:)", holdByTrigger),
        BenchmarkMode("holdq", n: 10_000, ops: 2_000_000, "as hold, delays on 1024 instants 1 ns apart") {
            run throws(BenchmarkError) in hold(&run, mask: 1023, unit: 1000)
        },
        BenchmarkMode("cancel", n: 1, ops: 2_000_000, "timed event and one notify(20 ns)/cancel pair an event", cancel),
        BenchmarkMode("delta", n: 1, ops: 5_000_000, "two methods, notifyDelta ping-pong", delta),
        BenchmarkMode("ctx", n: 2, ops: 2_000_000, "N threads, wait(for: 10 ns)") {
            run throws(BenchmarkError) in threads(&run, wait: .nanoseconds(10))
        },
        BenchmarkMode("ctx0", n: 2, ops: 2_000_000, "N threads, wait(for: 0), one delta each") {
            run throws(BenchmarkError) in threads(&run, wait: .zero)
        },
        BenchmarkMode("elab", n: 10_000, ops: 0, "N modules, each 1 port, 1 signal, 1 method", elaboration),
        BenchmarkMode("teardown", n: 10_000, ops: 0, "destroying N named sibling events, oldest first", teardown),
        BenchmarkMode("empty", n: 0, ops: 0, "the first delta cycle of an empty model", empty),
    ]

    private static func timed1(_ run: inout BenchmarkRun) {
        let world = World(ops: run.ops)
        let event = Event("e", in: world.module)
        world.module.method("fire", sensitiveTo: [event]) {
            if world.tick() { return }
            event.notify(after: .nanoseconds(10))
        }
        world.measure(&run)
    }

    private static func hold(_ run: inout BenchmarkRun, mask: UInt64, unit: UInt64) {
        let world = World(ops: run.ops, isCounting: false)
        let delays = Delays(mask: mask, unit: unit)
        let events = (0..<Int(run.n)).map { Event("e\($0)", in: world.module) }
        for event in events {
            world.module.method("m", sensitiveTo: [event]) {
                if world.tick() { return }
                event.notify(after: delays.next())
            }
        }
        world.measure(&run)
    }

    private static func holdByTrigger(_ run: inout BenchmarkRun) {
        let world = World(ops: run.ops, isCounting: false)
        let delays = Delays(mask: 1 << 30 - 1, unit: 1)
        let scheduler = world.simulation.scheduler
        for _ in 0..<run.n {
            world.module.method("m") {
                if world.tick() { return }
                scheduler.nextTrigger(after: delays.next())
            }
        }
        world.measure(&run)
    }

    private static func cancel(_ run: inout BenchmarkRun) {
        let world = World(ops: run.ops)
        let tick = Event("tick", in: world.module)
        let target = Event("target", in: world.module)
        world.module.method("fire", sensitiveTo: [tick]) {
            target.notify(after: .nanoseconds(20))
            target.cancel()
            if world.tick() { return }
            tick.notify(after: .nanoseconds(5))
        }
        world.measure(&run)
    }

    private static func delta(_ run: inout BenchmarkRun) {
        let world = World(ops: run.ops)
        let (a, b) = (Event("a", in: world.module), Event("b", in: world.module))
        world.module.method("ping", sensitiveTo: [a]) {
            if world.tick() { return }
            b.notifyDelta()
        }
        world.module.method("pong", sensitiveTo: [b], initialize: false) {
            if world.tick() { return }
            a.notifyDelta()
        }
        world.measure(&run)
    }

    private static func threads(_ run: inout BenchmarkRun, wait time: SimTime) {
        let world = World(ops: run.ops)
        for index in 0..<run.n {
            world.module.thread("t\(index)", stackSize: 32 * 1024) { context in
                while true {
                    try context.wait(for: time)
                    if world.tick() { return }
                }
            }
        }
        world.measure(&run)
    }

    private static func elaboration(_ run: inout BenchmarkRun) throws(BenchmarkError) {
        let count = Int(run.n)
        // Kept beyond the measurement, as in the SystemC peer: taking the model down is not measured.
        let simulation = Simulation()
        defer { withExtendedLifetime(simulation) {} }
        try run.measure { () throws(BenchmarkError) -> UInt64 in
            for index in 0..<count { _ = Cell(ModuleContext(name: "c\(index)", parent: simulation.root)) }
            guard simulation.run(until: .zero) == .timeReached else {
                throw BenchmarkError("the model of the mode elab did not elaborate")
            }
            return UInt64(count)
        }
    }

    private static func teardown(_ run: inout BenchmarkRun) {
        let world = World(ops: 1)
        var events = (0..<Int(run.n)).map { Optional(Event("e\($0)", in: world.module)) }
        run.measure { () -> UInt64 in
            for index in events.indices { events[index] = nil }
            return UInt64(events.count)
        }
    }

    private static func empty(_ run: inout BenchmarkRun) {
        run.measure { () -> UInt64 in
            _ = Simulation().run(until: .zero)
            return 1
        }
    }
}

/// One simulation with one module, and the count of operations that stops it.
final class World {
    let simulation = Simulation()
    let module: Module
    private let scheduler: Scheduler
    private let ops: UInt64
    private var count: UInt64 = 0
    private var isCounting: Bool

    init(ops: UInt64, isCounting: Bool = true) {
        module = Module(ModuleContext(name: "m", parent: simulation.root))
        scheduler = simulation.scheduler
        self.ops = ops
        self.isCounting = isCounting
    }

    /// Counts one operation. Whether it was the last.
    @inline(__always) func tick() -> Bool {
        if !isCounting { return false }
        count &+= 1
        if count < ops { return false }
        finish()
        return true
    }

    @inline(never) private func finish() { scheduler.stop(StopRequest(.quit)) }

    /// The first delta cycle counts as set-up.
    func measure(_ run: inout BenchmarkRun) {
        _ = simulation.run(until: .zero)
        isCounting = true
        let first = count
        run.measure { () -> UInt64 in
            _ = simulation.run()
            return count - first
        }
        let scheduler = simulation.scheduler
        run.extra = " deltas=\(scheduler.deltaCount) events=\(scheduler.eventCount)"
    }
}

/// Random delays, none zero.
private final class Delays {
    private var random = XorShift()
    private let mask: UInt64
    private let unit: UInt64

    init(mask: UInt64, unit: UInt64) {
        self.mask = mask
        self.unit = unit
    }

    func next() -> SimTime { .picoseconds(((random.next() >> 20) & mask) * unit + 1) }
}

/// What the mode elab builds many of.
private final class Cell: Module {
    private let port: SignalInput<Int32>
    private let signal: Signal<Int32>

    override init(_ context: ModuleContext) {
        port = SignalInput("p", context)
        signal = Signal("s", context, 0)
        super.init(context)
        port.bind(signal)
        method("m", sensitiveTo: port.changed) {}
    }
}
