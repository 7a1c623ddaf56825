import TandemKernel
import TandemTesting
import Testing

@testable import TandemBus

@Suite("Traffic over time")
struct TrafficMeterTests {
    /// A probe, a RAM of 4 KiB at 0 and a device at 0x1_0000, measured in bins of 100 ns.
    struct World {
        let bench = SimBench()
        let ram: Ram
        let device: RecordingTarget
        var directory: BusDirectory { BusDirectory.of(bench.simulation) }
        var probe: ProbeInitiator { bench.probe }

        init(measured: Bool = true) throws {
            ram = try bench.addRam(at: 0, size: 0x1000)
            device = RecordingTarget(bench.context("device"))
            try bench.map(device.bus, at: 0x1_0000, size: 0x100)
            bench.run(for: .zero)
            if measured { directory.measureTraffic(inBins: .nanoseconds(100)) }
        }

        func series(_ target: String) throws -> LinkSeries {
            try #require(directory.trafficSeries.first { $0.target == target })
        }
    }

    @Test("accesses stand in the bin in which they begin; bins without any are no rows; the sum is what was counted")
    func bins() throws {
        let world = try World()
        world.device.latency = .nanoseconds(30)
        world.probe.write(0x1_0000, UInt32(1))
        world.probe.delay = .nanoseconds(99)
        world.probe.write(0x1_0000, UInt16(1))
        world.probe.delay = .nanoseconds(350)
        _ = world.probe.read(0x1_0000, as: UInt64.self)
        world.probe.read(0x1_00f0, count: 64)
        let series = try world.series("device")
        #expect(series.rows.map(\.bin) == [0, 3])
        #expect(series.rows.map(\.cell.writes) == [2, 0] && series.rows.map(\.cell.reads) == [0, 1])
        #expect(series.rows.map(\.cell.writeBytes) == [6, 0] && series.rows.map(\.peakLatency) == [30_000, 30_000])
        #expect(series.rows[0].cell.latencyPicoseconds == 60_000)
        var sum = TrafficCell()
        for row in series.rows { sum.add(row.cell) }
        #expect(sum == series.total && sum == world.probe.bus.cell(for: world.device.bus.id).pointee)
        // What leads out of the device ends in the hole behind it.
        #expect(try world.series("router").rows.map(\.cell.errors) == [1])
    }

    @Test("sizes, latencies and intervals are counted by powers of two; memory has no intervals")
    func histograms() throws {
        let world = try World()
        world.device.latency = .picoseconds(1000)
        for time in [0, 10, 30, 30, 20] {
            world.probe.delay = .nanoseconds(UInt64(time))
            world.probe.write(0x1_0000, UInt32(0))
        }
        world.probe.read(0, count: 3)
        world.probe.read(0, count: 8)
        let device = try world.series("device")
        #expect(device.writeSizes.places.map(\.least) == [4] && device.writeSizes.places.map(\.count) == [5])
        #expect(device.latencies.places.map(\.least) == [512] && device.latencies.total == 5)
        // 10 ns, 20 ns, none, and back in time.
        #expect(try #require(device.intervals).places.map(\.least) == [0, 8192, 16384])
        #expect(device.intervals?.places.map(\.count) == [2, 1, 1])
        let ram = try world.series("ram")
        #expect(ram.intervals == nil && ram.readSizes.places.map(\.least) == [2, 8])
        #expect(ram.latencies.places.map(\.least) == [0] && ram.fetchSizes.total == 0)
    }

    @Test("measuring changes neither times nor answers nor counts, on any way", arguments: [true, false])
    func transparent(along route: Bool) throws {
        func run(measured: Bool) throws -> ([UInt8], SimTime, [TrafficRecord], UInt64) {
            let world = try World(measured: measured)
            world.device.latency = .nanoseconds(7)
            world.device.fill = 0x5a
            var bytes: [UInt8] = []
            for index in 0..<50 {
                let address: UInt64 = [0x10, 0x1_0020, 0x9_0000][index % 3]
                if route, let way = world.probe.bus.route(to: address) {
                    var value: UInt64 = 0
                    withUnsafeMutableBytes(of: &value) { data in
                        guard let base = data.baseAddress else { return }
                        var transaction = Transaction(.read, address: address, data: base, count: 4)
                        withUnsafePointer(to: way) {
                            world.probe.bus.transport(&transaction, along: $0, delay: &world.probe.delay)
                        }
                        bytes += data.map { $0 }
                    }
                } else {
                    bytes += world.probe.read(address, count: 4)
                }
            }
            return (bytes, world.probe.delay, world.directory.traffic, world.probe.bus.transactionCount)
        }
        let (plain, measured) = (try run(measured: false), try run(measured: true))
        #expect(plain == measured)
    }

    @Test("a reset of the counters begins anew, at the simulation's time")
    func cleared() throws {
        let world = try World()
        world.probe.write(0x1_0000, UInt32(1))
        world.bench.run(for: .nanoseconds(250))
        world.directory.clearTraffic()
        #expect(world.directory.traffic.isEmpty && world.directory.trafficSeries.isEmpty)
        #expect(world.probe.bus.transactionCount == 0)
        world.probe.delay = .nanoseconds(10)
        world.probe.write(0x1_0000, UInt32(1))
        let series = try world.series("device")
        #expect(series.start == .nanoseconds(250) && series.rows.map(\.bin) == [2] && series.total.writes == 1)
    }

    @Test("what was counted before belongs to no bin, and measuring can end and begin again")
    func switched() throws {
        let world = try World(measured: false)
        world.probe.write(0x1_0000, UInt32(1))
        #expect(world.directory.trafficSeries.isEmpty)
        world.directory.measureTraffic(inBins: .nanoseconds(100))
        #expect(world.directory.trafficSeries.isEmpty)
        world.probe.write(0x1_0000, UInt32(1))
        #expect(try world.series("device").total.writes == 1)
        world.directory.measureTraffic(inBins: nil)
        world.probe.write(0x1_0000, UInt32(1))
        #expect(world.directory.trafficSeries.isEmpty && world.directory.traffic.map(\.writes) == [3])
        world.directory.measureTraffic(inBins: .nanoseconds(10))
        world.probe.delay = .nanoseconds(95)
        world.probe.write(0x1_0000, UInt32(1))
        #expect(try world.series("device").rows.map(\.bin) == [9])
    }

    @Test("rows of bins of twice the width are the sums of two, target by target")
    func merged() {
        func row(_ bin: UInt64, _ target: UInt16, _ reads: UInt64, peak: UInt64) -> TrafficRow {
            var cell = TrafficCell()
            cell.reads = reads
            return TrafficRow(bin: bin, target: TargetID(rawValue: target), cell: cell, peakLatency: peak)
        }
        let rows = [
            row(0, 2, 1, peak: 5), row(0, 3, 2, peak: 0), row(1, 1, 4, peak: 1), row(1, 3, 8, peak: 9),
            row(5, 2, 16, peak: 0),
        ]
        #expect(
            TrafficMeter.merged(rows) == [
                row(0, 1, 4, peak: 1), row(0, 2, 1, peak: 5), row(0, 3, 10, peak: 9), row(2, 2, 16, peak: 0),
            ])
        var bins = LinkBins(width: .nanoseconds(1), from: .nanoseconds(3))
        bins.count(queueing: .zero, busy: .nanoseconds(1), at: .nanoseconds(3))
        bins.count(queueing: .nanoseconds(2), busy: .nanoseconds(1), at: .nanoseconds(4))
        bins.count(queueing: .zero, busy: .nanoseconds(1), at: .nanoseconds(5))
        bins.count(queueing: .zero, busy: .nanoseconds(1), at: .nanoseconds(UInt64(LinkBins.rowLimit) + 7))
        #expect(bins.width == .nanoseconds(2) && bins.first == 1 && bins.rows.map(\.accesses).prefix(2) == [1, 2])
        #expect(bins.rows.reduce(0) { $0 + $1.accesses } == 4)
    }

    @Test("accesses of a link may be taken back before they are counted, and bins double meanwhile")
    func takenBack() {
        var bins = LinkBins(width: .nanoseconds(1), from: .zero)
        bins.count(queueing: .zero, busy: .nanoseconds(2), at: .zero, times: -3)
        bins.count(queueing: .zero, busy: .nanoseconds(2), at: .nanoseconds(1), times: 4)
        bins.count(queueing: .zero, busy: .nanoseconds(2), at: .nanoseconds(UInt64(LinkBins.rowLimit)))
        bins.count(queueing: .zero, busy: .nanoseconds(2), at: .zero, times: 5)
        #expect(bins.width == .nanoseconds(2) && bins.rows[0].accesses == 6 && bins.rows[0].busy == .nanoseconds(12))
    }

    @Test("transactions of phases belong to the bin in which they end, and those under way are counted")
    func phases() throws {
        let simulation = Simulation()
        let source = PhasedSource(ModuleContext(name: "i", parent: simulation.root))
        let target = PhasedTarget(ModuleContext(name: "t", parent: simulation.root))
        source.socket.bind(to: target.socket)
        BusDirectory.of(simulation).measureTraffic(inBins: .nanoseconds(20))
        source.send([16, 32])
        #expect(simulation.run(for: .nanoseconds(100)) == .timeReached)
        let series = try #require(BusDirectory.of(simulation).trafficSeries.first)
        // They begin at 1 ns and 6 ns, and end at 18 ns and 23 ns.
        #expect(series.rows.map(\.bin) == [0, 1] && series.rows.map(\.cell.writes) == [1, 1])
        #expect(series.rows.map(\.peakLatency) == [17_000, 17_000])
        #expect(source.socket.meter?.peakOutstanding == 2 && source.socket.meter?.outstanding == 0)
    }

    @Test("blocking accesses that wait side by side are under way together; those that run ahead are one at a time")
    func blocking() throws {
        let simulation = Simulation()
        let slow = WaitingTarget(ModuleContext(name: "slow", parent: simulation.root))
        let module = Module(ModuleContext(name: "m", parent: simulation.root))
        let socket = InitiatorSocket("bus", in: module)
        socket.bind(to: slow.bus)
        for start in [0, 10, 20, 100] as [UInt64] {
            module.thread("at \(start)") { thread in
                try thread.wait(for: .nanoseconds(start))
                var value: UInt64 = 0
                withUnsafeMutableBytes(of: &value) { data in
                    var transaction = Transaction(.read, address: 0, data: data.baseAddress.unsafelyUnwrapped, count: 4)
                    var delay = SimTime.zero
                    socket.transport(&transaction, delay: &delay)
                }
            }
        }
        try simulation.elaborate()
        BusDirectory.of(simulation).measureTraffic(inBins: .nanoseconds(50))
        #expect(simulation.run(for: .nanoseconds(25)) == .timeReached)
        #expect(socket.meter?.outstanding == 3)
        _ = simulation.run(for: .nanoseconds(500))
        #expect(socket.meter?.peakOutstanding == 3 && socket.meter?.outstanding == 0)
        let series = try #require(BusDirectory.of(simulation).trafficSeries.first)
        #expect(series.total.reads == 4 && series.rows.map(\.peakLatency) == [30_000, 30_000])

        let world = try World()
        world.device.latency = .nanoseconds(30)
        for _ in 0..<3 { world.probe.write(0x1_0000, UInt32(1)) }
        #expect(world.probe.bus.meter?.peakOutstanding == 1 && world.probe.bus.meter?.outstanding == 0)
    }

    @Test("what links of a router carry, and how long accesses wait there, stands in bins too")
    func contention() throws {
        let world = try ContentionTests.World(ContentionTests.timed)
        world.bench.run(for: .zero)
        let directory = BusDirectory.of(world.bench.simulation)
        directory.measureTraffic(inBins: .nanoseconds(50))
        world.probes[0].read(0, count: 8)
        world.probes[1].read(0x1000, count: 8)
        world.probes[1].read(0x1000, count: 4)
        let record = try #require(directory.linkRecords.first)
        let bins = try #require(record.bins)
        #expect(bins.rows.map(\.accesses) == [2, 1] && bins.rows.map(\.queued) == [1, 0])
        #expect(bins.rows.map(\.queueing) == [.nanoseconds(30), .zero])
        #expect(bins.rows.map(\.longestQueueing) == [.nanoseconds(30), .zero])
        #expect(bins.rows.map(\.busy) == [.nanoseconds(60), .nanoseconds(20)])
        directory.clearTraffic()
        #expect(directory.linkRecords.isEmpty)
    }
}
