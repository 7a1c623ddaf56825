public import TandemKernel

/// What a link of a router carried, in bins of simulated time. An access belongs to the bin in which it comes to the link,
/// with all its time. Exists only while traffic is measured.
public struct LinkBins: Equatable, Sendable {
    /// The width of a bin. Doubles whenever there would be more than `rowLimit`.
    public private(set) var width: SimTime
    /// The number of the first row's bin: it begins at that many times the width.
    public private(set) var first: UInt64
    /// One for each bin, from the first on; `longestQueueing` is that of the bin.
    public private(set) var rows: [LinkStatistics] = []

    static let rowLimit = 1 << 16

    init(width: SimTime, from time: SimTime) {
        self.width = width
        first = time.picoseconds / width.picoseconds
    }

    mutating func count(queueing: SimTime, busy: SimTime, at time: SimTime, times: Int64 = 1) {
        while time.picoseconds / width.picoseconds >= first + UInt64(Self.rowLimit) { halve() }
        // Nobody comes before the simulation's time, at which measuring began.
        let place = Int(max(time.picoseconds / width.picoseconds, first) - first)
        while rows.count <= place { rows.append(LinkStatistics()) }
        rows[place].count(queueing: queueing, busy: busy, times: times)
    }

    private mutating func halve() {
        var halved: [LinkStatistics] = []
        for (index, row) in rows.enumerated() {
            let place = Int((first + UInt64(index)) / 2 - first / 2)
            if place == halved.count { halved.append(row) } else { halved[place].add(row) }
        }
        rows = halved
        first /= 2
        width = SimTime(picoseconds: width.picoseconds * 2)
    }
}

extension LinkStatistics {
    /// Adds what another one has counted. Wrapping, as `count` is.
    mutating func add(_ other: LinkStatistics) {
        accesses &+= other.accesses
        queued += other.queued
        queueing += other.queueing
        longestQueueing = max(longestQueueing, other.longestQueueing)
        busy = SimTime(picoseconds: busy.picoseconds &+ other.busy.picoseconds)
    }
}
