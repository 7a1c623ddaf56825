/// The soft-MMU's cache of data translations: one table for each translation regime of the guest.
///
/// Which entries it holds depends on the guest's accesses only, never on the engine that executes them, because page
/// walks set accessed and dirty bits that the guest can see.
struct SoftTLB: ~Copyable {
    /// Regimes of the guest (privilege and the like), each with its own table.
    let regimeCount: Int
    // SAFETY: both are allocated in `init`, freed only in `deinit`.
    private let tables: UnsafeMutablePointer<TLBTable>
    private let largeRanges: UnsafeMutablePointer<LargeRanges>

    init(regimeCount: Int) {
        self.regimeCount = regimeCount
        largeRanges = .allocate(capacity: 1)
        largeRanges.initialize(to: LargeRanges())
        tables = .allocate(capacity: regimeCount)
        for regime in 0..<regimeCount { (tables + regime).initialize(to: .make()) }
    }

    deinit {
        for regime in 0..<regimeCount { tables[regime].free() }
        tables.deallocate()
        largeRanges.deallocate()
    }

    /// Where the entries of a regime begin.
    func table(regime: Int) -> UnsafeMutablePointer<TLBEntry> { tables[regime].entries }

    /// `(address >> 7) & mask` is the offset in bytes of the slot of `address` in the regime's table. Any entry that is
    /// made may change it, and so may a flush.
    func mask(regime: Int) -> UInt64 { tables[regime].mask }

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
        (tables + regime).pointee.slot(address)
    }

    /// Brings the page of `address` back into its slot if it was pushed out lately and allows the access.
    func recall(regime: Int, address: UInt64, forStore isStore: Bool) -> Bool {
        (tables + regime).pointee.recall(address, forStore: isStore)
    }

    /// Enters a translation. `span` is the size of the mapping that it came from.
    func insert(_ entry: TLBEntry, regime: Int, address: UInt64, span: UInt64) {
        (tables + regime).pointee.insert(entry)
        if span > 4096 { largeRanges.pointee.insert(address, span: span) }
    }

    func flush() {
        for regime in 0..<regimeCount where tables[regime].isUsed { (tables + regime).pointee.flush() }
        largeRanges.pointee.removeAll()
    }

    /// Flushes the translations of one page, and of the larger mapping that it belongs to.
    func flush(page address: UInt64) {
        if let range = largeRanges.pointee.range(of: address) {
            for regime in 0..<regimeCount where tables[regime].isUsed {
                (tables + regime).pointee.flush { $0.isLive && range.contains($0.page) }
            }
            largeRanges.pointee.remove(around: address)
            return
        }
        for regime in 0..<regimeCount where tables[regime].isUsed { (tables + regime).pointee.flush(page: address) }
    }

    /// Takes the fast way away from stores to the physical pages `first...last`, because somebody watches them.
    func slowWrites(toPages first: UInt64, _ last: UInt64) {
        for regime in 0..<regimeCount where tables[regime].isUsed { tables[regime].slowWrites(toPages: first, last) }
    }
}
