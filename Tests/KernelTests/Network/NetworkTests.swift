import Glibc
import Testing

@testable import TandemKernel

/// A `RandomNetwork` in the kernel.
final class NetworkRun {
    let bench = Bench()
    private let network: RandomNetwork
    private var events: [Event] = []
    private var handles: [Process] = []
    private var activations: [Int]
    /// Decides which waits of threads a stand comes before.
    private var standing: SplitMix64?

    init(_ network: RandomNetwork, orderSeed: UInt64? = nil, standSeed: UInt64? = nil) {
        self.network = network
        standing = standSeed.map { SplitMix64(seed: $0) }
        activations = network.processes.map { _ in 0 }
        bench.scheduler.orderSeed = orderSeed
        events = network.eventPriorities.indices.map { index in
            bench.event("e\(index)", priority: network.eventPriorities[index])
        }
        for index in network.processes.indices { handles.append(declare(index)) }
    }

    /// How often a thread has stood.
    private(set) var stands = 0

    /// Runs to `limit` in as many pieces as there are times in `stops`, which lie before it.
    func trace(until limit: UInt64, stops: [UInt64] = []) -> [String] {
        for stop in stops + [limit] { while bench.simulation.run(until: .picoseconds(stop)) == .paused { stands += 1 } }
        return bench.said
    }

    private func declare(_ index: Int) -> Process {
        let plan = network.processes[index]
        let sensitivity = plan.sensitivity.map { events[$0] }
        if plan.isThread {
            return bench.module.thread(
                "p\(index)", sensitiveTo: sensitivity, stackSize: 32 * 1024, priority: plan.priority,
                initialize: plan.initializes
            ) { [unowned self] context in
                while let wait = act(index) {
                    if let number = standing?.next(), number % 3 == 0 { try context.stand() }
                    try self.wait(wait, context)
                }
            }
        }
        return bench.module.method("p\(index)", sensitiveTo: sensitivity, initialize: plan.initializes) {
            [unowned self] in
            if let wait = act(index) { next(wait) }
        }
    }

    /// One activation, up to its wait.
    private func act(_ index: Int) -> RandomNetwork.Wait? {
        let scheduler = bench.scheduler
        let timedOut = index < handles.count && handles[index].timedOut
        bench.say(
            "p\(index).\(activations[index])@\(scheduler.now.picoseconds)/d\(scheduler.deltaCount)"
                + "/e\(scheduler.eventCount)" + (timedOut ? " timed out" : ""))
        let activation = activations[index]
        activations[index] += 1
        if activation >= network.activations { return nil }
        let step = network.step(of: index, activation: activation)
        for action in step.actions {
            switch action {
            case .notifyNow(let event): events[event].notify()
            case .notifyDelta(let event): events[event].notifyDelta()
            case .notify(let event, let delay): events[event].notify(after: .picoseconds(delay))
            case .cancel(let event): events[event].cancel()
            }
        }
        return step.wait
    }

    private func wait(_ wait: RandomNetwork.Wait, _ context: ThreadContext) throws(ProcessKilled) {
        switch wait {
        case .staticEvents(let count): try context.wait(triggers: count)
        case .time(let time): try context.wait(for: .picoseconds(time))
        case .any(let list, let timeout):
            try context.waitAny(list.map { events[$0] }, timeout: timeout.map { .picoseconds($0) } ?? .never)
        case .all(let list, let timeout):
            try context.waitAll(list.map { events[$0] }, timeout: timeout.map { .picoseconds($0) } ?? .never)
        }
    }

    private func next(_ wait: RandomNetwork.Wait) {
        let scheduler = bench.scheduler
        switch wait {
        case .staticEvents: scheduler.nextTriggerStatic()
        case .time(let time): scheduler.nextTrigger(after: .picoseconds(time))
        case .any(let list, let timeout):
            scheduler.nextTrigger(any: list.map { events[$0] }, timeout: timeout.map { .picoseconds($0) } ?? .never)
        case .all(let list, let timeout):
            scheduler.nextTrigger(all: list.map { events[$0] }, timeout: timeout.map { .picoseconds($0) } ?? .never)
        }
    }
}

@Suite struct NetworkTests {
    /// More than the default for a long run: the environment variable `TANDEM_NETWORKS`.
    static var count: Int { getenv("TANDEM_NETWORKS").flatMap { Int(String(cString: $0)) } ?? 60 }
    private static let limit: UInt64 = 1 << 44

    @Test("random networks of processes say under the kernel what they say under the reference model")
    func againstReference() {
        var random = SplitMix64(seed: UInt64.random(in: 0 ... .max))
        for _ in 0..<Self.count {
            let seed = random.next()
            let network = RandomNetwork(seed: seed)
            let expected = ReferenceScheduler.trace(of: network, until: Self.limit)
            let trace = NetworkRun(network).trace(until: Self.limit)
            guard trace != expected else { continue }
            let index = zip(trace, expected).prefix { $0 == $1 }.count
            Issue.record(
                """
                seed \(seed): line \(index) is “\(index < trace.count ? trace[index] : "nothing")”, \
                expected “\(index < expected.count ? expected[index] : "nothing")”
                """)
            return
        }
    }

    @Test("a random network that is run in pieces says what it says in one run")
    func pieces() {
        var random = SplitMix64(seed: UInt64.random(in: 0 ... .max))
        for _ in 0..<Self.count / 4 {
            let seed = random.next()
            let network = RandomNetwork(seed: seed)
            let stops = (0..<8).map { _ in random.next() % 2_000 + 1 }.sorted()
            let whole = NetworkRun(network).trace(until: Self.limit)
            let isSame = NetworkRun(network).trace(until: Self.limit, stops: stops) == whole
            #expect(isSame, "seed \(seed), stops \(stops)")
        }
    }

    @Test("a random network whose threads stand in the middle of what they do says what it says in one run")
    func stands() {
        var random = SplitMix64(seed: UInt64.random(in: 0 ... .max))
        var stands = 0
        for _ in 0..<Self.count / 2 {
            let (seed, standSeed) = (random.next(), random.next())
            let network = RandomNetwork(seed: seed)
            let whole = NetworkRun(network).trace(until: Self.limit)
            let run = NetworkRun(network, standSeed: standSeed)
            let isSame = run.trace(until: Self.limit) == whole
            #expect(isSame, "seed \(seed), stands \(standSeed)")
            stands += run.stands
        }
        #expect(stands > 100)
    }

    @Test("an order seed is repeatable, and no seed is first in first out")
    func orderSeeds() {
        var random = SplitMix64(seed: UInt64.random(in: 0 ... .max))
        var differs = false
        for _ in 0..<20 {
            let (seed, order) = (random.next(), random.next())
            let network = RandomNetwork(seed: seed)
            let first = NetworkRun(network, orderSeed: order).trace(until: Self.limit)
            let isSame = NetworkRun(network, orderSeed: order).trace(until: Self.limit) == first
            #expect(isSame, "seed \(seed), order \(order)")
            differs = differs || NetworkRun(network).trace(until: Self.limit) != first
        }
        #expect(differs)
    }

    @Test("random networks interleaved on one host thread, and on several at once, say what they say alone")
    func several() {
        let networks = (0..<6).map { RandomNetwork(seed: UInt64($0) &+ 77) }
        let alone = networks.map { NetworkRun($0).trace(until: Self.limit) }
        let runs = networks.map { NetworkRun($0) }
        for stop in [1, 5, 17, 300, 4_000, 1 << 30, Self.limit] {
            for run in runs { _ = run.bench.simulation.run(until: .picoseconds(stop)) }
        }
        let isSame = runs.map(\.bench.said) == alone
        #expect(isSame)
        let threads = (0..<4).map { _ in
            HostThread {
                for (network, expected) in zip(networks, alone) {
                    let isSame = NetworkRun(network).trace(until: Self.limit) == expected
                    #expect(isSame)
                }
            }
        }
        for thread in threads { thread.join() }
    }
}

@Suite struct OrderTests {
    /// Two threads that write one variable at the same time, without saying who is first.
    private func winner(_ seed: UInt64?) -> String {
        let bench = Bench()
        bench.scheduler.orderSeed = seed
        var winner = ""
        for name in ["a", "b", "c"] {
            bench.module.thread(name) { context in
                try context.wait(for: .ns(10))
                winner = name
            }
        }
        _ = bench.simulation.run()
        return winner
    }

    @Test("a model with a race ends differently by order seed, and the same by the same seed")
    func race() {
        let outcomes = (0..<32).map { winner($0) }
        #expect(Set(outcomes) == ["a", "b", "c"])
        #expect((0..<32).map { winner($0) } == outcomes)
        #expect(winner(nil) == "c")
    }

    @Test("an order seed permutes neither times nor priorities, nor methods with threads")
    func legal() {
        for seed in 0..<20 as Range<UInt64> {
            let bench = Bench()
            bench.scheduler.orderSeed = seed
            let events = [("late", 1), ("early", -1), ("early", -1), ("late", 1)].map { name, priority in
                let event = bench.event(name, priority: Int32(priority))
                bench.module.method("on \(name)", sensitiveTo: [event], initialize: false) { bench.say(name) }
                return event
            }
            bench.module.thread("go") { context in
                bench.say("thread")
                for event in events { event.notify(after: .ns(3)) }
                try context.wait(for: .ns(1))
                bench.say("first")
            }
            bench.module.method("start") { bench.say("method") }
            _ = bench.simulation.run()
            // What woke first ran in another pass order, but each of both fired.
            #expect(bench.said.prefix(3) == ["method", "thread", "first"])
            #expect(bench.said.count == 7)
        }
    }
}
