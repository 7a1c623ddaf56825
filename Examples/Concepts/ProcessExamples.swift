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
