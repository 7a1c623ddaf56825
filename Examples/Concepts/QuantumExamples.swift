import Tandem
import Testing

/// What `docs/concepts/quantum.md` shows.
struct QuantumExamples {
    @Test("example: an initiator runs ahead, and syncs when its quantum is over or an event is due")
    func ahead() {
        let simulation = Simulation()
        simulation.quantum.value = .microseconds(1)
        let module = Module(ModuleContext(name: "cpu", parent: simulation.root))
        let interrupt = Event("interrupt", in: module)
        var steps = 0
        var syncs: [SimTime] = []

        module.thread("run") { context in
            interrupt.notify(after: .nanoseconds(250))
            var keeper = QuantumKeeper(simulation)
            keeper.reset()
            while steps < 200 {
                steps += 1
                keeper.inc(.nanoseconds(10))
                if keeper.needsSync {
                    try keeper.sync(in: context)
                    syncs.append(module.now)
                }
            }
        }

        _ = simulation.run()
        #expect(syncs == [.nanoseconds(250), .microseconds(1), .microseconds(2)])
    }

    @Test("example: a platform bounds the skew between its initiators")
    func bound() {
        let simulation = Simulation()
        simulation.quantum.addInitiator()
        simulation.quantum.addInitiator()
        #expect(simulation.quantum.value == .microseconds(10))  // chosen, for two
        simulation.quantum.maxSkew = .microseconds(2)
        #expect(simulation.quantum.value == .microseconds(2))
    }
}
