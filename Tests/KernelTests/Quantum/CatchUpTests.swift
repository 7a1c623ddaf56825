import Testing

@testable import TandemKernel

/// Several initiators: what ends the horizon of each, and what the kernel says about how far they were apart.
@Suite struct CatchUpTests {
    @Test("where another initiator stands is no event; what it will do as a process is one")
    func horizon() {
        let bench = Bench()
        bench.simulation.quantum.value = .ns(1000)
        let event = bench.event("e")
        event.notify(after: .ns(70))
        bench.module.thread("ahead") { context in
            try context.catchUp(by: .ns(30))
            bench.say("ahead@\(bench.scheduler.now)")
        }
        bench.module.thread("sleeper") { context in
            try context.wait(for: .ns(40))
            bench.say("sleeper@\(bench.scheduler.now)")
        }
        bench.module.thread("runner") { context in
            #expect(bench.scheduler.horizon == .ns(40))
            try context.catchUp(by: .ns(40))
            #expect(bench.scheduler.horizon == .ns(70))
            try context.wait(for: .ns(1))
            #expect(bench.scheduler.horizon == .ns(70))
        }
        _ = bench.simulation.run()
        #expect(bench.text == "ahead@30 ns sleeper@40 ns")
        #expect(bench.scheduler.core.pointee.catchUpCount == 0)
    }

    @Test("the horizon is that of a search through everything, whatever is pending", arguments: 0..<8 as Range<UInt64>)
    func model(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let bench = Bench()
        var events: [Event] = []
        for index in 0..<40 { events.append(bench.event("e\(index)")) }
        for index in 0..<6 {
            bench.module.thread("i\(index)") { context in
                for _ in 0..<200 {
                    for _ in 0..<random.next() % 4 {
                        let event = events[Int(random.next() % 40)]
                        if random.next() % 3 == 0 { event.cancel() }
                        event.notify(after: .picoseconds(1 + random.next() % (1 << (random.next() % 20))))
                    }
                    let pending = events.compactMap { event -> UInt64? in
                        event.record.pointee.node.state == .timed ? event.record.pointee.node.time : nil
                    }
                    #expect(bench.scheduler.horizon.picoseconds == pending.min() ?? .max, "seed \(seed)")
                    try context.catchUp(by: .picoseconds(1 + random.next() % 5000))
                }
            }
        }
        _ = bench.simulation.run()
        #expect(bench.scheduler.core.pointee.catchUpCount == 0)
    }

    @Test("an initiator alone among sleeping ones comes to each event exactly, whatever the quantum")
    func sleeping() {
        let bench = Bench()
        bench.simulation.quantum.addInitiator()
        bench.simulation.quantum.addInitiator()
        let wake = bench.event("wake")
        bench.module.thread("sleeper") { context in
            while true {
                try context.wait(wake)
                bench.at("woken")
            }
        }
        bench.module.thread("runner") { context in
            var keeper = QuantumKeeper(bench.simulation)
            keeper.reset()
            for step in 1...100 as ClosedRange<UInt64> {
                keeper.inc(.ns(7))
                if step == 30 { wake.notify(at: keeper.currentTime) }
                if keeper.needsSync { try keeper.sync(in: context) }
            }
            bench.say("end@\(keeper.currentTime)")
        }
        _ = bench.simulation.run()
        #expect(bench.said.first == "woken@210ns/d1")
        #expect(bench.said.last == "end@700 ns")
    }

    @Test("a keeper may have a quantum of its own; the platform's bound on skew holds for it as well")
    func ownQuantum() {
        let bench = Bench()
        let quantum = bench.simulation.quantum
        quantum.value = .ns(100)
        bench.module.thread("t") { context in
            var keeper = QuantumKeeper(bench.simulation, quantum: .ns(30))
            var other = QuantumKeeper(bench.simulation)
            keeper.reset()
            other.reset()
            #expect(keeper.syncPoint == .ns(30))
            #expect(other.syncPoint == .ns(100))
            quantum.maxSkew = .ns(20)
            keeper.reset()
            other.reset()
            #expect(keeper.syncPoint == .ns(20))
            #expect(other.syncPoint == .ns(20))
            #expect(quantum.value == .ns(20))
            quantum.maxSkew = .zero
            keeper.reset()
            #expect(keeper.needsSync)
        }
        _ = bench.simulation.run()
    }

    @Test("a bound on skew leaves a lone initiator its quantum, for there is nobody to differ from")
    func lone() {
        let quantum = Simulation().quantum
        quantum.addInitiator()
        quantum.maxSkew = .ns(1)
        #expect(quantum.value == .milliseconds(1))
        quantum.addInitiator()
        #expect(quantum.value == .ns(1))
    }

    @Test("the largest skew is kept with the modules between which it lay; of equal ones the first")
    func record() {
        let bench = Bench()
        let quantum = bench.simulation.quantum
        #expect(quantum.skewRecord == nil)
        let other = Module(ModuleContext(name: "other", parent: bench.simulation.root))
        other.thread("late") { context in
            try context.wait(for: .ns(5))
            quantum.noteSkew(.ns(3), at: .ns(5), ahead: bench.module)
            quantum.noteSkew(.ns(3), at: .ns(5), ahead: other)
            quantum.noteSkew(.ns(2), at: .ns(5), ahead: other)
        }
        _ = bench.simulation.run()
        #expect(quantum.skewRecord == SkewRecord(skew: .ns(3), time: .ns(5), ahead: "m", late: "other"))
        quantum.noteSkew(.ns(4), at: .ns(6), ahead: other)
        #expect(quantum.skewRecord?.late == SkewRecord.outside)
    }

    @Test("a catch-up survives restore as one, and ends when its thread goes on or is reset")
    func restore() throws {
        func world() -> Bench {
            let bench = Bench()
            var passes = 0
            bench.module.thread("ahead", resumable: true) { context in
                while true {
                    passes += 1
                    try context.catchUp(by: .ns(30))
                }
            }
            return bench
        }
        let first = world()
        _ = first.simulation.run(until: .ns(40))
        let saved = try first.simulation.save()
        let second = world()
        try second.simulation.restore(saved)
        #expect(second.scheduler.core.pointee.catchUpCount == 1)
        #expect(second.scheduler.horizon == .never)
        _ = second.simulation.run(until: .ns(100))
        #expect(second.scheduler.core.pointee.catchUpCount == 1)
        second.simulation.reset()
        #expect(second.scheduler.core.pointee.catchUpCount == 0)
    }
}
