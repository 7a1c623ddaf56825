import Testing

@testable import TandemKernel

@Suite struct SignalTests {
    @Test("a written value is seen in the next delta cycle, the last write wins, and an equal one makes no event")
    func writing() {
        let bench = Bench()
        let signal = Signal("s", in: bench.module, 0)
        bench.module.thread("w") { context in
            signal.write(1)
            signal.write(2)
            bench.say("read=\(signal.value) pending=\(signal.pendingValue)")
            try context.wait(for: .ns(1))
            signal.write(2)
            try context.wait(for: .ns(1))
            signal.write(3)
            signal.write(2)
            try context.wait(for: .ns(1))
            signal.write(4)
        }
        bench.module.method("r", sensitiveTo: [signal.changed], initialize: false) {
            bench.at("r=\(signal.value)")
            if !signal.isChanged { bench.say("not changed") }
        }
        _ = bench.simulation.run(until: .ns(10))
        #expect(bench.text == "read=0 pending=2 r=2@0ns/d1 r=4@3ns/d5")
    }

    @Test("isChanged holds in the evaluation phase that sees the new value first, and in no other")
    func changes() {
        let bench = Bench()
        let signal = Signal("s", in: bench.module, false)
        bench.module.thread("t") { context in
            signal.write(true)
            for _ in 0..<3 {
                try context.wait(for: .zero)
                bench.say("\(signal.isChanged) \(signal.isRisen) \(signal.isFallen)")
            }
        }
        _ = bench.simulation.run(until: .ns(1))
        #expect(bench.said == ["true true false", "false false false", "false false false"])
        #expect(!signal.isChanged, "outside of the evaluation")
    }

    @Test("a buffer makes an event on every write")
    func buffer() {
        let bench = Bench()
        let buffer = Buffer("b", in: bench.module, 5)
        bench.watch(buffer.changed, "b")
        bench.module.thread("t") { context in
            for _ in 0..<3 {
                buffer.write(5)
                try context.wait(for: .ns(1))
            }
        }
        _ = bench.simulation.run(until: .ns(10))
        #expect(bench.text == "b@0ns/d1 b@1ns/d3 b@2ns/d5")
    }

    @Test("edges of booleans and of logic values: to one and to zero only")
    func edges() {
        let bench = Bench()
        let (bool, logic) = (Signal("b", in: bench.module, false), Signal("l", in: bench.module, Logic.unknown))
        bench.watch(bool.risen, "b+")
        bench.watch(bool.fallen, "b-")
        bench.watch(logic.risen, "l+")
        bench.watch(logic.fallen, "l-")
        bench.module.thread("t") { context in
            for value: Logic in [.zero, .one, .highImpedance, .one, .unknown, .zero] {
                logic.write(value)
                bool.write(value == .one)
                try context.wait(for: .ns(1))
            }
        }
        _ = bench.simulation.run(until: .ns(10))
        let names = bench.said.map { $0.prefix { $0 != "/" } }.joined(separator: " ")
        #expect(names == "l-@0ns l+@1ns b+@1ns b-@2ns l+@3ns b+@3ns b-@4ns l-@5ns")
    }

    @Test("values that are references are released with the signal")
    func references() {
        final class Thing: Equatable {
            static func == (left: Thing, right: Thing) -> Bool { left === right }
        }
        weak var thing: Thing?
        do {
            let bench = Bench()
            let value = Thing()
            thing = value
            let signal = Signal("s", in: bench.module, value)
            bench.module.method("m") { signal.write(Thing()) }
            _ = bench.simulation.run(until: .ns(1))
            #expect(signal.value !== thing)
        }
        #expect(thing == nil)
    }

    // MARK: Writers

    /// Two methods write `signal` in one delta cycle; what the run ends with.
    private func twoWriters(_ policy: WriterPolicy, apart: Bool = false, equal: Bool = false) -> String {
        let bench = Bench()
        let signal = Signal("s", in: bench.module, 0, writers: policy)
        let later = bench.event("later")
        bench.module.method("a") {
            signal.write(1)
            later.notify(after: .ns(1))
        }
        bench.module.method("b", sensitiveTo: [later], initialize: !apart) { signal.write(equal ? 0 : 2) }
        let reason = bench.simulation.run(until: .ns(5))
        if case .failed(let error) = reason { return error.description }
        return "\(signal.value)"
    }

    @Test("one writer: a second process is refused, and the error names both")
    func oneWriter() {
        #expect(
            twoWriters(.one)
                == "m.s: “m.b” writes it, but “m.a” has written it before; expected one writer, or another policy of "
                + "writers (at 0 s)")
        #expect(twoWriters(.one, apart: true).hasSuffix("(at 1 ns)"))
    }

    @Test(
        "one writer each delta cycle: in another cycle another process may write, and writing nothing new is no write")
    func onePerDelta() {
        #expect(
            twoWriters(.onePerDelta)
                == "m.s: “m.b” writes it, but “m.a” has written it in this delta cycle; expected one writer in each "
                + "delta cycle, or another policy of writers (at 0 s)")
        #expect(twoWriters(.onePerDelta, apart: true) == "2")
        #expect(twoWriters(.onePerDelta, equal: true) == "0", "it is the last write all the same")
    }

    @Test(
        "a spawned process that has ended is still the one writer, whoever has its record now",
        arguments: [(WriterPolicy.one, "0 s"), (.onePerDelta, ""), (.any, "")])
    func spawnedWriter(_ policy: WriterPolicy, _ refusedAt: String) {
        let bench = Bench()
        let signal = Signal("s", in: bench.module, 0, writers: policy)
        var records: Set<ProcessPointer> = []
        bench.module.thread("k") { context in
            for value in 1...3 {
                let writer = bench.module.thread("w\(value)") { _ in signal.write(value) }
                records.insert(writer.record)
                try context.wait(for: .zero)
            }
        }
        let reason = "\(bench.simulation.run())"
        #expect(records.count < 3, "the test needs a record that is used again")
        if refusedAt.isEmpty {
            #expect(reason == "starved" && signal.value == 3)
        } else {
            #expect(reason.contains("m.s: “m.w2” writes it, but “m.w1” has written it before"))
            #expect(reason.contains(refusedAt))
        }
    }

    @Test("any writers: the last write of a delta cycle wins")
    func anyWriters() {
        #expect(twoWriters(.any) == "2")
    }

    @Test("writes from outside of processes are nobody's")
    func outside() {
        let bench = Bench()
        let signal = Signal("s", in: bench.module, 0)
        signal.write(1)
        bench.module.method("a") { signal.write(signal.value + 1) }
        #expect(bench.simulation.run(until: .ns(1)) == .timeReached)
        signal.write(7)
        _ = bench.simulation.run(until: .ns(2))
        #expect(signal.value == 7)
    }

    @Test("a reset takes a signal back to its first value and forgets its writer")
    func reset() {
        let bench = Bench()
        let signal = Signal("s", in: bench.module, 3)
        var first = true
        bench.module.method("a") { if first { signal.write(4) } }
        bench.module.method("b") { if !first { signal.write(5) } }
        bench.watch(signal.changed, "s")
        _ = bench.simulation.run(until: .ns(1))
        #expect(signal.value == 4)
        bench.simulation.reset()
        #expect(signal.value == 3)
        first = false
        #expect(bench.simulation.run(until: .ns(2)) == .timeReached)
        #expect(signal.value == 5)
        #expect(bench.text == "s@0ns/d1 s@1ns/d3")
    }

    @Test("a signal that goes before its module withdraws its request")
    func withdrawn() {
        let bench = Bench()
        do {
            let signal = Signal("s", in: bench.module, 0)
            signal.write(1)
            #expect(bench.module.channels.map(\.name) == ["s"])
        }
        #expect(bench.module.channels.isEmpty)
        #expect(bench.simulation.run(until: .ns(1)) == .timeReached)
    }
}

@Suite struct UpdateOrderTests {
    @Test("signals wake their listeners after the delta notifications of the evaluation, in the order of their updates")
    func order() {
        let bench = Bench()
        final class Custom: Channel {
            var told: Event?
            override func update() { told?.notifyDelta() }
        }
        let (a, b) = (Signal("a", in: bench.module, 0), Signal("b", in: bench.module, 0))
        let custom = Custom("c", in: bench.module)
        let (told, early) = (bench.event("told"), bench.event("early"))
        custom.told = told
        bench.watch(b.changed, "b")
        bench.watch(a.changed, "a")
        bench.watch(told, "custom")
        bench.watch(early, "early")
        bench.module.thread("t") { context in
            a.write(1)
            custom.requestUpdate()
            b.write(1)
            try context.wait(for: .ns(1))
            b.write(2)
            a.write(2)
            early.notifyDelta()
            try context.wait(for: .ns(1))
            b.write(3)
            a.write(3)
        }
        _ = bench.simulation.run(until: .ns(5))
        #expect(
            bench.text
                == "a@0ns/d1 custom@0ns/d1 b@0ns/d1 early@1ns/d3 b@1ns/d3 a@1ns/d3 b@2ns/d5 a@2ns/d5")
    }

    @Test(
        "a stop shows what was written and wakes nobody; a write before the start is told after the first evaluation begins"
    )
    func stopping() {
        let bench = Bench()
        let signal = Signal("s", in: bench.module, 0)
        bench.module.method("first") { bench.at("first-\(signal.value)") }
        bench.watch(signal.changed, "s")
        bench.module.thread("t") { context in
            try context.wait(for: .ns(1))
            signal.write(2)
            bench.scheduler.stop(StopRequest(.quit))
        }
        signal.write(1)
        _ = bench.simulation.run(until: .ns(5))
        #expect(signal.value == 2)
        #expect(bench.text == "first-1@0ns/d0 s@0ns/d0")
    }

    @Test("a signal's own event may be notified by hand, and fires once")
    func byHand() {
        let bench = Bench()
        let signal = Signal("s", in: bench.module, 0)
        bench.watch(signal.changed, "s")
        bench.module.thread("t") { context in
            signal.changed.notify(after: .ns(5))
            signal.write(1)
            try context.wait(for: .ns(1))
            signal.changed.notifyDelta()
            signal.write(2)
        }
        _ = bench.simulation.run(until: .ns(9))
        #expect(bench.text == "s@0ns/d1 s@1ns/d3")
    }
}
