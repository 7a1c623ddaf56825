import TandemKernel

extension KernelProbe {
    /// Notifications, sensitivity and lists.
    static let events = [
        KernelProbe("override") { override($0) },
        KernelProbe("self_immediate") { selfImmediate($0) },
        KernelProbe("immediate_order") { immediateOrder($0) },
        KernelProbe("static_masked") { staticMasked($0) },
        KernelProbe("next_trigger_last") { nextTriggerLast($0) },
        KernelProbe("and_list") { andList($0) },
        KernelProbe("or_timeout") { orTimeout($0) },
        KernelProbe("order") { order($0) },
        KernelProbe("same_time_order") { sameTimeOrder($0) },
    ]

    private static func override(_ bench: Bench) {
        let names = [
            "late_then_early", "early_then_late", "timed_then_delta", "delta_then_timed", "timed_then_immediate",
            "cancelled",
        ]
        let events = names.map { bench.event($0) }
        for (event, name) in zip(events, names) { bench.watch(event, name) }
        bench.module.thread("t") { context in
            try context.wait(for: .ns(1))
            events[0].notify(after: .ns(10))
            events[0].notify(after: .ns(5))
            events[1].notify(after: .ns(5))
            events[1].notify(after: .ns(10))
            events[2].notify(after: .ns(5))
            events[2].notifyDelta()
            events[3].notifyDelta()
            events[3].notify(after: .ns(5))
            events[4].notify(after: .ns(5))
            events[4].notify()
            events[5].notify(after: .ns(5))
            events[5].cancel()
        }
        bench.run(100)
    }

    /// A process cannot wake itself by an immediate notification; that is warned of in `SchedulerTests`.
    private static func selfImmediate(_ bench: Bench) {
        bench.simulation.log.sink = RecordingSink()
        let event = bench.event("a")
        var count = 0
        bench.module.method("m", sensitiveTo: [event]) {
            bench.at("run")
            if count < 3 { event.notify() }
            count += 1
        }
        bench.run(1)
    }

    /// A process made runnable by an immediate notification runs in the same evaluation phase, not nested.
    private static func immediateOrder(_ bench: Bench) {
        let event = bench.event("a")
        bench.module.thread("t") { context in
            bench.at("before")
            event.notify()
            bench.at("after")
            try context.wait(for: .zero)
            bench.at("next")
        }
        bench.watch(event, "m")
        bench.run(1)
    }

    private static func staticMasked(_ bench: Bench) {
        let (a, b) = (bench.event("a"), bench.event("b"))
        var isFirst = true
        bench.module.method("m", sensitiveTo: [a]) {
            bench.at("m")
            if isFirst { bench.scheduler.nextTrigger(b) }
            isFirst = false
        }
        bench.module.thread("t") { context in
            for event in [a, b, a] {
                try context.wait(for: .ns(1))
                event.notify()
            }
        }
        bench.run(10)
    }

    private static func nextTriggerLast(_ bench: Bench) {
        var isFirst = true
        bench.module.method("m") {
            bench.at("m")
            if isFirst {
                bench.scheduler.nextTrigger(after: .ns(2))
                bench.scheduler.nextTrigger(after: .ns(7))
            }
            isFirst = false
        }
        bench.run(20)
    }

    private static func andList(_ bench: Bench) {
        let (a, b) = (bench.event("a"), bench.event("b"))
        bench.module.thread("w") { context in
            try context.wait(a && b)
            bench.at("and")
        }
        bench.module.thread("t") { context in
            for event in [a, a, b] {
                try context.wait(for: .ns(1))
                event.notify()
            }
        }
        bench.run(10)
    }

    private static func orTimeout(_ bench: Bench) {
        let (a, b) = (bench.event("a"), bench.event("b"))
        bench.module.thread("w") { context in
            try context.wait(a || b, timeout: .ns(5))
            bench.at("or")
            bench.say(bench.scheduler.currentProcess != nil ? "" : "?")
            try context.wait(a || b, timeout: .ns(5))
            bench.at("timeout")
        }
        bench.module.thread("t") { context in
            try context.wait(for: .ns(2))
            b.notify()
        }
        bench.run(20)
    }

    private static func order(_ bench: Bench) {
        let event = bench.event("a")
        for index in 0..<3 {
            bench.module.thread("t\(index)") { context in
                bench.say("t\(index)")
                try context.wait(event)
                bench.say("t\(index)'")
            }
        }
        for index in 0..<3 {
            bench.module.method("m\(index)", sensitiveTo: [event]) { bench.say("m\(index)") }
        }
        bench.module.thread("z") { context in
            try context.wait(for: .ns(1))
            bench.say("|")
            event.notifyDelta()
        }
        bench.run(5)
    }

    /// Eight timed events at one instant, notified in the order 0 to 7.
    private static func sameTimeOrder(_ bench: Bench) {
        let events = (0..<8).map { bench.event("e\($0)") }
        for (index, event) in events.enumerated() {
            bench.module.method("m\(index)", sensitiveTo: [event], initialize: false) { bench.say("\(index)") }
        }
        bench.module.thread("t") { context in
            try context.wait(for: .ns(1))
            for event in events { event.notify(after: .ns(5)) }
        }
        bench.run(20)
    }
}
