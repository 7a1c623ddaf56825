import Tandem
import Testing

/// What `docs/concepts/determinism.md` shows.
struct DeterminismExamples {
    @Test("example: equal times run in the order in which they were asked for, every time")
    func order() {
        func run() -> [String] {
            let simulation = Simulation(seed: 42)
            let module = Module(ModuleContext(name: "m", parent: simulation.root))
            var trace: [String] = []
            let events = ["a", "b", "c"].map { Event($0, in: module) }
            for event in events {
                module.method("on-\(event.name)", sensitiveTo: [event], initialize: false) { trace.append(event.name) }
            }
            module.thread("notify") { context in
                for _ in 0..<4 {
                    // The only source of chance is the simulation's own, which its seed decides.
                    for event in events.shuffled(using: &simulation.randomNumberGenerator) {
                        event.notify(after: .nanoseconds(5))
                    }
                    try context.wait(for: .nanoseconds(10))
                }
            }
            _ = simulation.run()
            return trace
        }
        #expect(run() == run())
    }

    @Test("example: a model that depends on the order of equal work is found by permuting it")
    func race() {
        func run(order seed: UInt64?) -> Int {
            let simulation = Simulation()
            simulation.scheduler.orderSeed = seed
            let module = Module(ModuleContext(name: "m", parent: simulation.root))
            let edge = Event("edge", in: module)
            var (shared, seen) = (0, 0)
            // A variable, where a signal should be: who is first matters.
            module.method("write", sensitiveTo: [edge], initialize: false) { shared = 1 }
            module.method("read", sensitiveTo: [edge], initialize: false) { seen = shared }
            module.thread("drive") { context in edge.notify(after: .nanoseconds(1)) }
            _ = simulation.run()
            return seen
        }
        #expect(run(order: nil) == 1)  // first in, first out
        #expect(Set((1...20).map { run(order: $0) }) == [0, 1])
        #expect((1...20).allSatisfy { run(order: $0) == run(order: $0) })
    }
}
