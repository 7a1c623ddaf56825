/// The address spaces that a hart has been in, and the work done there.
struct ProcessTable: ~Copyable {
    /// Work by privilege: user, supervisor.
    private typealias Pair = UnsafeMutablePointer<GuestWork>

    /// By `satp`. Looked up by key only.
    private var pairs: [UInt64: Pair] = [:]
    /// In the order in which they were first entered.
    private var spaces: [UInt64] = []
    // SAFETY: pairs are allocated by `enter` and freed, as `machine` is, only in `deinit`.
    private let machine: UnsafeMutablePointer<GuestWork>
    private var pair: Pair
    /// The `satp` of the present one.
    private(set) var current: UInt64

    init(_ translation: UInt64) {
        machine = .allocate(capacity: 1)
        machine.initialize(to: GuestWork())
        pair = Self.makePair()
        current = translation
        pairs[translation] = pair
        spaces = [translation]
    }

    deinit {
        machine.deallocate()
        for pair in pairs.values { pair.deallocate() }
    }

    private static func makePair() -> Pair {
        let pair = Pair.allocate(capacity: 2)
        pair.initialize(repeating: GuestWork(), count: 2)
        return pair
    }

    /// The hart is in another address space from now on.
    mutating func enter(_ translation: UInt64) {
        current = translation
        if let known = pairs[translation] {
            pair = known
            return
        }
        pair = Self.makePair()
        pairs[translation] = pair
        spaces.append(translation)
    }

    /// The present work of code that was made for a mode (`TranslationMode.key`).
    @inline(__always)
    func work(mode: UInt32) -> UnsafeMutablePointer<GuestWork> {
        let privilege = mode & 3
        return privilege == 3 ? machine : pair + Int(privilege)
    }

    /// What was done, by address space in the order in which they were first entered; machine mode comes first.
    func records(of hart: String, _ xlen: XLEN) -> [ProcessRecord] {
        var records: [ProcessRecord] = []
        func add(_ work: GuestWork, _ privilege: ProcessRecord.Privilege, root: UInt64? = nil, space: UInt64? = nil) {
            if work.isZero { return }
            records.append(ProcessRecord(hart: hart, root: root, space: space, privilege: privilege, work: work))
        }
        add(machine.pointee, .machine)
        for translation in spaces {
            guard let pair = pairs[translation] else { continue }
            // Priv. spec §4.1.11 and §12.1.11: mode, ASID and page number of the root.
            let isTranslated = xlen == .rv32 ? translation >> 31 != 0 : translation >> 60 != 0
            let number = xlen == .rv32 ? translation & 0x3f_ffff : translation & 0xfff_ffff_ffff
            let root = isTranslated ? number << 12 : nil
            let space = isTranslated ? PrivilegedState.addressSpace(translation, xlen) : nil
            add(pair[1], .supervisor, root: root, space: space)
            add(pair[0], .user, root: root, space: space)
        }
        return records
    }

    func clear() {
        machine.pointee = GuestWork()
        for pair in pairs.values { pair.update(repeating: GuestWork(), count: 2) }
    }
}
