import Testing

@testable import TandemKernel

@Suite struct ClockTests {
    /// The edges of a clock, as "+5 -10".
    private func edges(until end: SimTime, _ make: (Module) -> Clock) -> String {
        let bench = Bench()
        let clock = make(bench.module)
        bench.module.method("edge", sensitiveTo: [clock.changed], initialize: false) {
            bench.say("\(clock.value ? "+" : "-")\(bench.scheduler.now.picoseconds)")
        }
        _ = bench.simulation.run(until: end)
        return bench.text
    }

    @Test("period, duty cycle, start and first edge")
    func shape() {
        #expect(
            edges(until: .picoseconds(26)) { Clock("c", in: $0, period: .picoseconds(10)) } == "+0 -5 +10 -15 +20 -25")
        #expect(
            edges(until: .picoseconds(26)) { Clock("c", in: $0, period: .picoseconds(10), duty: 0.3) }
                == "+0 -3 +10 -13 +20 -23")
        #expect(
            edges(until: .picoseconds(26)) {
                Clock("c", in: $0, period: .picoseconds(10), duty: 0.3, start: .picoseconds(4), first: .falling)
            } == "-4 +11 -14 +21 -24")
    }

    @Test("edges of a frequency without a whole period do not drift")
    func noDrift() {
        let text = edges(until: .seconds(1) + .picoseconds(1)) { Clock("c", in: $0, frequency: .hertz(3)) }
        // A third of a second is 333 333 333 333.3 ps; cycle n begins at the first picosecond in which it is complete.
        #expect(
            text == "+0 -166666666667 +333333333334 -500000000001 +666666666667 -833333333334 +1000000000000")
    }

    @Test("the edge is written at its time, and processes see it one delta cycle later")
    func delta() {
        let bench = Bench()
        let clock = Clock("c", in: bench.module, period: .ns(10), start: .ns(5))
        bench.watch(clock.risen, "+")
        bench.watch(clock.fallen, "-")
        _ = bench.simulation.run(until: .ns(20))
        #expect(bench.text == "+@5ns/d1 -@10ns/d3 +@15ns/d5")
    }

    @Test("a clock rests while the simulation is paused, and goes on where it was")
    func pause() {
        let bench = Bench()
        let clock = Clock("c", in: bench.module, period: .ns(10))
        bench.module.method("pause", sensitiveTo: [clock.risen], initialize: false) {
            bench.at("+")
            bench.scheduler.pause()
        }
        #expect(bench.simulation.run() == .paused)
        #expect(bench.simulation.run() == .paused)
        #expect(bench.text == "+@0ns/d1 +@10ns/d4")
    }

    @Test("after a reset a clock begins anew, a start time after the reset")
    func reset() {
        let bench = Bench()
        let clock = Clock("c", in: bench.module, period: .ns(10), start: .ns(2))
        bench.watch(clock.risen, "+")
        _ = bench.simulation.run(until: .ns(15))
        bench.simulation.reset()
        #expect(!clock.value)
        _ = bench.simulation.run(until: .ns(30))
        #expect(bench.said.map { $0.prefix { $0 != "/" } } == ["+@2ns", "+@12ns", "+@17ns", "+@27ns"])
    }

    @Test("a stop ends a clock with everything else")
    func stop() {
        let bench = Bench()
        let clock = Clock("c", in: bench.module, period: .ns(10))
        bench.module.method("stop", sensitiveTo: [clock.fallen], initialize: false) {
            bench.scheduler.stop(StopRequest(.quit))
        }
        #expect(bench.simulation.run() == .stopped(StopRequest(.quit)))
        #expect(bench.scheduler.now == .ns(5))
    }

    @Test("an edge beyond the range of time is an error of the clock")
    func overflow() {
        let bench = Bench()
        _ = Clock("c", in: bench.module, period: .picoseconds(UInt64.max / 2))
        guard case .failed(let error) = bench.simulation.run() else {
            Issue.record("the run went on")
            return
        }
        #expect(error.description.hasPrefix("m.c: its next edge exceeds the range of simulated time"))
    }
}
