import TandemKernel
import Testing

@Suite struct QuantumTests {
    @Test("the automatic quantum depends on how many initiators run ahead")
    func automatic() {
        let simulation = Simulation()
        #expect(simulation.quantum.isAutomatic)
        simulation.quantum.addInitiator()
        #expect(simulation.quantum.value == .milliseconds(1))
        simulation.quantum.addInitiator()
        #expect(simulation.quantum.value == .microseconds(10))
        simulation.quantum.value = .ns(5)
        #expect(!simulation.quantum.isAutomatic)
        #expect(simulation.quantum.value == .ns(5))
    }

    @Test("a keeper stops at a pending event, and at one that is added while it runs ahead")
    func horizon() {
        let bench = Bench()
        bench.simulation.quantum.value = .microseconds(1)
        let (first, second) = (bench.event("first"), bench.event("second"))
        first.notify(after: .ns(50))
        bench.module.thread("t") { context in
            var keeper = QuantumKeeper(bench.simulation)
            keeper.reset()
            #expect(keeper.syncPoint == .ns(50))
            keeper.inc(.ns(20))
            #expect(!keeper.needsSync)
            second.notify(after: .ns(15))
            #expect(keeper.needsSync, "the access at 20 ns made something happen at 15 ns")
            try keeper.sync(in: context)
            #expect(bench.scheduler.now == .ns(20))
            #expect(keeper.syncPoint == .ns(50))
            keeper.set(.ns(30))
            #expect(keeper.needsSync)
            try keeper.sync(in: context)
            #expect(bench.scheduler.now == .ns(50))
            #expect(keeper.syncPoint == .microseconds(1))
            bench.say("done")
        }
        _ = bench.simulation.run()
        #expect(bench.text == "done")
    }

    @Test("threads that were woken together each get a whole quantum")
    func peers() {
        let bench = Bench()
        bench.simulation.quantum.value = .ns(10)
        for index in 0..<3 {
            bench.module.thread("hart\(index)", priority: Int32(index)) { context in
                var keeper = QuantumKeeper(bench.simulation)
                keeper.reset()
                for _ in 0..<4 {
                    while !keeper.needsSync { keeper.inc(.ns(1)) }
                    #expect(keeper.localTime == .ns(10))
                    bench.say("\(index)")
                    try keeper.sync(in: context)
                }
            }
        }
        _ = bench.simulation.run()
        #expect(bench.said == Array(repeating: ["0", "1", "2"], count: 4).flatMap { $0 })
    }
}
