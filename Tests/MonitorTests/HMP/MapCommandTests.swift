import TandemKernel
import TandemMachine
import Testing

@testable import TandemMonitor

@Suite struct MapCommandTests {
    @Test("the map of one address space is shown, also of one that only a translation leads to")
    func map() throws {
        var platform = Platform("board")
        platform.add("bus", "router")
        platform.add("ram", "ram", ["size": "1M"], at: 0x8000_0000)
        platform.add("mmu", "iommu", ["out": "bus"], at: 0x1000_0000, span: 0x1000)
        platform.add("dma", "dma-demo", ["memory": "mmu.in0"], at: 0x1002_0000, span: 0x1000)
        let bench = try MonitorBench(Machine(platform, catalog: .standard))
        #expect(
            bench.type("info mtree mmu") == """
                address-space: mmu, seen by dma
                  0000000000000000-ffffffffffffffff (prio 0, iommu): mmu of bus

                """)
        #expect(
            bench.type("info mtree bus -f") == """
                address-space: bus, seen by mmu
                  0000000010000000-0000000010000fff (i/o): mmu
                  0000000010020000-0000000010020fff (i/o): dma
                  0000000080000000-00000000800fffff (ram): ram

                """)
        #expect(bench.type("info mtree bsu").contains("there is no such address space; did you mean “bus”?"))
    }
}
