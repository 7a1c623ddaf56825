/// What one initiator does in each page of 4 KiB, by the addresses that it gives to the bus. Exists only while somebody
/// wants to know (`TrafficDetail.pages`).
///
/// An access counts in the page where it begins, its bytes in the pages that they move to or from: so the sums are those of
/// the initiator's cells. Page walks are not in it.
public final class PageTraffic {
    /// A page and what was counted there.
    struct Entry {
        var cell = TrafficCell()
        /// The counters as they were at the end of the last bin.
        var closed = TrafficCell()
        /// It stands in `changed`.
        var isListed = false
    }

    /// Pages are kept in chunks of so many.
    private static let chunkShift: UInt64 = 6
    private static let chunkCount = 1 << Int(chunkShift)
    private static let recentCount = 1024

    // SAFETY: chunks are allocated by `addChunk` and freed only in `deinit`; `recent` is freed there too.
    private var chunks: [UInt64: UnsafeMutablePointer<Entry>] = [:]
    /// Chunks by the low bits of their numbers.
    private let recent: UnsafeMutablePointer<(number: UInt64, entries: UnsafeMutablePointer<Entry>)?>
    /// The pages in which something was counted since the last bin was closed; kept only where there are bins.
    private var changed: [(page: UInt64, entry: UnsafeMutablePointer<Entry>)] = []
    private var heat: PageHeat?

    /// - Parameter bin: picoseconds of a bin, where it is wanted over time too.
    init(bin: UInt64?) {
        heat = bin.map { PageHeat(binWidth: $0) }
        recent = .allocate(capacity: Self.recentCount)
        recent.initialize(repeating: nil, count: Self.recentCount)
    }

    deinit {
        for chunk in chunks.values { chunk.deallocate() }
        recent.deallocate()
    }

    // MARK: Counting

    /// The counters of the page with that number. They never move.
    @inline(__always)
    public func cell(_ page: UInt64) -> UnsafeMutablePointer<TrafficCell> {
        let entry = entry(page)
        if heat != nil, !entry.pointee.isListed {
            entry.pointee.isListed = true
            changed.append((page, entry))
        }
        // SAFETY: the cell is the first stored property of the entry.
        return UnsafeMutableRawPointer(entry).assumingMemoryBound(to: TrafficCell.self)
    }

    @inline(__always)
    private func entry(_ page: UInt64) -> UnsafeMutablePointer<Entry> {
        let number = page >> Self.chunkShift
        let place = Int(truncatingIfNeeded: number) & (Self.recentCount - 1)
        let offset = Int(truncatingIfNeeded: page) & (Self.chunkCount - 1)
        if let known = recent[place], known.number == number { return known.entries + offset }
        return chunk(number) + offset
    }

    @inline(never)
    private func chunk(_ number: UInt64) -> UnsafeMutablePointer<Entry> {
        let entries = chunks[number] ?? addChunk(number)
        recent[Int(truncatingIfNeeded: number) & (Self.recentCount - 1)] = (number, entries)
        return entries
    }

    private func addChunk(_ number: UInt64) -> UnsafeMutablePointer<Entry> {
        let entries = UnsafeMutablePointer<Entry>.allocate(capacity: Self.chunkCount)
        entries.initialize(repeating: Entry(), count: Self.chunkCount)
        chunks[number] = entries
        return entries
    }

    /// One access of `count` bytes from `address` on. One that was refused moves nothing.
    public func count(_ kind: LinkMeter.Kind, address: UInt64, count: Int, failed: Bool) {
        let cell = cell(address >> 12)
        switch kind {
        case .read: cell.pointee.reads &+= 1
        case .write: cell.pointee.writes &+= 1
        case .fetch: cell.pointee.fetches &+= 1
        }
        if failed {
            cell.pointee.errors &+= 1
            return
        }
        var address = address
        var rest = UInt64(max(0, count))
        while rest > 0 {
            let part = min(rest, 4096 - address & 0xfff)
            let cell = self.cell(address >> 12)
            switch kind {
            case .read: cell.pointee.readBytes &+= part
            case .write: cell.pointee.writeBytes &+= part
            case .fetch: cell.pointee.fetchBytes &+= part
            }
            address &+= part
            rest -= part
        }
    }

    // MARK: Over time

    /// Everything that was counted since the last time belongs to the bin that began at `start`; bins are `width` wide by
    /// now. Times are picoseconds.
    func closeBin(from start: UInt64, width: UInt64) {
        heat?.widen(to: width)
        heat?.add(at: start, changedCells(closing: true))
        changed.removeAll(keepingCapacity: true)
    }

    /// What was counted in pages since the last bin was closed, by page. `closing` closes this one.
    private func changedCells(closing: Bool) -> [(page: UInt64, cell: TrafficCell)] {
        var cells: [(page: UInt64, cell: TrafficCell)] = []
        for (page, entry) in changed {
            cells.append((page, entry.pointee.cell.since(entry.pointee.closed)))
            guard closing else { continue }
            entry.pointee.closed = entry.pointee.cell
            entry.pointee.isListed = false
        }
        return cells.filter { $0.cell.isCounted }.sorted { $0.page < $1.page }
    }

    /// What was measured over time, with the bin that began at `start` and has not ended; nothing without bins.
    func heat(withBinFrom start: UInt64, width: UInt64) -> PageHeat? {
        var copy = heat
        copy?.widen(to: width)
        copy?.add(at: start, changedCells(closing: false))
        return copy
    }

    // MARK: Results

    /// The pages in which something was counted, by number.
    var records: [PageRecord] {
        chunks.sorted { $0.key < $1.key }.flatMap { number, entries in
            (0..<Self.chunkCount).compactMap { index in
                let cell = entries[index].cell
                return cell.isCounted ? PageRecord(page: number << Self.chunkShift + UInt64(index), cell: cell) : nil
            }
        }
    }

    /// Forgets what was counted.
    func clear() {
        for entries in chunks.values { entries.update(repeating: Entry(), count: Self.chunkCount) }
        changed.removeAll()
        heat?.clear()
    }
}

extension TrafficCell {
    /// Whether an access began in a page, or moved bytes there.
    fileprivate var isCounted: Bool { !isZero || bytes != 0 }
}

/// What one initiator did in one page. Latency is not known by page: it is zero.
public struct PageRecord: Equatable, Sendable {
    /// The number of the page: its address divided by 4096.
    public var page: UInt64
    public var cell: TrafficCell
}

/// What one initiator did in pages.
public struct PageTrafficRecord: Equatable, Sendable {
    public var initiator: String
    /// Pages in which something was counted, by number.
    public var pages: [PageRecord]
    /// The same over time; nothing without bins.
    public var heat: PageHeat?
}
