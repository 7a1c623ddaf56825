/// The largest skew of each bin of simulated time. Exists only while somebody measures.
public struct SkewSeries: Equatable, Sendable {
    /// A bin in which something was late.
    public struct Row: Equatable, Sendable {
        /// The number of the bin: it begins at `bin` times the width.
        public var bin: UInt64
        /// The largest skew of what happened in the bin; of equal ones the first.
        public var record: SkewRecord
    }

    /// The width of a bin. Doubles whenever there would be more than `rowLimit` rows.
    public private(set) var binWidth: SimTime
    /// When measuring began.
    public let start: SimTime
    /// Bins in which something was late, in order.
    public private(set) var rows: [Row] = []

    static let rowLimit = 1 << 16

    init(binWidth: SimTime, start: SimTime) {
        self.binWidth = binWidth
        self.start = start
    }

    /// Where the row of a time is, or would be. Times come nearly in order.
    private func place(of bin: UInt64) -> Int {
        var place = rows.count
        while place > 0, rows[place - 1].bin >= bin { place -= 1 }
        return place
    }

    /// Whether a skew is larger than what is known of its bin.
    func isNotable(_ skew: SimTime, at time: SimTime) -> Bool {
        let bin = time.picoseconds / binWidth.picoseconds
        let place = place(of: bin)
        return place == rows.count || rows[place].bin != bin || rows[place].record.skew < skew
    }

    /// Takes note of a skew that is notable.
    mutating func note(_ record: SkewRecord) {
        let bin = record.time.picoseconds / binWidth.picoseconds
        let place = place(of: bin)
        if place < rows.count, rows[place].bin == bin {
            rows[place].record = record
        } else {
            rows.insert(Row(bin: bin, record: record), at: place)
        }
        while rows.count > Self.rowLimit { halve() }
    }

    private mutating func halve() {
        var halved: [Row] = []
        for var row in rows {
            row.bin /= 2
            if halved.last?.bin != row.bin {
                halved.append(row)
            } else if row.record.skew > halved[halved.count - 1].record.skew {
                halved[halved.count - 1] = row
            }
        }
        rows = halved
        binWidth = SimTime(picoseconds: binWidth.picoseconds * 2)
    }
}
