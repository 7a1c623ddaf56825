import Tandem
import Testing

/// What `docs/concepts/processes.md` shows.
struct ProcessExamples {
    @Test("example: a thread waits for an event, but not for ever")
    func timeOut() {
        let simulation = Simulation()
        let link = Module(ModuleContext(name: "link", parent: simulation.root))
        let answer = Event("answer", in: link)
        var story: [String] = []

        link.thread("ask") { context in
            for _ in 0..<2 {
                let result = try context.wait(answer, timeout: .nanoseconds(50))
                story.append(result == .timedOut ? "no answer by \(link.now)" : "answer at \(link.now)")
            }
        }
        link.thread("reply") { context in
            try context.wait(for: .nanoseconds(20))
            answer.notify()
        }

        #expect(simulation.run() == .starved)
        #expect(story == ["answer at 20 ns", "no answer by 70 ns"])
    }

    @Test("example: a method chooses what triggers it next")
    func nextTrigger() {
        let simulation = Simulation()
        let blinker = Module(ModuleContext(name: "blinker", parent: simulation.root))
        var edges: [SimTime] = []
        var isOn = false

        blinker.method("blink") {
            isOn.toggle()
            edges.append(blinker.now)
            blinker.scheduler.nextTrigger(after: isOn ? .nanoseconds(3) : .nanoseconds(7))
        }

        _ = simulation.run(for: .nanoseconds(15))
        #expect(edges == [.zero, .nanoseconds(3), .nanoseconds(10), .nanoseconds(13)])
    }

    @Test("example: a watchdog kills a worker that takes too long")
    func watchdog() {
        let simulation = Simulation()
        let machine = Module(ModuleContext(name: "machine", parent: simulation.root))
        var story: [String] = []

        let worker = machine.thread("work") { context in
            defer { story.append("worker cleans up at \(machine.now)") }
            try context.wait(for: .seconds(1))
        }
        machine.method("report", sensitiveTo: [worker.terminated], initialize: false) {
            story.append("worker has ended at \(machine.now)")
        }
        machine.thread("watchdog") { context in
            let result = try context.wait(worker.terminated, timeout: .microseconds(5))
            if result == .timedOut { try worker.kill() }
        }

        #expect(simulation.run() == .starved)
        #expect(story == ["worker cleans up at 5 us", "worker has ended at 5 us"])
    }

    @Test("example: a thread waits for two events, one after the other or at once")
    func lists() {
        let simulation = Simulation()
        let module = Module(ModuleContext(name: "m", parent: simulation.root))
        let (ready, valid) = (Event("ready", in: module), Event("valid", in: module))
        var met: [SimTime] = []
        module.thread("meet") { context in
            try context.wait(ready && valid)
            met.append(module.now)
        }
        module.thread("drive") { context in
            ready.notify(after: .nanoseconds(3))
            valid.notify(after: .nanoseconds(8))
        }
        #expect(simulation.run() == .starved)
        #expect(met == [.nanoseconds(8)])
    }

    @Test("example: what a thread holds is released when the simulation ends")
    func unwinding() {
        final class Buffer {
            let onEnd: () -> Void
            init(onEnd: @escaping () -> Void) { self.onEnd = onEnd }
            deinit { onEnd() }
        }
        var released = 0
        do {
            let simulation = Simulation()
            let module = Module(ModuleContext(name: "m", parent: simulation.root))
            module.thread("t") { context in
                let buffer = Buffer { released += 1 }
                defer { released += 10 }
                try withExtendedLifetime(buffer) { try context.wait(for: .seconds(1)) }
            }
            _ = simulation.run(for: .nanoseconds(1))
            #expect(released == 0)
        }
        #expect(released == 11)
    }
}
