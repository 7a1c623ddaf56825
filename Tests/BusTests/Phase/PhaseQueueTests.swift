import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("Payload event queues")
struct PhaseQueueTests {
    private final class Owner: Module {
        let queue: PhaseQueue
        let later: TransactionQueue
        let pool: TransactionPool
        var trace: [String] = []

        override init(_ context: ModuleContext) {
            queue = PhaseQueue("queue", context)
            later = TransactionQueue("later", context)
            pool = TransactionPool("pool", context)
            super.init(context)
            // Nobody releases what these tests take.
            simulation.log.sink = RecordingSink()
        }

        func at(_ text: String) -> String { "\(text)@\(now.picoseconds / 1000)ns/d\(scheduler.deltaCount)" }

        func transactions(_ count: Int) -> [PooledTransaction] {
            (0..<count).map { index in
                let transaction = pool.take()
                transaction.payload.address = UInt64(index)
                return transaction
            }
        }
    }

    @Test("peq: timed first in first out, zero in the next delta, immediate now")
    func probe() {
        let simulation = Simulation()
        let owner = Owner(ModuleContext(name: "o", parent: simulation.root))
        owner.queue.onDelivery { transaction, _ in owner.trace.append(owner.at("\(transaction.payload.address)")) }
        owner.thread("go") { thread in
            try thread.wait(for: .nanoseconds(1))
            let t = owner.transactions(6)
            owner.queue.notify(t[0], .beginRequest, after: .nanoseconds(5))
            owner.queue.notify(t[1], .beginRequest, after: .nanoseconds(3))
            owner.queue.notify(t[2], .beginRequest, after: .nanoseconds(5))
            owner.queue.notify(t[3], .beginRequest, after: .zero)
            owner.queue.notify(t[4], .beginRequest, after: .zero)
            owner.queue.notify(t[5], .beginRequest)
            owner.trace.append(owner.at("sent"))
        }
        _ = simulation.run(until: .nanoseconds(20))
        #expect(owner.trace.joined(separator: " ") == ProbeTwin.named("peq").ours)
    }

    @Test("what is forgotten does not come, and the queue goes on afterwards")
    func cancelling() {
        let simulation = Simulation()
        let owner = Owner(ModuleContext(name: "o", parent: simulation.root))
        owner.queue.onDelivery { transaction, phase in owner.trace.append(owner.at("\(phase)")) }
        owner.thread("go") { thread in
            let t = owner.transactions(1)
            owner.queue.notify(t[0], .beginRequest, after: .nanoseconds(5))
            owner.queue.notify(t[0], .endRequest, after: .zero)
            owner.queue.cancelAll()
            #expect(owner.queue.count == 0)
            try thread.wait(for: .nanoseconds(10))
            owner.queue.notify(t[0], .endResponse, after: .nanoseconds(5))
        }
        _ = simulation.run(until: .nanoseconds(50))
        #expect(owner.trace.count == 1 && owner.trace[0].hasPrefix("END_RESP@15ns"))
    }

    @Test("notified from its own call-back, now and in every other way, it misses nothing")
    func chained() {
        let simulation = Simulation()
        let owner = Owner(ModuleContext(name: "o", parent: simulation.root))
        let delays: [SimTime?] = [nil, .zero, .nanoseconds(2), nil, .nanoseconds(1), .zero, .zero]
        var step = 0
        owner.queue.onDelivery { transaction, _ in
            owner.trace.append("\(owner.now.picoseconds / 1000)")
            guard step < delays.count else { return }
            if let delay = delays[step] {
                owner.queue.notify(transaction, .none, after: delay)
            } else {
                owner.queue.notify(transaction, .none)
            }
            step += 1
        }
        owner.queue.notify(owner.transactions(1)[0], .none, after: .nanoseconds(1))
        _ = simulation.run(until: .nanoseconds(50))
        #expect(owner.trace == ["1", "1", "1", "3", "3", "4", "4", "4"])
    }

    @Test("random delays come out by time, and first in first out among equals", arguments: [UInt64(1), 2, 3, 4])
    func random(seed: UInt64) {
        let simulation = Simulation()
        let owner = Owner(ModuleContext(name: "o", parent: simulation.root))
        var generator = SplitMix64(seed: seed)
        var expected: [(time: UInt64, index: Int)] = []
        var got: [Int] = []
        owner.queue.onDelivery { transaction, _ in got.append(Int(transaction.payload.address)) }
        for (index, transaction) in owner.transactions(500).enumerated() {
            let delay = SimTime.nanoseconds(1 + generator.next() % 40)
            expected.append((delay.picoseconds, index))
            owner.queue.notify(transaction, .beginRequest, after: delay)
        }
        _ = simulation.run(until: .nanoseconds(100))
        expected.sort { ($0.time, $0.index) < ($1.time, $1.index) }
        #expect(got == expected.map(\.index), "seed \(seed)")
    }

    /// What a calendar has to do, in the plainest way: the least (time, delta, sequence) comes next.
    private struct PlainCalendar {
        var pending: [(time: UInt64, delta: Int, sequence: Int, queue: Int)] = []
        var immediate: [Int] = []
        var time: UInt64 = 0
        var delta = 0
        var sequence = 0

        mutating func notify(_ queue: Int, after delay: UInt64?) {
            guard let delay else { return immediate.append(queue) }
            sequence += 1
            pending.append((time + delay, delay == 0 ? delta + 1 : 0, sequence, queue))
        }

        mutating func next() -> Int? {
            if !immediate.isEmpty { return immediate.removeFirst() }
            let least = pending.indices.min {
                let (a, b) = (pending[$0], pending[$1])
                return (a.time, a.delta, a.sequence) < (b.time, b.delta, b.sequence)
            }
            guard let least else { return nil }
            let entry = pending.remove(at: least)
            (time, delta) = (entry.time, entry.delta)
            return entry.queue
        }
    }

    @Test("queues that notify one another in every way keep the order of (time, delta, sequence)", arguments: 1...8)
    func plain(seed: Int) {
        func delays(_ generator: inout SplitMix64) -> [(queue: Int, delay: UInt64?)] {
            (0..<Int(generator.next() % 3)).map { _ in
                let choice = generator.next() % 10
                return (Int(generator.next() % 3), choice == 0 ? nil : choice < 3 ? 0 : (choice % 5) * 1000)
            }
        }
        let limit = 400
        var reference = SplitMix64(seed: UInt64(seed))
        var calendar = PlainCalendar()
        var expected: [String] = []
        for index in 0..<12 { calendar.notify(index % 3, after: UInt64(1 + index % 4) * 1000) }
        while expected.count < limit, let queue = calendar.next() {
            expected.append("\(queue)@\(calendar.time)")
            for (queue, delay) in delays(&reference) { calendar.notify(queue, after: delay) }
        }

        let simulation = Simulation()
        let owners = (0..<3).map { Owner(ModuleContext(name: "o\($0)", parent: simulation.root)) }
        var generator = SplitMix64(seed: UInt64(seed))
        var got: [String] = []
        for (number, owner) in owners.enumerated() {
            owner.queue.onDelivery { transaction, phase in
                guard got.count < limit else { return }
                got.append("\(number)@\(owner.now.picoseconds)")
                for (queue, delay) in delays(&generator) {
                    if let delay {
                        owners[queue].queue.notify(transaction, phase, after: SimTime(picoseconds: delay))
                    } else {
                        owners[queue].queue.notify(transaction, phase)
                    }
                }
            }
        }
        for index in 0..<12 {
            let owner = owners[index % 3]
            owner.queue.notify(owner.transactions(1)[0], .none, after: .nanoseconds(UInt64(1 + index % 4)))
        }
        _ = simulation.run(until: .microseconds(10))
        #expect(got == expected, "seed \(seed)")
    }

    @Test("time passes directly only up to what others have in store, whoever asks for it and whenever")
    func passingWithOthers() {
        let simulation = Simulation()
        let owner = Owner(ModuleContext(name: "o", parent: simulation.root))
        let event = Event("event", in: owner)
        var left = 20
        owner.queue.onDelivery { transaction, phase in
            owner.trace.append("\(owner.now.picoseconds / 1000)")
            left -= 1
            if left == 15 { event.notify(after: .nanoseconds(5)) }
            if left == 12 { event.notify() }
            if left == 8 { simulation.scheduler.pause() }
            if left > 0 { owner.queue.notify(transaction, phase, after: .nanoseconds(2)) }
        }
        owner.method("other", sensitiveTo: [event], initialize: false) {
            owner.trace.append("event@\(owner.now.picoseconds / 1000)")
        }
        owner.queue.notify(owner.transactions(1)[0], .beginRequest, after: .nanoseconds(1))
        #expect(simulation.run(until: .nanoseconds(100)) == .paused)
        #expect(simulation.scheduler.now == .nanoseconds(23))
        _ = simulation.run(until: .nanoseconds(100))
        #expect(
            owner.trace.joined(separator: " ")
                == "1 3 5 7 9 11 13 event@14 15 event@15 17 19 21 23 25 27 29 31 33 35 37 39")
    }

    @Test("a seed permutes queues at one instant, repeats itself, and leaves each queue first in, first out")
    func permuted() {
        func trace(_ seed: UInt64?) -> [String] {
            let simulation = Simulation()
            simulation.scheduler.orderSeed = seed
            let owners = (0..<4).map { Owner(ModuleContext(name: "o\($0)", parent: simulation.root)) }
            var trace: [String] = []
            for (number, owner) in owners.enumerated() {
                owner.queue.onDelivery { transaction, _ in trace.append("\(number).\(transaction.payload.address)") }
                for transaction in owner.transactions(3) {
                    owner.queue.notify(transaction, .none, after: .nanoseconds(2))
                }
            }
            _ = simulation.run(until: .nanoseconds(5))
            return trace
        }
        let plain = trace(nil)
        #expect(plain == (0..<4).flatMap { owner in (0..<3).map { "\(owner).\($0)" } })
        let seeds: [UInt64] = [1, 2, 3, 4, 5]
        #expect(seeds.allSatisfy { trace($0) == trace($0) && trace($0).sorted() == plain.sorted() })
        #expect(Set(seeds.map { trace($0) }).count > 1)
        for seed in seeds {
            for owner in 0..<4 {
                let own = trace(seed).filter { $0.hasPrefix("\(owner).") }
                #expect(own == own.sorted(), "seed \(seed)")
            }
        }
    }

    @Test(
        "an immediate stop in a delivery drops what is due at the same instant, in other queues too; another stop does not",
        arguments: [nil, 7], [StopMode.immediate, .finishDelta])
    func stopping(_ seed: UInt64?, _ mode: StopMode) {
        let simulation = Simulation()
        simulation.scheduler.orderSeed = seed
        let owners = ["a", "b", "c"].map { Owner(ModuleContext(name: $0, parent: simulation.root)) }
        var delivered = 0
        for owner in owners {
            owner.queue.onDelivery { _, _ in
                delivered += 1
                if delivered == 1 { simulation.scheduler.stop(StopRequest(.quit), mode: mode) }
            }
            owner.queue.notify(owner.transactions(1)[0], .beginRequest, after: .nanoseconds(1))
        }
        #expect(simulation.run() == .stopped(StopRequest(.quit)))
        #expect(delivered == (mode == .immediate ? 1 : 3))
        #expect(simulation.scheduler.now == .nanoseconds(1))
    }

    @Test("time that the calendar lets pass by itself has the counts of the long way, and stops at the end of the run")
    func passing() {
        func run(disturbed: Bool) -> (trace: [String], deltas: UInt64) {
            let simulation = Simulation()
            let owner = Owner(ModuleContext(name: "o", parent: simulation.root))
            let event = Event("event", in: owner)
            var left = 12
            owner.queue.onDelivery { transaction, phase in
                owner.trace.append(owner.at("\(left)"))
                left -= 1
                if left > 0 { owner.queue.notify(transaction, phase, after: .nanoseconds(left % 3 == 0 ? 0 : 2)) }
                // Somebody else has something to do at the same times: nothing passes directly.
                if disturbed { left % 3 == 0 ? event.notifyDelta() : event.notify(after: .nanoseconds(2)) }
            }
            if disturbed { owner.method("other", sensitiveTo: [event], initialize: false) {} }
            owner.queue.notify(owner.transactions(1)[0], .beginRequest, after: .nanoseconds(1))
            #expect(simulation.run(until: .nanoseconds(8)) == .timeReached)
            #expect(simulation.scheduler.now == .nanoseconds(8))
            _ = simulation.run(until: .nanoseconds(100))
            return (owner.trace, simulation.scheduler.deltaCount)
        }
        let direct = run(disturbed: false)
        let long = run(disturbed: true)
        #expect(direct.trace == long.trace && direct.trace.count == 12)
    }

    @Test("a process takes what is due, one at a time, and is woken for the rest")
    func taking() {
        let simulation = Simulation()
        let owner = Owner(ModuleContext(name: "o", parent: simulation.root))
        owner.method("take", sensitiveTo: [owner.later.event], initialize: false) {
            while let transaction = owner.later.next() {
                owner.trace.append("\(transaction.payload.address)@\(owner.now.picoseconds / 1000)")
            }
        }
        owner.thread("go") { thread in
            let t = owner.transactions(5)
            owner.later.notify(t[0], after: .nanoseconds(5))
            owner.later.notify(t[1], after: .nanoseconds(3))
            owner.later.notify(t[2], after: .nanoseconds(5))
            owner.later.notify(t[3], after: .zero)
            try thread.wait(for: .nanoseconds(1))
            owner.later.notify(t[4])
        }
        _ = simulation.run(until: .nanoseconds(50))
        #expect(owner.trace == ["3@0", "4@1", "1@3", "0@5", "2@5"])
    }

    @Test("a time beyond the range fails the run by the queue's path")
    func overflow() throws {
        let simulation = Simulation()
        let owner = Owner(ModuleContext(name: "o", parent: simulation.root))
        owner.queue.onDelivery { _, _ in }
        owner.thread("go") { thread in
            try thread.wait(for: .nanoseconds(1))
            owner.queue.notify(owner.transactions(1)[0], .none, after: SimTime(picoseconds: .max - 1))
        }
        guard case .failed(let error) = simulation.run(until: .nanoseconds(20)) else {
            Issue.record("the run did not fail")
            return
        }
        #expect(error.description.hasPrefix("o.queue"))
    }
}
