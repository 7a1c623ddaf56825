public import TandemBus
import TandemKernel

/// From guest virtual addresses to memory: walks, grants, the caches of both.
extension Hart: PageTableMemory {
    /// What an access finds at an address.
    struct Resolved {
        var physical: UInt64
        /// Where it stands in the host's memory, if `grant` is not −1.
        var host: UnsafeMutableRawPointer
        /// The grant that covers it, or −1.
        var grant: Int
        var entry: UnsafeMutablePointer<TLBEntry>
    }

    // MARK: Data

    /// The entry of `address` in the present table, whatever it holds.
    @inline(__always)
    func entry(_ address: UInt64) -> UnsafeMutablePointer<TLBEntry> {
        SoftTLB.entry(state.pointee.table, state.pointee.tableMask, address)
    }

    /// Translates a data access of `count` bytes within one page. Nil: a trap was raised.
    func resolve(_ address: UInt64, _ access: MemoryAccess, count: Int) -> Resolved? {
        var entry = entry(address)
        var tag = access == .store ? entry.pointee.writeTag : entry.pointee.readTag
        if tag & ~TLBEntry.flags != address & TLBEntry.pageMask {
            guard
                tlb.recall(regime: self.access.pointee.dataRegime, address: address, forStore: access == .store)
                    || fill(address, access)
            else { return nil }
            // The table may have grown.
            tableChanged()
            entry = self.entry(address)
            tag = access == .store ? entry.pointee.writeTag : entry.pointee.readTag
        }
        let physical = entry.pointee.physicalPage | address & 0xfff
        if tag & TLBEntry.watched != 0, stopsBefore(access, address, count: count) { return nil }
        if tag & TLBEntry.guarded != 0 {
            let privilege = self.access.pointee.dataPrivilege
            guard privilegedState.pointee.protection.allows(access, physical, count: UInt64(count), privilege) else {
                fault(access == .store ? .storeAccessFault : .loadAccessFault, address)
                return nil
            }
        }
        return Resolved(
            physical: physical, host: host(entry, address), grant: entry.pointee.grant, entry: entry)
    }

    /// Where `address` stands in the host's memory; meaningless for a page without a grant.
    @inline(__always)
    func host(_ entry: UnsafeMutablePointer<TLBEntry>, _ address: UInt64) -> UnsafeMutableRawPointer {
        // SAFETY: dereferenced only where the entry has a grant. Not nil: RAM does not stand at the host's address 0,
        // and where there is no grant the lowest bit makes it so.
        let bits = UInt(truncatingIfNeeded: address &+ entry.pointee.addend)
        return UnsafeMutableRawPointer(bitPattern: bits == 0 ? 1 : bits).unsafelyUnwrapped
    }

    /// Walks and enters the translation of a data access. False: a trap was raised.
    private func fill(_ address: UInt64, _ access: MemoryAccess) -> Bool {
        let privilege = self.access.pointee.dataPrivilege
        guard privilegedState.pointee.isTranslated(privilege) else {
            enter(address, address, span: 4096, readable: true, writable: true, isGlobal: true)
            return true
        }
        let walk = PageWalk(privilegedState.pointee, configuration, privilege: privilege)
        switch walk.translate(address, access, self) {
        case .mapped(let physical, let span, let isReadable, let isWritable, let isGlobal):
            if debugLog.options.contains(.translation) { debugLog.walked(self, address, access, physical, span) }
            enter(address, physical, span: span, readable: isReadable, writable: isWritable, isGlobal: isGlobal)
            return true
        case .pageFault:
            fault(access == .store ? .storePageFault : .loadPageFault, address)
            return false
        case .accessFault:
            fault(access == .store ? .storeAccessFault : .loadAccessFault, address)
            return false
        }
    }

    private func enter(
        _ address: UInt64, _ physical: UInt64, span: UInt64, readable: Bool, writable: Bool, isGlobal: Bool
    ) {
        let page = physical & TLBEntry.pageMask
        let virtualPage = address & TLBEntry.pageMask
        let privilege = access.pointee.dataPrivilege
        var entry = TLBEntry.empty
        if let window = window(page) {
            let isHome = window.pointee.grant >= 0 && window.pointee.grant == access.pointee.homeGrant
            // Without the right, the slow path has to say so.
            if readable {
                let isAllowed = window.pointee.allows(.load, privilege)
                entry.readTag =
                    virtualPage | (isAllowed ? isHome ? 0 : TLBEntry.slow : TLBEntry.slow | TLBEntry.guarded)
            }
            if writable {
                let isAllowed = window.pointee.allows(.store, privilege)
                let isFast = isHome && isAllowed && !isWatched(page, window.pointee.grant)
                entry.writeTag =
                    virtualPage
                    | (isAllowed ? isFast ? 0 : TLBEntry.slow : TLBEntry.slow | TLBEntry.guarded)
            }
            entry.addend =
                window.pointee.grant >= 0
                ? window.pointee.addend &+ page &- virtualPage
                : UInt64(UInt(bitPattern: routes.route(to: physical, bus)))
            entry.target = TLBEntry.target(page: page, grant: window.pointee.grant, isGlobal: isGlobal)
        } else {
            // More than one rule applies within the page: each access asks.
            let grant = grant(for: page)
            if readable { entry.readTag = virtualPage | TLBEntry.slow | TLBEntry.guarded }
            if writable { entry.writeTag = virtualPage | TLBEntry.slow | TLBEntry.guarded }
            entry.addend =
                grant >= 0
                ? UInt64(UInt(bitPattern: grants[grant].pointer(to: page))) &- virtualPage
                : UInt64(UInt(bitPattern: routes.route(to: physical, bus)))
            entry.target = TLBEntry.target(page: page, grant: grant, isGlobal: isGlobal)
        }
        if access.pointee.isWatched, isWatched(virtualPage: virtualPage) { entry.watch() }
        tlb.insert(entry, regime: access.pointee.dataRegime, address: address, span: span)
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
        if let known = fetchSpaces.find(address, regime: regime) { return known }
        var physical = address
        var span: UInt64 = 4096
        var isGlobal = true
        if privileged.isTranslated(privileged.privilege) {
            let walk = PageWalk(privileged, configuration, privilege: privileged.privilege)
            switch walk.translate(address, .fetch, self) {
            case .mapped(let to, let size, _, _, let everywhere):
                (physical, span, isGlobal) = (to, size, everywhere)
                debugLog.walked(self, address, .fetch, physical, span)
            case .pageFault:
                fault(.instructionPageFault, address)
                return nil
            case .accessFault:
                fault(.instructionAccessFault, address)
                return nil
            }
        }
        let page = physical & TLBEntry.pageMask
        let window = window(page)
        let isAllowed =
            window.map { $0.pointee.allows(.fetch, privileged.privilege) }
            ?? privileged.protection.allows(.fetch, physical & ~1, count: 2, privileged.privilege)
        guard isAllowed else {
            fault(.instructionAccessFault, address)
            return nil
        }
        let isUniform = window != nil
        let grant = window?.pointee.grant ?? -1
        let translation = FetchMap.Translation(physicalPage: page, grant: Int32(grant))
        // A page under more than one protection rule is checked at every fetch.
        if isUniform {
            fetchSpaces.insert(translation, address, regime: regime, span: span, isGlobal: isGlobal)
        }
        return translation
    }

    // MARK: Grants

    /// The window that `page` lies in; nil if PMP divides the page.
    @inline(__always)
    func window(_ page: UInt64) -> UnsafeMutablePointer<PhysicalWindow>? {
        if memoryWindow.pointee.contains(page) { return memoryWindow }
        if deviceWindow.pointee.contains(page) { return deviceWindow }
        return findWindow(page)
    }

    @inline(never)
    private func findWindow(_ page: UInt64) -> UnsafeMutablePointer<PhysicalWindow>? {
        guard let rule = privilegedState.pointee.protection.window(around: page) else { return nil }
        var window = PhysicalWindow()
        window.grant = grant(for: page)
        window.rights = rule.rights
        guard window.grant >= 0 else {
            // What lies next to it may be memory: a window of one page.
            (window.first, window.last) = (page, page | 0xfff)
            deviceWindow.pointee = window
            return deviceWindow
        }
        let grant = grants[window.grant]
        window.first = max(rule.first, (grant.start &+ 0xfff) & ~0xfff)
        window.last = min(rule.last, ((grant.end &+ 1) & ~0xfff) &- 1)
        window.addend = UInt64(UInt(bitPattern: grant.base)) &- grant.start
        // Where links take time, each access is booked.
        window.walkCell = grant.path == nil ? bus.cell(for: grant.target, isPageWalk: true) : nil
        window.readLatency = Int64(grant.readTime(configuration.xlen == .rv32 ? 4 : 8).picoseconds)
        memoryWindow.pointee = window
        return memoryWindow
    }

    /// The rules of protection or the grants have changed.
    private func forgetWindows() {
        memoryWindow.pointee = PhysicalWindow()
        deviceWindow.pointee = PhysicalWindow()
    }

    /// The grant that covers a whole page, asked for if need be; −1 if there is none.
    private func grant(for page: UInt64) -> Int {
        guard usesDirectMemory else { return -1 }
        for index in 0..<grants.count where grants[index].contains(page, count: 4096) { return index }
        guard !grants.isFull, let grant = bus.directMemory(at: page, for: .read), grant.contains(page, count: 4096)
        else { return -1 }
        grants.append(grant)
        let index = grants.count - 1
        if let memory = grant.memory {
            memory._withUnsafeGuaranteedRef { $0.writeWatch.add(self, fastWriter: bus.id) }
        }
        if homeGrant < 0, grant.allowsWrite, grant.isTimeless, let cell = grant.cell {
            // What was taken back before the home was known goes along.
            homeGrant = index
            cell.pointee.add(orphanCell.pointee)
            orphanCell.pointee = TrafficCell()
            homeCell = cell
            access.pointee.homeTarget = grant.target
            noteHome()
        }
        return index
    }

    // MARK: Page tables

    @inline(__always)
    func readEntry(_ physical: UInt64, width: Int) -> UInt64? {
        let window = memoryWindow
        guard window.pointee.contains(physical), window.pointee.rights.lower & 1 != 0,
            let cell = window.pointee.walkCell
        else { return readEntrySlowly(physical, width: width) }
        cell.pointee.reads &+= 1
        cell.pointee.readBytes &+= UInt64(truncatingIfNeeded: width)
        let latency = window.pointee.readLatency
        if latency != 0 {
            cell.pointee.latencyPicoseconds &+= UInt64(latency)
            state.pointee.localTime &+= latency
            state.pointee.waited &+= latency
        }
        // SAFETY: the window is a part of a grant, and entries are aligned.
        let bits = UInt(truncatingIfNeeded: physical &+ window.pointee.addend)
        let entry = UnsafeRawPointer(bitPattern: bits).unsafelyUnwrapped
        return width == 4 ? UInt64(entry.load(as: UInt32.self)) : entry.load(as: UInt64.self)
    }

    /// Finds the window first; by a transaction where there is no grant.
    @inline(never)
    private func readEntrySlowly(_ physical: UInt64, width: Int) -> UInt64? {
        guard privilegedState.pointee.protection.allows(.load, physical, count: UInt64(width), .supervisor) else {
            return nil
        }
        let grant = window(physical & TLBEntry.pageMask)?.pointee.grant ?? grant(for: physical & TLBEntry.pageMask)
        if grant >= 0 {
            let latency = take(isWrite: false, width, at: grant)
            walkCell(grant).pointee.count(write: false, fetch: false, bytes: width, failed: false, latency: latency)
            charge(latency)
            let entry = grants[grant].pointer(to: physical)
            return width == 4 ? UInt64(entry.loadUnaligned(as: UInt32.self)) : entry.loadUnaligned(as: UInt64.self)
        }
        var value: UInt64 = 0
        return transact(.read, physical, &value, count: width, Attributes(privilege: 1, isPageWalk: true)) ? value : nil
    }

    func updateEntry(_ physical: UInt64, width: Int, old: UInt64, new: UInt64) -> Bool? {
        guard privilegedState.pointee.protection.allows(.store, physical, count: UInt64(width), .supervisor) else {
            return nil
        }
        let grant = window(physical & TLBEntry.pageMask)?.pointee.grant ?? grant(for: physical & TLBEntry.pageMask)
        // Nothing runs between the read of the walk and this write: the entry cannot have changed.
        if grant >= 0, grants[grant].allowsWrite {
            let pointer = grants[grant].pointer(to: physical)
            if width == 4 {
                pointer.storeBytes(of: UInt32(truncatingIfNeeded: new), as: UInt32.self)
            } else {
                pointer.storeBytes(of: new, as: UInt64.self)
            }
            let latency = take(isWrite: true, width, at: grant)
            walkCell(grant).pointee.count(write: true, fetch: false, bytes: width, failed: false, latency: latency)
            charge(latency)
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

    /// Drops every cached translation, data and code, of all address spaces.
    func flushTranslations() {
        forgetWindows()
        addressSpaces.reset(to: privilegedState.pointee.translation)
        tlb.select(space: addressSpaces.current)
        fetchSpaces.select(space: addressSpaces.current)
        tlb.flush()
        fetchSpaces.flush()
        tableChanged()
        fetchSpaceChanged()
    }

    /// `satp` was written, and its scheme is the same: what belongs to the address space of before is put aside.
    func addressSpaceChanged() {
        let xlen = configuration.xlen
        let isFresh = addressSpaces.select(privilegedState.pointee.translation) {
            PrivilegedState.addressSpace($0, xlen)
        }
        tlb.select(space: addressSpaces.current)
        fetchSpaces.select(space: addressSpaces.current)
        if isFresh {
            tlb.flush(space: addressSpaces.current)
            fetchSpaces.flush(space: addressSpaces.current)
        }
        tlb.flushLocal()
        fetchSpaces.flushLocal()
        tableChanged()
        fetchSpaceChanged()
    }

    /// SFENCE.VMA for one address, whatever the address space.
    func flushTranslation(of address: UInt64) {
        tlb.flush(page: address)
        fetchSpaces.flush(page: address)
        tableChanged()
        fetchSpaceChanged()
    }

    /// SFENCE.VMA for one address space; global pages may stay.
    func flushTranslations(ofSpace asid: UInt64) {
        let xlen = configuration.xlen
        if let index = addressSpaces.index(of: asid, { PrivilegedState.addressSpace($0, xlen) }) {
            tlb.flush(space: index)
            fetchSpaces.flush(space: index)
        }
        if asid == PrivilegedState.addressSpace(privilegedState.pointee.translation, xlen) {
            tlb.flushLocal()
            fetchSpaces.flushLocal()
        }
        tableChanged()
        fetchSpaceChanged()
    }

    /// Drops all translated blocks.
    func flushBlocks() {
        foldTraffic()
        unwatchAllCode()
        blocks.removeAll()
        backend?.removeAll()
        fetchSpaces.clearJumps()
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

    /// Drops what was translated from a page.
    func dropCode(page: UInt64) {
        if let code = codePages.removeValue(forKey: page) { unwatchCode(code) }
        blocks.drop(page: page) { release($0) }
        fetchSpaces.clearJumps()
    }

    public func memoryWritten(offset: UInt64, count: Int, by initiator: InitiatorID) {
        let last = offset &+ UInt64(max(count, 1)) &- 1
        for number in (offset >> 12)...(last >> 12) {
            let from = number == offset >> 12 ? Int(offset & 0xfff) : 0
            let to = number == last >> 12 ? Int(last & 0xfff) : 4095
            // Which memory it was is not said: the same page of another one is dropped too, which does no harm.
            forEachView(ofPage: number) { page in
                guard let code = codePages[page], code.overlaps(from, to) else { return }
                dropCode(page: page)
                codeChanged = true
            }
        }
    }

    /// Calls `body` with the physical page number of every place where page `number` of a memory is seen.
    private func forEachView(ofPage number: UInt64, _ body: (UInt64) -> Void) {
        for index in 0..<grants.count {
            let grant = grants[index]
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
        forEachView(ofPage: number) { tlb.slowWrites(toPage: $0 << 12) }
    }

    public func routesChanged() {
        routes.renew(bus)
        forgetDirectReads()
    }

    public func directMemoryInvalidated(range: ClosedRange<UInt64>) {
        flushBlocks()
        flushTranslations()
        grants.removeAll()
        forgetDirectReads()
        routes.removeAll()
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
