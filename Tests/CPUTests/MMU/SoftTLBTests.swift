import Testing

@testable import TandemCPU

@Suite("Soft-TLB and fetch map")
struct SoftTLBTests {
    private static func entry(_ page: UInt64, physical: UInt64 = 0x8000_0000) -> TLBEntry {
        TLBEntry(readTag: page, writeTag: page, addend: 0, target: TLBEntry.target(page: physical, grant: 0))
    }

    @Test("only accesses that stay within the page match a tag")
    func probes() {
        for width: UInt64 in [1, 2, 4, 8] {
            for offset: UInt64 in 0..<4096 {
                let matches = TLBEntry.probe(0x5000 + offset, width: width) == 0x5000
                #expect(matches == (offset + width <= 4096))
                #expect(TLBEntry.probe(0x5000 + offset, width: width) != 0x5000 | TLBEntry.slow)
                #expect(TLBEntry.probe(0x5000 + offset, width: width) != TLBEntry.invalid)
            }
        }
        #expect(TLBEntry.probe(.max, width: 8) != TLBEntry.invalid)
    }

    @Test("a byte at the very top of memory matches no invalid tag")
    func topOfMemory() {
        // The tag of the last page is 0xffff…f000; “invalid” has all bits set, which no probe of a page has.
        for width: UInt64 in [1, 2, 4, 8] {
            for offset: UInt64 in 0..<4096 {
                #expect(TLBEntry.probe(0xffff_ffff_ffff_f000 | offset, width: width) != TLBEntry.invalid)
            }
        }
    }

    @Test("keeps regimes apart and flushes all of them")
    func regimes() {
        let tlb = SoftTLB(regimeCount: 3)
        tlb.insert(Self.entry(0x5000), regime: 1, address: 0x5123, span: 4096)
        #expect(tlb.slot(regime: 1, address: 0x5fff).pointee.readTag == 0x5000)
        #expect(tlb.slot(regime: 0, address: 0x5000).pointee.readTag == TLBEntry.invalid)
        tlb.insert(Self.entry(0x6000), regime: 2, address: 0x6000, span: 4096)
        tlb.flush()
        for regime in 0..<3 {
            #expect(tlb.slot(regime: regime, address: 0x5000).pointee.readTag == TLBEntry.invalid)
            #expect(tlb.slot(regime: regime, address: 0x6000).pointee.writeTag == TLBEntry.invalid)
        }
    }

    @Test("flushes one page in every regime, and neighbours only if they belong to a larger mapping")
    func flushesPages() {
        let tlb = SoftTLB(regimeCount: 2)
        let far = 0x5000 + UInt64(TLBTable.largest) << 12
        tlb.insert(Self.entry(0x5000), regime: 0, address: 0x5000, span: 4096)
        tlb.insert(Self.entry(0x5000), regime: 1, address: 0x5000, span: 4096)
        tlb.insert(Self.entry(0x6000), regime: 0, address: 0x6000, span: 4096)
        tlb.flush(page: far)
        #expect(tlb.slot(regime: 0, address: 0x5000).pointee.readTag == 0x5000, "another page in the same slot stays")
        tlb.flush(page: 0x5abc)
        #expect(tlb.slot(regime: 0, address: 0x5000).pointee.readTag == TLBEntry.invalid)
        #expect(tlb.slot(regime: 1, address: 0x5000).pointee.readTag == TLBEntry.invalid)
        #expect(tlb.slot(regime: 0, address: 0x6000).pointee.readTag == 0x6000)

        tlb.insert(Self.entry(0x20_3000), regime: 0, address: 0x20_3000, span: 0x20_0000)
        tlb.flush(page: 0x3f_f000)
        #expect(tlb.slot(regime: 0, address: 0x20_3000).pointee.readTag == TLBEntry.invalid)
    }

    @Test("a page that is flushed goes although only its slow or its write tag is set")
    func flushesSlowTags() {
        for (read, write) in [
            (TLBEntry.invalid, UInt64(0x5000)), (0x5000 | TLBEntry.slow, TLBEntry.invalid),
            (TLBEntry.invalid, 0x5000 | TLBEntry.slow),
        ] {
            let tlb = SoftTLB(regimeCount: 1)
            tlb.insert(
                TLBEntry(readTag: read, writeTag: write, addend: 0, target: 0x1000), regime: 0, address: 0x5000,
                span: 4096)
            tlb.flush(page: 0x5000)
            #expect(tlb.slot(regime: 0, address: 0x5000).pointee.target == 0)
        }
    }

    @Test("takes the fast way from stores to a watched physical page only")
    func slowWrites() {
        let tlb = SoftTLB(regimeCount: 1)
        tlb.insert(Self.entry(0x5000, physical: 0x8000_1000), regime: 0, address: 0x5000, span: 4096)
        tlb.insert(Self.entry(0x6000, physical: 0x8000_2000), regime: 0, address: 0x6000, span: 4096)
        tlb.slowWrites(toPage: 0x8000_1000)
        #expect(tlb.slot(regime: 0, address: 0x5000).pointee.writeTag == 0x5000 | TLBEntry.slow)
        #expect(tlb.slot(regime: 0, address: 0x5000).pointee.readTag == 0x5000)
        #expect(tlb.slot(regime: 0, address: 0x6000).pointee.writeTag == 0x6000)
    }

    @Test("the fetch map finds every page that was entered, and none after a flush")
    func fetchMap() {
        let seed: UInt64 = 0xfe7c_0001
        print("fetch map: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        var map = FetchMap()
        for _ in 0..<3 {
            var known: [UInt64: UInt64] = [:]
            for index in 0..<1500 {
                // Pages at equal distances share their low bits.
                let address = index & 1 == 0 ? generator.next() : UInt64(index) << 21
                let regime = Int(generator.next() & 1)
                let physical = generator.next() & ~0xfff
                map.insert(FetchMap.Translation(physicalPage: physical, grant: 2), address, regime: regime)
                known[address & ~0xfff | UInt64(regime)] = physical
            }
            for (key, physical) in known {
                let found = map.find(key | 0xff0, regime: Int(key & 3))
                #expect(found?.physicalPage == physical && found?.grant == 2)
                let isElsewhere = map.find(key, regime: 3) != nil
                #expect(!isElsewhere)
            }
            map.removeAll()
            let isEmpty = map.isEmpty
            #expect(isEmpty)
            for key in known.keys {
                let found = map.find(key, regime: Int(key & 3)) != nil
                #expect(!found)
            }
        }
    }

    @Test("blocks are found by place and mode, and go with their page and with the pages they cross into")
    func blockTable() {
        var table = BlockTable(capacity: 8 << 20)
        let code = UnsafeMutablePointer<PortableInstruction>.allocate(capacity: 1)
        let boundaries = UnsafeMutablePointer<BlockBoundary>.allocate(capacity: 1)
        defer {
            code.deallocate()
            boundaries.deallocate()
        }
        func block(_ physical: UInt64, mode: UInt32 = 0, second: UInt64 = TranslatedBlock.noPage) -> TranslatedBlock {
            TranslatedBlock(
                executions: 3, lastStart: 0, cost: 1, waited: 0, code: code, pc: physical, physical: physical,
                secondPage: second, mode: mode, count: 1, boundaries: boundaries, fetchCell: nil, fetchLatency: 0,
                isChainable: true, tally: AccessTally())
        }
        let first = table.insert(block(0x1000))
        let other = table.insert(block(0x1000, mode: 1))
        _ = table.insert(block(0x2ffe, second: 0x3000))
        _ = table.insert(block(0x3000))
        func found(_ pc: UInt64, _ mode: UInt32) -> BlockPointer? { table.find(pc: pc, physical: 0x1000, mode: mode) }
        #expect(found(0x1000, 0) == first)
        #expect(found(0x1000, 1) == other)
        #expect(found(0x9000, 0) == nil)
        var folded: UInt64 = 0
        table.drop(page: 1) { folded += $0.pointee.executions }
        #expect(folded == 6 && found(0x1000, 0) == nil)
        var remaining = [table.hasCode(inPage: 2), table.hasCode(inPage: 3)]
        #expect(remaining == [true, true])
        table.drop(page: 3) { folded += $0.pointee.executions }
        remaining = [table.hasCode(inPage: 2), table.hasCode(inPage: 3)]
        #expect(folded == 12 && remaining == [false, false])
        let count = table.count
        #expect(count == 0)
    }
}
