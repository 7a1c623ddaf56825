import Testing

@testable import TandemKernel

@Suite struct SchedulerTests {
    @Test("among events of one time the lower priority fires first, then the earlier notified")
    func priority() {
        let bench = Bench()
        let events = [("late", 5), ("a", 0), ("first", -3), ("b", 0), ("second", -3)].map { name, priority in
            let event = bench.event(name, priority: Int32(priority))
            bench.module.method(name, sensitiveTo: [event], initialize: false) { bench.say(name) }
            return event
        }
        bench.module.method("go") { for event in events { event.notify(after: .ns(100)) } }
        _ = bench.simulation.run()
        #expect(bench.text == "first second a b late")
    }

    @Test("priority orders at the instant only: an earlier time comes first whatever its priority")
    func priorityAndTime() {
        let bench = Bench()
        let (low, high) = (bench.event("low", priority: 9), bench.event("high", priority: -9))
        bench.watch(low, "low")
        bench.watch(high, "high")
        bench.module.method("go") {
            high.notify(at: .ns(4))
            low.notify(at: .ns(3))
        }
        _ = bench.simulation.run()
        #expect(bench.text == "low@3ns/d1 high@4ns/d2")
    }

    @Test("the horizon is the next pending time or the limit, and now when something happens at once")
    func horizon() {
        let bench = Bench()
        let (far, near) = (bench.event("far"), bench.event("near"))
        let scheduler = bench.scheduler
        bench.module.thread("hart") { context in
            #expect(scheduler.horizon == .ns(100))
            far.notify(after: .ns(50))
            #expect(scheduler.horizon == .ns(50))
            let generation = scheduler.horizonGeneration
            near.notify(after: .ns(60))
            #expect(scheduler.horizonGeneration == generation, "a later notification changes nothing")
            near.notify(after: .ns(20))
            #expect(scheduler.horizonGeneration != generation)
            #expect(scheduler.horizon == .ns(20))
            let second = scheduler.horizonGeneration
            near.notifyDelta()
            #expect(scheduler.horizonGeneration != second)
            #expect(scheduler.horizon == .zero)
            try context.wait(for: .ns(1))
            #expect(scheduler.horizon == .ns(50))
            far.cancel()
            #expect(scheduler.horizon == .ns(100))
        }
        bench.module.thread("peer") { context in try context.wait(for: .zero) }
        #expect(bench.simulation.run(until: .ns(100)) == .timeReached)
        #expect(scheduler.horizon == .never)
    }

    @Test("the short way of a lone thread's wait has the times and counts of the long way")
    func shortWay() {
        func trace(inhibited: Bool) -> ([String], UInt64, UInt64) {
            let bench = Bench()
            let event = bench.event("e")
            bench.watch(event, "e")
            _ = bench.simulation.inbox.register(owner: bench.module, name: "in") { _ in }
            if inhibited {
                // While a replay is under way the scheduler passes by every drain point.
                let delivery = InboxDelivery(time: .never, delta: .max, port: "m.in", bytes: [])
                bench.simulation.inbox.replay([delivery])
            }
            bench.module.thread("t") { context in
                for step in 1...20 as ClosedRange<UInt64> {
                    if step % 3 == 0 { event.notify(after: .ns(step % 5)) }
                    try context.wait(for: .ns(step % 4))
                    bench.at("t")
                }
            }
            _ = bench.simulation.run(until: .ns(40))
            return (bench.said, bench.scheduler.deltaCount, bench.scheduler.eventCount)
        }
        #expect(trace(inhibited: false) == trace(inhibited: true))
    }

    @Test("a run in pieces does what one run does")
    func pieces() {
        func trace(_ limits: [UInt64]) -> [String] {
            let bench = Bench()
            for index in 1...3 as ClosedRange<UInt64> {
                bench.module.thread("t\(index)") { context in
                    while true {
                        try context.wait(for: .ns(index))
                        bench.at("t\(index)")
                    }
                }
            }
            for limit in limits { _ = bench.simulation.run(until: .ns(limit)) }
            return bench.said
        }
        #expect(trace([30]) == trace([1, 2, 3, 7, 12, 13, 30]))
    }

    @Test("an immediate notification outside of a process ends the run with its name")
    func immediateOutside() {
        let bench = Bench()
        bench.event("e").notify()
        guard case .failed(let error) = bench.simulation.run() else {
            Issue.record("it ran")
            return
        }
        #expect(error.diagnosis.place == "m.e")
    }

    @Test("a process that notifies itself immediately is warned once")
    func selfNotification() {
        let bench = Bench()
        let sink = RecordingSink()
        bench.simulation.log.sink = sink
        let event = bench.event("a")
        bench.module.method("m", sensitiveTo: [event]) {
            event.notify()
            event.notify()
        }
        _ = bench.simulation.run(until: .ns(1))
        #expect(sink.records.map(\.place) == ["m.m"])
    }

    @Test("a notification in the past and one beyond the range end the run with name, time and range")
    func badTimes() {
        for isPast in [true, false] {
            let bench = Bench()
            let event = bench.event("e")
            bench.module.thread("t") { context in
                try context.wait(for: .ns(5))
                if isPast { event.notify(at: .ns(3)) } else { event.notify(after: .picoseconds(.max - 1)) }
                bench.say("finished")
            }
            bench.module.thread("u") { context in
                try context.wait(for: .ns(5))
                bench.say("not reached")
            }
            guard case .failed(let error) = bench.simulation.run() else {
                Issue.record("it ran")
                return
            }
            #expect(error.time == .ns(5))
            #expect(error.diagnosis.place == "m.e")
            #expect(bench.simulation.failure == error)
            #expect(bench.text == "finished")
        }
    }

    @Test("a notification for never is none")
    func never() {
        let bench = Bench()
        let event = bench.event("e")
        bench.module.thread("t") { context in
            event.notify(at: .never)
            #expect(!event.isPending)
            event.notify(after: .ns(2))
            event.notify(after: .never)
            #expect(event.pendingTime == .ns(2))
            try context.wait(for: .never)
        }
        #expect(bench.simulation.run() == .starved)
    }

    @Test("an event that goes away takes its notification along")
    func eventEnds() {
        let bench = Bench()
        var event: Event? = bench.event("e")
        bench.module.thread("t") { context in
            event?.notify(after: .ns(5))
            #expect(bench.scheduler.horizon == .ns(5))
            event = nil
            #expect(bench.scheduler.horizon == .never)
            try context.wait(for: .ns(1))
        }
        #expect(bench.simulation.run() == .starved)
        #expect(bench.scheduler.now == .ns(1))
        #expect(bench.module.events.isEmpty)
    }

    @Test("a wish to stop ends a storm of delta cycles")
    func stopInStorm() {
        let bench = Bench()
        let (a, b) = (bench.event("a"), bench.event("b"))
        bench.module.method("ping", sensitiveTo: [a]) {
            if bench.scheduler.deltaCount == 1_000 {
                bench.simulation.stopHandle.interrupt()
            }
            b.notifyDelta()
        }
        bench.module.method("pong", sensitiveTo: [b], initialize: false) { a.notifyDelta() }
        #expect(bench.simulation.run() == .stopped(StopRequest(.interrupted, code: 130)))
        #expect(bench.scheduler.deltaCount == 1_001)
    }

    @Test("several listeners and waiters of one event are woken in their order")
    func manyWaiters() {
        let bench = Bench()
        let (event, other) = (bench.event("e"), bench.event("other"))
        for index in 0..<10 {
            bench.module.thread("t\(index)") { context in
                try context.waitAny([other, event, other], timeout: .ns(50))
                bench.say("t\(index)")
            }
        }
        bench.module.method("go") { event.notify(after: .ns(3)) }
        _ = bench.simulation.run()
        #expect(bench.said == (0..<10).map { "t\($0)" })
        #expect(bench.scheduler.now == .ns(3), "no time-out is left over")
    }
}

@Suite struct TwoSimulationsTests {
    /// A trace that depends on everything: threads, priorities, random delays.
    static func trace(seed: UInt64) -> [String] {
        let bench = Bench(seed: seed)
        let event = bench.event("e")
        bench.watch(event, "e")
        for index in 0..<5 {
            bench.module.thread("t\(index)") { context in
                for _ in 0..<50 {
                    let delay = bench.simulation.randomNumberGenerator.next() % 1_000
                    event.notify(after: .picoseconds(delay))
                    try context.wait(for: .picoseconds(delay / 2))
                    bench.at("t\(index)")
                }
            }
        }
        _ = bench.simulation.run()
        return bench.said
    }

    @Test("two runs of one platform say the same")
    func determinism() {
        #expect(Self.trace(seed: 1) == Self.trace(seed: 1))
        #expect(Self.trace(seed: 1) != Self.trace(seed: 2))
    }

    @Test("two simulations in one process, run in turns, do not touch each other")
    func interleaved() {
        let (left, right) = (Bench(), Bench())
        for (bench, step) in [(left, 3), (right, 5)] {
            bench.module.thread("t") { context in
                while true {
                    try context.wait(for: .ns(UInt64(step)))
                    bench.at("t")
                }
            }
        }
        for limit in [4, 8, 12, 16] as [UInt64] {
            _ = left.simulation.run(until: .ns(limit))
            _ = right.simulation.run(until: .ns(limit))
        }
        #expect(left.text == "t@3ns/d1 t@6ns/d2 t@9ns/d3 t@12ns/d4 t@15ns/d5")
        #expect(right.text == "t@5ns/d1 t@10ns/d2 t@15ns/d3")
    }

    @Test("simulations on two host threads say what they say alone")
    func parallel() {
        let expected = [Self.trace(seed: 1), Self.trace(seed: 2)]
        let threads = (0..<2).map { index in
            HostThread {
                for _ in 0..<5 { #expect(Self.trace(seed: UInt64(index) + 1) == expected[index]) }
            }
        }
        for thread in threads { thread.join() }
    }
}
