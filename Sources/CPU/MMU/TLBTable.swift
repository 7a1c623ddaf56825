import TandemBus

/// The soft-TLB of one regime: a direct-mapped table that grows while live entries push one another out, and a few
/// victims, which only slow paths look at.
///
/// ```
/// address ──►  entries[(address >> 12) & (count − 1)]        fast way: two instructions to the entry
///                 ▲ │ pushed out
///     swapped back│ ▼
///              victims (8)                                   slow path, before a walk
/// ```
/// What it holds follows from the sequence of look-ups that missed and of flushes, and from nothing else.
///
/// While traffic is counted by page, each slot has counters (`TLBCounts`) at a fixed distance from its entry. They are added
/// to the page before the entry goes.
struct TLBTable {
    static let smallest = 256
    static let largest = 65536
    static let victimCount = 8
    /// Flushes in a row that found next to nothing before the table shrinks.
    private static let patience = 16

    // SAFETY: all four are allocated by `make`, freed by `free`. Entries and pages up to `prepared` are initialised, and so
    // are counters while `pageTraffic` is set.
    /// Room for the largest number of entries, and for their counters behind it.
    let entries: UnsafeMutablePointer<TLBEntry>
    /// The low bits of the physical page number that each slot held last, close together for searching.
    private let pages: UnsafeMutablePointer<UInt32>
    private let victims: UnsafeMutablePointer<TLBEntry>
    /// Slots that were filled since the last flush, as far as they fit.
    private let used: UnsafeMutablePointer<UInt32>

    /// The number of entries less one, times their size: `(address >> 7) & mask` is the offset of a slot in bytes.
    private(set) var mask: UInt64
    private var prepared: Int
    /// Above `listed`: the list is incomplete.
    private var usedCount = 0
    private var nextVictim = 0
    private var hasVictims = false
    /// Live entries pushed out since the last flush or growth.
    private var conflicts = 0
    private var idleFlushes = 0
    /// Entries that are not global may be in it.
    private var hasLocal = false
    // SAFETY: the meter keeps it, and says before it goes.
    /// Where accesses are counted by page; nil while they are not.
    private var pageTraffic: Unmanaged<PageTraffic>?

    var count: Int { Int(truncatingIfNeeded: mask &>> 5) &+ 1 }
    /// Whether anything may be in it.
    var isUsed: Bool { usedCount != 0 || hasVictims }
    private var listed: Int { count / 4 }

    /// An empty table. Memory for the largest size is set aside, but not touched before it is needed.
    static func make() -> TLBTable {
        TLBTable(
            entries: .allocate(capacity: 2 * largest), pages: .allocate(capacity: largest),
            victims: .allocate(capacity: victimCount),
            used: .allocate(capacity: largest / 4 + 1), mask: UInt64(smallest - 1) << 5, prepared: 0
        ).prepared(count: smallest)
    }

    private init(
        entries: UnsafeMutablePointer<TLBEntry>, pages: UnsafeMutablePointer<UInt32>,
        victims: UnsafeMutablePointer<TLBEntry>,
        used: UnsafeMutablePointer<UInt32>, mask: UInt64, prepared: Int
    ) {
        self.entries = entries
        self.pages = pages
        self.victims = victims
        self.used = used
        self.mask = mask
        self.prepared = prepared
        victims.initialize(repeating: .empty, count: Self.victimCount)
    }

    private consuming func prepared(count: Int) -> TLBTable {
        prepare(count)
        return self
    }

    func free() {
        entries.deallocate()
        pages.deallocate()
        victims.deallocate()
        used.deallocate()
    }

    private mutating func prepare(_ count: Int) {
        guard prepared < count else { return }
        (entries + prepared).initialize(repeating: .empty, count: count - prepared)
        (pages + prepared).initialize(repeating: 0, count: count - prepared)
        if pageTraffic != nil { clearCounts(prepared..<count) }
        prepared = count
    }

    // MARK: Counting

    /// Where the counters of an entry begin.
    static let countsOffset = largest * MemoryLayout<TLBEntry>.stride

    /// Accesses by the entries are counted from now on, and brought to `traffic`; nil ends that.
    mutating func count(in traffic: PageTraffic?) {
        pageTraffic = traffic.map { .passUnretained($0) }
        if traffic != nil { clearCounts(0..<prepared) }
    }

    private func clearCounts(_ slots: Range<Int>) {
        for index in slots { TLBCounts.of(entries + index).initialize(to: TLBCounts()) }
    }

    /// Brings what was counted to the pages.
    func foldCounts() {
        guard pageTraffic != nil else { return }
        if usedCount <= listed {
            for index in 0..<usedCount { foldCounts(at: Int(used[index])) }
        } else {
            for index in 0..<count { foldCounts(at: index) }
        }
    }

    /// What a slot counted belongs to the page that it holds now.
    @inline(__always)
    private func foldCounts(at index: Int) {
        guard let pageTraffic else { return }
        let counts = TLBCounts.of(entries + index)
        guard !counts.pointee.isZero else { return }
        pageTraffic._withUnsafeGuaranteedRef { counts.pointee.move(to: $0.cell(entries[index].physicalPage >> 12)) }
    }

    // MARK: Looking

    @inline(__always)
    func index(_ address: UInt64) -> Int { Int(truncatingIfNeeded: (address & (mask &<< 7)) &>> 12) }

    @inline(__always)
    func slot(_ address: UInt64) -> UnsafeMutablePointer<TLBEntry> { entries + index(address) }

    /// Brings the page of `address` back from the victims if it is there and allows the access. True: its slot holds it.
    mutating func recall(_ address: UInt64, forStore isStore: Bool) -> Bool {
        guard hasVictims else { return false }
        let page = address & TLBEntry.pageMask
        for index in 0..<Self.victimCount {
            let victim = victims[index]
            guard (isStore ? victim.writeTag : victim.readTag) & ~TLBEntry.flags == page else { continue }
            victims[index] = .empty
            insert(victim)
            return true
        }
        return false
    }

    // MARK: Entering

    /// Enters the translation of a page; what stood in its slot becomes a victim.
    mutating func insert(_ entry: TLBEntry) {
        let page = entry.page
        if !entry.isGlobal { hasLocal = true }
        if hasVictims { forgetVictim(page) }
        var slot = slot(page)
        if slot.pointee.isLive, slot.pointee.page != page {
            conflicts &+= 1
            if conflicts >= count / 4, count < Self.largest {
                grow()
                slot = self.slot(page)
            }
        }
        if pageTraffic != nil { foldCounts(at: index(page)) }
        if !slot.pointee.isLive {
            note(UInt32(truncatingIfNeeded: index(page)))
        } else if slot.pointee.page != page {
            // Victims count nothing: nobody reaches them without a slot.
            victims[nextVictim] = slot.pointee
            nextVictim = (nextVictim &+ 1) & (Self.victimCount - 1)
            hasVictims = true
        }
        slot.pointee = entry
        pages[index(page)] = Self.number(of: entry.physicalPage)
    }

    private static func number(of page: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: page >> 12) }

    private mutating func note(_ index: UInt32) {
        if usedCount < listed { used[usedCount] = index }
        if usedCount <= listed { usedCount &+= 1 }
    }

    private func forgetVictim(_ page: UInt64) {
        for index in 0..<Self.victimCount where victims[index].isLive && victims[index].page == page {
            victims[index] = .empty
        }
    }

    /// Four times as many slots: every entry moves to the one of its four places that the two new index bits name.
    private mutating func grow() {
        let old = count
        foldCounts()
        prepare(old * 4)
        mask = UInt64(old * 4 - 1) << 5
        conflicts = 0
        idleFlushes = 0
        usedCount = 0
        for index in 0..<old where entries[index].isLive {
            let entry = entries[index]
            let place = self.index(entry.page)
            if place != index {
                entries[index] = .empty
                entries[place] = entry
                pages[place] = pages[index]
            }
            note(UInt32(truncatingIfNeeded: place))
        }
    }

    // MARK: Forgetting

    /// Forgets everything, in time proportional to what was entered since the last time.
    mutating func flush() {
        foldCounts()
        let isSparse = usedCount < count / 32
        if usedCount <= listed {
            for index in 0..<usedCount { entries[Int(used[index])] = .empty }
        } else {
            entries.update(repeating: .empty, count: count)
        }
        usedCount = 0
        conflicts = 0
        hasLocal = false
        clearVictims()
        guard count > Self.smallest else { return }
        idleFlushes = isSparse ? idleFlushes + 1 : 0
        guard idleFlushes >= Self.patience else { return }
        // Fewer slots lie closer together; those beyond are empty, as they must be.
        idleFlushes = 0
        mask = UInt64(max(Self.smallest, count / 4) - 1) << 5
    }

    private mutating func clearVictims() {
        guard hasVictims else { return }
        victims.update(repeating: .empty, count: Self.victimCount)
        hasVictims = false
        nextVictim = 0
    }

    /// Forgets what is not global, and lists the rest anew.
    mutating func flushLocal() {
        guard hasLocal else { return }
        hasLocal = false
        foldCounts()
        let known = usedCount
        usedCount = 0
        for number in 0..<(known <= listed ? known : count) {
            let index = known <= listed ? Int(used[number]) : number
            guard entries[index].isLive else { continue }
            if entries[index].isGlobal {
                note(UInt32(truncatingIfNeeded: index))
            } else {
                entries[index] = .empty
            }
        }
        guard hasVictims else { return }
        for index in 0..<Self.victimCount where !victims[index].isGlobal { victims[index] = .empty }
    }

    /// Forgets one page.
    mutating func flush(page address: UInt64) {
        let page = address & TLBEntry.pageMask
        let slot = slot(page)
        if pageTraffic != nil { foldCounts(at: index(page)) }
        if slot.pointee.isLive, slot.pointee.page == page { slot.pointee = .empty }
        if hasVictims { forgetVictim(page) }
    }

    /// Forgets the entries for which `isStale` holds. Their slots stay listed.
    mutating func flush(where isStale: (TLBEntry) -> Bool) {
        foldCounts()
        forEachEntry { if isStale($0.pointee) { $0.pointee = .empty } }
    }

    /// Takes the fast way away from stores to the physical page `page`. Sixteen slots are looked at in one step, for this
    /// happens with every page that code is translated from.
    func slowWrites(toPage page: UInt64) {
        let wanted = SIMD16<UInt32>(repeating: Self.number(of: page))
        for first in stride(from: 0, to: count, by: 16) {
            let numbers = UnsafeRawPointer(pages + first).loadUnaligned(as: SIMD16<UInt32>.self)
            guard any(numbers .== wanted) else { continue }
            for index in first..<first + 16 { slowWrites(entries + index, page) }
        }
        if hasVictims { for index in 0..<Self.victimCount { slowWrites(victims + index, page) } }
    }

    private func slowWrites(_ entry: UnsafeMutablePointer<TLBEntry>, _ page: UInt64) {
        guard entry.pointee.physicalPage == page, entry.pointee.writeTag != TLBEntry.invalid else { return }
        entry.pointee.writeTag |= TLBEntry.slow
    }

    /// Calls `body` for every slot that may hold something. It may change the tags' flags.
    @inline(__always)
    func forEachEntry(_ body: (UnsafeMutablePointer<TLBEntry>) -> Void) {
        if usedCount <= listed {
            for index in 0..<usedCount { body(entries + Int(used[index])) }
        } else {
            for index in 0..<count { body(entries + index) }
        }
        if hasVictims { for index in 0..<Self.victimCount { body(victims + index) } }
    }
}
