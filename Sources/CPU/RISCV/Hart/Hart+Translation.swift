public import TandemBus
import TandemKernel

/// From guest virtual addresses to memory: walks, grants, the caches of both.
extension Hart: PageTableMemory {
    /// What an access finds at an address.
    struct Resolved {
        var physical: UInt64
        /// The grant that covers it, or −1.
        var grant: Int
        var entry: UnsafeMutablePointer<TLBEntry>
    }

    // MARK: Data

    /// Translates a data access of `count` bytes within one page. Nil: a trap was raised.
    func resolve(_ address: UInt64, _ access: MemoryAccess, count: Int) -> Resolved? {
        let regime = privileged.dataRegime
        var entry = tlb.slot(regime: regime, address: address)
        let tag = (access == .store ? entry.pointee.writeTag : entry.pointee.readTag) & ~TLBEntry.slow
        if tag != address & TLBEntry.pageMask {
            guard
                tlb.recall(regime: regime, address: address, forStore: access == .store)
                    || fill(address, access, regime)
            else { return nil }
            // The table may have grown.
            tableChanged()
            entry = tlb.slot(regime: regime, address: address)
        }
        let physical = entry.pointee.physicalPage | address & 0xfff
        guard privileged.protection.allows(access, physical, count: UInt64(count), privileged.dataPrivilege) else {
            fault(access == .store ? .storeAccessFault : .loadAccessFault, address)
            return nil
        }
        return Resolved(physical: physical, grant: entry.pointee.grant, entry: entry)
    }

    /// Walks and enters the translation of a data access. False: a trap was raised.
    private func fill(_ address: UInt64, _ access: MemoryAccess, _ regime: Int) -> Bool {
        let privilege = privileged.dataPrivilege
        var physical = address
        var span: UInt64 = 4096
        var readable = true
        var writable = true
        if privileged.isTranslated(privilege) {
            switch PageWalk(privileged, configuration, privilege: privilege).translate(address, access, self) {
            case .mapped(let to, let size, let isReadable, let isWritable):
                (physical, span, readable, writable) = (to, size, isReadable, isWritable)
            case .pageFault:
                fault(access == .store ? .storePageFault : .loadPageFault, address)
                return false
            case .accessFault:
                fault(access == .store ? .storeAccessFault : .loadAccessFault, address)
                return false
            }
            debugLog.walked(self, address, access, physical, span)
        }
        enter(address, physical, regime, span: span, readable: readable, writable: writable)
        return true
    }

    private func enter(
        _ address: UInt64, _ physical: UInt64, _ regime: Int, span: UInt64, readable: Bool, writable: Bool
    ) {
        let page = physical & TLBEntry.pageMask
        let grant = grant(for: page)
        let virtualPage = address & TLBEntry.pageMask
        let privilege = privileged.dataPrivilege
        let protection = privileged.protection
        let isPlain = grant >= 0 && grant == homeGrant && protection.isUniform(page: page)
        var readTag = TLBEntry.invalid
        var writeTag = TLBEntry.invalid
        if readable {
            let isFast = isPlain && protection.allows(.load, page, count: 4096, privilege)
            readTag = virtualPage | (isFast ? 0 : TLBEntry.slow)
        }
        if writable {
            let isFast =
                isPlain && grants[grant].allowsWrite && !isWatched(page, grant)
                && protection.allows(.store, page, count: 4096, privilege)
            writeTag = virtualPage | (isFast ? 0 : TLBEntry.slow)
        }
        var addend: UInt64 = 0
        if grant >= 0 {
            addend = UInt64(UInt(bitPattern: grants[grant].pointer(to: page))) &- virtualPage
        }
        let entry = TLBEntry(
            readTag: readTag, writeTag: writeTag, addend: addend,
            target: TLBEntry.target(page: page, grant: grant >= 0 ? grant : nil))
        tlb.insert(entry, regime: regime, address: address, span: span)
    }

    /// Whether stores to a page must be told.
    func isWatched(_ page: UInt64, _ grant: Int) -> Bool {
        guard let memory = grants[grant].memory else { return false }
        return memory._withUnsafeGuaranteedRef { memory in
            memory.writeWatch.isWatched(offset: UInt64(grants[grant].pointer(to: page) - memory.base))
        }
    }

    // MARK: Fetching

    /// Where the code at `address` stands. Nil: a trap was raised.
    func fetchTranslation(_ address: UInt64) -> FetchMap.Translation? {
        let regime = Int(privileged.privilege.rawValue)
        if let known = fetchMap.find(address, regime: regime) { return known }
        var physical = address
        if privileged.isTranslated(privileged.privilege) {
            let walk = PageWalk(privileged, configuration, privilege: privileged.privilege)
            switch walk.translate(address, .fetch, self) {
            case .mapped(let to, let span, _, _):
                physical = to
                debugLog.walked(self, address, .fetch, physical, span)
                if span > 4096 { largeFetches = true }
            case .pageFault:
                fault(.instructionPageFault, address)
                return nil
            case .accessFault:
                fault(.instructionAccessFault, address)
                return nil
            }
        }
        let page = physical & TLBEntry.pageMask
        guard privileged.protection.allows(.fetch, physical & ~1, count: 2, privileged.privilege) else {
            fault(.instructionAccessFault, address)
            return nil
        }
        let isUniform = privileged.protection.isUniform(page: page)
        let grant = isUniform ? grant(for: page) : -1
        let translation = FetchMap.Translation(physicalPage: page, grant: Int32(grant))
        // A page under more than one protection rule is checked at every fetch.
        if isUniform { fetchMap.insert(translation, address, regime: regime) }
        return translation
    }

    // MARK: Grants

    /// The grant that covers a whole page, asked for if need be; −1 if there is none.
    private func grant(for page: UInt64) -> Int {
        guard usesDirectMemory else { return -1 }
        for index in grants.indices where grants[index].contains(page, count: 4096) { return index }
        guard grants.count < TLBEntry.grantLimit, let grant = bus.directMemory(at: page, for: .read),
            grant.contains(page, count: 4096)
        else { return -1 }
        grants.append(grant)
        let index = grants.count - 1
        if let memory = grant.memory {
            memory._withUnsafeGuaranteedRef { $0.writeWatch.add(self, fastWriter: bus.id) }
        }
        let isTimed = grant.readLatency != .zero || grant.writeLatency != .zero
        if homeGrant < 0, grant.allowsWrite, !isTimed, let cell = grant.cell {
            // What was taken back before the home was known goes along.
            homeGrant = index
            cell.pointee.add(orphanCell.pointee)
            orphanCell.pointee = TrafficCell()
            homeCell = cell
        }
        return index
    }

    // MARK: Page tables

    func readEntry(_ physical: UInt64, width: Int) -> UInt64? {
        guard privileged.protection.allows(.load, physical, count: UInt64(width), .supervisor) else { return nil }
        let grant = grant(for: physical & TLBEntry.pageMask)
        if grant >= 0 {
            walkCell(grant).pointee.count(
                write: false, fetch: false, bytes: width, failed: false, latency: grants[grant].readLatency)
            charge(grants[grant].readLatency)
            let entry = grants[grant].pointer(to: physical)
            return width == 4 ? UInt64(entry.loadUnaligned(as: UInt32.self)) : entry.loadUnaligned(as: UInt64.self)
        }
        var value: UInt64 = 0
        return transact(.read, physical, &value, count: width, Attributes(privilege: 1, isPageWalk: true)) ? value : nil
    }

    func updateEntry(_ physical: UInt64, width: Int, old: UInt64, new: UInt64) -> Bool? {
        guard privileged.protection.allows(.store, physical, count: UInt64(width), .supervisor) else { return nil }
        let grant = grant(for: physical & TLBEntry.pageMask)
        // Nothing runs between the read of the walk and this write: the entry cannot have changed.
        if grant >= 0, grants[grant].allowsWrite {
            let pointer = grants[grant].pointer(to: physical)
            if width == 4 {
                pointer.storeBytes(of: UInt32(truncatingIfNeeded: new), as: UInt32.self)
            } else {
                pointer.storeBytes(of: new, as: UInt64.self)
            }
            walkCell(grant).pointee.count(
                write: true, fetch: false, bytes: width, failed: false, latency: grants[grant].writeLatency)
            charge(grants[grant].writeLatency)
            grants[grant].memory?._withUnsafeGuaranteedRef { $0.noteWrite(to: pointer, count: width, by: bus.id) }
            return true
        }
        var value = new
        return transact(.write, physical, &value, count: width, Attributes(privilege: 1, isPageWalk: true)) ? true : nil
    }

    private func walkCell(_ grant: Int) -> UnsafeMutablePointer<TrafficCell> {
        bus.cell(for: grants[grant].target, isPageWalk: true)
    }

    // MARK: Forgetting

    /// Drops every cached translation, data and code.
    func flushTranslations() {
        tlb.flush()
        tableChanged()
        forgetFetches()
    }

    /// SFENCE.VMA for one address.
    func flushTranslation(of address: UInt64) {
        tlb.flush(page: address)
        tableChanged()
        if fetchMap.isEmpty { return }
        let isFetched = largeFetches || (0...1).contains { fetchMap.find(address, regime: $0) != nil }
        if isFetched { forgetFetches() }
    }

    private func forgetFetches() {
        fetchMap.removeAll()
        largeFetches = false
        clearJumps()
        state.pointee.fetchEpoch &+= 1
    }

    /// Drops all translated blocks.
    func flushBlocks() {
        foldTraffic()
        unwatchAllCode()
        blocks.removeAll()
        backend?.removeAll()
        clearJumps()
        pendingExit = nil
        pendingTarget = nil
        wantsFlush = false
    }
}

// MARK: Code that changes

extension Hart: WriteWatchObserver, DirectMemoryObserver {
    /// Watches the page that a block is made from.
    func watchCode(_ physical: UInt64, _ grant: Int32) {
        let page = physical >> 12
        guard grant >= 0, codePages[page] == nil, let memory = grants[Int(grant)].memory else { return }
        let number = memory._withUnsafeGuaranteedRef { memory in
            UInt64(grants[Int(grant)].pointer(to: page << 12) - memory.base) >> 12
        }
        codePages[page] = CodePage(memory: memory, number: number)
        memory._withUnsafeGuaranteedRef { $0.writeWatch.watch(page: number, for: .code, by: .none) }
    }

    /// Notes which bytes of a page code was made from.
    func noteCode(_ physical: UInt64, count: Int) {
        let first = Int(physical & 0xfff)
        codePages[physical >> 12]?.include(first, min(first + count, 4096) - 1)
    }

    private func unwatchCode(_ page: CodePage) {
        page.memory._withUnsafeGuaranteedRef { $0.writeWatch.unwatch(page: page.number, for: .code) }
    }

    /// Forgets all pages of code.
    func unwatchAllCode() {
        for page in codePages.values { unwatchCode(page) }
        codePages.removeAll(keepingCapacity: true)
    }

    public func memoryWritten(offset: UInt64, count: Int, by initiator: InitiatorID) {
        let last = offset &+ UInt64(max(count, 1)) &- 1
        for number in (offset >> 12)...(last >> 12) {
            let from = number == offset >> 12 ? Int(offset & 0xfff) : 0
            let to = number == last >> 12 ? Int(last & 0xfff) : 4095
            // Which memory it was is not said: the same page of another one is dropped too, which does no harm.
            forEachView(ofPage: number) { page in
                guard let code = codePages[page], code.overlaps(from, to) else { return }
                codePages[page] = nil
                unwatchCode(code)
                blocks.drop(page: page) { release($0) }
                clearJumps()
                codeChanged = true
            }
        }
    }

    /// Calls `body` with the physical page number of every place where page `number` of a memory is seen.
    private func forEachView(ofPage number: UInt64, _ body: (UInt64) -> Void) {
        for grant in grants {
            guard let memory = grant.memory else { continue }
            let seen: UInt64? = memory._withUnsafeGuaranteedRef { memory in
                guard number << 12 < memory.size else { return nil }
                let distance = memory.base + Int(number << 12) - grant.base
                guard distance >= 0, UInt64(distance) <= grant.end &- grant.start else { return nil }
                return (grant.start &+ UInt64(distance)) >> 12
            }
            if let seen { body(seen) }
        }
    }

    public func pageBecameWatched(_ page: UInt64, for reason: WatchReason, by initiator: InitiatorID) {
        if reason == .reservation {
            guard initiator != bus.id else { return }
            // Nobody else runs before this hart's next slice, and most reservations are gone by then.
            reservedWatches.append(page)
            return
        }
        slowWrites(toPage: page)
    }

    /// Takes the fast way from stores to pages that other initiators have reserved and still hold.
    func slowReservedPages() {
        for page in reservedWatches { slowWrites(toPage: page) }
        reservedWatches.removeAll(keepingCapacity: true)
    }

    /// Takes the fast way from stores to a page of a memory, wherever the hart sees it.
    private func slowWrites(toPage number: UInt64) {
        forEachView(ofPage: number) { tlb.slowWrites(toPages: $0 << 12, $0 << 12) }
    }

    public func directMemoryInvalidated(range: ClosedRange<UInt64>) {
        flushBlocks()
        flushTranslations()
        grants.removeAll()
        // The cells outlive the grants: what the block being executed still takes back belongs there.
        homeGrant = -1
        needsAttention = true
        codeChanged = true
    }
}

/// A page that blocks were translated from, its watch, and the bytes that matter.
struct CodePage {
    // SAFETY: memories live as long as the module tree, which owns the hart too.
    let memory: Unmanaged<Memory>
    /// Its number in the memory.
    let number: UInt64
    private var first = 4096
    private var last = -1

    init(memory: Unmanaged<Memory>, number: UInt64) {
        self.memory = memory
        self.number = number
    }

    mutating func include(_ from: Int, _ to: Int) {
        first = min(first, from)
        last = max(last, to)
    }

    /// Whether a write to these bytes touches code. Data often stands in the same page.
    func overlaps(_ from: Int, _ to: Int) -> Bool { from <= last && to >= first }
}

extension TrafficCell {
    /// Adds the counts of another cell; counts that were taken back wrap around and come out right.
    mutating func add(_ other: TrafficCell) {
        reads &+= other.reads
        writes &+= other.writes
        fetches &+= other.fetches
        readBytes &+= other.readBytes
        writeBytes &+= other.writeBytes
        fetchBytes &+= other.fetchBytes
        errors &+= other.errors
        latencyPicoseconds &+= other.latencyPicoseconds
    }
}
