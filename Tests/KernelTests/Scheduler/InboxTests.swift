import TandemKernel
import Testing

@Suite struct InboxTests {
    @Test("mail is handed over when time is about to advance, at the time and delta that the record says")
    func drainPoint() {
        let bench = Bench()
        var record: [InboxDelivery] = []
        bench.simulation.inbox.recorder = { record.append($0) }
        let event = bench.event("got")
        bench.watch(event, "got")
        let port = bench.simulation.inbox.register(owner: bench.module, name: "in") { bytes in
            bench.at("mail\(bytes)")
            event.notify(after: .ns(2))
        }
        bench.module.thread("t") { context in
            try context.wait(for: .ns(3))
            port.post([1, 2])
            #expect(bench.simulation.inbox.hasMail)
            try context.wait(for: .zero)
            bench.at("t")
            try context.wait(for: .ns(5))
            bench.at("t")
        }
        _ = bench.simulation.run()
        #expect(bench.text == "t@3ns/d2 mail[1, 2]@3ns/d3 got@5ns/d3 t@8ns/d4")
        #expect(record == [InboxDelivery(time: .ns(3), delta: 3, port: "m.in", bytes: [1, 2])])
    }

    @Test("a starved simulation waits for an attached source, and ends when it detaches")
    func attached() {
        let bench = Bench()
        let port = bench.simulation.inbox.register(owner: bench.module, name: "in") { bench.at("mail\($0)") }
        port.attach()
        let thread = HostThread {
            for value in 0..<100 as Range<UInt8> { port.post([value]) }
            port.detach()
        }
        #expect(bench.simulation.run() == .starved)
        thread.join()
        _ = bench.simulation.run()
        #expect(bench.said == (0..<100).map { "mail[\($0)]@0ns/d0" })
    }

    @Test("a wish to stop from another thread wakes a starved simulation; of several the first counts")
    func stop() {
        let bench = Bench()
        let port = bench.simulation.inbox.register(owner: bench.module, name: "in") { _ in }
        port.attach()
        let handle = bench.simulation.stopHandle
        let thread = HostThread {
            handle.requestStop(StopRequest(.quit, code: 7))
            handle.requestStop(StopRequest(.timeLimit, code: 8))
        }
        let reason = bench.simulation.run()
        thread.join()
        #expect(reason == .stopped(StopRequest(.quit, code: 7)))
    }

    @Test("an interruption ends a run that would go on for ever")
    func interrupt() {
        let bench = Bench()
        bench.module.thread("t") { context in while true { try context.wait(for: .ns(1)) } }
        let handle = bench.simulation.stopHandle
        let thread = HostThread { handle.interrupt() }
        #expect(bench.simulation.run() == .stopped(StopRequest(.interrupted, code: 130)))
        thread.join()
    }

    /// A world whose trace depends on when mail comes in.
    private static func run(mail: ((InboxPort) -> HostThread)?, replay: [InboxDelivery]) -> ([String], [InboxDelivery])
    {
        let bench = Bench()
        var record: [InboxDelivery] = []
        bench.simulation.inbox.recorder = { record.append($0) }
        let event = bench.event("e")
        bench.watch(event, "e")
        var left = 20
        let port = bench.simulation.inbox.register(owner: bench.module, name: "in") { bytes in
            bench.at("mail\(bytes)")
            event.notify(after: .ns(UInt64(bytes[0])))
            left -= 1
        }
        bench.module.thread("t") { context in
            while left > 0 {
                try context.wait(for: .picoseconds(137))
                if bench.scheduler.deltaCount % 64 == 0 { event.notifyDelta() }
            }
        }
        if !replay.isEmpty { bench.simulation.inbox.replay(replay) }
        let thread = mail?(port)
        _ = bench.simulation.run()
        thread?.join()
        return (bench.said, record)
    }

    @Test("what was recorded is replayed at the same times, and the run is the same")
    func replay() {
        let (said, record) = Self.run(
            mail: { port in
                HostThread {
                    for value in 1...20 as ClosedRange<UInt8> {
                        port.post([value])
                        // Time for the simulation to move, so that the deliveries are spread.
                        for _ in 0..<200 { _ = port }
                    }
                }
            }, replay: [])
        #expect(record.count == 20)
        let (again, secondRecord) = Self.run(mail: nil, replay: record)
        #expect(again == said)
        #expect(secondRecord == record)
    }

    @Test("a replay that does not fit the run ends it with the delivery that was missed")
    func diverged() {
        let bench = Bench()
        _ = bench.simulation.inbox.register(owner: bench.module, name: "in") { _ in }
        bench.module.thread("t") { context in try context.wait(for: .ns(1)) }
        bench.simulation.inbox.replay([InboxDelivery(time: .ns(7), delta: 40, port: "m.in", bytes: [])])
        guard case .failed(let error) = bench.simulation.run() else {
            Issue.record("it ran")
            return
        }
        #expect(error.description.contains("diverged"))
        #expect(error.diagnosis.place == "m.in")
    }
}
