/// One cached translation of a guest page.
///
/// `readTag` and `writeTag` hold the virtual page while an access may take the fast way, straight to memory at
/// `virtual + addend`. A tag with `slow` set never equals a page address: the access leaves the fast way, but the slow
/// path still finds the translation and need not walk again. `invalid` equals nothing at all.
struct TLBEntry {
    var readTag: UInt64
    var writeTag: UInt64
    /// Host address minus guest virtual address (wrapping), where the page is direct memory.
    var addend: UInt64
    /// The physical page address; in the low bits `TLBTarget`.
    var target: UInt64

    static let invalid = UInt64.max
    static let slow: UInt64 = 0x800
    static let pageMask: UInt64 = ~0xfff

    static let empty = TLBEntry(readTag: invalid, writeTag: invalid, addend: 0, target: 0)

    var physicalPage: UInt64 { target & TLBEntry.pageMask }
    /// Index of the direct-memory grant that covers the page, or nil for a device.
    var grant: Int? { target & 0xfff == 0 ? nil : Int(target & 0xfff) - 1 }

    /// The `target` word of a page in grant number `grant`, or of a device page.
    static func target(page: UInt64, grant: Int?) -> UInt64 {
        (page & pageMask) | UInt64(grant.map { $0 + 1 } ?? 0)
    }

    /// What an access of `width` bytes at `address` compares with a tag: misaligned accesses never match.
    @inline(__always)
    static func probe(_ address: UInt64, width: UInt64) -> UInt64 { address & (pageMask | (width &- 1)) }
}

/// The soft-MMU's cache of data translations: one direct-mapped table for each translation regime of the guest.
///
/// Which entries it holds depends on the guest's accesses only, never on the engine that executes them, because page
/// walks set accessed and dirty bits that the guest can see.
struct SoftTLB: ~Copyable {
    static let indexBits = 10
    static let entryCount = 1 << indexBits

    /// Regimes of the guest (privilege and the like), each with its own table.
    let regimeCount: Int
    private let entries: UnsafeMutablePointer<TLBEntry>
    private let isUsed: UnsafeMutablePointer<Bool>
    /// Virtual addresses that belong to a mapping larger than a page: flushing one of them must flush all.
    private var largeLow: UInt64 = .max
    private var largeHigh: UInt64 = 0

    init(regimeCount: Int) {
        self.regimeCount = regimeCount
        entries = .allocate(capacity: regimeCount * Self.entryCount)
        entries.initialize(repeating: .empty, count: regimeCount * Self.entryCount)
        isUsed = .allocate(capacity: regimeCount)
        isUsed.initialize(repeating: false, count: regimeCount)
    }

    deinit {
        entries.deallocate()
        isUsed.deallocate()
    }

    func table(regime: Int) -> UnsafeMutablePointer<TLBEntry> { entries + regime &* Self.entryCount }

    @inline(__always)
    static func index(_ address: UInt64) -> Int {
        Int(truncatingIfNeeded: (address &>> 12) & UInt64(entryCount - 1))
    }

    func slot(regime: Int, address: UInt64) -> UnsafeMutablePointer<TLBEntry> {
        table(regime: regime) + Self.index(address)
    }

    /// Enters a translation. `span` is the size of the mapping that it came from.
    mutating func insert(_ entry: TLBEntry, regime: Int, address: UInt64, span: UInt64) {
        isUsed[regime] = true
        slot(regime: regime, address: address).pointee = entry
        if span > 4096 {
            let low = address & ~(span &- 1)
            largeLow = min(largeLow, low)
            largeHigh = max(largeHigh, low &+ (span &- 1))
        }
    }

    mutating func flush() {
        for regime in 0..<regimeCount where isUsed[regime] {
            table(regime: regime).update(repeating: .empty, count: Self.entryCount)
            isUsed[regime] = false
        }
        largeLow = .max
        largeHigh = 0
    }

    /// Flushes the translations of one page; of everything where the page belongs to a larger mapping.
    mutating func flush(page address: UInt64) {
        if address >= largeLow, address <= largeHigh {
            flush()
            return
        }
        for regime in 0..<regimeCount where isUsed[regime] {
            let slot = slot(regime: regime, address: address)
            let page = address & TLBEntry.pageMask
            let holdsRead = slot.pointee.readTag & TLBEntry.pageMask == page && slot.pointee.readTag != TLBEntry.invalid
            let holdsWrite =
                slot.pointee.writeTag & TLBEntry.pageMask == page && slot.pointee.writeTag != TLBEntry.invalid
            if holdsRead || holdsWrite { slot.pointee = .empty }
        }
    }

    /// Takes the fast way away from stores to the physical pages `first...last`, because somebody watches them.
    mutating func slowWrites(toPages first: UInt64, _ last: UInt64) {
        for regime in 0..<regimeCount where isUsed[regime] {
            let table = table(regime: regime)
            for index in 0..<Self.entryCount {
                let page = table[index].physicalPage
                if page >= first, page <= last, table[index].writeTag != TLBEntry.invalid {
                    table[index].writeTag |= TLBEntry.slow
                }
            }
        }
    }
}
