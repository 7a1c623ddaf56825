import Testing

@testable import TandemCPU

/// What a soft-TLB may hold: every translation that was entered and not flushed since. It may hold less.
private struct TLBModel {
    struct Key: Hashable {
        var table: Int
        var page: UInt64
    }
    struct Known {
        var entry: TLBEntry
        var first: UInt64
        var last: UInt64
    }

    var known: [Key: Known] = [:]
    var space = 0

    func table(_ regime: Int) -> Int { regime == 0 ? space : 100 + regime }

    mutating func insert(_ entry: TLBEntry, regime: Int, span: UInt64) {
        let page = entry.page
        let first = page & ~(span - 1)
        known[Key(table: table(regime), page: page)] = Known(entry: entry, first: first, last: first | (span - 1))
    }

    mutating func flush(page address: UInt64) { known = known.filter { !($1.first...$1.last).contains(address) } }
    mutating func flush(space: Int) { known = known.filter { key, _ in key.table != space } }
    mutating func flushLocal() { known = known.filter { key, value in key.table < 100 || value.entry.isGlobal } }

    mutating func slowWrites(_ page: UInt64) {
        for (key, value) in known where value.entry.physicalPage == page && value.entry.writeTag != TLBEntry.invalid {
            known[key]?.entry.writeTag |= TLBEntry.slow
        }
    }
}

@Suite("Soft-TLB against a model")
struct SoftTLBModelTests {
    private static func entry(_ page: UInt64, physical: UInt64, isGlobal: Bool = false) -> TLBEntry {
        TLBEntry(
            readTag: page, writeTag: page, addend: physical &- page,
            target: TLBEntry.target(page: physical, grant: 0, isGlobal: isGlobal))
    }

    /// What the slow path would find.
    private static func find(_ tlb: borrowing SoftTLB, _ regime: Int, _ address: UInt64, store: Bool) -> TLBEntry? {
        let entry = tlb.slot(regime: regime, address: address).pointee
        let tag = store ? entry.writeTag : entry.readTag
        if tag & ~TLBEntry.flags == address & TLBEntry.pageMask { return entry }
        guard tlb.recall(regime: regime, address: address, forStore: store) else { return nil }
        return tlb.slot(regime: regime, address: address).pointee
    }

    @Test(
        "never finds what was not entered or has been flushed, and always what was entered last",
        arguments: [0x71b_0001, 0x71b_0002, 0x71b_0003] as [UInt64])
    func randomised(seed: UInt64) {
        print("soft-TLB: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        let tlb = SoftTLB(regimeCount: 4, spaceCount: 3)
        var model = TLBModel()
        // Pages that fight for slots, pages in a row, and pages of large mappings.
        func page() -> UInt64 {
            switch generator.next() % 3 {
            case 0: (generator.next() % 64) << (12 + generator.next() % 18)
            case 1: 0x4000_0000 + generator.next() % 2000 << 12
            default: 0xffff_ffc0_0000_0000 + generator.next() % 1024 << 12
            }
        }
        for step in 0..<30_000 {
            let address = page() | generator.next() & 0xfff
            let regime = Int(generator.next() % 4)
            switch generator.next() % 1000 {
            case 0: tlb.flush(); model.known = [:]
            case 1...6: tlb.flush(page: address); model.flush(page: address)
            case 7, 8:
                let space = Int(generator.next() % 3)
                tlb.select(space: space)
                model.space = space
                tlb.flushLocal()
                model.flushLocal()
            case 9:
                let space = Int(generator.next() % 3)
                tlb.flush(space: space)
                model.flush(space: space)
            case 10, 11:
                let physical = generator.next() % 512 << 12
                tlb.slowWrites(toPage: physical)
                model.slowWrites(physical)
            default:
                let store = generator.next() & 1 == 0
                let found = Self.find(tlb, regime, address, store: store)
                let known = model.known[TLBModel.Key(table: model.table(regime), page: address & ~0xfff)]
                if let found {
                    #expect(found == known?.entry, "step \(step)")
                    continue
                }
                var entry = Self.entry(
                    address & ~0xfff, physical: generator.next() % 512 << 12,
                    isGlobal: generator.next() & 1 == 0)
                // Clean pages have no right to be written by the fast way; some are slow.
                if !store, generator.next() & 1 == 0 { entry.writeTag = TLBEntry.invalid }
                if generator.next() & 3 == 0 { entry.readTag |= TLBEntry.slow }
                let span: UInt64 = address >> 63 == 1 ? 0x20_0000 : 4096
                tlb.insert(entry, regime: regime, address: address, span: span)
                model.insert(entry, regime: regime, span: span)
                let now = Self.find(tlb, regime, address, store: store)
                #expect(now == entry, "step \(step)")
            }
        }
    }

    @Test("grows until a working set of 64 MiB fits, and is small again after flushes that find little")
    func grows() {
        let tlb = SoftTLB(regimeCount: 1)
        let pages: UInt64 = (64 << 20) / 4096
        func walks() -> Int {
            var count = 0
            for number in 0..<pages {
                // A multiplier that visits all pages, far from their order.
                let address = 0x40_0000_0000 + ((number &* 4099) % pages) << 12
                guard Self.find(tlb, 0, address, store: false) == nil else { continue }
                count += 1
                tlb.insert(Self.entry(address, physical: number << 12), regime: 0, address: address, span: 4096)
            }
            return count
        }
        #expect(tlb.mask(regime: 0) == UInt64(TLBTable.smallest - 1) << 5)
        #expect(walks() == Int(pages))
        _ = walks()
        #expect(walks() == 0)
        #expect(tlb.mask(regime: 0) == (pages - 1) << 5)
        for _ in 0..<200 {
            tlb.insert(Self.entry(0x1000, physical: 0), regime: 0, address: 0x1000, span: 4096)
            tlb.flush()
        }
        #expect(tlb.mask(regime: 0) == UInt64(TLBTable.smallest - 1) << 5)
        #expect(walks() == Int(pages), "nothing came back from the slots beyond")
    }

    @Test("pages that share a slot are found among the victims, each by the accesses that it allows")
    func victims() {
        let tlb = SoftTLB(regimeCount: 1)
        let stride = UInt64(TLBTable.largest) << 12
        for number in 0..<UInt64(TLBTable.victimCount + 1) {
            var entry = Self.entry(number * stride, physical: number << 12)
            if number == 2 { entry.writeTag = TLBEntry.invalid }
            tlb.insert(entry, regime: 0, address: number * stride, span: 4096)
        }
        for number in 0..<UInt64(TLBTable.victimCount + 1) {
            #expect(Self.find(tlb, 0, number * stride + 8, store: false)?.physicalPage == number << 12)
        }
        let isWritable = Self.find(tlb, 0, 2 * stride, store: true) != nil
        #expect(!isWritable)
        // The page is entered again with more rights: the victim must not come back.
        tlb.insert(Self.entry(2 * stride, physical: 0x9000), regime: 0, address: 2 * stride, span: 4096)
        tlb.flush(page: 2 * stride)
        let isBack = Self.find(tlb, 0, 2 * stride, store: false) != nil
        #expect(!isBack)
    }

    @Test("large ranges merge with neighbours, and the fourteen-hundredth forgets no address")
    func largeRanges() {
        var ranges = LargeRanges()
        ranges.insert(0x20_0123, span: 0x20_0000)
        ranges.insert(0x60_0000, span: 0x20_0000)
        #expect(ranges.range(of: 0x40_0000) == nil)
        ranges.insert(0x5f_ffff, span: 0x20_0000)
        #expect(ranges.range(of: 0x30_0000) == 0x20_0000...0x7f_ffff)
        ranges.remove(around: 0x60_0000)
        #expect(ranges.range(of: 0x20_0000) == nil)
        for number in 0..<1400 as Range<UInt64> { ranges.insert(number << 32, span: 65536) }
        for number in 0..<1400 as Range<UInt64> {
            let range = ranges.range(of: number << 32 | 0xffff)
            #expect(range != nil)
        }
        ranges.insert(.max, span: 0x20_0000)
        #expect(ranges.range(of: .max) != nil)
    }

    @Test("few address spaces are kept; an ASID with another root, and one that was away too long, start afresh")
    func addressSpaces() {
        var spaces = AddressSpaces()
        func asid(_ key: UInt64) -> UInt64 { key >> 44 }
        func key(_ asid: UInt64, _ root: UInt64 = 1) -> UInt64 { asid << 44 | root }
        spaces.reset(to: key(1))
        let first = spaces.current
        var isFresh = spaces.select(key(2), asid)
        #expect(isFresh)
        isFresh = spaces.select(key(1), asid)
        #expect(!isFresh && spaces.current == first)
        isFresh = spaces.select(key(1, 2), asid)
        #expect(isFresh && spaces.current == first, "the root has changed")
        #expect(spaces.index(of: 2, asid) != nil && spaces.index(of: 3, asid) == nil)
        for number in 0..<UInt64(AddressSpaces.count) { _ = spaces.select(key(10 + number), asid) }
        #expect(spaces.index(of: 2, asid) == nil)
        isFresh = spaces.select(key(2), asid)
        #expect(isFresh)
        spaces.reset(to: key(2))
        #expect(spaces.index(of: 13, asid) == nil)
        isFresh = spaces.select(key(2), asid)
        #expect(!isFresh)
    }

    @Test("fetch spaces keep their epoch over a change of the address space and lose it with their pages")
    func fetchSpaces() {
        let spaces = FetchSpaces()
        let page = FetchMap.Translation(physicalPage: 0x8000_0000, grant: 0)
        spaces.insert(page, 0x1000, regime: 0, span: 4096, isGlobal: false)
        spaces.insert(page, 0xf000, regime: 1, span: 4096, isGlobal: true)
        let user = spaces.space(regime: 0).pointee.epoch
        let supervisor = spaces.space(regime: 1).pointee.epoch
        #expect(user != supervisor)
        spaces.select(space: 1)
        spaces.flushLocal()
        #expect(spaces.find(0x1000, regime: 0) == nil && spaces.find(0xf000, regime: 1) != nil)
        #expect(spaces.space(regime: 0).pointee.epoch != user)
        #expect(spaces.space(regime: 1).pointee.epoch == supervisor)
        spaces.select(space: 0)
        #expect(spaces.find(0x1fff, regime: 0) != nil && spaces.space(regime: 0).pointee.epoch == user)
        spaces.insert(page, 0x2000, regime: 1, span: 4096, isGlobal: false)
        spaces.flushLocal()
        #expect(spaces.find(0xf000, regime: 1) == nil && spaces.space(regime: 1).pointee.epoch != supervisor)
        spaces.insert(page, 0x20_0000, regime: 1, span: 0x20_0000, isGlobal: true)
        spaces.flush(page: 0x3f_f000)
        #expect(spaces.find(0x20_0000, regime: 1) == nil, "a fence in the same large page")
        spaces.flush(page: 0x5000)
        #expect(spaces.find(0x1000, regime: 0) != nil, "a fence for another page")
        spaces.flush(space: 0)
        #expect(spaces.find(0x1000, regime: 0) == nil && spaces.space(regime: 0).pointee.epoch != user)
    }
}

extension FetchMap.Translation: Equatable {
    static func == (a: Self, b: Self) -> Bool { a.physicalPage == b.physicalPage && a.grant == b.grant }
}
