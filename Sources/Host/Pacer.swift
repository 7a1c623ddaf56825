public import TandemKernel
import TandemOS

/// Slows a simulation down to the speed of the wall clock, so that a clock on the guest's screen runs as one on the wall.
/// Optional: without it a simulation runs as fast as the host can.
///
/// Every `period` of simulated time it waits for the wall clock to catch up. A simulation that is too slow is not hurried:
/// what it lost is forgotten. Nothing that the guest can see depends on it. Its event always pends, so that a paced
/// simulation does not end for want of events.
public final class Pacer: Module {
    private let wakeUp: Event
    private let period: SimTime
    private let clock: any PaceClock
    /// The wall clock and the simulated time from which the pace is counted.
    private var origin: (wall: UInt64, simulated: SimTime)?

    /// - Parameter period: how much may be simulated ahead of the wall clock.
    public convenience init(_ context: ModuleContext, period: SimTime = .milliseconds(5)) {
        self.init(context, period: period, clock: WallClock())
    }

    init(_ context: ModuleContext, period: SimTime, clock: any PaceClock) {
        wakeUp = Event("wakeUp", context, priority: .max)
        self.period = period
        self.clock = clock
        super.init(context)
        method("pace", sensitiveTo: [wakeUp]) { [unowned self] in
            keepPace()
            wakeUp.notify(after: self.period)
        }
    }

    /// A pause of the simulation is no time that it has to catch up with.
    public func restart() { origin = nil }

    private func keepPace() {
        let wall = clock.nanoseconds
        guard let origin else {
            self.origin = (wall, now)
            return
        }
        let due = origin.wall + (now.picoseconds - origin.simulated.picoseconds) / 1000
        if wall < due {
            clock.pause(nanoseconds: due - wall)
        } else if wall - due > 100_000_000 {
            self.origin = (wall, now)
        }
    }

    public override func simulationWillResume() { restart() }

    public override func reset(_ phase: ResetPhase) { if case .exit = phase { restart() } }
}

/// The clock that a pacer goes by.
protocol PaceClock {
    var nanoseconds: UInt64 { get }
    func pause(nanoseconds: UInt64)
}

private struct WallClock: PaceClock {
    var nanoseconds: UInt64 { HostClock.monotonic.nanoseconds }
    func pause(nanoseconds: UInt64) { HostClock.pause(nanoseconds: nanoseconds) }
}
