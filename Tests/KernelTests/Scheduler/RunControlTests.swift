import TandemKernel
import Testing

/// A module that says which of its hooks are called.
private final class Hooked: Module {
    unowned let bench: Bench
    /// Children that are made during the elaboration, level by level.
    let depth: Int

    init(_ name: String, in parent: Module, _ bench: Bench, depth: Int) {
        self.bench = bench
        self.depth = depth
        super.init(ModuleContext(name: name, parent: parent))
    }

    override func elaborated() throws(ElaborationError) {
        bench.say("elaborated:\(name)")
        if depth > 0 { _ = Hooked("\(name)x", in: self, bench, depth: depth - 1) }
        thread("t") { [bench, name] _ in bench.at(name) }
    }
    override func simulationWillStart() { bench.say("start:\(name)") }
    override func simulationDidEnd() { bench.say("end:\(name)") }
}

@Suite struct RunControlTests {
    @Test("elaboration goes on until it makes no new modules; start hooks come once, end hooks only after a stop")
    func hooks() {
        let bench = Bench()
        let top = Hooked("h", in: bench.simulation.root, bench, depth: 2)
        let stop = bench.event("stop")
        bench.module.method("stop", sensitiveTo: [stop], initialize: false) {
            bench.scheduler.stop(StopRequest(.quit))
        }
        #expect(bench.simulation.run(for: .ns(1)) == .timeReached)
        #expect(
            bench.text
                == "elaborated:h elaborated:hx elaborated:hxx start:h start:hx start:hxx h@0ns/d0 hx@0ns/d0 hxx@0ns/d0")
        let before = bench.said.count
        #expect(bench.simulation.run() == .starved)
        #expect(bench.said.count == before, "starvation is no end")
        stop.notify(after: .ns(1))
        #expect(bench.simulation.run() == .stopped(StopRequest(.quit)))
        #expect(bench.said[before...] == ["end:h", "end:hx", "end:hxx"])
        guard case .failed = bench.simulation.run() else {
            Issue.record("it ran on")
            return
        }
        #expect(bench.said.count == before + 3)
        withExtendedLifetime(top) {}
    }

    @Test("a simulation in which every process is suspended starves by itself, and waits for an attached source")
    func starvation() throws {
        let bench = Bench()
        let victim = bench.module.thread("v") { context in
            while true {
                try context.wait(for: .ns(5))
                bench.at("v")
            }
        }
        let wake = bench.event("wake")
        bench.module.method("resume", sensitiveTo: [wake], initialize: false) {
            bench.at("resume")
            victim.resume()
            try? victim.kill()
        }
        let port = bench.simulation.inbox.register(owner: bench.module, name: "in") { _ in wake.notify(after: .ns(1)) }
        _ = bench.simulation.run(until: .ns(1))
        try victim.suspend()
        #expect(bench.simulation.run() == .starved)
        #expect(bench.scheduler.suspendedProcesses.map(\.path) == ["m.v"])
        #expect(bench.scheduler.timeToActivity == nil)
        port.attach()
        let outside = HostThread {
            port.post([1])
            port.detach()
        }
        #expect(bench.simulation.run() == .starved)
        outside.join()
        #expect(bench.text == "resume@6ns/d1")
        #expect(victim.isTerminated)
    }

    @Test("what is left to happen is known between two runs")
    func activity() {
        let bench = Bench()
        let event = bench.event("e")
        bench.module.method("m", sensitiveTo: [event]) {}
        _ = bench.simulation.run(until: .ns(2))
        #expect(bench.scheduler.timeToActivity == nil && !bench.scheduler.hasActivityNow)
        event.notify(after: .ns(3))
        #expect(bench.scheduler.timeToActivity == .ns(3))
        event.notifyDelta()
        #expect(bench.scheduler.timeToActivity == .zero && bench.scheduler.hasActivityNow)
    }

    @Test("pauses anywhere in a run change neither times nor order")
    func pauses() {
        func trace(pausing: Bool) -> [String] {
            let bench = Bench()
            let event = bench.event("e")
            bench.watch(event, "e")
            for index in 0..<3 {
                bench.module.thread("t\(index)") { context in
                    for step in 0..<20 {
                        bench.at("t\(index)")
                        event.notify(after: .ns(UInt64(step % 3)))
                        if pausing && (step + index) % 4 == 0 { bench.scheduler.pause() }
                        try context.wait(for: .ns(UInt64((step + index) % 3)))
                    }
                }
            }
            var runs = 0
            while bench.simulation.run(until: .ns(50)) == .paused { runs += 1 }
            #expect(!pausing || runs > 5)
            return bench.said
        }
        #expect(trace(pausing: true) == trace(pausing: false))
    }
}

@Suite struct StandTests {
    @Test("a thread that stands cannot be saved, and can be killed, reset and ended where it stands")
    func ends() throws {
        for way in 0..<3 {
            let bench = Bench()
            let process = bench.module.thread("t") { [unowned bench] context in
                defer { bench.say("out") }
                try context.wait(for: .ns(1))
                try context.stand()
                bench.say("on")
            }
            bench.module.thread("u") { [unowned bench] context in
                try context.wait(for: .ns(1))
                bench.say("u")
            }
            #expect(bench.simulation.run() == .paused)
            #expect(bench.said.isEmpty)
            #expect(throws: SnapshotError.self) { try bench.simulation.save() }
            switch way {
            case 0:
                try process.kill()
                #expect(bench.simulation.run() == .starved)
                #expect(bench.text == "out u")
            case 1:
                bench.simulation.reset()
                #expect(bench.text == "out")
                #expect(bench.simulation.run() == .paused)
                #expect(bench.simulation.run() == .starved)
                #expect(bench.text == "out on out u")
            default:
                bench.simulation.stopHandle.requestStop(StopRequest(.quit))
                #expect(bench.simulation.run() == .stopped(StopRequest(.quit)))
            }
        }
    }
}
