import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

/// Breakpoints, watchpoints and steps: where they stop, and that nothing else comes of them.
@Suite("Hart: stops for a debugger") struct HartStopTests {
    /// Notes where harts stop.
    private final class Notes: HartDebugger {
        var stops: [(hart: UInt64, reason: HartStop)] = []
        func hartStopped(_ hart: Hart, _ reason: HartStop) { stops.append((hart.hartID, reason)) }
    }

    /// How a program is run.
    struct Way: CustomTestStringConvertible, Sendable {
        var engine: HartEngine
        var isTranslated = false
        var dmi = true
        var testDescription: String { "\(engine), \(isTranslated ? "Sv39" : "bare"), dmi \(dmi)" }
        var prologue: String { isTranslated ? AddressSpace.enter : "" }

        func bench(_ source: String, harts: Int = 1, quantum: SimTime? = nil) throws -> HartBench {
            let bench = try HartBench(
                prologue + source, harts: harts, dmi: dmi, quantum: quantum, engine: engine, hotThreshold: 4)
            if isTranslated { AddressSpace().install(in: bench) }
            return bench
        }
    }

    static let ways = [HartEngine.interpret, .translate].flatMap { engine in
        [Way(engine: engine), Way(engine: engine, isTranslated: true), Way(engine: engine, dmi: false)]
    }

    /// Ten rounds of accesses of every kind to 0x80010000, in a loop that becomes hot, with others beside them.
    private static let program = """
            li   s0, 10
            li   s1, 0x80010000
            li   s3, 0x10000000
            li   s4, 0x80012000
            la   s5, round
        round:
            lw   a0, 0(s4)
        store:
            sb   s0, 3(s1)
            sd   s0, 8(s1)
        load:
            ld   a1, 0(s1)
        add:
            amoadd.w a2, s0, (s1)
        reserve:
            lr.w a3, (s1)
        condition:
            sc.w a4, s0, (s1)
            sw   s0, 0(s3)
            lw   a5, 4(s3)
        across:
            sd   s0, -5(s1)
            addi s0, s0, -1
            bnez s0, round
        """

    @Test("a watched word stops each instruction that would access it, before it does", arguments: ways)
    func watch(way: Way) throws {
        for (kind, names) in [
            (HartWatchpoint.Kind.write, ["store", "add", "condition", "across"]),
            (.read, ["load", "add", "reserve"]),
            (.access, ["store", "load", "add", "reserve", "condition", "across"]),
        ] {
            let bench = try way.bench(Self.program)
            let notes = Notes()
            bench.hart.debugger = notes
            bench.hart.addWatchpoint(HartWatchpoint(0x8001_0000, count: 4, kind))
            for round in 0..<10 {
                for name in names {
                    let place = bench.address(of: name)
                    #expect(bench.run() == .paused)
                    #expect(bench.hart.programCounter == place, "\(kind), round \(round), \(name)")
                    let address: UInt64 = name == "store" ? 0x8001_0003 : 0x8001_0000
                    #expect(notes.stops.last?.reason == .watchpoint(address, kind))
                    bench.hart.resume(pastWatchpoint: true)
                }
            }
            #expect(bench.run() == .timeReached)
            #expect(bench.rests)
        }
    }

    @Test("once nobody watches any longer, accesses take their fast way again", arguments: ways)
    func unwatch(way: Way) throws {
        let bench = try way.bench("1: lw a0, 0(s1)\nsw a0, 4(s1)\nj 1b")
        bench.hart.setIntegerRegister(9, HartBench.data)
        let watchpoint = HartWatchpoint(HartBench.data, count: 8, .access)
        bench.run(for: .microseconds(1))
        bench.hart.addWatchpoint(watchpoint)
        #expect(bench.run(for: .microseconds(1)) == .paused)
        #expect(bench.hart.entry(HartBench.data).pointee.readTag & TLBEntry.watched != 0)
        bench.hart.removeWatchpoint(watchpoint)
        bench.hart.resume()
        bench.run(for: .microseconds(1))
        let entry = bench.hart.entry(HartBench.data).pointee
        #expect((entry.readTag | entry.writeTag) & TLBEntry.watched == 0)
        if way.dmi { #expect(entry.readTag == HartBench.data && entry.writeTag == HartBench.data) }
    }

    @Test("a breakpoint stops at every pass, in the middle of hot code too, and leaves other code hot", arguments: ways)
    func breakpoints(way: Way) throws {
        let bench = try way.bench(Self.program)
        let notes = Notes()
        bench.hart.debugger = notes
        let place = bench.address(of: "add")
        bench.run(for: .nanoseconds(way.isTranslated ? 60 : 40))
        bench.hart.addBreakpoint(place)
        var passes = 0
        while bench.run() == .paused {
            #expect(bench.hart.programCounter == place)
            passes += 1
            bench.hart.resume()
        }
        #expect(passes == notes.stops.count)
        #expect(passes > 5 && passes <= 10, "\(passes)")
        #expect(bench.rests)
    }

    /// Stops the harts of a bench at random, in every way, until the span is over.
    private func disturb(_ bench: HartBench, for span: SimTime, _ random: inout SplitMix64) -> Int {
        let notes = Notes()
        for hart in bench.harts { hart.debugger = notes }
        var set: [UInt64] = []
        var watched: [HartWatchpoint] = []
        let end = bench.sim.simulation.scheduler.now + span
        var stops = 0
        while bench.sim.simulation.run(until: end) == .paused {
            stops += 1
            let told = notes.stops.last
            for hart in bench.harts {
                if let address = set.first { hart.removeBreakpoint(address) }
                for watchpoint in watched { hart.removeWatchpoint(watchpoint) }
            }
            set = [HartBench.ramStart + random.next() % 32 * 4 + 0x20]
            watched = [HartWatchpoint(HartBench.data + random.next() % 16, count: 1 + random.next() % 8, .access)]
            for hart in bench.harts {
                if random.next() % 2 == 0 { hart.addBreakpoint(set[0]) }
                watched.forEach(hart.addWatchpoint)
                let steps = random.next() % 4 == 0 ? Int(random.next() % 5) + 1 : 0
                let hasTold = hart.hartID == told?.hart
                hart.resume(steps: steps, pastBreakpoint: hasTold, pastWatchpoint: hasTold)
            }
        }
        return stops
    }

    @Test("stops change nothing that the guest, the bus or time shows", arguments: ways.filter(\.dmi))
    func outcome(way: Way) throws {
        let plain = try way.bench(Self.program)
        plain.run()
        let expected = HartOutcome(plain)
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        for _ in 0..<8 {
            let bench = try way.bench(Self.program)
            bench.hart.resume(steps: 3)
            let stops = disturb(bench, for: .microseconds(100), &random)
            #expect(stops > 10)
            let differences = HartOutcome(bench).differences(from: expected)
            #expect(differences.isEmpty, "seed \(seed), after \(stops) stops: \(differences)")
        }
    }

    /// Harts that race for a word, with a quantum that lets each run ahead.
    private static let race = """
            csrr s0, mhartid
            addi s0, s0, 3
            li   s1, 0x80010000
            li   s2, 400
        1:  ld   a0, 0(s1)
            mul  a0, a0, s0
            addi a0, a0, 1
            sd   a0, 0(s1)
            amoxor.d a1, a0, (s1)
            addi s2, s2, -1
            bnez s2, 1b
        """

    @Test("stops change nothing of how several harts interleave", arguments: [HartEngine.interpret, .translate])
    func race(engine: HartEngine) throws {
        func outcome(_ bench: HartBench) -> [UInt64] {
            [bench.word(HartBench.data)] + bench.harts.flatMap { [$0.instructionsRetired, $0.integerRegister(10)] }
        }
        let way = Way(engine: engine)
        let plain = try way.bench(Self.race, harts: 3, quantum: .nanoseconds(70))
        plain.run()
        #expect(plain.rests)
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        var stops = 0
        for _ in 0..<6 {
            let bench = try way.bench(Self.race, harts: 3, quantum: .nanoseconds(70))
            bench.harts[1].resume(steps: 5)
            stops += disturb(bench, for: .microseconds(100), &random)
            #expect(outcome(bench) == outcome(plain), "seed \(seed), \(stops) stops")
        }
        #expect(stops > 12)
    }

    @Test("a hart that is held lets the others run")
    func held() throws {
        let bench = try HartBench("1: addi a0, a0, 1\nj 1b", harts: 2)
        let notes = Notes()
        for hart in bench.harts { hart.debugger = notes }
        bench.run(for: .microseconds(1))
        bench.hart.halt()
        let before = bench.harts.map(\.instructionsRetired)
        bench.run(for: .microseconds(1))
        #expect(bench.harts[1].instructionsRetired > before[1] + 100)
        let count = bench.hart.instructionsRetired
        bench.run(for: .microseconds(1))
        #expect(bench.hart.instructionsRetired == count)
        bench.hart.resume(steps: 1)
        #expect(bench.run(for: .microseconds(1)) == .paused)
        #expect(bench.hart.instructionsRetired == count + 1)
    }
}
