/// All translated blocks of one CPU: found by physical address, virtual address and mode; dropped by physical page.
struct BlockTable: ~Copyable {
    private static let bucketBits = 15
    /// Bytes of translated code that are kept where nobody says how many: enough for a Linux system with its programs. They
    /// are touched as they are used.
    static let standardCapacity = 64 << 20

    private var arena: CodeArena
    private let buckets: UnsafeMutablePointer<BlockPointer?>
    /// Blocks by physical page. Looked up by key only; its order is never used.
    private var pages: [UInt64: BlockPointer] = [:]
    /// For a page that holds the end of an instruction, or a part of a unit, which starts in another: the pages where those
    /// start.
    private var crossings: [UInt64: [UInt64]] = [:]
    private(set) var count = 0

    /// - Parameter capacity: bytes of translated code that are kept.
    init(capacity: Int = standardCapacity) {
        arena = CodeArena(capacity: capacity)
        buckets = .allocate(capacity: 1 << Self.bucketBits)
        buckets.initialize(repeating: nil, count: 1 << Self.bucketBits)
    }

    /// Keeps blocks in memory of somebody else, which generated code can reach.
    mutating func move(to storage: UnsafeMutableRawPointer, capacity: Int) {
        precondition(count == 0, "blocks cannot move")
        arena = CodeArena(capacity: capacity, at: storage)
    }

    deinit { buckets.deallocate() }

    var isFull: Bool { arena.isFull }
    /// Bytes that blocks may take.
    var capacity: Int { arena.capacity }

    private static func bucket(_ physical: UInt64, _ mode: UInt32) -> Int {
        let mixed = (physical &>> 1) &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(mode) &* 0xff51_afd7_ed55_8ccd
        return Int(truncatingIfNeeded: mixed &>> UInt64(64 - bucketBits))
    }

    func find(pc: UInt64, physical: UInt64, mode: UInt32) -> BlockPointer? {
        var candidate = buckets[Self.bucket(physical, mode)]
        while let block = candidate {
            if block.pointee.physical == physical, block.pointee.pc == pc, block.pointee.mode == mode { return block }
            candidate = block.pointee.nextInBucket
        }
        return nil
    }

    /// Memory for the parts of a block.
    mutating func allocate<T>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
        arena.allocate(type, count: count)
    }

    /// Adds a block under its key and its page.
    mutating func insert(_ value: TranslatedBlock) -> BlockPointer {
        let block = arena.allocate(TranslatedBlock.self, count: 1, alignment: CodeArena.line)
        block.initialize(to: value)
        let bucket = Self.bucket(value.physical, value.mode)
        block.pointee.nextInBucket = buckets[bucket]
        buckets[bucket] = block
        let page = value.physical >> 12
        block.pointee.nextInPage = pages[page]
        pages[page] = block
        if value.secondPage != TranslatedBlock.noPage {
            let second = value.secondPage >> 12
            if crossings[second]?.contains(page) != true { crossings[second, default: []].append(page) }
        }
        count += 1
        return block
    }

    /// Lets a unit go when `page` does, although its first page is another one.
    mutating func tie(_ unit: BlockPointer, toPage page: UInt64) {
        let first = unit.pointee.physical >> 12
        if crossings[page]?.contains(first) != true { crossings[page, default: []].append(first) }
    }

    /// Whether any code of physical page `page` is translated.
    func hasCode(inPage page: UInt64) -> Bool { pages[page] != nil || crossings[page] != nil }

    /// Drops every block with code in physical page `page`.
    ///
    /// - Parameter release: called for each before it goes, and for each block of another page whose unit has code there:
    ///   such a block stays, and its unit must go.
    mutating func drop(page: UInt64, release: (BlockPointer) -> Void) {
        for other in crossings.removeValue(forKey: page) ?? [] where other != page {
            dropCrossing(from: other, to: page, release: release)
        }
        var next = pages.removeValue(forKey: page)
        while let block = next {
            next = block.pointee.nextInPage
            drop(block, release)
        }
    }

    /// Drops what starts in page `other` and goes on in `page`. Nothing is linked to a block that crosses pages, so it can
    /// go alone.
    private mutating func dropCrossing(from other: UInt64, to page: UInt64, release: (BlockPointer) -> Void) {
        var kept: BlockPointer?
        var next = pages[other]
        while let block = next {
            next = block.pointee.nextInPage
            if block.pointee.secondPage >> 12 == page {
                if let kept { kept.pointee.nextInPage = next } else { pages[other] = next }
                drop(block, release)
                continue
            }
            if let unit = block.pointee.unit, unit.pointee.stands(inPage: page) { release(block) }
            kept = block
        }
    }

    private mutating func drop(_ block: BlockPointer, _ release: (BlockPointer) -> Void) {
        release(block)
        block.pointee.isValid = false
        unlink(block)
        count -= 1
    }

    private func unlink(_ block: BlockPointer) {
        let bucket = Self.bucket(block.pointee.physical, block.pointee.mode)
        if buckets[bucket] == block {
            buckets[bucket] = block.pointee.nextInBucket
            return
        }
        var candidate = buckets[bucket]
        while let previous = candidate {
            if previous.pointee.nextInBucket == block {
                previous.pointee.nextInBucket = block.pointee.nextInBucket
                return
            }
            candidate = previous.pointee.nextInBucket
        }
    }

    /// Calls `body` for every block, in no order: sums must not depend on it.
    func forEach(_ body: (BlockPointer) -> Void) {
        for first in pages.values {
            var next: BlockPointer? = first
            while let block = next {
                next = block.pointee.nextInPage
                body(block)
            }
        }
    }

    /// Drops everything. The caller has folded all counts.
    mutating func removeAll() {
        if count > 0 { buckets.update(repeating: nil, count: 1 << Self.bucketBits) }
        pages.removeAll(keepingCapacity: true)
        crossings.removeAll(keepingCapacity: true)
        arena.removeAll()
        count = 0
    }
}
