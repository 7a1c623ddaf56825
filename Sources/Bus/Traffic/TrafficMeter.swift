public import TandemKernel

/// Measures what one initiator's socket does, over time: bins of simulated time, and histograms. Exists only while
/// measuring is on; a socket without one pays nothing.
///
/// **Bins.** A bin is closed by copying the counters. An initiator that counts lazily and runs ahead of time closes its
/// bins itself, between two instructions, so that each access stands in the bin in which its instruction begins. For
/// others the seat before the target does it, when an access begins in a later bin. Transactions of phases belong to the
/// bin in which they end.
public final class TrafficMeter {
    /// Where the next bin begins, in picoseconds of simulated time.
    public private(set) var binEnd: UInt64
    /// Picoseconds of a bin. Doubles whenever there would be more than `rowLimit` rows.
    public private(set) var binWidth: UInt64
    /// Whether it measures over time.
    public let hasBins: Bool
    /// What is told beyond the counters.
    public let detail: TrafficDetail
    /// What is counted by page, if somebody wants to know.
    public let pages: PageTraffic?
    /// What looks at each transaction.
    var probes: [TrafficProbe] = []
    private let directory: BusDirectory
    /// When measuring began.
    public private(set) var start: UInt64
    /// Transactions that have begun and not ended, and the most that there were.
    public private(set) var outstanding = 0
    public private(set) var peakOutstanding = 0

    /// Rows that are kept for each socket.
    static let rowLimit = 1 << 18

    private unowned(unsafe) let socket: InitiatorSocket
    private let scheduler: Scheduler
    private weak var source: (any TrafficSource)?
    /// Whether the source closes the bins.
    private var isClosedBySource = false
    private var rows: [TrafficRow] = []
    /// A place for each possible target, in memory that costs nothing until it is touched, and reads as nil.
    private let room: HostPages
    // SAFETY: memory of `room`; what it points to is allocated by `addLink` and freed only in `deinit`.
    private let links: UnsafeMutablePointer<UnsafeMutablePointer<LinkMeter>?>
    /// The targets that have a link, in the order of their ids.
    private var targets: [TargetID] = []
    /// What a lazily counting source adds before it knows which target it belongs to.
    public let unassigned: UnsafeMutablePointer<LinkMeter>

    init(_ socket: InitiatorSocket, source: (any TrafficSource)?, bin: SimTime?, detail: TrafficDetail) {
        self.socket = socket
        self.source = source
        scheduler = socket.owner.scheduler
        directory = BusDirectory.of(socket.owner.simulation)
        hasBins = bin != nil
        self.detail = detail
        pages = detail.contains(.pages) ? PageTraffic(bin: bin?.picoseconds) : nil
        binWidth = bin?.picoseconds ?? 1
        start = scheduler.now.picoseconds
        binEnd = hasBins ? (start / binWidth + 1) * binWidth : .max
        room = TrafficTable.pages(capacity: TrafficTable.targetCount)
        links = room.base.bindMemory(to: UnsafeMutablePointer<LinkMeter>?.self, capacity: TrafficTable.targetCount)
        unassigned = .allocate(capacity: 1)
        unassigned.initialize(to: LinkMeter(cell: nil, hasIntervals: false))
        // What was counted before belongs to no bin.
        source?.foldTraffic()
        for (target, _) in socket.countedCells() { link(to: target).pointee.beginHere() }
        isClosedBySource = source?.measures(with: self) ?? false
    }

    deinit {
        forEachLink { _, link in
            link.pointee.deallocate()
            link.deallocate()
        }
        unassigned.pointee.deallocate()
        unassigned.deallocate()
    }

    /// Nobody uses it any longer.
    func end() { _ = source?.measures(with: nil) }

    // MARK: Counting

    /// What is measured of the link to `target`.
    @inline(__always)
    public func link(to target: TargetID) -> UnsafeMutablePointer<LinkMeter> {
        links[Int(target.rawValue)] ?? addLink(to: target)
    }

    @inline(never)
    private func addLink(to target: TargetID) -> UnsafeMutablePointer<LinkMeter> {
        let link = UnsafeMutablePointer<LinkMeter>.allocate(capacity: 1)
        let isMemory = BusDirectory.of(socket.owner.simulation).target(target)?.owner is Memory
        link.initialize(to: LinkMeter(cell: socket.cell(for: target), hasIntervals: !isMemory))
        links[Int(target.rawValue)] = link
        targets.insert(target, at: targets.firstIndex { $0 > target } ?? targets.endIndex)
        return link
    }

    private func forEachLink(_ body: (TargetID, UnsafeMutablePointer<LinkMeter>) -> Void) {
        for target in targets {
            if let link = links[Int(target.rawValue)] { body(target, link) }
        }
    }

    /// A transaction begins.
    func begin() {
        outstanding += 1
        if outstanding > peakOutstanding { peakOutstanding = outstanding }
    }

    /// Gives the link of a transaction that is about to be counted; `time` says to which bin it belongs.
    func prepare(_ time: UInt64) { if time >= binEnd, !isClosedBySource { close(upTo: time) } }

    /// A transaction that began at `start` has ended at `end`, in picoseconds; the initiator gave it to `address`.
    func count(_ transaction: borrowing Transaction, at address: UInt64, start: UInt64, end: UInt64) {
        if outstanding > 0 { outstanding -= 1 }
        guard transaction.command != .ignore, !transaction.attributes.isPageWalk,
            !(transaction.attributes.isExclusive && transaction.exclusiveFailed)
        else { return }
        let kind: LinkMeter.Kind =
            transaction.command == .write ? .write : transaction.attributes.isFetch ? .fetch : .read
        link(to: transaction.target).pointee.count(
            kind, size: transaction.count, start: start, latency: end &- start)
        pages?.count(kind, address: address, count: transaction.count, failed: transaction.response.isError)
        for probe in probes { probe.see(transaction, at: address, start: start, end: end, in: directory) }
    }

    // MARK: Bins

    /// Closes all bins that end at or before `time`. The first takes everything that was counted since the last closed
    /// one; the others are empty.
    public func close(upTo time: UInt64) {
        guard time >= binEnd else { return }
        source?.foldTraffic()
        let index = binEnd / binWidth - 1
        appendRows(index, to: &rows) { link, cell in
            link.pointee.closed = cell
            link.pointee.peakLatency = 0
        }
        pages?.closeBin(from: index * binWidth, width: binWidth)
        while rows.count > Self.rowLimit { halve() }
        binEnd = (time / binWidth + 1) * binWidth
    }

    private func appendRows(
        _ index: UInt64, to rows: inout [TrafficRow],
        _ body: (UnsafeMutablePointer<LinkMeter>, TrafficCell) -> Void
    ) {
        forEachLink { target, link in
            guard let cell = link.pointee.cell else { return }
            let counted = cell.pointee.since(link.pointee.closed)
            if !counted.isZero {
                rows.append(
                    TrafficRow(
                        bin: index, target: target, cell: counted, peakLatency: link.pointee.peakLatency))
            }
            body(link, cell.pointee)
        }
    }

    /// Makes bins twice as wide.
    private func halve() {
        binWidth *= 2
        rows = Self.merged(rows)
    }

    /// Rows of bins of twice the width.
    static func merged(_ rows: [TrafficRow]) -> [TrafficRow] {
        var merged: [TrafficRow] = []
        for row in rows {
            var row = row
            row.bin /= 2
            // Rows of one bin stand together, each target once in either half.
            var place = merged.count
            while place > 0, merged[place - 1].bin == row.bin, merged[place - 1].target > row.target { place -= 1 }
            if place > 0, merged[place - 1].bin == row.bin, merged[place - 1].target == row.target {
                merged[place - 1].cell.add(row.cell)
                merged[place - 1].peakLatency = max(merged[place - 1].peakLatency, row.peakLatency)
            } else {
                merged.insert(row, at: place)
            }
        }
        return merged
    }

    /// Forgets everything; the counters of the socket stand at zero.
    func clear() {
        rows = []
        start = scheduler.now.picoseconds
        peakOutstanding = outstanding
        forEachLink { _, link in link.pointee.clear() }
        unassigned.pointee.clear()
        pages?.clear()
    }

    /// What was counted by page; nothing if nobody wants to know.
    public var pageTraffic: PageTrafficRecord? {
        guard let pages else { return nil }
        source?.foldTraffic()
        let heat = hasBins ? pages.heat(withBinFrom: (binEnd / binWidth - 1) * binWidth, width: binWidth) : nil
        return PageTrafficRecord(initiator: directory.name(of: socket.id), pages: pages.records, heat: heat)
    }

    /// What was measured so far, by target. The bin that has begun is the last of each series.
    public var series: [LinkSeries] {
        guard hasBins else { return [] }
        source?.foldTraffic()
        var rows = rows
        appendRows(binEnd / binWidth - 1, to: &rows) { _, _ in }
        let directory = BusDirectory.of(socket.owner.simulation)
        var series: [LinkSeries] = []
        forEachLink { target, link in
            guard let cell = link.pointee.cell else { return }
            let total = cell.pointee.since(link.pointee.base)
            // A target that was taken out of the machine is in no report.
            if total.isZero || target != .none && directory.target(target) == nil { return }
            series.append(
                LinkSeries(
                    initiator: directory.name(of: socket.id), target: directory.name(of: target),
                    binWidth: SimTime(picoseconds: binWidth), start: SimTime(picoseconds: start), total: total,
                    rows: rows.filter { $0.target == target }, readSizes: link.pointee.sizes(.read),
                    writeSizes: link.pointee.sizes(.write), fetchSizes: link.pointee.sizes(.fetch),
                    latencies: link.pointee.latencyHistogram,
                    intervals: link.pointee.hasIntervals ? link.pointee.intervalHistogram : nil))
        }
        return series
    }
}

/// What a link carried within one bin.
public struct TrafficRow: Equatable, Sendable {
    /// The number of the bin: it begins at `bin` times the width.
    public var bin: UInt64
    public var target: TargetID
    public var cell: TrafficCell
    /// The longest access, in picoseconds.
    public var peakLatency: UInt64
}

/// What was measured of one link, with the names of its ends.
public struct LinkSeries: Equatable, Sendable {
    public var initiator: String
    public var target: String
    public var binWidth: SimTime
    /// When measuring began.
    public var start: SimTime
    /// The sum of all rows.
    public var total: TrafficCell
    /// Bins in which something was counted, in order.
    public var rows: [TrafficRow]
    /// Sizes of accesses in bytes.
    public var readSizes: TrafficHistogram
    public var writeSizes: TrafficHistogram
    public var fetchSizes: TrafficHistogram
    /// Picoseconds that accesses took.
    public var latencies: TrafficHistogram
    /// Picoseconds from the beginning of one access to that of the next; nothing where the target grants direct memory,
    /// for nobody sees when those accesses happen.
    public var intervals: TrafficHistogram?
}
