import TandemKernel
import Testing

@Suite struct NotificationQueueTests {
    @Test("every notification fires, equal times in successive deltas, earlier ones first")
    func order() {
        let bench = Bench()
        let queue = NotificationQueue("q", in: bench.module)
        bench.watch(queue.event, "q")
        bench.module.thread("t") { context in
            for delay in [5, 3, 5, 0, 5, 0, 1] { queue.notify(after: .ns(UInt64(delay))) }
            #expect(queue.count == 7)
            #expect(queue.pending.map { $0.picoseconds / 1000 } == [0, 0, 1, 3, 5, 5, 5])
            try context.wait(for: .ns(2))
            queue.notify(at: .ns(4))
        }
        #expect(bench.simulation.run() == .starved)
        #expect(bench.text == "q@0ns/d1 q@0ns/d2 q@1ns/d3 q@3ns/d5 q@4ns/d6 q@5ns/d7 q@5ns/d8 q@5ns/d9")
        #expect(queue.count == 0)
    }

    @Test("cancelling drops everything, also between a firing and what follows it; the queue goes on afterwards")
    func cancel() {
        let bench = Bench()
        let queue = NotificationQueue("q", in: bench.module)
        var isFirst = true
        bench.module.method("m", sensitiveTo: [queue.event], initialize: false) {
            bench.at("q")
            guard isFirst else { return }
            isFirst = false
            queue.cancelAll()
            queue.notify(after: .zero)
            queue.notify(after: .ns(4))
        }
        for delay in [2, 2, 3] as [UInt64] { queue.notify(after: .ns(delay)) }
        #expect(bench.simulation.run() == .starved)
        #expect(bench.text == "q@2ns/d0 q@2ns/d1 q@6ns/d2")
    }

    @Test("random notifications fire as often and when a sorted list says")
    func random() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        let bench = Bench()
        let queue = NotificationQueue("q", in: bench.module)
        var expected: [UInt64] = []
        var fired: [UInt64] = []
        bench.module.method("m", sensitiveTo: [queue.event], initialize: false) {
            fired.append(bench.scheduler.now.picoseconds)
        }
        bench.module.thread("t") { context in
            for _ in 0..<300 {
                for _ in 0..<random.next() % 5 {
                    let delay = SimTime.ns(random.next() % 20)
                    queue.notify(after: delay)
                    expected.append((context.now + delay).picoseconds)
                }
                try context.wait(for: .ns(random.next() % 8))
            }
        }
        #expect(bench.simulation.run() == .starved)
        #expect(fired == expected.sorted(), "seed \(seed)")
    }

    @Test("a reset of the simulation drops what is pending; saved times are taken over")
    func reset() {
        let bench = Bench()
        let queue = NotificationQueue("q", in: bench.module)
        bench.watch(queue.event, "q")
        bench.module.method("start") { for delay in [1, 5, 5] as [UInt64] { queue.notify(after: .ns(delay)) } }
        _ = bench.simulation.run(until: .ns(2))
        #expect(queue.pending == [.ns(5), .ns(5)])
        bench.simulation.reset()
        #expect(queue.count == 0)
        _ = bench.simulation.run(until: .ns(20))
        #expect(bench.text == "q@1ns/d1 q@3ns/d3 q@7ns/d4 q@7ns/d5")
        queue.restore([.ns(30), .ns(25)])
        #expect(queue.count == 0, "nothing announces them")
        queue.event.notify(at: .ns(25))
        #expect(queue.pending == [.ns(25), .ns(30)])
        _ = bench.simulation.run(until: .ns(40))
        #expect(bench.said.suffix(2) == ["q@25ns/d6", "q@30ns/d7"])
    }

    @Test("a time beyond the range ends the run, and a queue may go away while it is pending")
    func edges() {
        let bench = Bench()
        var queue: NotificationQueue? = NotificationQueue("gone", in: bench.module)
        queue?.notify(after: .ns(3))
        queue?.notify(after: .never)
        queue = nil
        let other = NotificationQueue("q", in: bench.module)
        bench.module.thread("t") { context in
            try context.wait(for: .ns(5))
            other.notify(after: .picoseconds(.max - 1))
        }
        guard case .failed(let error) = bench.simulation.run() else {
            Issue.record("it ran")
            return
        }
        #expect(error.diagnosis.place == "m.q")
    }
}
