import TandemKernel
import Testing

/// Processes that do everything to each other, at random.
private final class Crowd {
    let bench: Bench
    private var processes: [Process] = []
    private var events: [Event] = []
    private(set) var spawned = 0
    private(set) var alive = 0

    private struct Nuisance: Error {}

    /// Counts the bodies that are on a stack.
    private final class Presence {
        unowned let crowd: Crowd
        init(_ crowd: Crowd) {
            self.crowd = crowd
            crowd.alive += 1
        }
        deinit { crowd.alive -= 1 }
    }

    init(seed: UInt64, order: UInt64?) {
        bench = Bench(seed: seed)
        bench.scheduler.orderSeed = order
        events = (0..<6).map { bench.event("e\($0)") }
        for index in 0..<8 {
            processes.append(thread("t\(index)"))
            processes.append(method("m\(index)"))
        }
    }

    private func random(_ bound: Int) -> Int { Int(bench.simulation.randomNumberGenerator.next() % UInt64(bound)) }
    private func event() -> Event { events[random(events.count)] }

    private func thread(_ name: String) -> Process {
        bench.module.thread(name, sensitiveTo: [event()], initialize: random(8) > 0) { [unowned self] context in
            let presence = Presence(self)
            bench.at(name)
            while random(60) > 0 {
                do {
                    try act()
                    try wait(context)
                } catch let error as ProcessKilled where error.thrown is Nuisance {
                    bench.say("\(name) caught")
                }
            }
            withExtendedLifetime(presence) {}
        }
    }

    private func method(_ name: String) -> Process {
        bench.module.method(name, sensitiveTo: [event()], initialize: random(8) > 0) { [unowned self] in
            bench.at(name)
            do { try act() } catch { return bench.say("\(name) told") }
            switch random(6) {
            case 0: bench.scheduler.nextTrigger(after: .ns(UInt64(random(9))))
            case 1: bench.scheduler.nextTrigger(event() && event(), timeout: .ns(UInt64(random(9))))
            case 2: bench.scheduler.nextTrigger(event() || event(), timeout: .ns(30))
            default: break
            }
        }
    }

    private func wait(_ context: ThreadContext) throws {
        let time = SimTime.ns(UInt64(random(9)))
        switch random(6) {
        case 0: try context.wait(event(), timeout: time)
        case 1: try context.wait(event() && event(), timeout: .ns(40))
        case 2: try context.wait(event() || event(), timeout: time)
        default: try context.wait(for: time)
        }
    }

    private func act() throws {
        let victim = processes[random(processes.count)]
        let range: Process.Descendants = random(4) == 0 ? .included : .excluded
        switch random(24) {
        case 0: try victim.suspend(range)
        case 1, 2, 3: victim.resume(range)
        case 4: victim.disable(range)
        case 5, 6, 7: victim.enable(range)
        case 8: try victim.kill(range)
        case 9, 10: try victim.reset(range)
        case 11, 12: if victim.kind == .thread { try victim.interrupt(with: Nuisance(), range) }
        case 13: victim.holdInReset(range)
        case 14, 15: victim.releaseFromReset(range)
        case 16, 17: event().notify()
        case 18: event().notifyDelta()
        case 19: event().notify(after: .ns(UInt64(random(9))))
        case 20, 21, 22: try spawn()
        default: event().cancel()
        }
    }

    /// Takes the seat of some process, so that the crowd stays as large as it is.
    private func spawn() throws {
        spawned += 1
        let seat = random(processes.count)
        let previous = processes[seat]
        processes[seat] = random(2) == 0 ? thread("s\(spawned)") : method("s\(spawned)")
        try previous.kill()
    }

    func run(to time: UInt64) {
        let reason = bench.simulation.run(until: .ns(time))
        #expect(reason == .timeReached)
        // What nobody resumes any more would leave the crowd idle.
        for process in bench.module.processes {
            process.resume()
            process.enable()
        }
        for event in events { event.notify(after: .ns(1)) }
    }
}

@Suite struct ControlStressTests {
    @Test(
        "processes that do everything to each other leave nothing behind, and do the same each time", arguments: 0..<6)
    func crowd(_ round: Int) {
        let seed = UInt64.random(in: 0 ... .max)
        func trace() -> [String] {
            let crowd = Crowd(seed: seed, order: round % 2 == 0 ? nil : seed)
            crowd.bench.simulation.log.sink = RecordingSink()
            for step in 1...40 { crowd.run(to: UInt64(step) * 25) }
            #expect(crowd.spawned > 20, "seed \(seed)")
            crowd.bench.simulation.reset()
            #expect(crowd.alive == 0, "seed \(seed)")
            #expect(crowd.bench.module.processes.count == 16, "seed \(seed)")
            crowd.run(to: 1_100)
            return crowd.bench.said
        }
        let first = trace()
        #expect(first.count > 500, "seed \(seed)")
        #expect(first == trace(), "seed \(seed)")
    }
}
