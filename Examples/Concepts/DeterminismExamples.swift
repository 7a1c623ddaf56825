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
}
