import TandemKernel

extension Benchmark {
    /// Signals and FIFOs.
    static let channelModes: [BenchmarkMode] = [
        BenchmarkMode("signal", n: 1, ops: 4_000_000, "Signal<Bool> toggled by the method sensitive to it", signal),
        BenchmarkMode("scfifo", n: 16, ops: 5_000_000, "Fifo<Int32> of N places, write and read, two threads", scfifo),
        BenchmarkMode("tlmfifo", n: 16, ops: 5_000_000, "Fifo<Int32> of N places, put and get, two threads", tlmfifo),
    ]

    private static func signal(_ run: inout BenchmarkRun) {
        let world = World(ops: run.ops)
        let signal = Signal("s", in: world.module, false)
        world.module.method("go", sensitiveTo: [signal.changed]) {
            if world.tick() { return }
            signal.write(!signal.value)
        }
        world.measure(&run)
    }

    private static func scfifo(_ run: inout BenchmarkRun) {
        let world = World(ops: run.ops)
        let fifo = Fifo<Int32>("f", in: world.module, capacity: Int(run.n))
        world.module.thread("producer") { _ in
            var value: Int32 = 0
            while true {
                try fifo.write(value)
                value &+= 1
            }
        }
        world.module.thread("consumer") { _ in
            while true {
                _ = try fifo.read()
                if world.tick() { return }
            }
        }
        world.measure(&run)
    }

    private static func tlmfifo(_ run: inout BenchmarkRun) {
        let world = World(ops: run.ops)
        let fifo = Fifo<Int32>("f", in: world.module, capacity: Int(run.n))
        world.module.thread("producer") { _ in
            var value: Int32 = 0
            while true {
                try fifo.put(value)
                value &+= 1
            }
        }
        world.module.thread("consumer") { _ in
            while true {
                _ = try fifo.get()
                if world.tick() { return }
            }
        }
        world.measure(&run)
    }
}
