import Tandem
import Testing

/// What `docs/concepts/time-and-events.md` shows.
struct EventExamples {
    @Test("example: a heart beats until the run's time is over")
    func heart() {
        let simulation = Simulation()
        let heart = Module(ModuleContext(name: "heart", parent: simulation.root))
        let beat = Event("beat", in: heart)
        var times: [SimTime] = []

        heart.method("on-beat", sensitiveTo: [beat]) {
            times.append(heart.now)
            beat.notify(after: .nanoseconds(10))
        }

        #expect(simulation.run(for: .nanoseconds(35)) == .timeReached)
        #expect(times == [.zero, .nanoseconds(10), .nanoseconds(20), .nanoseconds(30)])
    }

    @Test("example: of two notifications of one event the earlier stays")
    func overriding() {
        let simulation = Simulation()
        let module = Module(ModuleContext(name: "m", parent: simulation.root))
        let alarm = Event("alarm", in: module)
        var fired: [SimTime] = []
        module.method("ring", sensitiveTo: [alarm], initialize: false) { fired.append(module.now) }

        module.thread("set") { context in
            alarm.notify(after: .nanoseconds(10))
            alarm.notify(after: .nanoseconds(5))  // earlier: replaces the first
            alarm.notify(after: .nanoseconds(7))  // later: is ignored
            try context.wait(for: .nanoseconds(20))
            alarm.notify(after: .nanoseconds(5))
            alarm.cancel()
        }

        #expect(simulation.run() == .starved)
        #expect(fired == [.nanoseconds(5)])
    }
}
