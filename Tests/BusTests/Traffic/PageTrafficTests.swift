import TandemKernel
import TandemTesting
import Testing

@testable import TandemBus

@Suite("Traffic by page")
struct PageTrafficTests {
    @Test("an access counts in the page where it begins, its bytes where they move, and a refused one moves none")
    func parts() throws {
        let bench = SimBench()
        _ = try bench.addRam(at: 0x1000, size: 0x3000)
        bench.run(for: .zero)
        let directory = BusDirectory.of(bench.simulation)
        directory.measureTraffic(inBins: nil, .pages)
        bench.probe.write(0x1ff8, UInt64(1))
        bench.probe.read(0x1ffc, count: 0x1008)
        _ = bench.probe.read(0x9000, as: UInt32.self)
        let record = try #require(directory.pageTraffic.first)
        #expect(record.pages.map(\.page) == [1, 2, 3, 9] && record.heat == nil)
        #expect(record.pages[0].cell.reads == 1 && record.pages[0].cell.readBytes == 4)
        #expect(record.pages[0].cell.writes == 1 && record.pages[0].cell.writeBytes == 8)
        #expect(record.pages[1].cell.accesses == 0 && record.pages[1].cell.readBytes == 0x1000)
        #expect(record.pages[2].cell.accesses == 0 && record.pages[2].cell.readBytes == 4)
        #expect(record.pages[3].cell.reads == 1 && record.pages[3].cell.errors == 1 && record.pages[3].cell.bytes == 0)
        directory.clearTraffic()
        #expect(directory.pageTraffic.isEmpty)
    }

    @Test("a map of address and time keeps its sum and its bound, and doubles what there is more of")
    func heat() {
        let seed: UInt64 = 0x7aff_0005
        print("heat: seed \(seed)")
        var generator = SplitMix64(seed: seed)
        for (pages, bins) in [(10, 40_000), (3000, 90)] as [(UInt64, UInt64)] {
            var heat = PageHeat(binWidth: 100)
            var sum: UInt64 = 0
            for bin in 0..<bins {
                var cells: [(page: UInt64, cell: TrafficCell)] = []
                for page in 0..<pages where generator.next() % 3 > 0 {
                    var cell = TrafficCell()
                    cell.reads = generator.next() % 100
                    sum += cell.reads
                    cells.append((page, cell))
                }
                heat.add(at: bin * 100 + 17, cells)
            }
            #expect(heat.rows.count <= PageHeat.rowLimit && heat.rows.count > PageHeat.rowLimit / 4)
            #expect(heat.rows.reduce(0) { $0 + $1.cell.reads } == sum)
            let places = heat.rows.map { [$0.bin, $0.region] }
            #expect(places == places.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) } && Set(places).count == places.count)
            #expect(heat.binWidth * (heat.rows.last?.bin ?? 0) <= bins * 100)
            #expect(pages == 10 ? heat.binWidth > 100 : heat.regionSize > 4096)
        }
    }

    @Test("details are named by words with commas between")
    func names() {
        #expect(TrafficDetail(parsing: "pages") == .pages && TrafficDetail(parsing: "none") == [])
        for text in ["", "pages,", "page", "none,pages"] { #expect(TrafficDetail(parsing: text) == nil) }
    }
}
