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

    @Test("the largest skew of each bin is kept while it is measured, whatever the order in which skews are found")
    func series() throws {
        let bench = Bench()
        let quantum = bench.simulation.quantum
        quantum.noteSkew(.ns(9), at: .ns(5), ahead: bench.module)
        #expect(quantum.series == nil)
        quantum.measureSkew(inBins: .ns(10))
        for (skew, time) in [(3, 25), (4, 31), (2, 21), (3, 28), (5, 7), (8, 29)] as [(UInt64, UInt64)] {
            #expect(quantum.isNotable(.ns(skew), at: .ns(time)) == ![21, 28].contains(time))
            quantum.noteSkew(.ns(skew), at: .ns(time), ahead: bench.module)
        }
        let series = try #require(quantum.series)
        #expect(series.binWidth == .ns(10) && series.rows.map(\.bin) == [0, 2, 3])
        #expect(series.rows.map(\.record.skew) == [.ns(5), .ns(8), .ns(4)])
        #expect(series.rows.map(\.record.ahead) == ["m", "m", "m"] && series.rows[1].record.time == .ns(29))
        // What was there before measuring began is still the largest of the run.
        #expect(quantum.largestSkew == .ns(9))
        quantum.measureSkew(inBins: nil)
        #expect(quantum.series == nil && !quantum.isNotable(.ns(9), at: .ns(100)))
    }

    @Test("a series of skews doubles its bins where there would be too many rows")
    func doubled() {
        var series = SkewSeries(binWidth: .ns(1), start: .zero)
        for time in 0...UInt64(SkewSeries.rowLimit) {
            series.note(SkewRecord(skew: .ns(1 + time % 3), time: .ns(time), ahead: "a", late: "b"))
        }
        #expect(series.binWidth == .ns(2) && series.rows.count == SkewSeries.rowLimit / 2 + 1)
        #expect(series.rows.prefix(3).map(\.record.skew) == [.ns(2), .ns(3), .ns(3)])
        #expect(series.rows.prefix(3).map(\.record.time) == [.ns(1), .ns(2), .ns(5)])
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
