import Testing

@testable import TandemKernel

/// Mistakes of models: the run fails with an error that names the process, the host goes on.
@Suite struct IllegalControlTests {
    /// Where and what the error is that ends the run of a model.
    private func failure(_ build: (Bench) throws -> Void) -> SimulationError? {
        let bench = Bench()
        do { try build(bench) } catch { Issue.record("\(error)") }
        guard case .failed(let error) = bench.simulation.run() else { return nil }
        return error
    }

    @Test("an empty list, a count of zero and a wait in a method end the run with the path of the process")
    func waits() {
        let errors: [SimulationError?] = [
            failure { $0.module.thread("p") { context in try context.waitAny([]) } },
            failure { $0.module.thread("p") { context in try context.wait(.all([])) } },
            failure { $0.module.thread("p") { context in try context.wait(triggers: 0) } },
            failure { $0.module.thread("p") { context in try context.wait(triggers: -3) } },
            failure { bench in bench.module.thread("p") { _ in bench.scheduler.nextTrigger(after: .ns(1)) } },
            failure { bench in bench.module.method("p") { bench.scheduler.nextTrigger(.any([])) } },
            failure { bench in
                var kept: ThreadContext?
                bench.module.thread("t") { context in
                    kept = context
                    try context.wait(for: .ns(5))
                }
                let event = bench.event("e")
                bench.module.method("p", sensitiveTo: [event], initialize: false) {
                    do throws(ProcessKilled) { try kept?.wait(for: .ns(1)) } catch { bench.say("\(error)") }
                }
                event.notify(after: .ns(2))
            },
        ]
        for error in errors {
            #expect(error?.diagnosis.place == "m.p")
            #expect(error?.diagnosis.expected.isEmpty == false)
        }
    }

    @Test("kill, reset and interrupt before the start end the run before anything has run")
    func beforeStart() {
        for call in 0..<3 {
            let bench = Bench()
            let process = bench.module.thread("p") { _ in bench.say("ran") }
            switch call {
            case 0: try? process.kill()
            case 1: try? process.reset()
            default: try? process.interrupt(with: ProcessKilled())
            }
            guard case .failed(let error) = bench.simulation.run() else {
                Issue.record("it ran")
                continue
            }
            #expect(error.diagnosis.place == "m.p")
            #expect(error.description.contains("before the simulation has started"))
            #expect(bench.said.isEmpty)
            bench.simulation.reset()
            #expect(bench.simulation.run() == .starved)
            #expect(bench.text == "ran")
        }
    }

    @Test("an error thrown into a method ends the run; one thrown into a thread that has not begun is ignored")
    func stackless() {
        let bench = Bench()
        let sink = RecordingSink()
        bench.simulation.log.sink = sink
        let event = bench.event("e")
        let method = bench.module.method("p", sensitiveTo: [event], initialize: false) {}
        let thread = bench.module.thread("t", sensitiveTo: [event], initialize: false) { _ in }
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            try thread.interrupt(with: ProcessKilled())
            try method.interrupt(with: ProcessKilled())
        }
        guard case .failed(let error) = bench.simulation.run() else {
            Issue.record("it ran")
            return
        }
        #expect(error.diagnosis.place == "m.p")
        #expect(sink.records.map(\.place) == ["m.t"])
    }

    @Test("a wait while the thread unwinds ends the run, and throws again")
    func waitWhileUnwinding() {
        let bench = Bench()
        let victim = bench.module.thread("p") { context in
            for attempt in 0..<3 {
                do { try context.wait(for: .never) } catch { bench.say("told\(attempt)") }
            }
        }
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            try victim.kill()
            bench.say("killed")
        }
        guard case .failed(let error) = bench.simulation.run() else {
            Issue.record("it ran")
            return
        }
        #expect(error.description.hasPrefix("m.p: the thread waits while it unwinds"))
        #expect(bench.text == "told0 told1 told2 killed")
        #expect(victim.isTerminated)
    }

    @Test("a body that never lets its end pass is abandoned, and everything else goes on")
    func swallowedForEver() {
        let bench = Bench()
        let sink = RecordingSink()
        bench.simulation.log.sink = sink
        let victim = bench.module.thread("p") { context in
            while true { do { try context.wait(for: .ns(1)) } catch {} }
        }
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            try victim.kill()
            bench.say("killed")
        }
        guard case .failed(let error) = bench.simulation.run() else {
            Issue.record("it ran")
            return
        }
        #expect(error.diagnosis.place == "m.p")
        #expect(bench.text == "killed")
        #expect(sink.records.last?.message.contains("abandoned") == true)
        bench.simulation.reset()
        #expect(bench.simulation.run(for: .ns(3)) != .starved)
    }

    @Test("kill, reset and interrupt of a process that unwinds are ignored with a warning; a kill outlasts a reset")
    func whileUnwinding() {
        let bench = Bench()
        let sink = RecordingSink()
        bench.simulation.log.sink = sink
        var kills = false
        var victim: Process?
        victim = bench.module.thread("p") { context in
            bench.say("begins")
            defer {
                if kills {
                    try? victim?.kill()
                } else {
                    try? victim?.reset()
                    try? victim?.interrupt(with: ProcessKilled())
                    #expect(victim?.isUnwinding == true)
                }
            }
            try context.wait(for: .never)
        }
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            try victim?.reset()
            kills = true
            try victim?.reset()
            bench.say(victim?.isTerminated == true ? "terminated" : "alive")
        }
        #expect(bench.simulation.run() == .starved)
        #expect(bench.text == "begins begins terminated")
        #expect(sink.records.count == 2)
        victim = nil
    }

    @Test("an update cannot kill: the run ends with the path of the process")
    func update() {
        final class Killer: Channel {
            var victim: Process?
            override func update() { try? victim?.kill() }
        }
        let error = failure { bench in
            let killer = Killer("c", in: bench.module)
            killer.victim = bench.module.thread("p") { context in try context.wait(for: .never) }
            bench.module.method("m") { killer.requestUpdate() }
        }
        #expect(error?.diagnosis.place == "m.p")
    }
}
