/// Accesses by address and time: a map of regions of pages and bins of simulated time, for a picture.
///
/// It has at most `rowLimit` rows. Where there would be more, regions or bins become twice as large, whichever there are
/// more of.
public struct PageHeat: Equatable, Sendable {
    public static let rowLimit = 1 << 14

    /// Picoseconds of a bin.
    public private(set) var binWidth: UInt64
    /// Bytes of a region: a power of two.
    public var regionSize: UInt64 { 4096 << regionShift }
    /// Regions in which something was counted in a bin, by bin, then by region.
    public private(set) var rows: [Row] = []

    private let firstWidth: UInt64
    private var regionShift: UInt64 = 0

    public struct Row: Equatable, Sendable {
        /// It begins at so many times the width.
        public var bin: UInt64
        /// It begins at so many times the size.
        public var region: UInt64
        public var cell: TrafficCell
    }

    init(binWidth: UInt64) {
        self.binWidth = binWidth
        firstWidth = binWidth
    }

    /// Bins are at least as wide as that, which is the width by a power of two.
    mutating func widen(to width: UInt64) {
        while binWidth < width {
            binWidth *= 2
            merge { $0.bin /= 2 }
        }
    }

    /// Adds what was counted in pages, which stand in the order of their numbers, in the bin that `time` lies in.
    mutating func add(at time: UInt64, _ cells: [(page: UInt64, cell: TrafficCell)]) {
        guard !cells.isEmpty else { return }
        let bin = time / binWidth
        var first = rows.endIndex
        while first > 0, rows[first - 1].bin == bin { first -= 1 }
        for (page, cell) in cells { rows.append(Row(bin: bin, region: page >> regionShift, cell: cell)) }
        merge(from: first) { _ in }
        while rows.count > Self.rowLimit { coarsen() }
    }

    private mutating func coarsen() {
        var bins = 0
        var regions: Set<UInt64> = []
        for (index, row) in rows.enumerated() {
            if index == 0 || rows[index - 1].bin != row.bin { bins += 1 }
            regions.insert(row.region)
        }
        if regions.count >= bins {
            regionShift += 1
            merge { $0.region /= 2 }
        } else {
            binWidth *= 2
            merge { $0.bin /= 2 }
        }
    }

    /// Changes places of the rows from `first` on, and makes rows of the same place one.
    private mutating func merge(from first: Int = 0, _ move: (inout Row) -> Void) {
        for index in first..<rows.endIndex { move(&rows[index]) }
        rows[first...].sort { ($0.bin, $0.region) < ($1.bin, $1.region) }
        var kept = first
        for index in first..<rows.endIndex {
            if kept > first, rows[kept - 1].bin == rows[index].bin, rows[kept - 1].region == rows[index].region {
                rows[kept - 1].cell.add(rows[index].cell)
            } else {
                rows[kept] = rows[index]
                kept += 1
            }
        }
        rows.removeLast(rows.count - kept)
    }

    mutating func clear() {
        rows.removeAll()
        binWidth = firstWidth
        regionShift = 0
    }
}
