import Testing

@testable import TandemKernel

@Suite struct ThreadTests {
    @Test("a reset unwinds every thread and begins it anew, and time goes on")
    func reset() {
        let bench = Bench()
        bench.module.thread("t") { context in
            let local = Local(bench, "local")
            bench.at("begin")
            try context.wait(for: .ns(10))
            bench.at("end")
            withExtendedLifetime(local) {}
        }
        _ = bench.simulation.run(until: .ns(4))
        bench.simulation.reset()
        _ = bench.simulation.run(until: .ns(20))
        #expect(bench.text == "begin@0ns/d0 local released begin@4ns/d1 end@14ns/d2 local released")
    }

    @Test("a reset makes a stopped simulation run again")
    func resetAfterStop() {
        let bench = Bench()
        bench.module.method("m") { bench.scheduler.stop(StopRequest(.reset)) }
        for _ in 0..<3 {
            #expect(bench.simulation.run() == .stopped(StopRequest(.reset)))
            bench.simulation.reset(.warm)
        }
        #expect(bench.simulation.stopRequest == nil)
    }

    @Test("the end of the simulation releases what threads hold")
    func end() {
        let recorder = Bench()
        var bench: Bench? = Bench()
        bench?.module.thread("t") { context in
            let local = Local(recorder, "local")
            defer { recorder.say("unwound") }
            try context.wait(for: .never)
            withExtendedLifetime(local) {}
        }
        _ = bench?.simulation.run(until: .ns(4))
        #expect(recorder.said == [])
        bench = nil
        #expect(recorder.said == ["unwound", "local released"])
    }

    @Test("bodies that hold their modules do not keep a simulation alive")
    func noLeak() {
        weak var module: Module?
        do {
            let simulation = Simulation()
            let child = Module(ModuleContext(name: "m", parent: simulation.root))
            let event = Event("e", in: child)
            child.method("a", sensitiveTo: [event]) { _ = child.path }
            child.thread("b") { context in
                while true {
                    _ = child.path
                    try context.wait(for: .ns(1))
                }
            }
            module = child
            _ = simulation.run(until: .ns(3))
        }
        #expect(module == nil)
    }

    @Test("a body that swallows its end is told again at its next wait")
    func swallowed() {
        let bench = Bench()
        bench.module.thread("t") { context in
            for attempt in 0..<3 {
                do { try context.wait(for: .ns(100)) } catch { bench.say("killed\(attempt)") }
            }
        }
        _ = bench.simulation.run(until: .ns(1))
        bench.simulation.reset()
        #expect(bench.text == "killed0 killed1 killed2")
    }

    @Test("an error thrown by a body ends the run with the thread's path")
    func thrown() {
        struct Broken: Error, CustomStringConvertible { var description: String { "no luck" } }
        let bench = Bench()
        bench.module.thread("t") { _ in throw Broken() }
        guard case .failed(let error) = bench.simulation.run() else {
            Issue.record("it ran")
            return
        }
        #expect(error.diagnosis.place == "m.t")
        #expect(error.description.contains("no luck"))
    }

    @Test("a thread counts its static triggers, and ends when its body returns")
    func staticTriggers() {
        let bench = Bench()
        let event = bench.event("e")
        let process = bench.module.thread("t", sensitiveTo: [event]) { context in
            try context.wait(triggers: 3)
            bench.at("three")
            try context.wait()
            bench.at("one")
        }
        bench.module.thread("go") { context in
            for _ in 0..<5 {
                try context.wait(for: .ns(1))
                event.notify()
            }
        }
        _ = bench.simulation.run()
        #expect(bench.text == "three@3ns/d3 one@4ns/d4")
        #expect(process.isTerminated)
        #expect(process.kind == .thread)
        #expect(process.path == "m.t")
    }

    @Test("a target deep in a call waits through the scheduler's current thread")
    func currentThread() {
        let bench = Bench()
        func target() throws(ProcessKilled) { try bench.scheduler.currentThread?.wait(for: .ns(7)) }
        bench.module.thread("t") { _ in
            try target()
            bench.at("t")
            #expect(bench.scheduler.currentProcess?.name == "t")
        }
        bench.module.method("m") {
            #expect(bench.scheduler.currentThread == nil)
            #expect(bench.scheduler.currentProcess?.name == "m")
        }
        _ = bench.simulation.run()
        #expect(bench.text == "t@7ns/d1")
        #expect(bench.scheduler.currentProcess == nil)
    }

    @Test("priority orders the wake-ups of threads at one instant")
    func priority() {
        let bench = Bench()
        for index in [2, 0, 1] {
            bench.module.thread("t\(index)", priority: Int32(index)) { context in
                for _ in 0..<3 {
                    try context.wait(for: .ns(10))
                    bench.say("t\(index)")
                }
            }
        }
        _ = bench.simulation.run()
        #expect(bench.text == "t0 t1 t2 t0 t1 t2 t0 t1 t2")
    }

    @Test("many threads wait for long lists and short ones, again and again")
    func lists() {
        let bench = Bench()
        let events = (0..<20).map { bench.event("e\($0)") }
        var woken = 0
        for index in 0..<20 {
            bench.module.thread("t\(index)") { context in
                for round in 1...20 {
                    let list = Array(events[(index * round % 20)...])
                    let result = try round % 2 == 0 ? context.waitAll(list) : context.waitAny(list, timeout: .ns(30))
                    if result == .notified { woken += 1 }
                }
                bench.say("t\(index)")
            }
        }
        bench.module.thread("go") { context in
            for step in 0..<2_000 {
                try context.wait(for: .ns(1))
                events[step % 20].notify()
            }
        }
        _ = bench.simulation.run()
        #expect(bench.said.count == 20)
        #expect(woken == 400)
    }
}
