import TandemKernel
import Testing

@testable import TandemHost

@Suite struct PacerTests {
    /// A wall clock that goes on when somebody waits, and when the test says so.
    private final class FakeClock: PaceClock {
        var nanoseconds: UInt64 = 1_000
        private(set) var pauses: [UInt64] = []
        func pause(nanoseconds: UInt64) {
            pauses.append(nanoseconds)
            self.nanoseconds += nanoseconds
        }
    }

    private let simulation = Simulation()
    private let clock = FakeClock()

    private func pace() -> Pacer {
        Pacer(ModuleContext(name: "pacer", parent: simulation.root), period: .milliseconds(5), clock: clock)
    }

    @Test("a fast simulation waits for the wall clock, period by period")
    func fast() {
        _ = pace()
        _ = simulation.run(until: .milliseconds(16))
        #expect(clock.pauses == [5_000_000, 5_000_000, 5_000_000])
    }

    @Test("a slow simulation is not hurried, and what it lost is forgotten")
    func slow() {
        _ = pace()
        _ = simulation.run(until: .milliseconds(1))
        clock.nanoseconds += 1_000_000_000
        _ = simulation.run(until: .milliseconds(16))
        #expect(clock.pauses == [5_000_000, 5_000_000])
    }

    @Test("a pause is no time that the simulation has to catch up with")
    func paused() {
        _ = pace()
        let event = Event("pause", in: simulation.root)
        simulation.root.method("pause", sensitiveTo: [event], initialize: false) { [simulation] in
            simulation.scheduler.pause()
        }
        event.notify(after: .milliseconds(7))
        #expect(simulation.run(until: .milliseconds(16)) == .paused)
        #expect(simulation.scheduler.now == .milliseconds(7))
        clock.nanoseconds += 30_000_000
        _ = simulation.run(until: .milliseconds(26))
        // 5 ms; then, counted anew from the first period after the pause, at 10 ms: 15, 20 and 25 ms.
        #expect(clock.pauses == [5_000_000, 5_000_000, 5_000_000, 5_000_000])
    }
}
