/// Where a program finds its code and data: addresses, page tables, and the privilege it starts with.
///
/// Physically everything stands in the region of its hart, as `firmware/programs/driver.c` has it: eight pages of code,
/// a stack, four pages of data, page tables. With translation there are two address spaces, in both of which
///
///     region               all of the region, for supervisors
///     0x4000_0000          data pages 0 to 3, a hole, the stack
///     0x4002_0000          code and the rest again, for supervisors
///     0x4004_0000, 6_0000  code and the rest, for users
///     0x4008_0000…         PLIC, UART, nothing, a block that the PMP forbids, the page shared by all harts
///     0x4020_0000          the region again, as one large page (Sv32: at its place in the 4 MiB from 0x4040_0000)
///
/// are mapped, and all of 0x4000_0000 again at the last GiB.
struct ProgramSpace {
    enum Scheme: Int, CaseIterable {
        case bare = 0
        case sv32 = 1
        case sv39 = 8
        case sv48 = 9
        case sv57 = 10

        var levels: Int {
            switch self {
            case .bare: 0
            case .sv32: 2
            default: rawValue - 5
            }
        }
    }

    /// A leaf that a program may change.
    struct Leaf {
        var address: UInt64
        var entry: UInt64
        var page: UInt64
        /// The number of its address space: 1 or 2.
        var space: UInt64
        var isCode: Bool
    }

    let hart: Int
    let width: GuestWidth
    let scheme: Scheme
    /// 0, 1 or 3.
    let privilege: Int
    private(set) var satp: [UInt64] = [0, 0]
    /// Pairs of address and value.
    private(set) var entries: [(address: UInt64, value: UInt64)] = []
    private(set) var leaves: [Leaf] = []
    private var nextTable: UInt64
    /// The tables that exist, by the address of the entry that leads to them.
    private var tables: [UInt64: UInt64] = [:]

    static let low: UInt64 = 0x4000_0000
    static let shared: UInt64 = 0x803F_F000
    static let forbidden: UInt64 = 0x803F_E000
    static func region(_ hart: Int) -> UInt64 { 0x8040_0000 + UInt64(hart) * 0x20_0000 }

    /// Where all that stands from `low` on stands again.
    private var high: UInt64 { width.truncate(0xFFFF_FFFF_C000_0000) }
    var region: UInt64 { Self.region(hart) }
    var isTranslated: Bool { scheme != .bare }

    /// The middle of the data: its second page.
    var data: UInt64 { isTranslated ? Self.low + 0x1000 : region + 0xA000 }
    var stack: UInt64 { (isTranslated ? Self.low + 0x5000 : region + 0x8000) + 0xC00 }
    var plic: UInt64 { isTranslated ? Self.low + 0x8_0000 : 0x0C00_0000 }
    var serial: UInt64 { isTranslated ? Self.low + 0x8_1000 : 0x1000_0000 }
    var hole: UInt64 { isTranslated ? Self.low + 0x8_2000 : 0x1800_0000 }
    /// The end of the page of `mtime`, which is its last word; and the page of `mtimecmp`.
    var timer: UInt64 { isTranslated ? Self.low + 0x8_7000 : 0x0200_C000 }
    var timerCompare: UInt64 { isTranslated ? Self.low + 0x8_5000 : 0x0200_4000 }
    var forbiddenBlock: UInt64 { isTranslated ? Self.low + 0x8_3100 : 0x1800_0100 }
    var sharedPage: UInt64 { isTranslated ? Self.low + 0x8_4000 : Self.shared }
    /// Where the region can be written, code included; an offset within it is added.
    var writableRegion: UInt64 { isTranslated ? largePage + (region & (largeSize - 1)) : region }
    /// Bytes of a leaf of level 1, and where there is one.
    private var largeSize: UInt64 { scheme == .sv32 ? 0x40_0000 : 0x20_0000 }
    private var largePage: UInt64 { Self.low + largeSize }

    /// Where the code stands for a mode, and its alias.
    func bases(_ mode: Int) -> [UInt64] {
        if !isTranslated || mode == 3 { return [region, region] }
        return mode == 1 ? [region, Self.low + 0x2_0000] : [Self.low + 0x4_0000, Self.low + 0x6_0000]
    }

    // MARK: Tables

    private static let valid: UInt64 = 1
    private static let dataFlags: UInt64 = 0xD7  // D A U W R V
    private static let codeFlags: UInt64 = 0xCF  // D A X W R V
    private static let user: UInt64 = 0x10

    /// `choice` gives numbers below its argument: which data pages each space sees, and whether A and D are set; for
    /// the first two only if a failing SC need not be the same on QEMU.
    init(
        hart: Int, width: GuestWidth, scheme: Scheme, privilege: Int, isComparable: Bool, choice: (UInt32) -> UInt32
    ) {
        self.hart = hart
        self.width = width
        self.scheme = scheme
        self.privilege = privilege
        nextTable = Self.region(hart) + 0xD000
        guard scheme != .bare else { return }
        for space in 0..<2 {
            let root = newTable()
            let (modePlace, asidPlace): (UInt64, UInt64) = width == .bits64 ? (60, 44) : (31, 22)
            satp[space] = UInt64(scheme.rawValue) << modePlace | UInt64(space + 1) << asidPlace | root >> 12
            for page in 0..<UInt64(4) {
                let seen = choice(3) == 0 ? UInt64(choice(4)) : page
                var flags = Self.dataFlags
                if page > 1 || !isComparable {
                    if choice(3) == 0 { flags &= ~0x80 }
                    if choice(3) == 0 { flags &= ~0xC0 }
                }
                map(root, Self.low + page << 12, region + 0x9000 + seen << 12, flags, space: space)
            }
            map(root, Self.low + 0x5000, region + 0x8000, Self.dataFlags)
            for page in 0..<UInt64(32) {
                let physical = region + page << 12
                let isCode = page > 0 && page < 7
                map(root, physical, physical, Self.codeFlags, space: isCode ? space : nil, isCode: true)
                for (offset, flags) in [
                    (UInt64(0x2_0000), Self.codeFlags), (0x4_0000, Self.codeFlags | Self.user),
                    (0x6_0000, Self.codeFlags | Self.user),
                ] {
                    map(
                        root, Self.low + offset + page << 12, physical, flags, space: isCode ? space : nil,
                        isCode: true)
                }
            }
            map(root, Self.low + 0x8_0000, 0x0C00_0000, Self.dataFlags)
            map(root, Self.low + 0x8_1000, 0x1000_0000, Self.dataFlags)
            map(root, Self.low + 0x8_2000, 0x1800_0000, Self.dataFlags)
            map(root, Self.low + 0x8_3000, Self.forbidden, Self.dataFlags)
            map(root, Self.low + 0x8_4000, Self.shared, Self.dataFlags)
            map(root, Self.low + 0x8_5000, 0x0200_4000, Self.dataFlags)
            map(root, Self.low + 0x8_6000, 0x0200_B000, Self.dataFlags)
            map(root, largePage, region & ~(largeSize - 1), Self.dataFlags, leafLevel: 1)
            mirror(root)
        }
    }

    private mutating func newTable() -> UInt64 {
        defer { nextTable += 0x1000 }
        precondition(nextTable < region + 0x2_0000, "too many page tables")
        return nextTable
    }

    /// Bits of an index into a table, whose entries fill a page.
    private var indexBits: UInt64 { scheme == .sv32 ? 10 : 9 }
    private func index(_ address: UInt64, _ level: Int) -> UInt64 {
        address >> (12 + indexBits * UInt64(level)) & (1 << indexBits - 1)
    }
    private func place(_ table: UInt64, _ index: UInt64) -> UInt64 { table + UInt64(width.bytes) * index }

    private mutating func table(_ parent: UInt64, _ index: UInt64) -> UInt64 {
        let place = place(parent, index)
        if let table = tables[place] { return table }
        let table = newTable()
        tables[place] = table
        entries.append((place, (table >> 12) << 10 | Self.valid))
        return table
    }

    private mutating func map(
        _ root: UInt64, _ address: UInt64, _ physical: UInt64, _ flags: UInt64, leafLevel: Int = 0, space: Int? = nil,
        isCode: Bool = false
    ) {
        var current = root
        for level in stride(from: scheme.levels - 1, to: leafLevel, by: -1) {
            current = table(current, index(address, level))
        }
        let place = place(current, index(address, leafLevel))
        let entry = (physical >> 12) << 10 | flags
        entries.append((place, entry))
        if let space {
            leaves.append(
                Leaf(address: place, entry: entry, page: address, space: UInt64(space) + 1, isCode: isCode))
        }
    }

    /// Lets the upper end of the address space lead to the tables of 0x4000_0000.
    private mutating func mirror(_ root: UInt64) {
        var current = root
        for level in stride(from: scheme.levels - 1, through: scheme == .sv32 ? 1 : 2, by: -1) {
            let next = table(current, index(Self.low, level))
            entries.append((place(current, index(high, level)), (next >> 12) << 10 | Self.valid))
            current = next
        }
    }
}
