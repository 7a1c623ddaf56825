import TandemBus
import TandemKernel

/// The hot tier: units of generated code.
extension Hart {
    /// Makes the back-end ready, if the engine wants it and the host has it.
    func prepareBackend() {
        guard engine == .translate, usesDirectMemory else { return }
        let host = simulation.service(TranslatorHost.self)
        switch host.makeBackend() {
        case .success(let backend): install(backend, room: host.room)
        case .failure(let missing): missingBackend = missing.reason
        }
    }

    private func install(_ backend: X64Backend, room: TranslatorHost.Room) {
        self.backend = backend
        blocks.move(to: backend.data, capacity: room.data)
        state.pointee.budgetBias = instructionCost - 1
        state.pointee.codeBase = backend.codeBase
        state.pointee.context = Unmanaged.passUnretained(self).toOpaque()
        state.pointee.functions = Self.slowFunctions
        state.pointee.directReads = directReads.slots
        state.pointee.access = access
        state.pointee.horizonGeneration = scheduler.horizonGenerationPlace
    }

    /// One line for all harts of a simulation: what it says is true of the host, and of none of them in particular.
    func noteMissingBackend() {
        guard let missingBackend else { return }
        simulation.log.writeOnce(.warning, at: "", "guest code is interpreted: \(missingBackend)")
    }

    /// The home RAM, where plain accesses of machine mode go.
    var plainRange: DirectMemory? { homeGrant >= 0 ? grants[homeGrant] : nil }

    // MARK: Running

    /// Runs the unit that starts with `block`, and those that it leads to. False: there is none, or it cannot be entered
    /// now.
    func runUnits(_ block: BlockPointer) -> Bool {
        guard let backend = backendReference, !access.pointee.isStepping, !access.pointee.logsBlocks else {
            return false
        }
        if hasDeclined {
            hasDeclined = false
            return false
        }
        if let unit = block.pointee.unit, unit.pointee.hasMissedCover {
            block.pointee.avoidsCovers = true
            release(block)
        }
        guard let unit = block.pointee.unit ?? compile(block) else { return false }
        guard state.pointee.localTime + unit.pointee.lastStart < state.pointee.limit, isMapped(unit) else {
            return false
        }
        if let exit = pendingExit, exit.pointee.target == unit.pointee.pc,
            exit.pointee.owner.pointee.mode == unit.pointee.mode
        {
            UnitExit.link(exit, to: unit, epoch: state.pointee.fetchEpoch)
        }
        if pendingTarget == unit.pointee.pc {
            fetchSpace.pointee.targets.insert(backend._withUnsafeGuaranteedRef { $0.target(of: unit) })
        }
        pendingExit = nil
        pendingTarget = nil
        finish(backend._withUnsafeGuaranteedRef { $0.run(frame, unit.pointee.entry) })
        return true
    }

    private func finish(_ outcome: X64Outcome) {
        foldHostFlags()
        switch outcome.kind {
        case .unlinked:
            // SAFETY: generated code returns the addresses of its own records only.
            let exit = UnitExitPointer(bitPattern: outcome.address).unsafelyUnwrapped
            pc = exit.pointee.target
            pendingExit = exit
        case .refused:
            pc = BlockPointer(bitPattern: outcome.address).unsafelyUnwrapped.pointee.pc
        case .declined:
            // The portable back-end executes the first block of the loop.
            pc = BlockPointer(bitPattern: outcome.address).unsafelyUnwrapped.pointee.pc
            hasDeclined = true
        case .indirect:
            pendingTarget = pc
        case .left:
            leaveEarly(at: accessIndex)
            if let unit = state.pointee.block, unit.pointee.hasMissedCover { detach(unit) }
        case .guestExit:
            guard let unit = state.pointee.block else { return }
            let last = Int(unit.pointee.count) - 1
            exit(function: unit.pointee.exitFunction, argument: unit.pointee.exitArgument, index: last)
            if state.pointee.exitRequest == ExitRequest.trap { leaveEarly(at: last) }
        }
    }

    /// Lets nothing lead to a unit that is to be compiled anew: it would be left time and again.
    private func detach(_ unit: BlockPointer) {
        while let exit = unit.pointee.incoming { UnitExit.unlink(exit) }
        fetchSpaces.clearJumps()
    }

    /// Brings the exceptions that generated code has accumulated to their place.
    func foldHostFlags() {
        let flags = state.pointee.mxcsr & 0x3d
        guard flags != 0 else { return }
        state.pointee.mxcsr = CPUState.quietMXCSR
        frame[Int(Place.floatFlags.index)] |= UInt64(FloatFlags(mxcsr: flags).rawValue)
    }

    /// Whether all pages of a unit are where they were when it was compiled. Pages are never walked for that: it would be
    /// seen by the guest before it goes there.
    private func isMapped(_ unit: BlockPointer) -> Bool {
        guard let pages = unit.pointee.pages else { return true }
        let epoch = UInt32(truncatingIfNeeded: state.pointee.fetchEpoch)
        guard let site = unit.pointee.epochSite else { return true }
        if site.loadUnaligned(as: UInt32.self) == epoch { return true }
        let regime = Int(privileged.privilege.rawValue)
        for index in 0..<Int(unit.pointee.pageCount) {
            guard let translation = fetchSpaces.find(pages[index].virtual, regime: regime),
                translation.physicalPage == pages[index].physical
            else { return false }
        }
        site.storeBytes(of: epoch, as: UInt32.self)
        return true
    }

    // MARK: Compiling

    /// Compiles the unit that starts with a block. Nil: not now, or never.
    private func compile(_ block: BlockPointer) -> BlockPointer? {
        guard let backend else { return nil }
        guard block.pointee.isChainable, block.pointee.fetchLatency == 0, block.pointee.fetchCell != nil else {
            block.pointee.hotAt = .max
            return nil
        }
        if backend.isFull || blocks.isFull {
            wantsFlush = true
            return nil
        }
        traceUnit(from: block, &backend.ir)
        backend.optimize()
        let ir = backend.ir
        let count = ir.boundaries.count
        let boundaries = blocks.allocate(BlockBoundary.self, count: count)
        let tally = BlockBoundary.fill(boundaries, ir, steps: nil, crosses: false)
        let exits = blocks.allocate(UnitExit.self, count: ir.exitCount)
        let unit = blocks.allocate(TranslatedBlock.self, count: 1)
        let cost = instructionCost * Int64(count)
        unit.initialize(
            to: TranslatedBlock(
                executions: 0, lastStart: cost - instructionCost, cost: cost, waited: 0, code: block.pointee.code,
                pc: block.pointee.pc, physical: block.pointee.physical, secondPage: TranslatedBlock.noPage,
                mode: block.pointee.mode, count: UInt32(count), boundaries: boundaries,
                fetchCell: block.pointee.fetchCell, fetchLatency: 0, fetchTarget: block.pointee.fetchTarget,
                isChainable: true, tally: tally))
        unit.pointee.fetchGrant = block.pointee.fetchGrant
        unit.pointee.exits = exits
        (unit.pointee.shares, unit.pointee.shareCount) = shares(
            of: boundaries, count: count, pc: block.pointee.pc, mode: block.pointee.mode)
        if access.pointee.code.lists {
            unit.pointee.executions = .max
            unit.pointee.folded = .max
        }
        var settings = settings()
        settings.usesCovers = !block.pointee.avoidsCovers
        guard backend.compile(into: unit, settings) else {
            block.pointee.hotAt = .max
            return nil
        }
        notePages(unit)
        perfMap?.add(unit, name: profileName(unit.pointee.pc))
        tellCompiled(unit, backend)
        block.pointee.unit = unit
        // From now on it always comes to the dispatcher, which enters the unit.
        block.pointee.hotAt = 0
        return unit
    }

    /// What a profiler calls the code of a guest address: "main+0x12", or "guest_0x80000000".
    private func profileName(_ address: UInt64) -> String {
        debugLog.symbolizer(address) ?? "guest_0x\(String(address, radix: 16))"
    }

    private func settings() -> X64Lowering.Settings {
        var settings = X64Lowering.Settings()
        settings.instructionCost = instructionCost
        settings.readsDirectly = true
        settings.countsPages = access.pointee.code.countsPages
        settings.listsUnits = access.pointee.code.lists
        settings.keepsFloat = privileged.floatState != 0
        settings.mode = state.pointee.mode
        if mode.isBare, let range = plainRange {
            settings.plainStart = range.start
            settings.plainSize = range.end - range.start + 1
        }
        settings.pages = tracedPages.map { $0.virtual >> 12 }
        return settings
    }

    /// Ties a unit to the pages besides its first that its code stands in.
    private func notePages(_ unit: BlockPointer) {
        guard tracedPages.count > 1 else { return }
        let pages = blocks.allocate(UnitPage.self, count: tracedPages.count)
        for (index, page) in tracedPages.enumerated() {
            (pages + index).initialize(to: page)
            for number in 0..<Int(unit.pointee.count) {
                let boundary = unit.pointee.boundaries[number]
                let address = unit.pointee.pc &+ UInt64(bitPattern: Int64(boundary.pcOffset))
                guard address & TLBEntry.pageMask == page.virtual else { continue }
                pages[index].fetches += UInt32(boundary.fetches)
                pages[index].fetchBytes += UInt32(boundary.length)
            }
            if index > 0 { blocks.tie(unit, toPage: page.physical >> 12) }
        }
        unit.pointee.pages = pages
        unit.pointee.pageCount = UInt32(tracedPages.count)
        unit.pointee.epochSite?.storeBytes(
            of: UInt32(truncatingIfNeeded: state.pointee.fetchEpoch), as: UInt32.self)
    }

    /// A block or its unit goes: counts are kept, and nothing leads to the unit any longer. A block that stays becomes hot
    /// again before it is compiled anew, for what stood in its trace must have run by then.
    func release(_ block: BlockPointer) {
        fold(block)
        if block.pointee.unit != nil { block.pointee.hotAt = block.pointee.executions &+ hotThreshold }
        guard let unit = block.pointee.unit, let exits = unit.pointee.exits else { return }
        while let exit = unit.pointee.incoming { UnitExit.unlink(exit) }
        for index in 0..<Int(unit.pointee.exitCount) { UnitExit.unlink(exits + index) }
        unit.pointee.isValid = false
        block.pointee.unit = nil
        pendingExit = nil
        pendingTarget = nil
    }

    // MARK: Slow paths

    static let slowFunctions: SlowFunctions = {
        var functions = SlowFunctions()
        functions.load = { context, address, packed, _ in
            let call = SlowCall(packed: packed)
            return Unmanaged<Hart>.fromOpaque(context)._withUnsafeGuaranteedRef {
                $0.loadSlowly(address, width: call.width, index: call.index)
            }
        }
        functions.store = { context, address, packed, value in
            let call = SlowCall(packed: packed)
            let mask = UInt64.max >> UInt64(64 - 8 * call.width)
            Unmanaged<Hart>.fromOpaque(context)._withUnsafeGuaranteedRef {
                $0.storeSlowly(address, value & mask, width: call.width, index: call.index)
            }
            return 0
        }
        functions.atomic = { context, address, packed, value in
            let call = SlowCall(packed: packed)
            return Unmanaged<Hart>.fromOpaque(context)._withUnsafeGuaranteedRef {
                $0.atomicSlowly(
                    call.opcode, address, value, width: call.width, order: call.order, index: call.index)
            }
        }
        functions.loadReserved = { context, address, packed, _ in
            let call = SlowCall(packed: packed)
            return Unmanaged<Hart>.fromOpaque(context)._withUnsafeGuaranteedRef {
                $0.loadReserved(address, width: call.width, order: call.order, index: call.index)
            }
        }
        functions.storeConditional = { context, address, packed, value in
            let call = SlowCall(packed: packed)
            return Unmanaged<Hart>.fromOpaque(context)._withUnsafeGuaranteedRef {
                $0.storeConditional(address, value, width: call.width, order: call.order, index: call.index)
            }
        }
        functions.guestCall = { context, a, packed, b in
            Unmanaged<Hart>.fromOpaque(context)._withUnsafeGuaranteedRef { hart in
                hart.foldHostFlags()
                let immediate = hart.state.pointee.callImmediate
                return hart.call(
                    function: UInt16(truncatingIfNeeded: immediate),
                    argument: UInt32(truncatingIfNeeded: immediate >> 16), a, b, index: SlowCall(packed: packed).index)
            }
        }
        functions.operation = { context, a, _, b in
            Unmanaged<Hart>.fromOpaque(context)._withUnsafeGuaranteedRef { hart in
                let state = hart.state
                return PortableExecutor<Hart>.evaluateRare(
                    RareFields(packed: state.pointee.callImmediate), a, b, state.pointee.thirdOperand, hart.frame)
            }
        }
        return functions
    }()
}
