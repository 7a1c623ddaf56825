import TandemKernel
import Testing

/// What was done to processes is part of a snapshot.
@Suite struct ControlSnapshotTests {
    /// Processes in every condition that outlives a run.
    private final class World {
        let bench = Bench()
        var named: [String: Process] = [:]
        let event: Event

        init() {
            let bench = bench
            let (event, other) = (bench.event("e"), bench.event("other"))
            self.event = event
            bench.module.thread("beat", resumable: true) { context in
                event.notify()
                try context.wait(for: .ns(1))
                while true {
                    event.notify()
                    try context.wait(for: .ns(1))
                }
            }
            for name in ["free", "suspended", "disabled", "held", "killed"] {
                named["t-\(name)"] = bench.module.thread("t-\(name)", resumable: true) { context in
                    bench.at("t-\(name)")
                    while true {
                        try context.wait(event || other, timeout: .ns(7))
                        bench.at("t-\(name)")
                    }
                }
                named["m-\(name)"] = bench.module.method("m-\(name)", sensitiveTo: [event]) {
                    bench.at("m-\(name)")
                }
            }
        }

        /// Brings the processes into their conditions at 3 ns.
        func control() throws {
            for kind in ["t", "m"] {
                try named["\(kind)-suspended"]?.suspend()
                named["\(kind)-disabled"]?.disable()
                named["\(kind)-held"]?.holdInReset()
                try named["\(kind)-killed"]?.kill()
            }
        }

        func release() {
            for process in named.values.sorted(by: { $0.name < $1.name }) {
                process.resume()
                process.enable()
                process.releaseFromReset()
            }
        }

        func trace(to time: UInt64) -> [String] {
            let before = bench.said.count
            _ = bench.simulation.run(until: .ns(time))
            return Array(bench.said[before...])
        }
    }

    @Test("suspended, disabled, held and killed processes are so after a restore, and go on the same when released")
    func roundTrip() throws {
        let first = World()
        _ = first.trace(to: 3)
        try first.control()
        _ = first.trace(to: 5)
        let snapshot = try first.bench.simulation.save()
        var expected = first.trace(to: 10)
        first.release()
        expected += first.trace(to: 30)

        let second = World()
        try second.bench.simulation.restore(snapshot)
        #expect(try second.bench.simulation.save() == snapshot)
        #expect(second.named["t-suspended"]?.isSuspended == true)
        #expect(second.named["m-disabled"]?.isDisabled == true)
        #expect(second.named["t-held"]?.isHeldInReset == true)
        #expect(second.named["m-killed"]?.isTerminated == true)
        var trace = second.trace(to: 10)
        second.release()
        trace += second.trace(to: 30)
        // A thread that is entered anew says so where one that was held would have begun anew as well.
        #expect(trace == expected)
        #expect(trace.contains { $0.hasPrefix("t-disabled") } && trace.contains { $0.hasPrefix("t-suspended") })
        #expect(!trace.contains { $0.contains("killed") })
    }
}
