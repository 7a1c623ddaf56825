import Synchronization
import TandemKernel
import Testing

/// The outside world holds a run: everything stands, and afterwards nothing is different.
@Suite struct PauseTests {
    @Test(
        "the simulation's own thread cannot hold the run: that is an error of whoever asked, and nobody waits for ever")
    func ownThread() {
        let bench = Bench()
        let handle = bench.simulation.stopHandle
        bench.module.method("greedy") {
            handle.pause()
            handle.resume()
        }
        #expect(
            "\(bench.simulation.run())".contains(
                "m.greedy: the run is to be held by its own thread, which would wait for itself"))
        #expect(!handle.isPaused)
        bench.simulation.reset()
        handle.pause()
        handle.resume()
        #expect(!handle.isPaused)
    }

    /// A run of `steps` steps of a thread, a timer and a clock-like method, and its trace.
    private final class World {
        let bench = Bench()
        let probe: Probe

        final class Probe: Module {
            var pauses = 0
            var resumes = 0
            override func simulationDidPause() { pauses += 1 }
            override func simulationWillResume() { resumes += 1 }
        }

        /// The thread has taken its first step.
        let begun = Flag()

        final class Flag: Sendable {
            let value = Atomic(false)
        }

        init(steps: Int) {
            let begun = begun
            probe = Probe(ModuleContext(name: "probe", parent: bench.simulation.root))
            let tick = bench.event("tick")
            var ticks = 0
            bench.module.method("clock", sensitiveTo: [tick]) { [unowned bench] in
                ticks += 1
                if ticks < steps { tick.notify(after: .ns(3)) }
                if ticks % 64 == 0 { bench.at("tick") }
            }
            bench.module.thread("t") { [unowned bench] context in
                begun.value.store(true, ordering: .releasing)
                for step in 0..<steps {
                    try context.wait(for: .ns(UInt64(step % 5)))
                    if step % 32 == 0 { bench.at("t") }
                }
            }
        }
    }

    private func unpaused(steps: Int) -> [String] {
        let world = World(steps: steps)
        _ = world.bench.simulation.run()
        return world.bench.said
    }

    @Test("while another thread holds the run nothing moves, and afterwards nothing is different")
    func hold() {
        let world = World(steps: 20_000)
        let handle = world.bench.simulation.stopHandle
        // SAFETY of the test: read only while the simulation stands.
        nonisolated(unsafe) let scheduler = world.bench.scheduler
        let moved = Atomic(0)
        let stood = Atomic(0)
        let port = world.bench.simulation.inbox.register(owner: world.bench.module, name: "in") { _ in }
        port.attach()
        let begun = world.begun
        let thread = HostThread {
            while !begun.value.load(ordering: .acquiring) {}
            for _ in 0..<50 {
                handle.pause()
                let before = (scheduler.now, scheduler.deltaCount, scheduler.eventCount)
                for _ in 0..<1000 { _ = handle.isPaused }
                if before != (scheduler.now, scheduler.deltaCount, scheduler.eventCount) {
                    moved.add(1, ordering: .relaxed)
                }
                stood.add(1, ordering: .relaxed)
                handle.resume()
            }
            port.detach()
        }
        #expect(world.bench.simulation.run() == .starved)
        thread.join()
        let counts = (moved: moved.load(ordering: .relaxed), stood: stood.load(ordering: .relaxed))
        #expect(counts.moved == 0)
        #expect(counts.stood == 50)
        #expect(world.probe.pauses == world.probe.resumes && world.probe.pauses > 0)
        #expect(world.bench.said == unpaused(steps: 20_000))
    }

    @Test("a run that is held before it begins stands before its first delta cycle")
    func before() {
        let world = World(steps: 100)
        let handle = world.bench.simulation.stopHandle
        handle.pause()
        #expect(handle.isPaused)
        nonisolated(unsafe) let scheduler = world.bench.scheduler
        let seen = Atomic<UInt64>(.max)
        let thread = HostThread {
            // Pauses nest: this one returns when the run stands, or at once while there is none.
            handle.pause()
            seen.store(scheduler.deltaCount, ordering: .relaxed)
            handle.resume()
            handle.resume()
        }
        _ = world.bench.simulation.run()
        thread.join()
        let deltas = seen.load(ordering: .relaxed)
        #expect(deltas == 0)
        #expect(!handle.isPaused)
        #expect(world.bench.said == unpaused(steps: 100))
    }

    @Test("a wish to stop ends a run that is held")
    func stopWhileHeld() {
        let world = World(steps: 1_000_000)
        let handle = world.bench.simulation.stopHandle
        let thread = HostThread {
            handle.pause()
            handle.requestStop(StopRequest(.quit, code: 4))
        }
        #expect(world.bench.simulation.run() == .stopped(StopRequest(.quit, code: 4)))
        thread.join()
        handle.resume()
    }

    @Test("mail that comes during a pause is handed over after it, at the time at which the run stood")
    func mail() {
        let bench = Bench()
        let port = bench.simulation.inbox.register(owner: bench.module, name: "in") { bench.at("mail\($0)") }
        port.attach()
        let handle = bench.simulation.stopHandle
        let early = Atomic(false)
        nonisolated(unsafe) let said = { bench.said.count }
        let thread = HostThread {
            // The simulation is starved and waits for its source, or will.
            handle.pause()
            port.post([1])
            for _ in 0..<1000 where said() != 0 { early.store(true, ordering: .relaxed) }
            handle.resume()
            port.detach()
        }
        while bench.said.isEmpty { _ = bench.simulation.run() }
        thread.join()
        let wasEarly = early.load(ordering: .relaxed)
        #expect(!wasEarly)
        #expect(bench.text == "mail[1]@0ns/d0")
    }

    @Test("a pause from outside ends the run as one from inside does, and the next run goes on")
    func requested() {
        let world = World(steps: 20_000)
        let handle = world.bench.simulation.stopHandle
        let thread = HostThread { for _ in 0..<20 { handle.requestPause() } }
        var reason = world.bench.simulation.run()
        while reason == .paused { reason = world.bench.simulation.run() }
        thread.join()
        #expect(reason == .starved)
        #expect(world.probe.pauses >= world.probe.resumes)
        // A wish that came when all was over.
        _ = world.bench.simulation.run()
        #expect(world.bench.said == unpaused(steps: 20_000))
    }

    @Test("a simulation that starves while processes are suspended says so, and names them")
    func suspended() throws {
        let bench = Bench()
        let sink = RecordingSink()
        bench.simulation.log.sink = sink
        let threads = (0..<2).map { index in
            bench.module.thread("t\(index)") { context in while true { try context.wait(for: .ns(5)) } }
        }
        _ = bench.simulation.run(until: .ns(7))
        for thread in threads { try thread.suspend() }
        #expect(bench.simulation.run() == .starved)
        #expect(sink.records.contains { $0.message.contains("suspended: “m.t0”, “m.t1”") })
        for thread in threads { thread.resume() }
        #expect(bench.simulation.run(until: .ns(30)) == .timeReached)
    }
}
