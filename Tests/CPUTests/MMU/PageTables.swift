@testable import TandemCPU

/// Physical memory for page tables: sparse, with places that fault.
final class PageTables: PageTableMemory {
    var entries: [UInt64: UInt64] = [:]
    var unreadable: Set<UInt64> = []
    var unwritable: Set<UInt64> = []
    var reads: [UInt64] = []
    var updates: [UInt64: UInt64] = [:]
    /// Every width that was asked for.
    var widths: Set<Int> = []
    /// Run before an update takes place; another hart changes the entry.
    var interfere: (() -> Void)?

    func readEntry(_ physical: UInt64, width: Int) -> UInt64? {
        reads.append(physical)
        widths.insert(width)
        return unreadable.contains(physical) ? nil : entries[physical] ?? 0
    }

    func updateEntry(_ physical: UInt64, width: Int, old: UInt64, new: UInt64) -> Bool? {
        widths.insert(width)
        if let interfere {
            self.interfere = nil
            interfere()
        }
        if unwritable.contains(physical) { return nil }
        guard entries[physical] ?? 0 == old else { return false }
        entries[physical] = new
        updates[physical] = new
        return true
    }
}

/// Bits of a page-table entry, by the figure of Priv. spec §12.4.1.
enum PTE {
    static let v: UInt64 = 1 << 0
    static let r: UInt64 = 1 << 1
    static let w: UInt64 = 1 << 2
    static let x: UInt64 = 1 << 3
    static let u: UInt64 = 1 << 4
    static let g: UInt64 = 1 << 5
    static let a: UInt64 = 1 << 6
    static let d: UInt64 = 1 << 7
    static let n: UInt64 = 1 << 63

    static func page(_ physical: UInt64) -> UInt64 { (physical >> 12) << 10 }
}

/// An address space with one mapping, and what to ask of it.
struct WalkBench {
    static let root: UInt64 = 0x8_0000_0000

    let levels: Int
    var state = PrivilegedState()
    var hart = HartConfiguration(extensions: ExtensionSet.all.withImplied)
    let memory = PageTables()

    /// - Parameter levels: 3 Sv39, 4 Sv48, 5 Sv57.
    init(levels: Int) {
        self.levels = levels
        state.privilege = .supervisor
        state.translation = UInt64(levels + 5) << 60 | Self.root >> 12
    }

    /// Where the entry for `address` stands at `level`, with tables made by `map`.
    func slot(_ address: UInt64, level: Int) -> UInt64 {
        let table = Self.root + UInt64(levels - 1 - level) << 12
        return table + (address >> UInt64(12 + 9 * level) & 511) * 8
    }

    /// Puts `entry` at `level`, and pointers above it.
    func map(_ address: UInt64, level: Int = 0, _ entry: UInt64) {
        for upper in stride(from: levels - 1, to: level, by: -1) {
            memory.entries[slot(address, level: upper)] =
                PTE.page(Self.root + UInt64(levels - upper) << 12) | PTE.v
        }
        memory.entries[slot(address, level: level)] = entry
    }

    func walk(_ address: UInt64, _ access: MemoryAccess = .load, as privilege: Privilege = .supervisor) -> Translation {
        PageWalk(state, hart, privilege: privilege).translate(address, access, memory)
    }

    /// Whether an access gets through.
    func passes(_ address: UInt64, _ access: MemoryAccess = .load, as privilege: Privilege = .supervisor) -> Bool {
        if case .mapped = walk(address, access, as: privilege) { return true }
        return false
    }
}
