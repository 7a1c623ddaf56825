import Testing

@testable import TandemCPU

@Suite("Mappings of whole address spaces")
struct PageMappingTests {
    private func mappings(_ bench: WalkBench, atMost limit: Int = 100) -> [AddressMapping]? {
        PageWalk(bench.state, bench.hart, privilege: .supervisor).mappings(atMost: limit) { table in
            (0..<512).map { bench.memory.entries[table + 8 * $0] ?? 0 }
        }
    }

    @Test("everything that is mapped is listed once, in one piece where it goes on", arguments: [3, 4, 5])
    func all(levels: Int) {
        let bench = WalkBench(levels: levels)
        let leaf = PTE.v | PTE.r | PTE.a
        bench.map(0x1000, PTE.page(0x8000_1000) | leaf)
        bench.map(0x2000, PTE.page(0x8000_2000) | leaf | PTE.w)
        bench.map(0x3000, PTE.page(0x9000_0000) | PTE.v | PTE.x | PTE.u)
        // Write without read is reserved; a large page must be aligned.
        bench.map(0x4000, PTE.page(0x9000_1000) | PTE.v | PTE.w)
        for page: UInt64 in 0..<16 { bench.map(0x10000 + page << 12, PTE.page(0xC000_8000) | leaf | PTE.n) }
        bench.map(0x20_0000, level: 1, PTE.page(0xA000_0000) | leaf)
        bench.map(0x40_0000, level: 1, PTE.page(0xA000_1000) | leaf)
        // The upper half leads to the same tables.
        let upper = UInt64.max << UInt64(11 + 9 * levels)
        bench.map(upper + 0x1000, PTE.page(0x8000_1000) | leaf)

        let lower = [
            AddressMapping(virtual: 0x1000, physical: 0x8000_1000, size: 0x2000),
            AddressMapping(virtual: 0x3000, physical: 0x9000_0000, size: 0x1000),
            AddressMapping(virtual: 0x10000, physical: 0xC000_0000, size: 0x10000),
            AddressMapping(virtual: 0x20_0000, physical: 0xA000_0000, size: 0x20_0000),
        ]
        let both =
            lower + lower.map { AddressMapping(virtual: upper + $0.virtual, physical: $0.physical, size: $0.size) }
        #expect(mappings(bench) == both)
        for mapping in both {
            let privilege: Privilege = mapping.physical == 0x9000_0000 ? .user : .supervisor
            let access: MemoryAccess = privilege == .user ? .fetch : .load
            var walk = PageWalk(bench.state, bench.hart, privilege: privilege)
            walk.looksOnly = true
            for offset in stride(from: 0, to: mapping.size, by: 4096) {
                guard
                    case .mapped(let physical, _, _, _, _) = walk.translate(
                        mapping.virtual + offset, access, bench.memory)
                else {
                    Issue.record("\(String(mapping.virtual + offset, radix: 16)) is not mapped")
                    return
                }
                #expect(physical == mapping.physical + offset)
            }
        }
    }

    @Test("tables that contain themselves are given up", arguments: [3, 4, 5])
    func endless(levels: Int) {
        let bench = WalkBench(levels: levels)
        for index: UInt64 in 0..<512 {
            bench.memory.entries[WalkBench.root + 8 * index] = PTE.page(WalkBench.root) | PTE.v
        }
        #expect(mappings(bench) == nil)
    }
}
