import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@Suite struct IOMMUTests {
    private let bench = SimBench()
    private let base: UInt64 = 0x1000_0000

    /// An IOMMU with two streams, a probe before each, and a RAM behind.
    private func world() throws -> (IOMMU, [ProbeInitiator], Ram) {
        let iommu = try bench.make(IOMMU.self, "iommu", ["streams": .integer(2)])
        try bench.map(iommu.bus, at: base, size: 0x1000)
        try iommu.out.bind(to: bench.router.in)
        let probes = try (0..<2).map { index in
            let probe = ProbeInitiator(bench.context("device\(index)"))
            probe.bus.bind(to: try #require(iommu.port(named: "in\(index)") as? TargetSocket))
            return probe
        }
        return (iommu, probes, try bench.addRam(at: 0x8000_0000, size: 0x10_0000))
    }

    private func setWindow(_ index: UInt64, _ range: ClosedRange<UInt64>, to target: UInt64, _ attributes: UInt32) {
        let window = base + 0x100 + index * 0x20
        bench.probe.write(window, range.lowerBound)
        bench.probe.write(window + 8, range.upperBound)
        bench.probe.write(window + 0x10, target)
        bench.probe.write(window + 0x18, attributes)
    }

    private func enable() { bench.probe.write(base + 4, UInt32(3)) }

    @Test("everything passes until it is enabled, then only what lies in a window of its stream")
    func streams() throws {
        let (_, probes, ram) = try world()
        #expect(probes[0].write(0x8000_0000, UInt32(1)) == .ok)
        setWindow(0, 0x1000...0x1fff, to: 0x8000_4000, 0x007)
        setWindow(1, 0x1000...0x1fff, to: 0x8000_8000, 0x107)
        setWindow(2, 0x3000...0x3fff, to: 0x8000_c000, 0x00b)
        enable()
        #expect(probes[0].write(0x1000, UInt32(0x11)) == .ok)
        #expect(probes[1].write(0x1000, UInt32(0x22)) == .ok)
        #expect(ram.bytes(at: 0x4000, count: 1) == [0x11] && ram.bytes(at: 0x8000, count: 1) == [0x22])
        #expect(probes[0].write(0x8000_0000, UInt32(1)) == .addressError)
        #expect(probes[1].read(0x3004, count: 4) == [0, 0, 0, 0])
        #expect(probes[1].response == .ok)
        #expect(probes[1].write(0x3004, UInt32(1)) == .commandError)
    }

    @Test("of windows that overlap the first counts, also for grants")
    func overlap() throws {
        let (_, probes, ram) = try world()
        setWindow(1, 0...0xffff, to: 0x8000_0000, 0xf)
        setWindow(0, 0x4000...0x4fff, to: 0x8008_0000, 0xf)
        setWindow(3, 0x2000...0x2fff, to: 0x8007_0000, 0xf)
        enable()
        let expected: [(UInt64, UInt64)] = [
            (0, 0), (0x3fff, 0x3fff), (0x4000, 0x8_0000), (0x4fff, 0x8_0fff), (0x5000, 0x5000),
        ]
        for (address, offset) in expected {
            let grant = try #require(probes[0].bus.directMemory(at: address, for: .read))
            #expect(grant.pointer(to: address) == ram.base + Int(offset))
        }
        let grant = try #require(probes[0].bus.directMemory(at: 0x1000, for: .read))
        #expect(grant.start == 0 && grant.end == 0x3fff)
    }

    @Test("the first refused access is kept, the line rises, and clearing FAULT makes room for the next")
    func faults() throws {
        let (iommu, probes, _) = try world()
        let line = try RecordingLine("line", of: #require(iommu.port(named: "interrupt") as? LineOutput), in: bench)
        setWindow(0, 0...0xfff, to: 0x8000_0000, 0x3)
        enable()
        #expect(probes[0].write(0x10, UInt32(1)) == .commandError)
        #expect(line.level)
        probes[1].read(0x8888, count: 1)
        #expect(bench.probe.read(base + 8, as: UInt32.self) == 0b1111)
        #expect(bench.probe.read(base + 0xc, as: UInt32.self) == 0)
        #expect(bench.probe.read(base + 0x10, as: UInt64.self) == 0x10)
        bench.probe.write(base + 8, UInt32(0b1001))
        #expect(!line.level)
        probes[1].read(0x8888, count: 1)
        #expect(bench.probe.read(base + 8, as: UInt32.self) == 0b0001)
        #expect(bench.probe.read(base + 0xc, as: UInt32.self) == 1)
        #expect(bench.probe.read(base + 0x10, as: UInt64.self) == 0x8888)
    }

    @Test("grants end when a window, ENABLE, a reset or a restore changes the translation")
    func grants() throws {
        let (iommu, probes, _) = try world()
        setWindow(0, 0...0xfff, to: 0x8000_0000, 0xf)
        func ends(_ body: () throws -> Void) rethrows -> Bool {
            let before = probes[0].invalidated.count
            try body()
            return probes[0].invalidated.count > before
        }
        #expect(ends { enable() })
        #expect(!ends { enable() })
        #expect(!ends { bench.probe.write(base + 8, UInt32(1)) })
        #expect(ends { bench.probe.write(base + 0x110, UInt64(0x8000_1000)) })
        let saved = iommu.saveState()
        #expect(ends { iommu.reset(.enter(.warm)) })
        #expect(probes[0].bus.directMemory(at: 0x8000_0000, for: .write) != nil)
        try #expect(ends { try iommu.restoreState(saved) })
        #expect(probes[0].bus.directMemory(at: 0x8000_0000, for: .write) == nil)
        #expect(probes[0].bus.directMemory(at: 0x10, for: .write) != nil)
    }

    @Test("a snapshot of another number of windows is refused")
    func mismatch() throws {
        let (iommu, _, _) = try world()
        let other = try bench.make(IOMMU.self, "other", ["windows": .integer(3)])
        #expect(throws: SnapshotError.self) { try iommu.restoreState(other.saveState()) }
    }
}
