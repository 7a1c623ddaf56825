/// What an access does, as far as protection cares.
enum MemoryAccess: UInt8 {
    case fetch
    case load
    case store
}

/// Physical memory protection (Priv. spec §3.7): sixteen entries, decoded when they are written.
struct PMPTable: Equatable {
    static let count = 16

    private struct Entry: Equatable {
        var configuration: UInt8 = 0
        var address: UInt64 = 0
        /// The matched range, inclusive; empty (`first > last`) while the entry is off.
        var first: UInt64 = 1
        var last: UInt64 = 0
    }

    private enum Bits {
        static let read: UInt8 = 1
        static let write: UInt8 = 2
        static let execute: UInt8 = 4
        static let mode: UInt8 = 0x18
        static let locked: UInt8 = 0x80
    }

    private var entries = InlineArray<16, Entry>(repeating: Entry())
    /// Entries in use; none means that S and U may do nothing and M everything.
    private var activeCount = 0
    /// Whether a rule binds machine mode too.
    private(set) var bindsMachine = false

    static func == (a: PMPTable, b: PMPTable) -> Bool {
        (0..<count).allSatisfy { a.entries[$0] == b.entries[$0] }
    }

    func configuration(_ index: Int) -> UInt8 { entries[index].configuration }
    func address(_ index: Int) -> UInt64 { entries[index].address }

    /// Writes a configuration byte. A locked entry ignores it; R=0 W=1 is reserved and keeps the old bits.
    mutating func setConfiguration(_ index: Int, _ value: UInt8) {
        guard entries[index].configuration & Bits.locked == 0 else { return }
        var value = value & 0x9f
        if value & 3 == Bits.write { value = value & ~7 | entries[index].configuration & 7 }
        entries[index].configuration = value
        decode()
    }

    /// Writes an address register (bits 55…2 of the address). Locked also by a locked TOR entry above it.
    mutating func setAddress(_ index: Int, _ value: UInt64) {
        guard entries[index].configuration & Bits.locked == 0 else { return }
        if index + 1 < Self.count {
            let above = entries[index + 1].configuration
            if above & Bits.locked != 0, above & Bits.mode == 0x08 { return }
        }
        entries[index].address = value & 0x3f_ffff_ffff_ffff
        decode()
    }

    /// Puts an entry back as it was saved, locked or not.
    mutating func restore(_ index: Int, configuration: UInt8, address: UInt64) {
        entries[index].configuration = configuration
        entries[index].address = address
        decode()
    }

    private mutating func decode() {
        activeCount = 0
        bindsMachine = false
        for index in 0..<Self.count {
            if entries[index].configuration & Bits.locked != 0 { bindsMachine = true }
            let address = entries[index].address
            var range: (first: UInt64, last: UInt64) = (1, 0)
            switch entries[index].configuration & Bits.mode {
            case 0x08:  // TOR: from the entry below to this one.
                let bottom = index == 0 ? 0 : entries[index - 1].address << 2
                if address << 2 > bottom { range = (bottom, (address << 2) - 1) }
            case 0x10:  // NA4
                range = (address << 2, (address << 2) + 3)
            case 0x18:  // NAPOT: the trailing ones give the size.
                let ones = UInt64((~address).trailingZeroBitCount)
                let size: UInt64 = 1 << min(ones + 3, 63)
                let first = (address & ~((1 << ones) - 1)) << 2
                range = (first & ~(size - 1), (first & ~(size - 1)) &+ (size - 1))
            default: break
            }
            entries[index].first = range.first
            entries[index].last = range.last
            if entries[index].configuration & Bits.mode != 0 { activeCount = index + 1 }
        }
    }

    /// Whether `privilege` may access `count` bytes at physical `address`. The lowest entry that matches any byte
    /// decides, and it must match all of them (§3.7.1.3).
    func allows(_ access: MemoryAccess, _ address: UInt64, count: UInt64, _ privilege: Privilege) -> Bool {
        let last = address &+ (count &- 1)
        for index in 0..<activeCount {
            let entry = entries[index]
            if entry.first > last || entry.last < address || entry.first > entry.last { continue }
            if entry.first > address || entry.last < last { return false }
            if privilege == .machine, entry.configuration & Bits.locked == 0 { return true }
            return entry.configuration & access.right != 0
        }
        return privilege == .machine
    }

    /// Whether every byte of the 4 KiB page at `page` is decided by the same rule, so that one check holds for all.
    func isUniform(page: UInt64) -> Bool {
        let last = page | 0xfff
        for index in 0..<activeCount {
            let entry = entries[index]
            if entry.first > last || entry.last < page || entry.first > entry.last { continue }
            return entry.first <= page && entry.last >= last
        }
        return true
    }

    /// The pages around `page` that are decided by the same rule, and what it allows; nil if more than one rule applies
    /// within the page.
    func window(around page: UInt64) -> (first: UInt64, last: UInt64, rights: PMPRights)? {
        let end = page | 0xfff
        var first: UInt64 = 0
        var last = UInt64.max
        var rights = PMPRights()
        for index in 0..<activeCount {
            let entry = entries[index]
            if entry.first > entry.last { continue }
            if entry.last < page {
                first = max(first, entry.last + 1)
            } else if entry.first > end {
                last = min(last, entry.first - 1)
            } else {
                guard entry.first <= page, entry.last >= end else { return nil }
                first = max(first, entry.first)
                last = min(last, entry.last)
                rights.lower = entry.configuration & 7
                if entry.configuration & Bits.locked != 0 { rights.machine = rights.lower }
                break
            }
        }
        // Whole pages only: neither step passes `page`. Wrapping: beyond the last byte there is nothing.
        return ((first &+ 0xfff) & ~0xfff, ((last &+ 1) & ~0xfff) &- 1, rights)
    }
}
