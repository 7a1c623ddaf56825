import Tandem
import Testing

/// What `docs/concepts/channels.md` shows.
struct SharingExamples {
    @Test("example: a counter behind ports, driven by a clock")
    func counter() {
        final class Counter: Module {
            let clock: SignalInput<Bool>
            let count: SignalOutput<Int>

            override init(_ context: ModuleContext) {
                clock = SignalInput("clock", context)
                count = SignalOutput("count", context)
                super.init(context)
                method("step", sensitiveTo: clock.risen, initialize: false) { [unowned(unsafe) self] in
                    count.write(count.value + 1)
                }
            }
        }

        let simulation = Simulation()
        let clock = Clock("clock", in: simulation.root, frequency: .megahertz(100))
        let total = Signal("total", in: simulation.root, 0)
        let counter = Counter(ModuleContext(name: "counter", parent: simulation.root))
        counter.clock.bind(clock)
        counter.count.bind(total)

        _ = simulation.run(for: .nanoseconds(45))
        #expect(total.value == 5)
    }

    @Test("example: a wire that two processes drive")
    func wire() {
        let simulation = Simulation()
        let board = Module(ModuleContext(name: "board", parent: simulation.root))
        let wire = ResolvedSignal("wire", in: board, Logic.highImpedance)
        var seen = ""
        board.method("see", sensitiveTo: [wire.changed]) { seen += wire.value.description }

        board.thread("left") { context in
            wire.write(.one)
            try context.wait(for: .nanoseconds(2))
            wire.write(.highImpedance)
        }
        board.thread("right") { context in
            try context.wait(for: .nanoseconds(1))
            wire.write(.zero)
        }

        _ = simulation.run(for: .nanoseconds(5))
        #expect(seen == "Z1X0")
    }

    @Test("example: one printer for two threads")
    func printer() {
        let simulation = Simulation()
        let office = Module(ModuleContext(name: "office", parent: simulation.root))
        let printer = ProcessMutex("printer", in: office)
        var pages: [String] = []

        for name in ["anna", "ben"] {
            office.thread(name) { context in
                try printer.withLock {
                    for page in 1...2 {
                        pages.append("\(name) \(page)")
                        try context.wait(for: .seconds(3))
                    }
                }
            }
        }

        _ = simulation.run()
        #expect(pages == ["anna 1", "anna 2", "ben 1", "ben 2"])
    }
}
