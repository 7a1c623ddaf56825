import TandemKernel
import Testing

/// The observed semantics of SystemC (`peers/systemc/probe.cpp`), with the order among equals being ours: first in,
/// first out. Each test bears the probe's name and its output.
@Suite struct ProbeTests {
    @Test("override: the earlier notification wins, a delta beats a timed one, an immediate one drops both")
    func override() {
        let bench = Bench()
        let events = ["a", "b", "c", "d", "e", "f"].map { bench.event($0) }
        let names = [
            "late_then_early", "early_then_late", "timed_then_delta", "delta_then_timed", "timed_then_immediate",
            "cancelled",
        ]
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
        #expect(bench.simulation.run(until: .ns(100)) == .timeReached)
        #expect(
            bench.text
                == "timed_then_immediate@1ns/d1 timed_then_delta@1ns/d2 delta_then_timed@1ns/d2 "
                + "late_then_early@6ns/d3 early_then_late@6ns/d3")
    }

    @Test("self_immediate: a process cannot wake itself by an immediate notification, and is warned once")
    func selfImmediate() {
        let bench = Bench()
        let sink = RecordingSink()
        bench.simulation.log.sink = sink
        let event = bench.event("a")
        bench.module.method("m", sensitiveTo: [event]) {
            bench.at("run")
            event.notify()
            event.notify()
        }
        _ = bench.simulation.run(until: .ns(1))
        #expect(bench.text == "run@0ns/d0")
        #expect(sink.records.count == 1)
        #expect(sink.records.first?.place == "m.m")
    }

    @Test("immediate_order: what is notified immediately runs in the same evaluation phase, not nested")
    func immediateOrder() {
        let bench = Bench()
        let event = bench.event("a")
        bench.module.thread("t") { context in
            bench.at("before")
            event.notify()
            bench.at("after")
            try context.wait(for: .zero)
            bench.at("next")
        }
        bench.watch(event, "m")
        _ = bench.simulation.run(until: .ns(1))
        #expect(bench.text == "before@0ns/d0 after@0ns/d0 m@0ns/d0 next@0ns/d1")
    }

    @Test("static_masked: a dynamic trigger masks the static one until it is satisfied")
    func staticMasked() {
        let bench = Bench()
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
        _ = bench.simulation.run(until: .ns(10))
        #expect(bench.text == "m@0ns/d0 m@2ns/d2 m@3ns/d3")
    }

    @Test("next_trigger_last: the last call in one execution wins")
    func nextTriggerLast() {
        let bench = Bench()
        var isFirst = true
        bench.module.method("m") {
            bench.at("m")
            if isFirst {
                bench.scheduler.nextTrigger(after: .ns(2))
                bench.scheduler.nextTrigger(after: .ns(7))
            }
            isFirst = false
        }
        _ = bench.simulation.run(until: .ns(20))
        #expect(bench.text == "m@0ns/d0 m@7ns/d1")
    }

    @Test("and_list: each event counts once, at different times")
    func andList() {
        let bench = Bench()
        let (a, b) = (bench.event("a"), bench.event("b"))
        bench.module.thread("w") { context in
            let first = try context.waitAll([a, b])
            #expect(first == .notified)
            bench.at("and")
        }
        bench.module.thread("t") { context in
            for event in [a, a, b] {
                try context.wait(for: .ns(1))
                event.notify()
            }
        }
        _ = bench.simulation.run(until: .ns(10))
        #expect(bench.text == "and@3ns/d3")
    }

    @Test("or_timeout: the first event removes the others, a time-out removes all")
    func orTimeout() {
        let bench = Bench()
        let (a, b) = (bench.event("a"), bench.event("b"))
        bench.module.thread("w") { context in
            let first = try context.waitAny([a, b], timeout: .ns(5))
            #expect(first == .notified)
            bench.at("or")
            let second = try context.waitAny([a, b], timeout: .ns(5))
            #expect(second == .timedOut)
            bench.at("timeout")
        }
        bench.module.thread("t") { context in
            try context.wait(for: .ns(2))
            b.notify()
        }
        _ = bench.simulation.run(until: .ns(20))
        #expect(bench.text == "or@2ns/d1 timeout@7ns/d2")
    }

    @Test("end_time: timers at the limit fire, their evaluation belongs to the next run; a zero run is one delta")
    func endTime() {
        let bench = Bench()
        bench.module.thread("t") { context in
            for _ in 0..<4 {
                try context.wait(for: .ns(5))
                bench.at("t")
            }
        }
        _ = bench.simulation.run(for: .ns(10))
        bench.say("| returned@\(bench.scheduler.now.picoseconds / 1000)ns |")
        _ = bench.simulation.run(for: .zero)
        bench.say("| zero start@\(bench.scheduler.now.picoseconds / 1000)ns |")
        _ = bench.simulation.run(for: .ns(10))
        bench.say("| returned@\(bench.scheduler.now.picoseconds / 1000)ns")
        #expect(
            bench.text
                == "t@5ns/d1 | returned@10ns | t@10ns/d2 | zero start@10ns | t@15ns/d3 | returned@20ns")
    }

    @Test("starvation: run-to-limit advances to the end, exit stops at the last event")
    func starvation() {
        let bench = Bench()
        bench.module.thread("t") { context in
            try context.wait(for: .ns(4))
            bench.at("t")
        }
        #expect(bench.simulation.run(for: .ns(10), starvation: .exit) == .starved)
        #expect(bench.scheduler.now == .ns(4))
        #expect(bench.simulation.run(for: .ns(10)) == .timeReached)
        #expect(bench.scheduler.now == .ns(14))
        #expect(bench.simulation.run() == .starved)
        #expect(bench.text == "t@4ns/d1")
    }

    @Test("pause: the delta is finished, update and notifications included; the clock stays")
    func pause() {
        let bench = Bench()
        let event = bench.event("a")
        bench.module.thread("t") { context in
            try context.wait(for: .ns(3))
            bench.scheduler.pause()
            bench.at("paused-by")
            event.notifyDelta()
            try context.wait(for: .zero)
            bench.at("after")
        }
        bench.watch(event, "m")
        #expect(bench.simulation.run(for: .ns(10)) == .paused)
        bench.say("| returned@\(bench.scheduler.now.picoseconds / 1000)ns |")
        #expect(bench.simulation.run(for: .ns(10)) == .timeReached)
        bench.say("| returned@\(bench.scheduler.now.picoseconds / 1000)ns")
        #expect(bench.text == "paused-by@3ns/d1 | returned@3ns | m@3ns/d2 after@3ns/d2 | returned@13ns")
    }

    @Test(
        "stop: in finish-delta mode the rest of the evaluation and the update run, in immediate mode neither",
        arguments: [
            (StopMode.finishDelta, "t1@3ns/d1 t2@3ns/d1 | returned@3ns s=7"),
            (StopMode.immediate, "t1@3ns/d1 | returned@3ns s=0"),
        ])
    func stop(mode: StopMode, expected: String) {
        let bench = Bench()
        let event = bench.event("a")
        let signal = Signal("s", in: bench.module, 0)
        let request = StopRequest(.powerOff, code: 3)
        bench.module.thread("t1") { context in
            try context.wait(for: .ns(3))
            bench.scheduler.stop(request, mode: mode)
            signal.write(7)
            event.notifyDelta()
            bench.at("t1")
        }
        bench.module.thread("t2") { context in
            try context.wait(for: .ns(3))
            bench.at("t2")
        }
        bench.watch(event, "m")
        #expect(bench.simulation.run(for: .ns(10)) == .stopped(request))
        bench.say("| returned@\(bench.scheduler.now.picoseconds / 1000)ns s=\(signal.value)")
        #expect(bench.text == expected)
        guard case .failed(let error) = bench.simulation.run() else {
            Issue.record("a stopped simulation ran on")
            return
        }
        #expect(error.description.contains("reset"))
    }

    @Test("spawn: a process made at run time joins the present evaluation phase, methods before threads")
    func spawn() {
        let bench = Bench()
        bench.module.thread("k") { context in
            try context.wait(for: .ns(1))
            bench.at("k")
            bench.module.thread("child") { _ in bench.at("child") }
            bench.at("k2")
            bench.module.method("cm") { bench.at("cm") }
        }
        _ = bench.simulation.run(until: .ns(10))
        #expect(bench.text == "k@1ns/d1 k2@1ns/d1 cm@1ns/d1 child@1ns/d1")
    }

    @Test("order: methods, then threads, each first in, first out; SystemC wakes in reverse")
    func order() {
        let bench = Bench()
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
        _ = bench.simulation.run(until: .ns(5))
        #expect(bench.text == "m0 m1 m2 t0 t1 t2 | m0 m1 m2 t0' t1' t2'")
    }

    @Test("same_time_order: events at one instant fire in the order of their notification; SystemC's heap shuffles")
    func sameTimeOrder() {
        let bench = Bench()
        let events = (0..<8).map { bench.event("e\($0)") }
        for (index, event) in events.enumerated() {
            bench.module.method("m\(index)", sensitiveTo: [event], initialize: false) { bench.say("\(index)") }
        }
        bench.module.thread("t") { context in
            try context.wait(for: .ns(1))
            for event in events { event.notify(after: .ns(5)) }
        }
        _ = bench.simulation.run(until: .ns(20))
        #expect(bench.text == "0 1 2 3 4 5 6 7")
    }

    @Test("signal: the last write wins, an equal value makes no event")
    func signal() {
        let bench = Bench()
        let signal = Signal("s", in: bench.module, 0)
        bench.module.thread("t") { context in
            try context.wait(for: .ns(1))
            signal.write(1)
            signal.write(2)
            bench.at("w")
            bench.say("read=\(signal.value)")
            try context.wait(for: .zero)
            bench.at("r")
            bench.say("read=\(signal.value) event=\(signal.changed.isTriggered)")
            try context.wait(for: .zero)
            bench.say("event=\(signal.changed.isTriggered)")
            signal.write(2)
            try context.wait(for: .zero)
            bench.say("same: event=\(signal.changed.isTriggered)")
        }
        bench.watch(signal.changed, "m")
        _ = bench.simulation.run(until: .ns(10))
        // Ours notifies the change after the timer of `t` that stood in the delta list already; methods still run first.
        #expect(
            bench.text
                == "w@1ns/d1 read=0 m@1ns/d2 r@1ns/d2 read=2 event=true event=false same: event=false")
    }

    @Test("deltas: a delta counts when something was evaluated")
    func deltas() {
        let bench = Bench()
        bench.module.thread("t") { context in
            bench.at("init")
            try context.wait(for: .zero)
            bench.at("d")
            try context.wait(for: .ns(1))
            bench.at("t")
            try context.wait(for: .zero)
            bench.at("td")
        }
        bench.say("before=\(bench.scheduler.deltaCount)")
        _ = bench.simulation.run(for: .zero)
        bench.say("| zero start: \(bench.scheduler.deltaCount) |")
        _ = bench.simulation.run(for: .ns(5))
        #expect(bench.text == "before=0 init@0ns/d0 | zero start: 1 | d@0ns/d1 t@1ns/d2 td@1ns/d3")
    }

    @Test("quantum: the keeper's arithmetic")
    func quantum() {
        let bench = Bench()
        bench.simulation.quantum.value = .ns(10)
        bench.module.thread("t") { context in
            let quantum = bench.simulation.quantum
            bench.say("at0:\(quantum.localQuantum())")
            try context.wait(for: .ns(3))
            bench.say("at3:\(quantum.localQuantum())")
            try context.wait(for: .ns(7))
            bench.say("at10:\(quantum.localQuantum())")
            var keeper = QuantumKeeper(bench.simulation)
            bench.say("fresh=\(keeper.needsSync)")
            keeper.reset()
            bench.say("reset=\(keeper.needsSync)")
            keeper.inc(.ns(9))
            bench.say("+9:\(keeper.needsSync)")
            keeper.inc(.ns(1))
            bench.say("+10:\(keeper.needsSync)")
            keeper.inc(.ns(4))
            bench.say("current=\(keeper.currentTime)")
            try keeper.sync(in: context)
            bench.at("synced")
            bench.say("local=\(keeper.localTime)")
            keeper.inc(.ns(5))
            bench.say("+5:\(keeper.needsSync)")
            keeper.inc(.ns(1))
            bench.say("+6:\(keeper.needsSync)")
            quantum.value = .zero
            keeper.reset()
            bench.say("zero=\(keeper.needsSync)")
        }
        _ = bench.simulation.run(until: .ns(100))
        #expect(
            bench.text
                == "at0:10 ns at3:7 ns at10:10 ns fresh=true reset=false +9:false +10:true current=24 ns "
                + "synced@24ns/d3 local=0 s +5:false +6:true zero=true")
    }
}
