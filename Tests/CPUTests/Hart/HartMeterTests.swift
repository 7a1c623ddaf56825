import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("Hart: traffic over time")
struct HartMeterTests {
    /// What must not depend on how memory is reached or code executed.
    struct Outcome {
        var hart: HartOutcome
        var series: [LinkSeries]
        var links: [LinkRecord]

        init(_ bench: HartBench) {
            links = bench.sim.router.linkRecords
            hart = HartOutcome(bench)
            series = BusDirectory.of(bench.sim.simulation).trafficSeries
        }
    }

    static func run(
        _ source: String, bin: SimTime?, latency: SimTime, dmi: Bool = true, ramLatency: SimTime = .zero,
        timing: RegionTiming? = nil, quantum: SimTime? = nil, engine: HartEngine? = nil, hot: UInt64? = nil
    ) throws -> Outcome {
        let bench = try HartBench(
            source, dmi: dmi, quantum: quantum, ramLatency: ramLatency, timing: timing, engine: engine,
            hotThreshold: hot)
        bench.device.latency = latency
        bench.device.fill = 0x3c
        if let bin { BusDirectory.of(bench.sim.simulation).measureTraffic(inBins: bin) }
        bench.run(for: .microseconds(400))
        #expect(bench.rests)
        return Outcome(bench)
    }

    @Test("every bin and every histogram is the same with and without direct memory, in each engine, at any quantum")
    func equal() throws {
        let seed: UInt64 = 0x7aff_0003
        print("bins with and without direct memory: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        for index in 0..<9 {
            let source = HartTrafficTests.program(&generator)
            let latency = SimTime.nanoseconds([0, 3, 50][index % 3])
            let ramLatency = SimTime.nanoseconds([0, 0, 0, 2][index % 4])
            // Not a multiple of anything: boundaries fall into instructions that take time.
            let bin = SimTime.picoseconds([100_000, 33_300, 7_001][index / 3])
            let plain = try Self.run(source, bin: nil, latency: latency, ramLatency: ramLatency)
            let reference = try Self.run(
                source, bin: bin, latency: latency, ramLatency: ramLatency, engine: .interpret)
            #expect(reference.hart.differences(from: plain.hart) == [], "program \(index)")
            let ram = try #require(reference.series.first { $0.target == "ram" })
            #expect(ram.rows.count > 5 && ram.total == reference.hart.traffic.first { $0.target == "ram" }?.cell)
            for series in reference.series {
                var sum = TrafficCell()
                for row in series.rows { sum.add(row.cell) }
                #expect(sum == series.total)
                #expect(series.latencies.total == sum.reads + sum.writes + sum.fetches)
                #expect(series.readSizes.total == sum.reads && series.writeSizes.total == sum.writes)
                #expect(series.fetchSizes.total == sum.fetches)
            }
            let variants: [(String, Outcome)] = [
                ("translated", try Self.run(source, bin: bin, latency: latency, ramLatency: ramLatency, hot: 1)),
                (
                    "translated late",
                    try Self.run(
                        source, bin: bin, latency: latency, ramLatency: ramLatency, quantum: .nanoseconds(333), hot: 3)
                ),
                (
                    "short quantum",
                    try Self.run(
                        source, bin: bin, latency: latency, ramLatency: ramLatency, quantum: .nanoseconds(7))
                ),
                (
                    "without direct memory",
                    try Self.run(source, bin: bin, latency: latency, dmi: false, ramLatency: ramLatency)
                ),
            ]
            for (name, other) in variants {
                #expect(other.hart.differences(from: plain.hart) == [], "program \(index), \(name)")
                #expect(other.series == reference.series, "program \(index), \(name)")
            }
        }
    }

    @Test(
        "what a region says of time and width holds for direct memory too, to the picosecond, for every length of access",
        arguments: [1, 2, 4, 8] as [UInt64])
    func timed(bytesPerBeat: UInt64) throws {
        let seed: UInt64 = 0x7aff_0100 + bytesPerBeat
        print("region timing with and without direct memory: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        for index in 0..<6 {
            let source = HartTrafficTests.program(&generator)
            let timing = RegionTiming(
                readLatency: .nanoseconds([0, 3][index % 2]), writeLatency: .nanoseconds([5, 0, 1][index % 3]),
                bandwidth: Bandwidth(bytesPerBeat: bytesPerBeat, beat: .picoseconds(1250)))
            let bin = SimTime.picoseconds(77_000)
            let reference = try Self.run(
                source, bin: bin, latency: .nanoseconds(3), dmi: false, timing: timing)
            for (name, engine, hot) in [
                ("interpreted", .interpret, nil), ("translated", .translate, 1),
            ] as [(String, HartEngine, UInt64?)] {
                let other = try Self.run(
                    source, bin: bin, latency: .nanoseconds(3), timing: timing, engine: engine, hot: hot)
                #expect(other.hart.differences(from: reference.hart) == [], "program \(index), \(name)")
                #expect(other.series == reference.series, "program \(index), \(name)")
                #expect(other.links == reference.links, "program \(index), \(name)")
            }
            #expect(reference.links.contains { $0.statistics.accesses > 100 && $0.statistics.busy != .zero })
        }
    }

    @Test(
        "harts that compete for a bus wait alike with and without direct memory, in each engine",
        arguments: ["none", "first-come", "fixed-priority", "round-robin"])
    func competing(arbitration: String) throws {
        let seed: UInt64 = 0x7aff_0200
        print("contention with and without direct memory: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        for index in 0..<6 {
            let source = HartTrafficTests.program(&generator)
            let router: PropertyValues = [
                "arbitration": .choice(arbitration), "read-latency": .time(.nanoseconds(1)),
                "bytes-per-cycle": .unsigned([4, 2][index % 2]), "clock": .frequency(.megahertz(800)),
                "priorities": .list([.link("cpu1")]),
            ]
            func run(dmi: Bool, engine: HartEngine, hot: UInt64? = nil) throws -> Outcome {
                let bench = try HartBench(
                    source, harts: 2, dmi: dmi, quantum: .nanoseconds([500, 50][index / 3]), engine: engine,
                    hotThreshold: hot, router: router)
                bench.device.latency = .nanoseconds(3)
                BusDirectory.of(bench.sim.simulation).measureTraffic(
                    inBins: .picoseconds(77_000), index % 2 == 1 ? .pages : [])
                bench.run(for: .microseconds(400))
                #expect(bench.rests)
                return Outcome(bench)
            }
            let reference = try run(dmi: false, engine: .interpret)
            let link = try #require(reference.links.first?.statistics)
            #expect(arbitration == "none" ? link.queued == 0 : link.queued > 10)
            for (name, engine, hot) in [
                ("interpreted", .interpret, nil), ("translated", .translate, 1),
            ] as [(String, HartEngine, UInt64?)] {
                let other = try run(dmi: true, engine: engine, hot: hot)
                #expect(other.hart.differences(from: reference.hart) == [], "program \(index), \(name)")
                #expect(other.series == reference.series, "program \(index), \(name)")
                #expect(other.links == reference.links, "program \(index), \(name)")
            }
        }
    }

    @Test("measuring that begins, changes and ends while a hart runs leaves what links count as it is")
    func changing() throws {
        var generator = SampleGenerator(seed: 0x7aff_0300)
        let source = HartTrafficTests.program(&generator)
        let timing = RegionTiming(readLatency: .nanoseconds(3), bandwidth: Bandwidth(timePerByte: .nanoseconds(1)))
        func links(_ widths: [SimTime?]) throws -> [LinkRecord] {
            let bench = try HartBench(source, timing: timing)
            for width in widths {
                bench.run(for: .microseconds(1))
                BusDirectory.of(bench.sim.simulation).measureTraffic(inBins: width)
                if let width { #expect(bench.sim.router.linkRecords.allSatisfy { $0.bins?.width == width }) }
            }
            bench.run(for: .microseconds(400))
            #expect(bench.rests)
            return bench.sim.router.linkRecords
        }
        let reference = try links([])
        #expect(reference.contains { $0.statistics.accesses > 100 })
        #expect(try links([.nanoseconds(70), .nanoseconds(300), nil]) == reference)
        let measured = try links([nil, .nanoseconds(50)])
        #expect(measured.map(\.statistics) == reference.map(\.statistics))
        for link in measured {
            let bins = try #require(link.bins)
            #expect(bins.width == .nanoseconds(50) && bins.rows.count < 10_000)
            #expect(bins.rows.reduce(0) { $0 + $1.accesses } < link.statistics.accesses)
        }
    }

    @Test("a hart that sleeps closes its bins when it wakes, and each instruction stands where it begins")
    func sleeping() throws {
        let bench = try HartBench(
            """
                li   t0, 0x80
                csrw mie, t0
                nop
                wfi
                nop
                nop
            """)
        try bench.drive(.mtip, [(.nanoseconds(1000), true)])
        BusDirectory.of(bench.sim.simulation).measureTraffic(inBins: .nanoseconds(2))
        bench.run(for: .nanoseconds(1002))
        let series = try #require(BusDirectory.of(bench.sim.simulation).trafficSeries.first)
        // Two instructions in each bin before it sleeps, and two after it has woken.
        #expect(series.rows.map(\.bin) == [0, 1, 500])
        #expect(series.rows.map(\.cell.fetches) == [2, 2, 2])
    }
}
