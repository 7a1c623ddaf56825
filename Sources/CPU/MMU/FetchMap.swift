/// Where guest pages that code was fetched from stand in physical memory, for one regime and page each.
///
/// It has no limit and forgets only when the guest flushes, so that whether a fetch walks the page table never depends
/// on how the engine finds its blocks.
struct FetchMap: ~Copyable {
    private struct Entry {
        var key: UInt64
        var physicalPage: UInt64
        var grant: Int32
        var generation: UInt32
    }

    /// A translation for fetching.
    struct Translation {
        var physicalPage: UInt64
        /// Index of the grant that the page lies in; −1 for memory without direct access.
        var grant: Int32
    }

    private var entries: UnsafeMutablePointer<Entry>
    private var capacity = 256
    private var count = 0
    private var generation: UInt32 = 1

    init() {
        entries = .allocate(capacity: capacity)
        entries.initialize(repeating: Entry(key: 0, physicalPage: 0, grant: 0, generation: 0), count: capacity)
    }

    deinit { entries.deallocate() }

    var isEmpty: Bool { count == 0 }

    private static func key(_ address: UInt64, _ regime: Int) -> UInt64 { (address & ~0xfff) | UInt64(regime) }

    private func slot(_ key: UInt64) -> Int {
        var index = Int(truncatingIfNeeded: ((key ^ (key >> 12)) &* 0x9e37_79b9_7f4a_7c15) >> 40) & (capacity - 1)
        while entries[index].generation == generation, entries[index].key != key {
            index = (index + 1) & (capacity - 1)
        }
        return index
    }

    func find(_ address: UInt64, regime: Int) -> Translation? {
        let index = slot(Self.key(address, regime))
        guard entries[index].generation == generation else { return nil }
        return Translation(physicalPage: entries[index].physicalPage, grant: entries[index].grant)
    }

    mutating func insert(_ translation: Translation, _ address: UInt64, regime: Int) {
        if count * 2 >= capacity { grow() }
        let key = Self.key(address, regime)
        let index = slot(key)
        if entries[index].generation != generation { count += 1 }
        entries[index] = Entry(
            key: key, physicalPage: translation.physicalPage, grant: translation.grant, generation: generation)
    }

    mutating func removeAll() {
        guard count > 0 else { return }
        count = 0
        generation &+= 1
        if generation == 0 {
            entries.update(repeating: Entry(key: 0, physicalPage: 0, grant: 0, generation: 0), count: capacity)
            generation = 1
        }
    }

    private mutating func grow() {
        let old = entries
        let oldCapacity = capacity
        capacity *= 2
        entries = .allocate(capacity: capacity)
        entries.initialize(repeating: Entry(key: 0, physicalPage: 0, grant: 0, generation: 0), count: capacity)
        for index in 0..<oldCapacity where old[index].generation == generation {
            entries[slot(old[index].key)] = old[index]
        }
        old.deallocate()
    }
}
