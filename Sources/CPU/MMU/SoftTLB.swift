import TandemBus

/// The soft-MMU's cache of data translations: one table for each translation regime of the guest, and of the first
/// regime, user mode, one for each address space that is kept.
///
/// Regimes besides user mode share their table among address spaces: when that changes, entries that are not global go.
/// Which entries the tables hold depends on the guest's accesses only, never on the engine that executes them, because
/// page walks set accessed and dirty bits that the guest can see.
struct SoftTLB: ~Copyable {
    /// Regimes of the guest (privilege and the like), each with its own table.
    let regimeCount: Int
    /// Address spaces, each with its own table of regime 0.
    let spaceCount: Int
    // SAFETY: both are allocated in `init`, freed only in `deinit`.
    private let tables: UnsafeMutablePointer<TLBTable>
    private let largeRanges: UnsafeMutablePointer<LargeRanges>
    /// The address space in use.
    private let space: UnsafeMutablePointer<Int>

    init(regimeCount: Int, spaceCount: Int = 1) {
        self.regimeCount = regimeCount
        self.spaceCount = spaceCount
        space = .allocate(capacity: 1)
        space.initialize(to: 0)
        largeRanges = .allocate(capacity: 1)
        largeRanges.initialize(to: LargeRanges())
        tables = .allocate(capacity: regimeCount + spaceCount - 1)
        for index in 0..<tableCount { (tables + index).initialize(to: .make()) }
    }

    deinit {
        for index in 0..<tableCount { tables[index].free() }
        space.deallocate()
        tables.deallocate()
        largeRanges.deallocate()
    }

    private var tableCount: Int { regimeCount + spaceCount - 1 }

    @inline(__always)
    private func regimeTable(_ regime: Int) -> UnsafeMutablePointer<TLBTable> {
        tables + (regime == 0 ? space.pointee : regime &+ spaceCount &- 1)
    }

    /// Where the entries of a regime begin, in the present address space.
    func table(regime: Int) -> UnsafeMutablePointer<TLBEntry> { regimeTable(regime).pointee.entries }

    /// `(address >> 7) & mask` is the offset in bytes of the slot of `address` in the regime's table. Any entry that is
    /// made may change it, and so may a flush.
    func mask(regime: Int) -> UInt64 { regimeTable(regime).pointee.mask }

    /// The entry of `address` in the table that begins at `table`.
    @inline(__always)
    static func entry(
        _ table: UnsafeMutablePointer<TLBEntry>, _ mask: UInt64, _ address: UInt64
    ) -> UnsafeMutablePointer<TLBEntry> {
        let offset = Int(truncatingIfNeeded: (address &>> 7) & mask)
        return (UnsafeMutableRawPointer(table) + offset).assumingMemoryBound(to: TLBEntry.self)
    }

    @inline(__always)
    func slot(regime: Int, address: UInt64) -> UnsafeMutablePointer<TLBEntry> {
        regimeTable(regime).pointee.slot(address)
    }

    /// Brings the page of `address` back into its slot if it was pushed out lately and allows the access.
    func recall(regime: Int, address: UInt64, forStore isStore: Bool) -> Bool {
        regimeTable(regime).pointee.recall(address, forStore: isStore)
    }

    /// Enters a translation. `span` is the size of the mapping that it came from.
    func insert(_ entry: TLBEntry, regime: Int, address: UInt64, span: UInt64) {
        regimeTable(regime).pointee.insert(entry)
        if span > 4096 { largeRanges.pointee.insert(address, span: span) }
    }

    // MARK: Counting by page

    /// Accesses that take the fast way are counted from now on, and brought to `traffic`; nil ends that.
    func count(in traffic: PageTraffic?) {
        for index in 0..<tableCount { (tables + index).pointee.count(in: traffic) }
    }

    /// Brings what was counted to the pages.
    func foldCounts() { for index in 0..<tableCount where tables[index].isUsed { tables[index].foldCounts() } }

    // MARK: Address spaces

    /// Regime 0 means address space `index` from now on.
    func select(space index: Int) { space.pointee = index }

    /// What regime 0 holds of address space `index` is void.
    func flush(space index: Int) { if tables[index].isUsed { (tables + index).pointee.flush() } }

    /// The entries of the other regimes that are not global are void.
    func flushLocal() {
        for index in spaceCount..<tableCount { (tables + index).pointee.flushLocal() }
    }

    // MARK: Forgetting

    func flush() {
        for index in 0..<tableCount where tables[index].isUsed { (tables + index).pointee.flush() }
        largeRanges.pointee.removeAll()
    }

    /// Flushes the translations of one page, and of the larger mapping that it belongs to.
    func flush(page address: UInt64) {
        if let range = largeRanges.pointee.range(of: address) {
            for index in 0..<tableCount where tables[index].isUsed {
                (tables + index).pointee.flush { $0.isLive && range.contains($0.page) }
            }
            largeRanges.pointee.remove(around: address)
            return
        }
        for index in 0..<tableCount where tables[index].isUsed { (tables + index).pointee.flush(page: address) }
    }

    /// Calls `body` for every entry that holds something. It may change the flags of its tags.
    func forEachEntry(_ body: (UnsafeMutablePointer<TLBEntry>) -> Void) {
        for index in 0..<tableCount where tables[index].isUsed {
            tables[index].forEachEntry { if $0.pointee.isLive { body($0) } }
        }
    }

    /// Takes the fast way away from stores to the physical page `page`, because somebody watches it.
    func slowWrites(toPage page: UInt64) {
        for index in 0..<tableCount where tables[index].isUsed { tables[index].slowWrites(toPage: page) }
    }
}
