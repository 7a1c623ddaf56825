import Tandem
import Testing

/// What `docs/concepts/channels.md` shows.
struct ChannelExamples {
    @Test("example: a signal shows its new value in the next delta cycle")
    func signal() {
        let simulation = Simulation()
        let module = Module(ModuleContext(name: "m", parent: simulation.root))
        let ready = Signal("ready", in: module, false)
        var story: [String] = []

        module.method("watch", sensitiveTo: [ready.changed], initialize: false) {
            story.append("ready is \(ready.value) at \(module.now)")
        }
        module.thread("drive") { context in
            try context.wait(for: .nanoseconds(10))
            ready.write(true)
            story.append("still \(ready.value)")  // until this evaluation is over
            try context.wait(for: .nanoseconds(10))
            ready.write(true)  // as before: no event
        }

        #expect(simulation.run() == .starved)
        #expect(story == ["still false", "ready is true at 10 ns"])
    }

    @Test("example: a full FIFO holds its writer up")
    func fifo() {
        let simulation = Simulation()
        let module = Module(ModuleContext(name: "m", parent: simulation.root))
        let queue = Fifo<Int>("queue", in: module, capacity: 2)
        var written: [SimTime] = []
        var read: [Int] = []

        module.thread("produce") { context in
            for item in 1...4 {
                try queue.write(item)
                written.append(context.now)
            }
        }
        module.thread("consume") { context in
            while true {
                try context.wait(for: .nanoseconds(10))
                read.append(try queue.read())
            }
        }

        _ = simulation.run(for: .nanoseconds(50))
        #expect(read == [1, 2, 3, 4])
        #expect(written == [.zero, .zero, .nanoseconds(10), .nanoseconds(20)])
    }

    @Test("example: a clock without drift, and a counter of its edges")
    func clock() {
        let simulation = Simulation()
        let module = Module(ModuleContext(name: "m", parent: simulation.root))
        let clock = Clock("clk", in: module, period: .nanoseconds(10))
        var edges = 0

        module.method("count", sensitiveTo: [clock.risen], initialize: false) { edges += 1 }

        _ = simulation.run(for: .nanoseconds(95))
        #expect(edges == 10)
    }
}
