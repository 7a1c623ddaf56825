import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCPU

@Suite("Hart: traffic by page")
struct HartPageTests {
    struct Outcome {
        var hart: HartOutcome
        var pages: [PageTrafficRecord]

        init(_ bench: HartBench) {
            hart = HartOutcome(bench)
            pages = BusDirectory.of(bench.sim.simulation).pageTraffic
        }

        /// What all pages counted, latency aside, which pages do not know.
        var sum: TrafficCell {
            var sum = TrafficCell()
            for record in pages { for page in record.pages { sum.add(page.cell) } }
            return sum
        }

        var counted: TrafficCell {
            var sum = TrafficCell()
            for record in hart.traffic { sum.add(record.cell) }
            sum.latencyPicoseconds = 0
            return sum
        }
    }

    static func run(
        _ source: String, dmi: Bool = true, bin: SimTime? = nil, detail: TrafficDetail = .pages,
        quantum: SimTime? = nil, engine: HartEngine? = nil, hot: UInt64? = nil, isa: String? = nil,
        prepare: (HartBench) throws -> Void = { _ in }
    ) throws -> Outcome {
        let bench = try HartBench(
            source, dmi: dmi, isa: isa, quantum: quantum, engine: engine, hotThreshold: hot)
        try prepare(bench)
        bench.device.latency = .nanoseconds(3)
        bench.device.fill = 0x3c
        BusDirectory.of(bench.sim.simulation).measureTraffic(inBins: bin, detail)
        bench.run(for: .microseconds(400))
        #expect(bench.rests)
        return Outcome(bench)
    }

    @Test(
        "every page counts the same with and without direct memory, in each engine, and all together what the links did"
    )
    func equal() throws {
        let seed: UInt64 = 0x7aff_0004
        print("pages with and without direct memory: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        for index in 0..<8 {
            let source = HartTrafficTests.program(&generator)
            let bin = index.isMultiple(of: 2) ? nil : SimTime.picoseconds([100_000, 33_300][index % 4 / 2])
            let plain = try Self.run(source, detail: [])
            #expect(plain.pages.isEmpty)
            let reference = try Self.run(source, dmi: false, bin: bin)
            #expect(reference.hart.differences(from: plain.hart) == [], "program \(index)")
            #expect(reference.sum == reference.counted, "program \(index)")
            let record = try #require(reference.pages.first)
            #expect(record.pages.count > 3 && record.pages == record.pages.sorted { $0.page < $1.page })
            if let heat = record.heat {
                var sum = TrafficCell()
                for row in heat.rows { sum.add(row.cell) }
                #expect(sum == reference.counted && heat.rows.count > 5)
            }
            for (name, other) in [
                ("interpreted", try Self.run(source, bin: bin, engine: .interpret)),
                ("translated", try Self.run(source, bin: bin, hot: 1)),
                ("translated late", try Self.run(source, bin: bin, quantum: .nanoseconds(333), hot: 3)),
                ("short quantum", try Self.run(source, bin: bin, quantum: .nanoseconds(7))),
            ] {
                #expect(other.hart.differences(from: plain.hart) == [], "program \(index), \(name)")
                #expect(other.pages == reference.pages, "program \(index), \(name)")
            }
        }
    }

    @Test("pages are physical: translations that come and go take their counts along", arguments: [1, 50] as [UInt64])
    func translated(hot: UInt64) throws {
        let space = AddressSpace()
        let source =
            HartBench.installHandler + AddressSpace.enter + """
                    li   s0, 0x40000ff0
                    li   s1, 60
                1:  sd   s1, 4(s0)
                    ld   a0, 12(s0)
                    amoadd.w a0, s1, (s0)
                    lr.w a0, (s0)
                    sc.w a1, s1, (s0)
                    sc.w a1, s1, (s0)
                    li   t2, 0x40003000
                    ld   a1, 0(t2)          # faults
                    jalr ra, s0, -0x7f0
                    sfence.vma s0, zero
                    addi s1, s1, -1
                    bnez s1, 1b
                    j    rest
                """ + "\n" + HartBench.handler
        func outcome(dmi: Bool, engine: HartEngine? = nil) throws -> Outcome {
            try Self.run(source, dmi: dmi, engine: engine, hot: hot) { bench in
                space.install(in: bench)
                space.map(0x4000_0000, to: 0x8001_1000, PTE.v | PTE.r | PTE.w | PTE.x, in: bench)
                space.map(0x4000_1000, to: 0x8001_4000, PTE.v | PTE.r | PTE.w, in: bench)
                try bench.place("addi a2, a2, 1\nc.nop\nret", at: 0x8001_1800)
            }
        }
        let reference = try outcome(dmi: false)
        #expect(reference.sum == reference.counted)
        // Two parts of accesses across pages in each round: the load is whole in the lower one.
        let page = try #require(reference.pages.first?.pages.first { $0.page == 0x80011 })
        #expect(page.cell.fetches == 180 && page.cell.writes == 180)
        #expect(try outcome(dmi: true).pages == reference.pages)
        #expect(try outcome(dmi: true, engine: .interpret).pages == reference.pages)
    }

    @Test("counting by page begins and ends while the hart runs, and counts what happens in between")
    func switching() throws {
        let bench = try HartBench(
            """
                li   s0, 0x80010000
            1:  sd   s1, 0(s0)
                ld   s2, 8(s0)
                lw   s2, 16(s0)
                addi s1, s1, 1
                j    1b
            """, hotThreshold: 5)
        let directory = BusDirectory.of(bench.sim.simulation)
        bench.run(for: .microseconds(3))
        directory.measureTraffic(inBins: nil, .pages)
        #expect(directory.pageTraffic.isEmpty)
        let before = bench.hart.bus.traffic.map(\.cell)[0]
        bench.run(for: .microseconds(5))
        let counted = bench.hart.bus.traffic.map(\.cell)[0]
        let pages = try #require(directory.pageTraffic.first).pages
        var sum = TrafficCell()
        for page in pages { sum.add(page.cell) }
        #expect(sum.reads == counted.reads - before.reads && sum.reads == 2000)
        #expect(sum.fetchBytes == counted.fetchBytes - before.fetchBytes && sum.writes == 1000)
        #expect(pages.map(\.page) == [0x80000, 0x80010])
        directory.clearTraffic()
        #expect(directory.pageTraffic.isEmpty)
        bench.run(for: .microseconds(1))
        #expect(directory.pageTraffic.first?.pages.last?.cell.readBytes == 200 * 12)
        directory.measureTraffic(inBins: nil)
        #expect(directory.pageTraffic.isEmpty)
        bench.run(for: .microseconds(1))
        #expect(bench.x("s1") > 1900)
    }

    @Test("32-bit harts count by page too")
    func narrow() throws {
        let source = """
                li   s0, 0x80010ff0
                li   s1, 100
            1:  sw   s1, 2(s0)
                lw   a0, 14(s0)
                lbu  a1, 0(s0)
                addi s1, s1, -1
                bnez s1, 1b
            """
        func outcome(_ dmi: Bool) throws -> Outcome { try Self.run(source, dmi: dmi, hot: 4, isa: "rv32imac") }
        let reference = try outcome(false)
        #expect(reference.sum == reference.counted)
        #expect(try outcome(true).pages == reference.pages)
    }
}
