import TandemBus
import TandemKernel
import TandemTesting
import Testing

@Suite("Contention and arbitration")
struct ContentionTests {
    /// Two or more initiators and RAMs of 4 KiB at 0, 0x1000, … behind one router.
    struct World {
        let bench = SimBench()
        let bus: Router
        let probes: [ProbeInitiator]
        let rams: [Ram]

        init(_ properties: PropertyValues, probes count: Int = 2, rams: Int = 2) throws {
            let bench = bench
            let bus = try bench.make(Router.self, "bus", properties)
            self.bus = bus
            probes = (0..<count).map { ProbeInitiator(bench.context("p\($0)")) }
            for probe in probes { probe.bus.bind(to: bus.in) }
            self.rams = try (0..<rams).map { try bench.make(Ram.self, "ram\($0)", ["size": .size(0x1000)]) }
            for (index, ram) in self.rams.enumerated() {
                try bus.map(Region(start: UInt64(index) * 0x1000, size: 0x1000, target: ram.bus))
            }
        }
    }

    /// 10 ns and one cycle of 10 ns for every 4 bytes.
    static let timed: PropertyValues = [
        "arbitration": .choice("first-come"), "read-latency": .time(.nanoseconds(10)),
        "write-latency": .time(.nanoseconds(5)), "bytes-per-cycle": .unsigned(4),
    ]

    private static func with(_ values: PropertyValues, _ name: String, _ value: PropertyValue) -> PropertyValues {
        var values = values
        values.set(name, value)
        return values
    }

    @Test("accesses queue for a bus, and one whose time is earlier finds the gaps of those who ran ahead")
    func firstCome() throws {
        let world = try World(Self.timed)
        let (a, b) = (world.probes[0], world.probes[1])
        a.read(0, count: 8)
        #expect(a.delay == .nanoseconds(30))
        b.read(0x1000, count: 4)
        #expect(b.delay == .nanoseconds(50))
        b.write(0, bytes: [1, 2, 3, 4, 5])
        #expect(b.delay == .nanoseconds(75))
        a.read(0, count: 1)
        #expect(a.delay == .nanoseconds(95))
        b.delay = .nanoseconds(200)
        b.read(0, count: 4)
        #expect(b.delay == .nanoseconds(220))
        a.read(0, count: 4)
        #expect(a.delay == .nanoseconds(115))
        let record = try #require(world.bus.linkRecords.first)
        #expect(record.name == "bus" && world.bus.linkRecords.count == 1)
        #expect(record.statistics.accesses == 6 && record.statistics.queued == 2)
        #expect(record.statistics.queueing == .nanoseconds(75))
        #expect(record.statistics.longestQueueing == .nanoseconds(45))
        #expect(record.statistics.busy == .nanoseconds(135))
        let latencies: [SimTime] = a.bus.traffic.map { $0.latency }
        #expect(latencies == [.nanoseconds(115)])
    }

    @Test("in a crossbar only accesses to the same target wait for each other")
    func crossbar() throws {
        let world = try World(Self.with(Self.timed, "links", .choice("per-target")))
        let (a, b) = (world.probes[0], world.probes[1])
        a.read(0, count: 4)
        b.read(0x1000, count: 4)
        #expect(a.delay == .nanoseconds(20) && b.delay == .nanoseconds(20))
        b.delay = .zero
        b.read(0, count: 4)
        #expect(b.delay == .nanoseconds(40))
        #expect(world.bus.linkRecords.map(\.name) == ["bus → ram0", "bus → ram1"])
    }

    @Test("without arbitration accesses take their time and do not wait")
    func none() throws {
        let world = try World(Self.with(Self.timed, "arbitration", .choice("none")))
        for probe in world.probes { probe.read(0, count: 4) }
        #expect(world.probes.map(\.delay) == [.nanoseconds(20), .nanoseconds(20)])
        #expect(world.bus.linkRecords[0].statistics.queued == 0)
    }

    @Test("a region has a timing of its own, and routers in a row each take theirs")
    func regions() throws {
        let world = try World(Self.timed, rams: 1)
        let outer = try world.bench.make(
            Router.self, "outer", ["latency": .time(.nanoseconds(3)), "time-per-byte": .time(.nanoseconds(1))])
        let probe = ProbeInitiator(world.bench.context("outside"))
        probe.bus.bind(to: outer.in)
        try outer.map(Region(start: 0x8000, size: 0x1000, target: world.bus.in))
        try outer.map(
            Region(
                start: 0xa000, size: 0x1000, target: world.bus.in, name: "slow",
                timing: RegionTiming(readLatency: .nanoseconds(100))))
        probe.read(0x8000, count: 4)
        #expect(probe.delay == .nanoseconds(3 + 4 + 20))
        // The inner bus is free again at 27 ns, the access comes at 27 + 3 + 100.
        probe.read(0xa000, count: 4)
        #expect(probe.delay == .nanoseconds(27 + 3 + 100 + 20))
        let grant = try #require(probe.bus.directMemory(at: 0x8000, for: .read))
        #expect(grant.readTime(8) == .nanoseconds(3 + 8 + 30) && grant.writeTime(8) == .nanoseconds(3 + 8 + 25))
        #expect(grant.readTime(2) == .nanoseconds(3 + 2 + 20) && grant.writeTime(64) == .nanoseconds(3 + 64 + 165))
        #expect(grant.start == 0x8000 && grant.end == 0x8fff)
        #expect(probe.bus.route(to: 0x8000) == nil)
    }

    @Test("a grant tells the bandwidths of two kinds of links in a row, and none is given behind three")
    func bandwidths() {
        var path = PathBandwidth()
        #expect(path.isUnlimited && path.time(for: 64) == .zero)
        let wide = Bandwidth(bytesPerBeat: 8, beat: .nanoseconds(1))
        let narrow = Bandwidth(bytesPerBeat: 2, beat: .nanoseconds(10))
        let fits = [.unlimited, wide, narrow, wide, narrow].map { path.add($0) }
        #expect(fits == [true, true, true, true, true])
        for count in 1...70 {
            #expect(path.time(for: count) == wide.time(for: count) * 2 + narrow.time(for: count) * 2)
        }
        let third = path.add(Bandwidth(bytesPerBeat: 1, beat: .nanoseconds(1)))
        #expect(!path.isUnlimited && !third)
    }

    @Test("a router may keep direct memory to itself, so that every access competes")
    func noDirectMemory() throws {
        let world = try World(Self.with(Self.timed, "direct-memory", .bool(false)))
        #expect(world.probes[0].bus.directMemory(at: 0, for: .read) == nil)
    }

    @Test("none is given where accesses wait in simulated time for their turn")
    func noDirectMemoryToThreads() throws {
        var properties = Self.with(Self.timed, "waits", .bool(true))
        let waiting = try World(properties)
        #expect(waiting.probes[0].bus.directMemory(at: 0, for: .read) == nil)
        properties.set("arbitration", .choice("none"))
        let passing = try World(properties)
        #expect(passing.probes[0].bus.directMemory(at: 0, for: .read) != nil)
    }

    @Test(
        "direct memory competes as the transactions in its place, on every link of its way",
        arguments: Arbitration.allCases, LinkScope.allCases)
    func directMemoryCompetes(arbitration: Arbitration, links: LinkScope) throws {
        let seed: UInt64 = 0xd1ec_7000
        print("direct memory that competes: seed \(seed)")
        /// Each access of a random sequence, by direct memory with the odds of `direct` in 4.
        func run(direct: Int) throws -> (delays: [SimTime], links: [LinkRecord], traffic: [TrafficRecord]) {
            var properties = Self.with(Self.timed, "arbitration", .choice(arbitration.rawValue))
            properties.set("links", .choice(links.rawValue))
            properties.set("priorities", .list([.link("p1")]))
            let world = try World(properties)
            // One more initiator comes by an outer router, whose link is narrower.
            let outer = try world.bench.make(
                Router.self, "outer",
                Self.with(Self.with(Self.timed, "bytes-per-cycle", .unsigned(2)), "arbitration", .choice("first-come")))
            try outer.map(Region(start: 0, size: 0x2000, target: world.bus.in))
            let probes: [ProbeInitiator] =
                world.probes + (0..<2).map { ProbeInitiator(world.bench.context("outside\($0)")) }
            for probe in probes[2...] { probe.bus.bind(to: outer.in) }
            var generator = SplitMix64(seed: seed)
            var delays: [SimTime] = []
            for _ in 0..<600 {
                let probe = probes[Int(generator.next() % 4)]
                let address = generator.next() % 2 * 0x1000 + generator.next() % 64 * 8
                let (count, isWrite) = (1 << Int(generator.next() % 4), generator.next() % 2 == 0)
                if generator.next() % 16 == 0 { world.bench.run(for: .nanoseconds(generator.next() % 400)) }
                // Never earlier than now: an initiator whose time has passed begins anew.
                if generator.next() % 8 == 0 { probe.delay = .nanoseconds(generator.next() % 200) }
                let isDirect = Int(generator.next() % 4) < direct
                var bytes = [UInt8](repeating: 7, count: count)
                if !isDirect {
                    if isWrite { probe.write(address, bytes: bytes) } else { _ = probe.read(address, count: count) }
                } else {
                    let grant = try #require(probe.bus.directMemory(at: address, for: isWrite ? .write : .read))
                    #expect(
                        grant.path?.takeUnretainedValue().competes
                            == (arbitration != .none || probe.name.hasPrefix("outside")))
                    bytes.withUnsafeMutableBytes { bytes in
                        guard let base = bytes.baseAddress else { return }
                        if isWrite {
                            grant.write(at: address, from: base, count: count, delay: &probe.delay)
                        } else {
                            grant.read(at: address, into: base, count: count, delay: &probe.delay)
                        }
                    }
                }
                delays.append(probe.delay)
            }
            return (delays, world.bus.linkRecords + outer.linkRecords, probes.flatMap(\.bus.traffic))
        }
        let reference = try run(direct: 0)
        #expect(reference.links.contains { $0.statistics.queued > 50 })
        for direct in [2, 4] {
            let other = try run(direct: direct)
            #expect(other.delays == reference.delays && other.traffic == reference.traffic)
            #expect(other.links == reference.links)
        }
    }

    @Test("in fixed priority, who goes first passes what was booked and has not begun")
    func priority() throws {
        var properties = Self.with(Self.timed, "arbitration", .choice("fixed-priority"))
        properties.set("priorities", .list([.link("p2")]))
        let world = try World(properties, probes: 3)
        let (a, b, c) = (world.probes[0], world.probes[1], world.probes[2])
        b.read(0, count: 4)
        b.delay = .zero
        b.read(0, count: 4)
        #expect(b.delay == .nanoseconds(40))
        c.delay = .nanoseconds(1)
        c.read(0, count: 4)
        #expect(c.delay == .nanoseconds(40), "it waits for the one that has begun, not for the other")
        a.delay = .nanoseconds(1)
        a.read(0, count: 4)
        #expect(a.delay == .nanoseconds(60), "it goes before the second of b, which is booked anew at 60")
        b.delay = .zero
        b.read(0, count: 4)
        #expect(b.delay == .nanoseconds(100))
    }

    /// Each probe makes `count` reads of 4 bytes from 1 ns on. Returns who finished when, in ns.
    private func finish(_ properties: PropertyValues, _ counts: [Int]) throws -> [String] {
        var properties = properties
        properties.set("waits", .bool(true))
        let world = try World(properties, probes: counts.count)
        let log = Log()
        for (probe, count) in zip(world.probes, counts) {
            _ = probe.thread("go") { [unowned probe, log] thread in
                try thread.wait(for: .nanoseconds(1))
                for _ in 0..<count {
                    probe.read(0, count: 4)
                    log.lines.append("\(probe.name) \(thread.now.picoseconds / 1000)")
                }
            }
        }
        _ = world.bench.run(for: .microseconds(1))
        return log.lines
    }

    private final class Log { var lines: [String] = [] }

    @Test("accesses that wait in simulated time are arbitrated exactly")
    func exact() throws {
        #expect(try finish(Self.timed, [2, 1, 1]) == ["p0 21", "p1 41", "p2 61", "p0 81"])
        var properties = Self.with(Self.timed, "arbitration", .choice("fixed-priority"))
        #expect(try finish(properties, [2, 1, 1]) == ["p0 21", "p0 41", "p1 61", "p2 81"])
        properties.set("priorities", .list([.link("p2"), .link("p1")]))
        #expect(try finish(properties, [2, 1, 1]) == ["p2 21", "p1 41", "p0 61", "p0 81"])
        properties = Self.with(Self.timed, "arbitration", .choice("round-robin"))
        #expect(
            try finish(properties, [3, 2, 1]) == ["p0 21", "p1 41", "p2 61", "p0 81", "p1 101", "p0 121"])
    }

    @Test("the time that an access waits for its turn counts as its latency")
    func waitedLatency() throws {
        var properties = Self.timed
        properties.set("waits", .bool(true))
        let world = try World(properties)
        for probe in world.probes {
            _ = probe.thread("go") { [unowned probe] _ in
                probe.delay = .nanoseconds(7)
                probe.read(0, count: 4)
            }
        }
        _ = world.bench.run(for: .microseconds(1))
        #expect(world.probes.map { $0.bus.traffic[0].latency } == [.nanoseconds(20), .nanoseconds(40)])
        #expect(world.probes.map(\.delay) == [.zero, .zero])
        #expect(world.bus.linkRecords[0].statistics.queueing == .nanoseconds(20))
    }

    @Test("requests of phases have their turns by the arbitration, and book the link")
    func phases() throws {
        func order(_ arbitration: String) throws -> [String] {
            let bench = SimBench()
            let properties: PropertyValues = [
                "arbitration": .choice(arbitration), "priorities": .list([.link("s2")]),
                "write-latency": .time(.nanoseconds(4)),
            ]
            let bus = try bench.make(Router.self, "bus", properties)
            let target = PhasedTarget(bench.context("t"))
            try bus.map(Region(start: 0, size: 0x100, target: target.socket))
            let sources = (0..<3).map { PhasedSource(bench.context("s\($0)")) }
            for (index, source) in sources.enumerated() {
                source.socket.bind(to: bus.in)
                source.send([UInt64(index) * 4])
            }
            bench.run(for: .microseconds(1))
            #expect(bus.linkRecords[0].statistics.accesses == 3)
            return target.trace.filter { $0.hasPrefix("BEGIN_REQ") }
        }
        #expect(try order("first-come") == ["BEGIN_REQ 0 @ 5 ns", "BEGIN_REQ 4 @ 14 ns", "BEGIN_REQ 8 @ 23 ns"])
        #expect(try order("round-robin") == ["BEGIN_REQ 0 @ 5 ns", "BEGIN_REQ 4 @ 14 ns", "BEGIN_REQ 8 @ 23 ns"])
        #expect(try order("fixed-priority") == ["BEGIN_REQ 0 @ 5 ns", "BEGIN_REQ 8 @ 14 ns", "BEGIN_REQ 4 @ 23 ns"])
    }

    @Test("a router whose accesses wait is refused behind an initiator that never does")
    func neverWaits() throws {
        let world = try World(["waits": .bool(true)])
        let owner = Module(world.bench.context("m"))
        let socket = InitiatorSocket("bus", in: owner, neverWaits: true)
        socket.bind(to: world.bus.in)
        #expect(throws: ElaborationError.self) { try socket.elaborated() }
    }

    @Test("what is booked goes through a snapshot")
    func snapshot() throws {
        let world = try World(Self.timed)
        world.probes[0].read(0, count: 4)
        let saved = world.bus.saveState()
        let payload = try saved.decode(as: RouterLinks.self, at: "bus")
        #expect(CoreConformance.checkSnapshotRoundTrip(payload) == [])
        world.probes[0].read(0, count: 4)
        try world.bus.restoreState(saved)
        #expect(world.bus.saveState() == saved)
        world.probes[1].read(0, count: 4)
        #expect(world.probes[1].delay == .nanoseconds(40))
        #expect(throws: SnapshotError.self) { try world.bench.router.restoreState(saved) }
    }

    @Test(
        "a region says some of its timing, the router the rest; how fast bytes pass is said by one of them alone",
        arguments: [
            ([:], "1 ns 2 ns 40 ns"),
            (["read-latency": .time(.nanoseconds(7))], "7 ns 2 ns 40 ns"),
            (["bytes-per-cycle": .unsigned(8)], "1 ns 2 ns 20 ns"),
            (["bytes-per-cycle": .unsigned(8), "clock": .frequency(.megahertz(200))], "1 ns 2 ns 10 ns"),
            (["clock": .frequency(.megahertz(200))], "1 ns 2 ns 20 ns"),
            (["time-per-byte": .time(.nanoseconds(3))], "1 ns 2 ns 48 ns"),
            (["bytes-per-cycle": .unsigned(0)], "1 ns 2 ns 0 s"),
        ] as [(PropertyValues, String)])
    func inheritance(own: PropertyValues, expected: String) {
        let timing = RegionTiming(
            own,
            over: [
                "read-latency": .time(.nanoseconds(1)), "write-latency": .time(.nanoseconds(2)),
                "bytes-per-cycle": .unsigned(4), "time-per-byte": .time(.nanoseconds(9)),
            ])
        #expect("\(timing.readLatency) \(timing.writeLatency) \(timing.bandwidth.time(for: 16))" == expected)
    }
}
