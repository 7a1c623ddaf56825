import TandemKernel
import Testing

@Suite struct ControlTests {
    /// A thread that says when it begins and is woken by `event`, again and again.
    static func listener(_ bench: Bench, _ event: Event, _ name: String = "v") -> Process {
        bench.module.thread(name) { context in
            let local = Local(bench, "\(name)'s local")
            bench.at("\(name) begins")
            while true {
                try context.wait(event)
                bench.at(name)
            }
            withExtendedLifetime(local) {}
        }
    }

    @Test("a suspended process remembers one trigger, however many there were, and follows it when it is resumed")
    func suspend() {
        let bench = Bench()
        let event = bench.event("e")
        let victim = Self.listener(bench, event)
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            try victim.suspend()
            for _ in 0..<3 {
                event.notify()
                try context.wait(for: .ns(1))
            }
            #expect(victim.isSuspended && !victim.isRunnable)
            victim.resume()
            #expect(victim.isRunnable && !victim.isSuspended)
            bench.at("resumed")
            try context.wait(for: .ns(1))
            event.notify()
        }
        #expect(bench.simulation.run() == .starved)
        #expect(bench.text == "v begins@0ns/d0 resumed@4ns/d4 v@4ns/d4 v@5ns/d5")
        #expect(bench.scheduler.suspendedProcesses.isEmpty)
    }

    @Test("a thread that suspends itself stops there; a method runs to its end, and runs again when it is resumed")
    func suspendSelf() {
        let bench = Bench()
        bench.module.thread("t") { _ in
            bench.at("t before")
            try bench.scheduler.currentProcess?.suspend()
            bench.at("t after")
        }
        var isFirst = true
        bench.module.method("m") {
            bench.at("m before")
            if isFirst { try? bench.scheduler.currentProcess?.suspend() }
            isFirst = false
            bench.at("m after")
        }
        bench.module.thread("k") { context in
            try context.wait(for: .ns(2))
            for process in bench.module.processes { process.resume() }
        }
        #expect(bench.simulation.run(until: .ns(1)) == .timeReached)
        #expect(bench.scheduler.suspendedProcesses.map(\.path) == ["m.t", "m.m"])
        #expect(bench.simulation.run() == .starved)
        #expect(
            bench.text == "m before@0ns/d0 m after@0ns/d0 t before@0ns/d0 m before@2ns/d1 m after@2ns/d1 t after@2ns/d1"
        )
    }

    @Test("a process that is suspended while it is runnable does not run; one suspended before the start begins later")
    func suspendRunnable() throws {
        let bench = Bench()
        let event = bench.event("e")
        let victims = (0..<3).map { Self.listener(bench, event, "v\($0)") }
        try victims[2].suspend()
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            event.notify()
            try victims[1].suspend()
            try context.wait(for: .ns(1))
            victims[1].resume()
            victims[2].resume()
        }
        _ = bench.simulation.run()
        #expect(
            bench.text
                == "v0 begins@0ns/d0 v1 begins@0ns/d0 v0@1ns/d1 v1@2ns/d2 v2 begins@2ns/d2")
    }

    @Test("a disabled process loses triggers, keeps its wait, and loses a time-out that passes, with a warning")
    func disable() {
        let bench = Bench()
        let sink = RecordingSink()
        bench.simulation.log.sink = sink
        let (a, b) = (bench.event("a"), bench.event("b"))
        let both = bench.module.thread("both") { context in
            let first = try context.wait(a && b, timeout: .ns(50))
            bench.at("both \(first)")
            try context.wait(for: .ns(10))
            bench.at("late")
        }
        let stuck = bench.module.thread("stuck") { context in try context.wait(for: .ns(5)) }
        let method = bench.module.method("m", sensitiveTo: [a], initialize: false) { bench.at("m") }
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            a.notify()
            try context.wait(for: .ns(1))
            for process in [both, method, stuck] { process.disable() }
            a.notify()
            b.notify()
            try context.wait(for: .ns(10))
            for process in [both, method, stuck] { process.enable() }
            bench.at("enabled")
            try context.wait(for: .ns(1))
            a.notify()
            b.notify()
        }
        #expect(bench.simulation.run() == .starved)
        #expect(bench.text == "m@1ns/d1 enabled@12ns/d3 m@13ns/d4 both notified@13ns/d4 late@23ns/d5")
        #expect(!stuck.isTerminated)
        #expect(sink.records.map(\.place) == ["m.stuck"])
    }

    @Test("a process that disables itself goes on to its next wait, and a method to its next trigger")
    func disableSelf() {
        let bench = Bench()
        let event = bench.event("e")
        let thread = bench.module.thread("t") { context in
            bench.scheduler.currentProcess?.disable()
            bench.at("on")
            try context.wait(event)
            bench.at("t")
        }
        let method = bench.module.method("m") {
            bench.scheduler.currentProcess?.disable()
            bench.scheduler.nextTrigger(event)
            bench.at("m")
        }
        bench.module.thread("k") { context in
            for _ in 0..<2 {
                try context.wait(for: .ns(1))
                event.notify()
            }
            thread.enable()
            method.enable()
            try context.wait(for: .ns(1))
            event.notify()
        }
        _ = bench.simulation.run()
        #expect(bench.text == "m@0ns/d0 on@0ns/d0 m@3ns/d3 t@3ns/d3")
        #expect(method.isDisabled, "it did so again")
    }

    @Test("an event that goes away leaves a disabled process waiting for the others")
    func eventGoes() {
        let bench = Bench()
        let b = bench.event("b")
        var a: Event? = bench.event("a")
        let victim = bench.module.thread("v") { context in
            if let list = a.map({ $0 || b }) { try context.wait(list) }
            bench.at("v")
        }
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            victim.disable()
            a = nil
            victim.enable()
            b.notify()
        }
        _ = bench.simulation.run()
        #expect(bench.text == "v@1ns/d1")
    }

    @Test("suspended and disabled: a trigger that is remembered is followed when nothing holds the process any more")
    func both() {
        let bench = Bench()
        let event = bench.event("e")
        let victim = Self.listener(bench, event)
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            try victim.suspend()
            event.notify()
            victim.disable()
            victim.resume()
            try context.wait(for: .ns(1))
            bench.at("enable")
            victim.enable()
        }
        _ = bench.simulation.run()
        #expect(bench.text == "v begins@0ns/d0 enable@2ns/d2 v@2ns/d2")
    }

    @Test("kill and reset of a thread deep in a call release what every frame holds")
    func deep() {
        let bench = Bench()
        func dig(_ depth: Int, _ context: ThreadContext) throws {
            let local = Local(bench, "\(depth)")
            if depth == 3 { try context.wait(for: .never) } else { try dig(depth + 1, context) }
            withExtendedLifetime(local) {}
        }
        let victim = bench.module.thread("v") { context in try dig(1, context) }
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            try victim.reset()
            bench.say("|")
            try victim.kill()
            #expect(victim.isTerminated)
            try victim.kill()
            try victim.reset()
            try victim.suspend()
            try victim.interrupt(with: ProcessKilled())
            victim.disable()
            #expect(!victim.isSuspended && !victim.isDisabled)
        }
        #expect(bench.simulation.run() == .starved)
        #expect(bench.text == "3 released 2 released 1 released | 3 released 2 released 1 released")
    }

    @Test("a process that kills itself ends there; one that resets itself begins anew")
    func selves() {
        let bench = Bench()
        var rounds = 0
        let thread = bench.module.thread("t") { context in
            let local = Local(bench)
            try context.wait(for: .ns(1))
            rounds += 1
            if rounds < 3 { try bench.scheduler.currentProcess?.reset() }
            try bench.scheduler.currentProcess?.kill()
            withExtendedLifetime(local) {}
            bench.say("not reached")
        }
        var runs = 0
        let method = bench.module.method("m", sensitiveTo: [thread.terminated]) {
            runs += 1
            do throws(ProcessKilled) {
                if runs < 3 { try bench.scheduler.currentProcess?.reset() } else { bench.at("ended") }
                if runs == 4 { try bench.scheduler.currentProcess?.kill() }
            } catch {
                bench.say("\(error)")
                return
            }
        }
        _ = bench.simulation.run()
        #expect(
            bench.text
                == "the process was reset the process was reset ended@0ns/d0 local released local released "
                + "local released ended@3ns/d3 the process was killed")
        #expect(thread.isTerminated && method.isTerminated)
    }

    @Test("a thread takes an error that is thrown into its wait, and may go on; one that lets it pass fails the run")
    func interrupt() {
        struct Fault: Error { let number: Int }
        let bench = Bench()
        let event = bench.event("e")
        let victim = bench.module.thread("v") { context in
            do throws(ProcessKilled) { try context.wait(event) } catch {
                guard let fault = error.thrown as? Fault else { throw error }
                bench.at("fault\(fault.number)")
            }
            try context.wait(event)
        }
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            try victim.interrupt(with: Fault(number: 1))
            bench.at("k")
            try context.wait(for: .ns(1))
            try victim.interrupt(with: Fault(number: 2))
        }
        guard case .failed(let error) = bench.simulation.run() else {
            Issue.record("it ran")
            return
        }
        #expect(bench.text == "fault1@1ns/d1 k@1ns/d1")
        #expect(error.diagnosis.place == "m.v")
        #expect(error.description.contains("number: 2"))
        #expect(victim.isTerminated)
    }

    @Test("processes that end or reset each other in a ring end or begin anew as soon as their call returns")
    func ring() {
        let bench = Bench()
        var processes: [Process] = []
        for index in 0..<3 {
            processes.append(
                bench.module.thread("t\(index)") { context in
                    defer { bench.say("t\(index) ends") }
                    do throws(ProcessKilled) { try context.wait(for: index == 0 ? .ns(1) : .never) } catch {
                        // Killed by its predecessor, it kills its successor while it unwinds.
                        try processes[(index + 1) % 3].kill()
                        throw error
                    }
                    try processes[1].kill()
                    bench.say("not reached")
                })
        }
        #expect(bench.simulation.run() == .starved)
        #expect(bench.text == "t2 ends t1 ends t0 ends")
        let unended = processes.filter { !$0.isTerminated }
        #expect(unended.isEmpty)
        processes = []
    }

    @Test("a reset that restarts a body comes back at the body's first wait, and the pass goes on where it was")
    func resetInPass() {
        let bench = Bench()
        let go = bench.event("go")
        let victim = bench.module.thread("v") { context in
            bench.at("v begins")
            try context.wait(for: .ns(7))
            bench.at("v")
        }
        for index in 0..<3 {
            bench.module.thread("t\(index)") { context in
                try context.wait(go)
                bench.at("t\(index)")
                if index == 0 { try victim.reset() }
                try context.wait(for: .ns(2))
                bench.at("t\(index)")
            }
        }
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            go.notify()
        }
        _ = bench.simulation.run()
        #expect(
            bench.text == "v begins@0ns/d0 t0@1ns/d1 v begins@1ns/d1 t1@1ns/d1 t2@1ns/d1 t0@3ns/d2 t1@3ns/d2 "
                + "t2@3ns/d2 v@8ns/d3")
    }

    @Test("a method that is reset forgets its next trigger and runs at once; one that is killed runs no more")
    func methods() {
        let bench = Bench()
        let event = bench.event("e")
        let method = bench.module.method("m", sensitiveTo: [event]) {
            bench.at("m")
            bench.scheduler.nextTrigger(after: .ns(50))
        }
        bench.watch(method.terminated, "terminated")
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            try method.reset()
            bench.at("reset")
            try context.wait(for: .ns(1))
            try method.kill()
            bench.at("killed")
            event.notify()
        }
        #expect(bench.simulation.run() == .starved)
        #expect(bench.text == "m@0ns/d0 m@1ns/d1 reset@1ns/d1 killed@2ns/d2 terminated@2ns/d2")
        #expect(bench.scheduler.now == .ns(2))
    }

    @Test("between two runs processes may be controlled too, and what that wakes runs in the next one")
    func betweenRuns() throws {
        let bench = Bench()
        let event = bench.event("e")
        let victim = Self.listener(bench, event)
        bench.watch(victim.terminated, "terminated")
        _ = bench.simulation.run(until: .ns(3))
        try victim.reset()
        try victim.kill()
        bench.say("|")
        _ = bench.simulation.run(until: .ns(4))
        #expect(
            bench.text == "v begins@0ns/d0 v's local released v begins@3ns/d1 v's local released | terminated@3ns/d1")
    }
}
