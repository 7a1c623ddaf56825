public import TandemBus
import TandemKernel

/// The hart while its traffic is measured over time: it closes the bins between two instructions, and adds to the meter
/// what it adds to the cells. An access stands in the bin in which its instruction begins, whichever engine executes it.
extension Hart {
    public func measures(with meter: TrafficMeter?) -> Bool {
        access.pointee.meter = meter.map { .passUnretained($0) }
        access.pointee.binEnd = meter.map { SimTime(picoseconds: $0.binEnd) } ?? .never
        access.pointee.homeLink = nil
        noteHome()
        needsAttention = true
        access.pointee.pageTraffic = meter?.pages.map { .passUnretained($0) }
        tlb.count(in: meter?.pages)
        prepareCode(for: meter)
        return true
    }

    public func trafficCleared() { attribution?.clear() }

    /// The home RAM has become known, or the meter is another one.
    func noteHome() {
        guard let meter = access.pointee.meter?.takeUnretainedValue() else { return }
        let target = access.pointee.homeTarget
        guard target != .none else {
            access.pointee.homeLink = meter.unassigned
            return
        }
        let link = meter.link(to: target)
        link.pointee.absorb(&meter.unassigned.pointee)
        access.pointee.homeLink = link
    }

    /// Closes the bins that have ended by the local time. Gives the local offset at which the next one does: no
    /// instruction may begin there before this was called again.
    func closeBins() -> Int64 {
        let now = localNow
        if now >= access.pointee.binEnd, let meter = access.pointee.meter?.takeUnretainedValue() {
            meter.close(upTo: now.picoseconds)
            access.pointee.binEnd = SimTime(picoseconds: meter.binEnd)
        }
        return offset(of: access.pointee.binEnd)
    }

    /// An access by a grant that is counted by itself.
    @inline(never)
    func measure(_ kind: LinkMeter.Kind, _ width: Int, _ physical: UInt64, at grant: Int, _ latency: SimTime) {
        addToMeter(kind, width, physical, at: grant, latency)
        if access.pointee.attribution != nil { attribute(isWrite: kind == .write, width, times: 1) }
    }

    /// The same where the shares of the block know whose work it is: a fetch.
    func addToMeter(_ kind: LinkMeter.Kind, _ width: Int, _ physical: UInt64, at grant: Int, _ latency: SimTime) {
        access.pointee.meter?._withUnsafeGuaranteedRef {
            $0.link(to: grants[grant].target).pointee.add(
                kind, size: width, latency: latency.picoseconds, times: 1)
            $0.pages?.count(kind, address: physical, count: width, failed: false)
        }
    }

    /// An access that the static tally has went home, but not by the fast way.
    @inline(__always)
    func countHome(_ kind: LinkMeter.Kind, _ width: Int, by entry: UnsafeMutablePointer<TLBEntry>) {
        guard access.pointee.pageTraffic != nil else { return }
        if kind == .write {
            TLBCounts.of(entry).pointee.addWrite(width)
        } else {
            TLBCounts.of(entry).pointee.addRead(width)
        }
    }

    /// An access that the static tally has did not go home.
    @inline(never)
    func measureTakenBack(_ kind: LinkMeter.Kind, _ width: Int) {
        access.pointee.homeLink?.pointee.add(kind, size: width, times: -1)
    }

    /// What so many executions of a block do.
    func measure(_ block: BlockPointer, times: UInt64) {
        guard let home = access.pointee.homeLink else { return }
        let tally = block.pointee.tally
        for place in 0..<4 {
            let size = 1 << place
            let (reads, writes) = (tally.reads[place], tally.writes[place])
            if reads != 0 { home.pointee.add(.read, size: size, times: Int64(times &* UInt64(reads))) }
            if writes != 0 { home.pointee.add(.write, size: size, times: Int64(times &* UInt64(writes))) }
        }
        guard block.pointee.fetchCell != nil else { return }
        // Fetches are of 2 or of 4 bytes: their number and their bytes say how many of each.
        let long = (UInt64(tally.fetchBytes) &- 2 &* UInt64(tally.fetches)) / 2
        measureFetches(block, short: times &* (UInt64(tally.fetches) &- long), long: times &* long, sign: 1)
    }

    /// What stands behind an early exit was not executed.
    func measureTakenBack(_ boundary: BlockBoundary, of block: BlockPointer, times: UInt64) {
        guard let home = access.pointee.homeLink else { return }
        if boundary.reads > 0 {
            let reads = Int64(times &* UInt64(boundary.reads))
            home.pointee.add(.read, size: Int(boundary.readWidth), times: -reads)
        }
        if boundary.writes > 0 {
            let writes = Int64(times &* UInt64(boundary.writes))
            home.pointee.add(.write, size: Int(boundary.writeWidth), times: -writes)
        }
        if block.pointee.fetchCell != nil { measureFetchTakenBack(boundary, of: block, times: times) }
    }

    func measureFetchTakenBack(_ boundary: BlockBoundary, of block: BlockPointer, times: UInt64) {
        let long: UInt64 = boundary.length == 4 && boundary.fetches == 1 ? 1 : 0
        measureFetches(
            block, short: times &* (UInt64(boundary.fetches) &- long), long: times &* long, sign: -1)
    }

    private func measureFetches(_ block: BlockPointer, short: UInt64, long: UInt64, sign: Int64) {
        access.pointee.meter?._withUnsafeGuaranteedRef {
            let link = $0.link(to: block.pointee.fetchTarget)
            let latency = block.pointee.fetchLatency
            if short != 0 { link.pointee.add(.fetch, size: 2, latency: latency, times: sign &* Int64(short)) }
            if long != 0 { link.pointee.add(.fetch, size: 4, latency: latency, times: sign &* Int64(long)) }
        }
    }
}
