import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("Hart: work by function and by process")
struct HartAttributionTests {
    struct Outcome {
        var hart: HartOutcome
        var functions: [FunctionRecord]
        var processes: [ProcessRecord]

        init(_ bench: HartBench) {
            hart = HartOutcome(bench)
            functions = bench.hart.functionRecords
            processes = bench.hart.processRecords
        }

        static func sum(_ work: [GuestWork]) -> GuestWork {
            var sum = GuestWork()
            for part in work {
                sum.instructions += part.instructions
                sum.reads += part.reads
                sum.writes += part.writes
                sum.readBytes += part.readBytes
                sum.writeBytes += part.writeBytes
                sum.deviceAccesses += part.deviceAccesses
                sum.deviceLatency += part.deviceLatency
            }
            return sum
        }

        /// What the links say of the same.
        var counted: GuestWork {
            var sum = GuestWork()
            for record in hart.traffic {
                sum.reads += record.reads
                sum.writes += record.writes
                sum.readBytes += record.readBytes
                sum.writeBytes += record.writeBytes
                guard record.target != "ram" else { continue }
                sum.deviceAccesses += record.reads + record.writes
                sum.deviceLatency += record.latency.picoseconds
            }
            return sum
        }
    }

    static let detail: TrafficDetail = [.functions, .processes]

    static func run(
        _ source: String, dmi: Bool = true, bin: SimTime? = nil, detail: TrafficDetail = detail,
        quantum: SimTime? = nil, engine: HartEngine? = nil, hot: UInt64? = nil, labels: [String] = [],
        prepare: (HartBench) throws -> Void = { _ in }
    ) throws -> Outcome {
        let bench = try HartBench(source, dmi: dmi, quantum: quantum, engine: engine, hotThreshold: hot)
        try prepare(bench)
        bench.device.latency = .nanoseconds(3)
        bench.device.fill = 0x3c
        let places = labels.map { ($0, bench.address(of: $0)) }.sorted { $0.1 < $1.1 }
        bench.hart.functionNames = { address in
            guard let index = places.lastIndex(where: { $0.1 <= address }), address < 0x8001_0000 else { return nil }
            let end = index + 1 < places.count ? places[index + 1].1 : 0x8001_0000
            return GuestFunction(places[index].0, at: places[index].1, range: places[index].1..<end)
        }
        BusDirectory.of(bench.sim.simulation).measureTraffic(inBins: bin, detail)
        bench.run(for: .microseconds(400))
        #expect(bench.rests)
        return Outcome(bench)
    }

    @Test("work is the same in each engine, with and without direct memory, and in sum that of the links")
    func equal() throws {
        let seed: UInt64 = 0x7aff_0006
        print("work by function and process: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        let labels = ["again", "far", "leaf", "handler", "rest"]
        for index in 0..<8 {
            let source = HartTrafficTests.program(&generator)
            let bin = index.isMultiple(of: 2) ? nil : SimTime.picoseconds(33_300)
            let plain = try Self.run(source, detail: [])
            #expect(plain.functions.isEmpty && plain.processes.isEmpty)
            let reference = try Self.run(source, dmi: false, bin: bin, labels: labels)
            #expect(reference.hart.differences(from: plain.hart) == [], "program \(index)")
            var sum = Outcome.sum(reference.functions.map(\.work))
            #expect(sum == Outcome.sum(reference.processes.map(\.work)))
            // Instructions that trapped began, and did not retire.
            #expect(sum.instructions >= reference.hart.retired)
            sum.instructions = 0
            #expect(sum == reference.counted, "program \(index)")
            #expect(reference.processes.map(\.privilege) == [.machine])
            #expect(reference.functions.map(\.name).contains("handler"))
            for (name, other) in [
                ("interpreted", try Self.run(source, bin: bin, engine: .interpret, labels: labels)),
                ("translated", try Self.run(source, bin: bin, hot: 1, labels: labels)),
                (
                    "translated late",
                    try Self.run(source, bin: bin, quantum: .nanoseconds(333), hot: 3, labels: labels)
                ),
                ("short quantum", try Self.run(source, bin: bin, quantum: .nanoseconds(7), labels: labels)),
                ("with pages", try Self.run(source, detail: [.functions, .processes, .pages], hot: 2, labels: labels)),
            ] {
                #expect(other.hart.differences(from: plain.hart) == [], "program \(index), \(name)")
                #expect(other.functions == reference.functions, "program \(index), \(name)")
                #expect(other.processes == reference.processes, "program \(index), \(name)")
            }
        }
    }

    @Test(
        "a change of satp in the middle of code parts the work, at every threshold",
        arguments: [1, 3, 1000] as [UInt64])
    func processes(hot: UInt64) throws {
        let space = AddressSpace()
        func satp(_ asid: UInt64) -> UInt64 { 8 << 60 | asid << 44 | AddressSpace.root >> 12 }
        let source =
            HartBench.installHandler + AddressSpace.enter + """
                    li   s0, 0x80010000
                    li   s1, 40
                    li   s2, \(satp(3))
                    li   s3, \(satp(4))
                1:  csrw satp, s2
                    sd   s1, 0(s0)
                    sd   s1, 8(s0)
                    csrw satp, s3
                    ld   a0, 0(s0)
                    call leaf
                    addi s1, s1, -1
                    bnez s1, 1b
                    j    rest
                leaf:
                    lw   a1, 4(s0)
                    ret
                """ + "\n" + HartBench.handler
        func outcome(dmi: Bool, engine: HartEngine? = nil) throws -> Outcome {
            try Self.run(source, dmi: dmi, engine: engine, hot: hot, labels: ["leaf", "handler", "rest"]) {
                space.install(in: $0)
            }
        }
        let reference = try outcome(dmi: false)
        #expect(reference.processes.map(\.privilege) == [.machine, .supervisor, .supervisor, .supervisor])
        #expect(reference.processes.map(\.space) == [nil, 0, 3, 4])
        #expect(reference.processes.dropFirst().allSatisfy { $0.root == AddressSpace.root })
        let (third, fourth) = (reference.processes[2].work, reference.processes[3].work)
        #expect(third.writes == 80 && third.reads == 0 && third.instructions == 3 * 40)
        // All but the first round come to their `csrw satp, s2` in the other space; the loop ends there.
        #expect(fourth.reads == 80 && fourth.writes == 0 && fourth.instructions >= 7 * 40)
        let leaf = try #require(reference.functions.first { $0.name == "leaf" })
        #expect(leaf.work.reads == 40 && leaf.work.readBytes == 160 && leaf.work.instructions == 80)
        #expect(reference.functions.contains { $0.name == "[0x80000000]" })
        for other in [try outcome(dmi: true), try outcome(dmi: true, engine: .interpret)] {
            #expect(other.processes == reference.processes && other.functions == reference.functions)
        }
    }

    @Test("work is measured from the moment on that somebody asks, and forgotten with the counters")
    func switching() throws {
        let bench = try HartBench(
            """
                li   s0, 0x80010000
                li   s2, 0x10000000
            1:  sd   s1, 0(s0)
                lw   a0, 0(s2)
                addi s1, s1, 1
                j    1b
            """, hotThreshold: 5)
        let directory = BusDirectory.of(bench.sim.simulation)
        bench.run(for: .microseconds(3))
        directory.measureTraffic(inBins: nil, .functions)
        #expect(bench.hart.functionRecords.isEmpty)
        bench.run(for: .microseconds(4))
        let record = try #require(bench.hart.functionRecords.first)
        #expect(record.name == "[0x80000000]" && record.address == 0x8000_0000)
        #expect(record.work.instructions == 4000 && record.work.deviceAccesses == 1000 && record.work.reads == 1000)
        #expect(bench.hart.processRecords.isEmpty)
        directory.clearTraffic()
        #expect(bench.hart.functionRecords.isEmpty)
        bench.run(for: .microseconds(1))
        #expect(bench.hart.functionRecords.first?.work.writeBytes == 250 * 8)
        directory.measureTraffic(inBins: nil)
        #expect(bench.hart.functionRecords.isEmpty)
        bench.run(for: .microseconds(1))
        #expect(bench.x("s1") == 2249 || bench.x("s1") == 2250)
    }

    @Test("a unit that is left early after somebody has read the counters in the middle of it is counted right")
    func readInside() throws {
        func counted(hot: UInt64, detail: TrafficDetail) throws -> [TrafficRecord] {
            let bench = try HartBench(
                """
                    li   s0, 0x80010000
                    lui  s1, 0x20000
                    li   s2, 40
                1:  sd   s2, 0(s0)
                    sw   s2, 0(s1)
                    addi s2, s2, -1
                    beqz s2, rest
                    ld   a1, 0(s0)
                    sd   a1, 8(s0)
                    j    1b
                """, hotThreshold: hot)
            let reader = TrafficReader(bench.sim.context("reader"), bench.hart)
            try bench.sim.map(reader.bus, at: 0x2000_0000, size: 0x1000)
            BusDirectory.of(bench.sim.simulation).measureTraffic(inBins: nil, detail)
            bench.run()
            #expect(bench.rests)
            return bench.hart.bus.traffic
        }
        let reference = try counted(hot: 100_000, detail: [])
        for hot in [2, 5] as [UInt64] { #expect(try counted(hot: hot, detail: Self.detail) == reference) }
    }
}

/// A device that reads the counters of a hart at every access.
private final class TrafficReader: Module, BusTarget {
    let bus: TargetSocket
    private let hart: Hart

    init(_ context: ModuleContext, _ hart: Hart) {
        bus = TargetSocket("bus", context)
        self.hart = hart
        super.init(context)
        bus.serve(self)
    }

    func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        _ = hart.bus.traffic
        transaction.response = .ok
    }
}
