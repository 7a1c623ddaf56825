/// What is measured of one link, that is of what one initiator does at one target, beyond its counters. Plain memory: an
/// access adds to it without counting references.
///
/// Who counts accesses in another way than by transactions, such as translated code, adds here what it adds to the cell.
public struct LinkMeter {
    /// The longest access since the last bin was closed, in picoseconds.
    var peakLatency: UInt64 = 0
    /// When the last transaction began; nothing before the first.
    private var lastStart: UInt64?
    /// The counters as they were when the last bin was closed.
    var closed = TrafficCell()
    /// The counters as they were when measuring began.
    var base = TrafficCell()
    let cell: UnsafeMutablePointer<TrafficCell>?
    // SAFETY: `valueCount` counters, allocated and freed by the meter that owns this value.
    private let values: UnsafeMutablePointer<UInt64>

    /// Whether intervals between accesses are measured. They are not where the target grants direct memory, for nobody
    /// sees when those accesses happen.
    let hasIntervals: Bool

    /// Whether the target is a memory.
    public var isMemory: Bool { !hasIntervals }

    /// What an access does, in the order of the histograms of sizes.
    public enum Kind: Int, Sendable {
        case read = 0
        case write = 1
        case fetch = 2
    }

    private static let latencies = 3 * TrafficHistogram.placeCount
    private static let intervals = 4 * TrafficHistogram.placeCount
    private static let valueCount = 5 * TrafficHistogram.placeCount

    init(cell: UnsafeMutablePointer<TrafficCell>?, hasIntervals: Bool) {
        self.cell = cell
        self.hasIntervals = hasIntervals
        values = .allocate(capacity: Self.valueCount)
        values.initialize(repeating: 0, count: Self.valueCount)
    }

    /// What the cell has counted so far was before measuring began. Not said of a cell that is met later: it has counted
    /// nothing before, though perhaps already what makes it known.
    mutating func beginHere() {
        if let cell { (base, closed) = (cell.pointee, cell.pointee) }
    }

    func deallocate() { values.deallocate() }

    /// Adds `times` accesses of `size` bytes that took no time; a negative number takes accesses back.
    @inlinable public mutating func add(_ kind: Kind, size: Int, times: Int64) {
        add(kind, size: size, latency: 0, times: times)
    }

    /// Adds `times` accesses of `size` bytes, each of which took `latency` picoseconds. Wrapping, so that accesses may be
    /// taken back before they are added.
    public mutating func add(_ kind: Kind, size: Int, latency: UInt64, times: Int64) {
        let times = UInt64(bitPattern: times)
        values[kind.rawValue * TrafficHistogram.placeCount + TrafficHistogram.place(of: UInt64(size))] &+= times
        values[Self.latencies + TrafficHistogram.place(of: latency)] &+= times
        if latency > peakLatency { peakLatency = latency }
    }

    /// One transaction that began at `start`, in picoseconds.
    mutating func count(_ kind: Kind, size: Int, start: UInt64, latency: UInt64) {
        add(kind, size: size, latency: latency, times: 1)
        guard hasIntervals else { return }
        if let lastStart {
            // An initiator that went back in time began both at once, as far as the link can tell.
            let interval = start > lastStart ? start - lastStart : 0
            values[Self.intervals + TrafficHistogram.place(of: interval)] &+= 1
        }
        lastStart = start
    }

    /// Takes over what was added to another one before it was known where it belongs.
    public mutating func absorb(_ other: inout LinkMeter) {
        for index in 0..<Self.valueCount {
            values[index] &+= other.values[index]
            other.values[index] = 0
        }
    }

    /// Forgets what was measured. `cell` stands at zero.
    mutating func clear() {
        values.update(repeating: 0, count: Self.valueCount)
        peakLatency = 0
        lastStart = nil
        base = TrafficCell()
        closed = TrafficCell()
    }

    private func histogram(at first: Int) -> TrafficHistogram {
        TrafficHistogram(UnsafeBufferPointer(start: values + first, count: TrafficHistogram.placeCount))
    }

    /// How large accesses were, in bytes.
    func sizes(_ kind: Kind) -> TrafficHistogram { histogram(at: kind.rawValue * TrafficHistogram.placeCount) }
    /// How long they took, in picoseconds.
    var latencyHistogram: TrafficHistogram { histogram(at: Self.latencies) }
    /// How long after the one before each began, in picoseconds.
    var intervalHistogram: TrafficHistogram { histogram(at: Self.intervals) }
}

extension TrafficCell {
    /// What was counted since the counters stood at `earlier`.
    func since(_ earlier: TrafficCell) -> TrafficCell {
        var cell = TrafficCell()
        cell.reads = reads &- earlier.reads
        cell.writes = writes &- earlier.writes
        cell.fetches = fetches &- earlier.fetches
        cell.readBytes = readBytes &- earlier.readBytes
        cell.writeBytes = writeBytes &- earlier.writeBytes
        cell.fetchBytes = fetchBytes &- earlier.fetchBytes
        cell.errors = errors &- earlier.errors
        cell.latencyPicoseconds = latencyPicoseconds &- earlier.latencyPicoseconds
        return cell
    }

    /// Adds what another cell has counted. Wrapping: what was taken back before it was added comes out right.
    public mutating func add(_ other: TrafficCell) {
        reads &+= other.reads
        writes &+= other.writes
        fetches &+= other.fetches
        readBytes &+= other.readBytes
        writeBytes &+= other.writeBytes
        fetchBytes &+= other.fetchBytes
        errors &+= other.errors
        latencyPicoseconds &+= other.latencyPicoseconds
    }
}
