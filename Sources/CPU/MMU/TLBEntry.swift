/// One cached translation of a guest page.
///
/// `readTag` and `writeTag` hold the virtual page while an access may take the fast way, straight to memory at
/// `virtual + addend`. A tag with `slow` set never equals a page address: the access leaves the fast way, but the slow
/// path still finds the translation and need not walk again. `invalid` equals nothing at all.
///
/// Translated code reads the first three words at these offsets: 0, 8, 16.
struct TLBEntry: Equatable {
    var readTag: UInt64
    var writeTag: UInt64
    /// Host address minus guest virtual address (wrapping), where the page is direct memory; else the hart's own.
    var addend: UInt64
    /// The physical page address; in the low bits the grant and `global`.
    var target: UInt64

    static let invalid = UInt64.max
    static let slow: UInt64 = 0x800
    /// Beside `slow`: physical memory protection must be asked about every access.
    static let guarded: UInt64 = 0x400
    /// Beside `slow`: a debugger watches an address in the page.
    static let watched: UInt64 = 0x200
    static let flags = slow | guarded | watched
    static let pageMask: UInt64 = ~0xfff
    /// In `target`: the page is mapped in every address space.
    static let global: UInt64 = 0x800
    private static let grantMask: UInt64 = 0x7ff
    /// How many grants `target` can tell apart.
    static let grantLimit = Int(grantMask)

    static let empty = TLBEntry(readTag: invalid, writeTag: invalid, addend: 0, target: 0)

    var physicalPage: UInt64 { target & TLBEntry.pageMask }
    /// Index of the direct-memory grant that covers the page, or −1 for a device.
    var grant: Int { Int(truncatingIfNeeded: target & TLBEntry.grantMask) &- 1 }
    var isGlobal: Bool { target & TLBEntry.global != 0 }
    /// Both tags are invalid only in an entry that holds nothing.
    var isLive: Bool { readTag & writeTag != TLBEntry.invalid }
    /// The virtual page of a live entry.
    var page: UInt64 { (readTag == TLBEntry.invalid ? writeTag : readTag) & TLBEntry.pageMask }

    /// A debugger watches the page: no access takes the fast way.
    mutating func watch() {
        if readTag != TLBEntry.invalid { readTag |= TLBEntry.slow | TLBEntry.watched }
        if writeTag != TLBEntry.invalid { writeTag |= TLBEntry.slow | TLBEntry.watched }
    }

    /// Nobody watches it any longer. Loads have their fast way back at once if the page is in grant `home`, stores when the
    /// next one finds that the memory does not want to know of them.
    mutating func unwatch(home: Int) {
        if readTag != TLBEntry.invalid {
            readTag &= ~TLBEntry.watched
            if grant >= 0, grant == home, readTag & TLBEntry.guarded == 0 { readTag &= ~TLBEntry.slow }
        }
        if writeTag != TLBEntry.invalid { writeTag &= ~TLBEntry.watched }
    }

    /// The `target` word of a page in grant number `grant`; −1 for a page without one.
    static func target(page: UInt64, grant: Int, isGlobal: Bool = false) -> UInt64 {
        (page & pageMask) | UInt64(truncatingIfNeeded: grant &+ 1) | (isGlobal ? global : 0)
    }

    /// What an access of `width` bytes at `address` compares with a tag: the page of its
    /// last byte, so that accesses across pages never match.
    @inline(__always)
    static func probe(_ address: UInt64, width: UInt64) -> UInt64 { (address &+ width &- 1) & pageMask }

    /// As `probe` for atomic accesses: misaligned ones never match.
    @inline(__always)
    static func alignedProbe(_ address: UInt64, width: Int) -> UInt64 {
        address & (pageMask | UInt64(truncatingIfNeeded: width &- 1))
    }
}
