import TandemBus
import TandemKernel

/// The blocks of the portable back-end: found, translated, entered into the cache.
extension Hart {
    /// The block at the program counter. Nil: a trap was raised instead.
    func nextBlock() -> BlockPointer? {
        if usesDirectMemory {
            let cached = state.pointee.jumpCache[JumpCache.index(pc)]
            if cached.pc == pc, let block = cached.block, block.pointee.mode == state.pointee.mode { return block }
        }
        return findBlock()
    }

    private func findBlock() -> BlockPointer? {
        let address = pc
        guard let translation = fetchTranslation(address) else { return nil }
        let physical = translation.physicalPage | address & 0xfff
        guard translation.grant >= 0 else { return fetchBlock(address, physical) }
        let block = findBlock(address, physical, translation.grant)
        if let block, competes(Int(translation.grant)) { fetch(block, by: Int(translation.grant)) }
        return block
    }

    private func findBlock(_ address: UInt64, _ physical: UInt64, _ grant: Int32) -> BlockPointer? {
        if let block = blocks.find(pc: address, physical: physical, mode: state.pointee.mode) {
            if block.pointee.secondPage == TranslatedBlock.noPage {
                remember(block)
                return block
            }
            // A page that is not there is walked to once, as at every fetch.
            guard let second = fetchTranslation(wrapped((address | 0xfff) &+ 1)) else { return nil }
            if second.physicalPage == block.pointee.secondPage { return block }
        }
        return translate(address, physical, grant)
    }

    private func remember(_ block: BlockPointer) {
        if block.pointee.isChainable { fetchSpace.pointee.jumpCache.insert(block) }
    }

    private func translate(_ address: UInt64, _ physical: UInt64, _ grant: Int32) -> BlockPointer? {
        // Before the pages of the new block are watched: a flush ends all watches.
        if blocks.isFull { flushBlocks() }
        let host = grants[Int(grant)].pointer(to: physical)
        let halfwords = UnsafeBufferPointer(
            start: UnsafeRawPointer(host).assumingMemoryBound(to: UInt16.self),
            count: (4096 - Int(physical & 0xfff)) / 2)
        var following: UInt16?
        var secondPage = TranslatedBlock.noPage
        if RISCVTranslator.crosses(halfwords) {
            guard let second = fetchTranslation(wrapped((address | 0xfff) &+ 1)) else { return nil }
            // From one memory into another: each half is fetched and counted where it is.
            guard second.grant == grant else { return fetchBlock(address, physical) }
            secondPage = second.physicalPage
            following = grants[Int(second.grant)].pointer(to: secondPage).loadUnaligned(as: UInt16.self)
            watchCode(secondPage, second.grant)
        }
        watchCode(physical, grant)
        let source = RISCVTranslator.Source(halfwords: halfwords, following: following)
        let limit = countOfEqualFetches(halfwords, Int(grant))
        var ir = translator.translate(pc: address, mode: mode, limit: limit, source: source)
        if let count = countBeforeBreakpoint(ir.boundaries) {
            ir = translator.translate(pc: address, mode: mode, limit: count, source: source)
        }
        debugLog.translated(self, ir)
        if trace.translate.isOn {
            trace.translate.tell(of: path, at: localNow, .number(address), .number(UInt64(ir.boundaries.count)))
        }
        let block = install(ir, physical: physical, secondPage: secondPage, grant: grant)
        remember(block)
        return block
    }

    /// How many instructions may make one block: every one takes as long to be fetched.
    private func countOfEqualFetches(_ halfwords: UnsafeBufferPointer<UInt16>, _ grant: Int) -> Int {
        // Where fetches compete, each is booked when its turn comes.
        guard !competes(grant) else { return 1 }
        guard grants[grant].readTime(2) != grants[grant].readTime(4) else { return RISCVTranslator.longestBlock }
        let isLong = halfwords[0] & 3 == 3
        var (count, place) = (0, 0)
        while place < halfwords.count, count < RISCVTranslator.longestBlock, (halfwords[place] & 3 == 3) == isLong {
            count += 1
            place += isLong ? 2 : 1
        }
        return count
    }

    /// Whether uses of a grant compete with others.
    private func competes(_ grant: Int) -> Bool {
        grants[grant].path?._withUnsafeGuaranteedRef { $0.competes } ?? false
    }

    /// Lowers a block and enters it into the cache.
    private func install(
        _ ir: IRBlock, physical: UInt64, secondPage: UInt64, grant: Int32
    ) -> BlockPointer {
        lowering.lower(ir)
        let count = ir.boundaries.count
        let code = blocks.allocate(PortableInstruction.self, count: lowering.code.count)
        lowering.copy(to: code)
        let boundaries = blocks.allocate(BlockBoundary.self, count: count)
        let crosses = secondPage != TranslatedBlock.noPage
        let tally = BlockBoundary.fill(boundaries, ir, steps: lowering.firstSteps, crosses: crosses)
        noteCode(physical, count: Int(tally.fetchBytes))
        if crosses { noteCode(secondPage, count: 2) }
        // What competes is counted and charged by itself, as by transactions.
        let competes = competes(Int(grant))
        let latency =
            competes ? 0 : grants[Int(grant)].readTime(crosses ? 2 : Int(boundaries[0].length)).picoseconds
        let fetching = Int64(latency) * Int64(boundaries[0].fetches)
        let unit = instructionCost + fetching
        let isWhole =
            !crosses && !competes && !debugLog.wantsEveryBlock && !translatedBreakpoints.contains(ir.pc)
        var block = TranslatedBlock(
            executions: 0, lastStart: unit * Int64(count - 1), cost: unit * Int64(count),
            waited: fetching * Int64(count), code: code, pc: ir.pc, physical: physical, secondPage: secondPage,
            mode: state.pointee.mode, count: UInt32(count), boundaries: boundaries,
            fetchCell: competes ? nil : grants[Int(grant)].cell, fetchLatency: latency,
            fetchTarget: grants[Int(grant)].target, isChainable: isWhole, tally: tally)
        if !competes, grants[Int(grant)].path != nil { block.fetchGrant = Int16(grant) }
        (block.shares, block.shareCount) = shares(of: boundaries, count: count, pc: ir.pc, mode: block.mode)
        if backend != nil, isWhole { block.hotAt = hotThreshold }
        return blocks.insert(block)
    }

    /// Makes the block of one instruction that was fetched by transactions; it is run once.
    func installTransient(_ ir: IRBlock) -> BlockPointer {
        lowering.lower(ir)
        lowering.copy(to: transient.code)
        let tally = BlockBoundary.fill(transient.boundaries, ir, steps: lowering.firstSteps, crosses: false)
        transient.block.initialize(
            to: TranslatedBlock(
                executions: 0, lastStart: 0, cost: instructionCost, waited: 0, code: transient.code, pc: ir.pc,
                physical: 0, secondPage: TranslatedBlock.noPage, mode: state.pointee.mode, count: 1,
                boundaries: transient.boundaries, fetchCell: nil, fetchLatency: 0, fetchTarget: .none,
                isChainable: false, tally: tally))
        // It is folded by itself.
        transient.block.pointee.isListed = true
        noteTransientShare()
        return transient.block
    }
}

/// Memory for a block of one instruction outside of the cache.
final class TransientBlock {
    // SAFETY: allocated in `init`, freed only in `deinit`.
    let block: BlockPointer = .allocate(capacity: 1)
    let code: UnsafeMutablePointer<PortableInstruction> = .allocate(capacity: 64)
    let boundaries: UnsafeMutablePointer<BlockBoundary> = .allocate(capacity: 1)
    let share: UnsafeMutablePointer<WorkShare> = .allocate(capacity: 1)

    deinit {
        block.deallocate()
        code.deallocate()
        boundaries.deallocate()
        share.deallocate()
    }
}

extension BlockBoundary {
    /// Fills in the boundaries of a block. Returns what all of it does on the bus.
    static func fill(
        _ boundaries: UnsafeMutablePointer<BlockBoundary>, _ ir: IRBlock, steps: [UInt16]?, crosses: Bool
    ) -> AccessTally {
        var tally = AccessTally()
        for index in ir.boundaries.indices {
            let source = ir.boundaries[index]
            var boundary = BlockBoundary(
                pcOffset: Int32(truncatingIfNeeded: source.pc &- ir.pc), firstStep: steps?[index] ?? 0,
                length: UInt8(source.length), reads: 0, writes: 0, readWidth: 0, writeWidth: 0, fetches: crosses ? 2 : 1
            )
            let end = index + 1 < ir.boundaries.count ? ir.boundaries[index + 1].firstOperation : ir.instructions.count
            for operation in ir.instructions[source.firstOperation..<end] {
                let row = IROpcodeTable[operation.opcode]
                let width = UInt8(row.accessWidth(operation.type))
                if row.readsMemory {
                    boundary.reads += 1
                    boundary.readWidth = width
                }
                if row.writesMemory {
                    boundary.writes += 1
                    boundary.writeWidth = width
                }
            }
            (boundaries + index).initialize(to: boundary)
            let reads = UInt16(boundary.reads), writes = UInt16(boundary.writes)
            if reads > 0 { tally.reads[AccessTally.place(Int(boundary.readWidth))] &+= reads }
            if writes > 0 { tally.writes[AccessTally.place(Int(boundary.writeWidth))] &+= writes }
            tally.fetches += UInt32(boundary.fetches)
            tally.fetchBytes += UInt32(boundary.length)
        }
        return tally
    }
}
