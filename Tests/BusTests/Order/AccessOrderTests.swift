import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("The order of accesses of several initiators")
struct AccessOrderTests {
    /// Two initiators at one target: the first runs ahead by `lead`, the second goes step by step.
    private struct World {
        let bench = SimBench()
        let target: RecordingTarget
        let fast: ProbeInitiator
        let slow: ProbeInitiator

        init(maxSkew: SimTime, lead: SimTime) throws {
            let quantum = bench.simulation.quantum
            quantum.value = .microseconds(10)
            quantum.maxSkew = maxSkew
            target = RecordingTarget(bench.context("device"))
            target.latency = .nanoseconds(7)
            try bench.map(target.bus, at: 0x1000, size: 0x100)
            fast = bench.probe
            slow = bench.addProbe("slow")
            for _ in 0..<2 { quantum.addInitiator() }
            let (fast, slow) = (fast, slow)
            fast.thread("run") { _ in
                fast.delay = lead
                fast.write(0x1000, UInt32(1))
            }
            slow.thread("run") { thread in
                for _ in 0..<8 {
                    slow.delay = .zero
                    slow.write(0x1004, UInt32(2))
                    try thread.wait(for: .nanoseconds(100))
                }
            }
            try bench.simulation.elaborate()
        }
    }

    @Test(
        "an access that is too far ahead waits in the socket until time has come to it, and no longer",
        arguments: [(50, 400, true), (399, 400, true), (400, 400, false), (1000, 400, false)]
            as [(UInt64, UInt64, Bool)])
    func waiting(bound: UInt64, lead: UInt64, waits: Bool) throws {
        let world = try World(maxSkew: .nanoseconds(bound), lead: .nanoseconds(lead))
        _ = world.bench.simulation.run()
        let times = world.target.accesses.map { "\($0.address)@\($0.time.picoseconds / 1000)" }
        // When it is sent counts, not when it takes effect: the one that did not wait is the first that the target sees.
        let early = times.firstIndex(of: "0@\(lead)")
        #expect(waits ? early ?? 0 >= 4 : early == 0, "\(times)")
        // What is left of the delay is what the target took; the rest has passed.
        #expect(world.fast.delay == .nanoseconds(waits ? 7 : lead + 7))
        #expect(world.bench.simulation.quantum.largestSkew <= .nanoseconds(bound))
        #expect((world.bench.simulation.quantum.largestSkew == .zero) == waits)
        // The latency of the access is the target's, however it came there.
        #expect(world.fast.bus.traffic.map(\.latency) == [.nanoseconds(7)])
    }

    @Test("an initiator that is killed while it waits in the socket leaves, and the other goes on")
    func killed() throws {
        let world = try World(maxSkew: .nanoseconds(50), lead: .nanoseconds(400))
        let simulation = world.bench.simulation
        _ = simulation.run(until: .nanoseconds(250))
        for process in world.fast.processes { try process.kill() }
        _ = simulation.run()
        #expect(simulation.failure == nil)
        #expect(world.target.accesses.count { $0.address == 4 } == 8)
    }
}
