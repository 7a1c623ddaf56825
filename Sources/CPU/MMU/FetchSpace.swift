/// What is known of fetching in one regime and address space: translations of pages, and where jumps go that rely on
/// them. All of it goes at once; `epoch` names what is known until then.
struct FetchSpace: ~Copyable {
    var pages = FetchMap()
    var largePages = LargeRanges()
    /// Some pages are mapped in this address space only.
    var hasLocalPages = false
    var epoch: UInt64
    var jumpCache = JumpCache()
    var targets = UnitTargets()

    init(epoch: UInt64) { self.epoch = epoch }
}

/// The fetch spaces of a hart: one for user mode in each address space that is kept, one for supervisor mode, which
/// shares the global pages of all of them, one for machine mode.
///
/// No space has a limit, and each forgets only when the guest flushes or the space is given to another address space:
/// whether a fetch walks the page table does not depend on how the engine finds its blocks.
struct FetchSpaces: ~Copyable {
    private static let supervisor = AddressSpaces.count
    private static let machine = AddressSpaces.count + 1
    private static let count = AddressSpaces.count + 2

    private struct Selection {
        var userSpace = 0
        var lastEpoch: UInt64 = 0
    }

    // SAFETY: both are allocated in `init`, freed only in `deinit`. A space is made when it is used first.
    private let spaces: UnsafeMutablePointer<UnsafeMutablePointer<FetchSpace>?>
    private let selection: UnsafeMutablePointer<Selection>

    init() {
        spaces = .allocate(capacity: Self.count)
        spaces.initialize(repeating: nil, count: Self.count)
        selection = .allocate(capacity: 1)
        selection.initialize(to: Selection())
    }

    deinit {
        for index in 0..<Self.count {
            spaces[index]?.deinitialize(count: 1)
            spaces[index]?.deallocate()
        }
        spaces.deallocate()
        selection.deallocate()
    }

    /// The space of a regime: 0 user, 1 supervisor, 3 machine.
    @inline(__always)
    func space(regime: Int) -> UnsafeMutablePointer<FetchSpace> {
        let index = regime == 0 ? selection.pointee.userSpace : regime == 1 ? Self.supervisor : Self.machine
        return spaces[index] ?? make(index)
    }

    @inline(never)
    private func make(_ index: Int) -> UnsafeMutablePointer<FetchSpace> {
        let space = UnsafeMutablePointer<FetchSpace>.allocate(capacity: 1)
        space.initialize(to: FetchSpace(epoch: nextEpoch()))
        spaces[index] = space
        return space
    }

    private func nextEpoch() -> UInt64 {
        selection.pointee.lastEpoch &+= 1
        return selection.pointee.lastEpoch
    }

    func find(_ address: UInt64, regime: Int) -> FetchMap.Translation? {
        space(regime: regime).pointee.pages.find(address, regime: regime)
    }

    /// Enters a page. `span` is the size of the mapping that it came from; `isGlobal`: it is the same in every space.
    func insert(
        _ translation: FetchMap.Translation, _ address: UInt64, regime: Int, span: UInt64, isGlobal: Bool
    ) {
        let space = space(regime: regime)
        space.pointee.pages.insert(translation, address, regime: regime)
        if span > 4096 { space.pointee.largePages.insert(address, span: span) }
        if !isGlobal { space.pointee.hasLocalPages = true }
    }

    // MARK: Address spaces

    /// User mode fetches in address space `index` from now on.
    func select(space index: Int) { selection.pointee.userSpace = index }

    /// What user mode knows of address space `index` is void.
    func flush(space index: Int) { clear(index) }

    /// What supervisor mode knows of pages that are not global is void.
    func flushLocal() {
        if let space = spaces[Self.supervisor], space.pointee.hasLocalPages { clear(Self.supervisor) }
    }

    // MARK: Forgetting

    func flush() {
        for index in 0..<Self.count { clear(index) }
    }

    /// A page is void, in all address spaces: the spaces that know it go.
    func flush(page address: UInt64) {
        // Machine mode does not translate what it fetches.
        flush(page: address, Self.supervisor, 1)
        for index in 0..<AddressSpaces.count { flush(page: address, index, 0) }
    }

    private func flush(page address: UInt64, _ index: Int, _ regime: Int) {
        guard let space = spaces[index], !space.pointee.pages.isEmpty else { return }
        if space.pointee.largePages.range(of: address) != nil
            || space.pointee.pages.find(address, regime: regime) != nil
        {
            clear(index)
        }
    }

    private func clear(_ index: Int) {
        guard let space = spaces[index], !space.pointee.pages.isEmpty else { return }
        space.pointee.pages.removeAll()
        space.pointee.largePages.removeAll()
        space.pointee.hasLocalPages = false
        space.pointee.jumpCache.clear()
        space.pointee.targets.clear()
        space.pointee.epoch = nextEpoch()
    }

    /// Blocks have gone: no jump is known any longer. Translations stay.
    func clearJumps() {
        for index in 0..<Self.count {
            guard let space = spaces[index] else { continue }
            space.pointee.jumpCache.clear()
            space.pointee.targets.clear()
        }
    }
}
