public import TandemBus
import TandemKernel

/// Exact traffic from static tallies (`docs/design/bus.md`).
extension Hart: TrafficSource {
    public func foldTraffic() {
        if access.pointee.code.lists { foldListed() } else { blocks.forEach { fold($0) } }
        foldDirectReads()
        if access.pointee.pageTraffic != nil { tlb.foldCounts() }
    }

    /// Adds what the executions of a block did since the last time.
    func fold(_ block: BlockPointer) {
        if let unit = block.pointee.unit { foldUnit(unit) }
        foldExecutions(block)
    }

    /// The same without its unit.
    func foldExecutions(_ block: BlockPointer) {
        let times = block.pointee.executions &- block.pointee.folded
        guard times != 0 else { return }
        block.pointee.folded = block.pointee.executions
        block.pointee.total &+= times
        let tally = block.pointee.tally
        homeCell.pointee.reads &+= times &* AccessTally.count(tally.reads)
        homeCell.pointee.writes &+= times &* AccessTally.count(tally.writes)
        homeCell.pointee.readBytes &+= times &* AccessTally.bytes(tally.reads)
        homeCell.pointee.writeBytes &+= times &* AccessTally.bytes(tally.writes)
        if access.pointee.meter != nil { measure(block, times: times) }
        access.pointee.attribution?._withUnsafeGuaranteedRef { $0.add(block, times: times) }
        guard block.pointee.fetchCell != nil else { return }
        countFetches(
            times &* UInt64(tally.fetches), bytes: times &* UInt64(tally.fetchBytes), of: block)
        if access.pointee.pageTraffic != nil { countFetches(of: block, times: times) }
    }

    /// Counts so many fetches where those of a block are counted. Wrapping: a negative number takes them back.
    private func countFetches(_ fetches: UInt64, bytes: UInt64, of block: BlockPointer) {
        guard let cell = block.pointee.fetchCell else { return }
        cell.pointee.fetches &+= fetches
        cell.pointee.fetchBytes &+= bytes
        cell.pointee.latencyPicoseconds &+= fetches &* block.pointee.fetchLatency
        if block.pointee.fetchGrant >= 0 { noteFetches(fetches, of: block) }
    }

    /// Tells the links on the way. All fetches of a block take the same time.
    @inline(never)
    private func noteFetches(_ fetches: UInt64, of block: BlockPointer) {
        // A grant that has ended meanwhile has no links any longer.
        guard block.pointee.fetchGrant < grants.count else { return }
        let size = block.pointee.boundaries[0].fetches == 2 ? 2 : Int(block.pointee.boundaries[0].length)
        // What is not folded yet was done in the bin that has not been closed, if there are bins.
        let end = access.pointee.binEnd
        let time = end == .never ? now : end - .picoseconds(1)
        grants[Int(block.pointee.fetchGrant)].path?._withUnsafeGuaranteedRef {
            $0.note(readsOf: size, times: Int64(bitPattern: fetches), at: time)
        }
    }

    /// Adds what the executions of a unit did, and takes back what stands behind the exits that were taken before its end.
    func foldUnit(_ unit: BlockPointer) {
        foldExecutions(unit)
        guard let exits = unit.pointee.exits else { return }
        for number in 0..<Int(unit.pointee.exitCount) where exits[number].executions != 0 {
            takeBack(behind: Int(exits[number].boundary), of: unit, times: exits[number].executions)
            exits[number].executions = 0
        }
    }

    /// What stands behind an instruction of a block was not executed so many times, although its tally says so.
    func takeBack(behind index: Int, of block: BlockPointer, times: UInt64) {
        var later = index + 1
        while later < Int(block.pointee.count) {
            let boundary = block.pointee.boundaries[later]
            later += 1
            homeCell.pointee.reads &-= times &* UInt64(boundary.reads)
            homeCell.pointee.writes &-= times &* UInt64(boundary.writes)
            homeCell.pointee.readBytes &-= times &* UInt64(boundary.reads) &* UInt64(boundary.readWidth)
            homeCell.pointee.writeBytes &-= times &* UInt64(boundary.writes) &* UInt64(boundary.writeWidth)
            if access.pointee.meter != nil { measureTakenBack(boundary, of: block, times: times) }
            access.pointee.attribution?._withUnsafeGuaranteedRef { $0.takeBack(later - 1, of: block, times: times) }
            guard block.pointee.fetchCell != nil else { continue }
            countFetches(
                0 &- times &* UInt64(boundary.fetches), bytes: 0 &- times &* UInt64(boundary.length), of: block)
            if access.pointee.pageTraffic != nil { takeBackFetch(boundary, of: block, times: times) }
        }
    }

    /// A debugger stopped an instruction before its access: it has not begun, and will be fetched and charged again.
    /// Its access is taken back already.
    func takeBackStart(of index: Int, in block: BlockPointer) {
        state.pointee.localTime -= block.pointee.instructionTime
        state.pointee.waited -= block.pointee.waited / Int64(block.pointee.count)
        let boundary = block.pointee.boundaries[index]
        access.pointee.attribution?._withUnsafeGuaranteedRef { $0.takeBackStart(of: index, in: block) }
        guard block.pointee.fetchCell != nil else { return }
        countFetches(0 &- UInt64(boundary.fetches), bytes: 0 &- UInt64(boundary.length), of: block)
        if access.pointee.meter != nil { measureFetchTakenBack(boundary, of: block, times: 1) }
        if access.pointee.pageTraffic != nil { takeBackFetch(boundary, of: block, times: 1) }
    }

    /// The counted, timed fetch of a block of one instruction by a grant whose uses compete.
    @inline(never)
    func fetch(_ block: BlockPointer, by grant: Int) {
        let boundary = block.pointee.boundaries[0]
        let isDivided = boundary.fetches == 2
        fetch(block.pointee.physical, isDivided ? 2 : Int(boundary.length), by: grant)
        if isDivided { fetch(block.pointee.secondPage, 2, by: grant) }
    }

    private func fetch(_ physical: UInt64, _ count: Int, by grant: Int) {
        let latency = take(isWrite: false, count, at: grant)
        grants[grant].cell?.pointee.count(write: false, fetch: true, bytes: count, failed: false, latency: latency)
        if access.pointee.meter != nil { addToMeter(.fetch, count, physical, at: grant, latency) }
        charge(latency)
    }

    /// Fetches one instruction by transactions and makes a block of it, for memory that gives no direct access.
    /// Nil: a trap was raised.
    func fetchBlock(_ address: UInt64, _ physical: UInt64) -> BlockPointer? {
        guard let first = peek(physical) else {
            // Nothing answers there: the fetch goes out all the same, so that the bus counts it and names the hole.
            _ = fetch(physical, count: 2)
            fault(.instructionAccessFault, address)
            return nil
        }
        var following: UInt16?
        var secondPhysical = physical &+ 2
        if first & 3 == 3 {
            if address & 0xfff == 0xffe {
                guard let second = fetchTranslation(wrapped((address | 0xfff) &+ 1)) else { return nil }
                secondPhysical = second.physicalPage
            }
            guard privileged.protection.allows(.fetch, secondPhysical, count: 2, privileged.privilege),
                let second = peek(secondPhysical)
            else {
                fault(.instructionAccessFault, wrapped(address &+ 2))
                return nil
            }
            following = second
        }
        let crosses = following != nil && address & 0xfff == 0xffe
        let length = following == nil ? 2 : 4
        guard fetch(physical, count: crosses ? 2 : length), !crosses || fetch(secondPhysical, count: 2) else {
            fault(.instructionAccessFault, address)
            return nil
        }
        let ir = withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 2) { words in
            words[0] = first
            words[1] = following ?? 0
            return translator.translate(
                pc: address, mode: mode, limit: 1,
                source: RISCVTranslator.Source(
                    halfwords: UnsafeBufferPointer(rebasing: words[0..<(length / 2)]), following: nil))
        }
        return installTransient(ir)
    }

    /// A half-word of code without side effects.
    private func peek(_ physical: UInt64) -> UInt16? {
        var value: UInt16 = 0
        let moved = withUnsafeMutableBytes(of: &value) { bytes -> Int in
            guard let base = bytes.baseAddress else { return 0 }
            var transaction = Transaction(
                .read, address: physical, data: base, count: 2,
                attributes: Attributes(privilege: privileged.privilege.rawValue, isFetch: true))
            return bus.debugTransport(&transaction)
        }
        return moved == 2 ? value : nil
    }

    /// The counted, timed fetch, before the instruction starts.
    private func fetch(_ physical: UInt64, count: Int) -> Bool {
        var value: UInt64 = 0
        return withUnsafeMutableBytes(of: &value) { bytes in
            guard let base = bytes.baseAddress else { return false }
            var transaction = Transaction(
                .read, address: physical, data: base, count: count,
                attributes: Attributes(privilege: privileged.privilege.rawValue, isFetch: true))
            let start = SimTime(picoseconds: UInt64(max(0, state.pointee.localTime)))
            var delay = start
            publishReservation()
            bus.transport(&transaction, delay: &delay)
            charge(delay - start)
            return transaction.response == .ok
        }
    }
}
