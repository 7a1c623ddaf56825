/// Where page-table entries are read and written: the hart's view of memory.
protocol PageTableMemory {
    /// The entry of `width` bytes (4 or 8) at a physical address, or nil for an access fault.
    func readEntry(_ physical: UInt64, width: Int) -> UInt64?
    /// Replaces `old` by `new` in one step. Returns false if the entry has changed meanwhile, nil for an access fault.
    func updateEntry(_ physical: UInt64, width: Int, old: UInt64, new: UInt64) -> Bool?
}

/// The outcome of translating an address.
enum Translation: Equatable {
    /// - `span`: bytes of the mapping, 4096 or more.
    /// - `isWritable`: whether a store may use this without another walk: W, and D is set.
    /// - `isGlobal`: G at any level: the mapping is the same in every address space.
    case mapped(physical: UInt64, span: UInt64, isReadable: Bool, isWritable: Bool, isGlobal: Bool = false)
    case pageFault
    case accessFault
}

/// The virtual-address translation process of Sv32, Sv39, Sv48 and Sv57 (Priv. spec §12.3.2), step by step.
///
/// | scheme | levels | bits of an index | bytes of an entry | physical page number |
/// |---|---|---|---|---|
/// | Sv32 | 2 | 10 | 4 | 22 bits: 34-bit physical addresses |
/// | Sv39, Sv48, Sv57 | 3, 4, 5 | 9 | 8 | 44 bits |
///
/// The fields of the low ten bits and the place of the page number are the same. What Sv32's entries lack (reserved bits,
/// memory types, Svnapot) reads as zero.
struct PageWalk {
    private enum Entry {
        static let valid: UInt64 = 1
        static let read: UInt64 = 2
        static let write: UInt64 = 4
        static let execute: UInt64 = 8
        static let user: UInt64 = 16
        static let global: UInt64 = 32
        static let accessed: UInt64 = 64
        static let dirty: UInt64 = 128
        static let reserved: UInt64 = 0x1fc0_0000_0000_0000
        static let memoryType: UInt64 = 3 << 61
        static let contiguous: UInt64 = 1 << 63
    }

    let privilege: Privilege
    let status: UInt64
    let root: UInt64
    let levels: Int
    let indexBits: UInt64
    let entryWidth: Int
    let hasMemoryTypes: Bool
    let hasContiguous: Bool
    /// Svadu: the hart sets A and D itself; otherwise their absence is a page fault (Svade).
    let updatesEntries: Bool
    /// A debugger's walk: A and D do not matter, and nothing is written.
    var looksOnly = false

    @inline(__always)
    init(_ state: PrivilegedState, _ hart: HartConfiguration, privilege: Privilege) {
        self.privilege = privilege
        status = state.status
        if state.xlen == .rv32 {
            root = (state.translation & 0x3f_ffff) << 12
            (levels, indexBits, entryWidth) = (2, 10, 4)
        } else {
            root = (state.translation & 0xfff_ffff_ffff) << 12
            (levels, indexBits, entryWidth) = (Int(state.translationMode) - 5, 9, 8)
        }
        hasMemoryTypes = state.machineEnvironment & EnvironmentBits.pbmte != 0
        hasContiguous = hart.extensions.contains(.svnapot)
        updatesEntries =
            hart.extensions.contains(.svadu)
            && (state.machineEnvironment & EnvironmentBits.adue != 0 || !hart.extensions.contains(.svade))
    }

    func translate(_ address: UInt64, _ access: MemoryAccess, _ memory: some PageTableMemory) -> Translation {
        // Bits above the translated ones must equal the topmost of them (§12.4.1). Sv32 translates all of its 32.
        let unused = UInt64(64 - (12 + 9 * levels))
        guard
            entryWidth == 4
                || UInt64(bitPattern: Int64(bitPattern: address << unused) >> Int64(unused)) == address
        else {
            return .pageFault
        }
        let indexMask: UInt64 = (1 << indexBits) - 1
        while true {
            var table = root
            var level = levels - 1
            var bits: UInt64 = 0
            // Steps 2 to 4: down to a leaf.
            while true {
                let index = address &>> (12 &+ indexBits &* UInt64(level)) & indexMask
                let slot = table &+ index &* UInt64(entryWidth)
                guard let entry = memory.readEntry(slot, width: entryWidth) else { return .accessFault }
                guard entry & Entry.valid != 0, entry & (Entry.read | Entry.write) != Entry.write,
                    entry & Entry.reserved == 0
                else { return .pageFault }
                bits |= entry
                if entry & (Entry.read | Entry.execute) == 0 {
                    // A pointer to the next level: A, D, U and the high bits are reserved in it.
                    guard
                        entry & (Entry.accessed | Entry.dirty | Entry.user | Entry.memoryType | Entry.contiguous) == 0,
                        level > 0
                    else { return .pageFault }
                    table = (entry >> 10 & 0xfff_ffff_ffff) << 12
                    level -= 1
                    continue
                }
                let isGlobal = bits & Entry.global != 0
                guard let result = leaf(entry, slot, level, address, access, isGlobal, memory) else { break }
                return result
            }
        }
    }

    /// Steps 5 to 10, at a leaf. Nil: the entry changed under the update, start again.
    private func leaf(
        _ entry: UInt64, _ slot: UInt64, _ level: Int, _ address: UInt64, _ access: MemoryAccess, _ isGlobal: Bool,
        _ memory: some PageTableMemory
    ) -> Translation? {
        guard isLegal(entry, level) else { return .pageFault }
        let readable = entry & Entry.read != 0 || (status & Status.mxr != 0 && entry & Entry.execute != 0)
        switch access {
        case .fetch: if entry & Entry.execute == 0 { return .pageFault }
        case .load: if !readable { return .pageFault }
        case .store: if entry & Entry.write == 0 { return .pageFault }
        }
        guard isPermitted(entry, access) else { return .pageFault }
        var entry = entry
        let wanted = Entry.accessed | (access == .store ? Entry.dirty : 0)
        if entry & wanted != wanted, !looksOnly {
            guard updatesEntries else { return .pageFault }
            guard let done = memory.updateEntry(slot, width: entryWidth, old: entry, new: entry | wanted)
            else { return .accessFault }
            guard done else { return nil }
            entry |= wanted
        }
        var page = (entry >> 10 & 0xfff_ffff_ffff) << 12
        var span: UInt64 = 1 << (12 + indexBits * UInt64(level))
        if entry & Entry.contiguous != 0 {
            span = 65536
            page &= ~0xffff
        }
        let mask = span - 1
        return .mapped(
            physical: page & ~mask | address & mask, span: span, isReadable: readable,
            isWritable: entry & Entry.write != 0 && entry & Entry.dirty != 0, isGlobal: isGlobal)
    }

    /// Alignment of large pages, and the extensions' fields.
    private func isLegal(_ entry: UInt64, _ level: Int) -> Bool {
        let number = entry >> 10 & 0xfff_ffff_ffff
        if level > 0, number & ((1 << (indexBits * UInt64(level))) - 1) != 0 { return false }
        if entry & Entry.contiguous != 0 {
            // Svnapot §1: only 64 KiB at the last level, PPN[3:0] = 1000.
            guard hasContiguous, level == 0, number & 15 == 8 else { return false }
        }
        let type = entry & Entry.memoryType
        return type == 0 || (hasMemoryTypes && type != Entry.memoryType)
    }

    private func isPermitted(_ entry: UInt64, _ access: MemoryAccess) -> Bool {
        if entry & Entry.user != 0 {
            if privilege == .user { return true }
            return access != .fetch && status & Status.sum != 0
        }
        return privilege != .user
    }
}

// MARK: Whole address spaces

/// Virtual addresses that page tables lead to physical ones, in one piece.
public struct AddressMapping: Equatable, Sendable {
    public var virtual: UInt64
    public var physical: UInt64
    /// Bytes, a multiple of 4096.
    public var size: UInt64

    public init(virtual: UInt64, physical: UInt64, size: UInt64) {
        self.virtual = virtual
        self.physical = physical
        self.size = size
    }
}

extension PageWalk {
    /// What all leaves of the page tables map, whoever may access it: in the order of the indices, which puts the lower half
    /// of virtual addresses first; what continues its neighbour is one with it. Entries that are not legal map nothing.
    /// Nothing if more than `limit` tables would have to be read: tables may contain themselves.
    ///
    /// - Parameter entries: the entries of the table at a physical address; nil where it cannot be read.
    func mappings(atMost limit: Int, _ entries: (UInt64) -> [UInt64]?) -> [AddressMapping]? {
        var found: [AddressMapping] = []
        var left = limit
        return collect(root, levels - 1, 0, &found, &left, entries) ? found : nil
    }

    /// Bytes of a table.
    var tableSize: Int { entryWidth << Int(indexBits) }

    private func collect(
        _ table: UInt64, _ level: Int, _ base: UInt64, _ found: inout [AddressMapping], _ left: inout Int,
        _ entries: (UInt64) -> [UInt64]?
    ) -> Bool {
        guard left > 0 else { return false }
        left -= 1
        let shift = 12 + indexBits * UInt64(level)
        var address = base
        for entry in entries(table) ?? [] {
            defer { address &+= 1 << shift }
            guard entry & Entry.valid != 0, entry & (Entry.read | Entry.write) != Entry.write,
                entry & Entry.reserved == 0
            else { continue }
            let number = entry >> 10 & 0xfff_ffff_ffff
            if entry & (Entry.read | Entry.execute) == 0 {
                let reserved = Entry.accessed | Entry.dirty | Entry.user | Entry.memoryType | Entry.contiguous
                guard entry & reserved == 0, level > 0 else { continue }
                guard collect(number << 12, level - 1, address, &found, &left, entries) else { return false }
            } else if isLegal(entry, level) {
                // Each of the sixteen equal entries of a contiguous range stands for its own page (Svnapot §1).
                let page = entry & Entry.contiguous == 0 ? number : number & ~15 | address >> 12 & 15
                append(AddressMapping(virtual: extended(address), physical: page << 12, size: 1 << shift), to: &found)
            }
        }
        return true
    }

    /// Bits above the translated ones equal the topmost of them; Sv32 has none.
    private func extended(_ address: UInt64) -> UInt64 {
        if entryWidth == 4 { return address }
        let unused = Int64(64 - (12 + 9 * levels))
        return UInt64(bitPattern: (Int64(bitPattern: address) << unused) >> unused)
    }

    private func append(_ mapping: AddressMapping, to found: inout [AddressMapping]) {
        if let last = found.last, last.virtual &+ last.size == mapping.virtual,
            last.physical &+ last.size == mapping.physical
        {
            found[found.count - 1].size += mapping.size
        } else {
            found.append(mapping)
        }
    }
}
