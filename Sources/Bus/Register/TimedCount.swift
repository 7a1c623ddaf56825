public import TandemKernel

/// A count that goes on with simulated time: what stands behind a counter register that a clock drives. A value, computed
/// when it is asked for: nothing happens at its ticks, and it is saved as three numbers.
///
/// ```swift
/// case .count: count.value(at: now)             // a read
/// case .count: count.set(value, at: now)        // a write
/// alarm.notify(at: count.time(of: compare, after: now))
/// ```
public struct TimedCount: Equatable, Sendable {
    /// How often it counts.
    public let frequency: Frequency
    /// All bits that it has.
    public let mask: UInt64
    /// The count at `since`.
    private var base: UInt64
    /// A tick: from here on ticks are counted.
    private var since: SimTime
    /// Whether it counts.
    public private(set) var isRunning: Bool

    /// A count of zero at time zero.
    /// - Parameter bits: 1 to 64; beyond its last bit it wraps around.
    public init(_ frequency: Frequency, bits: Int = 64, isRunning: Bool = true) {
        precondition(1...64 ~= bits, "A count has 1 to 64 bits.")
        self.frequency = frequency
        mask = .max >> UInt64(64 - bits)
        base = 0
        since = .zero
        self.isRunning = isRunning
    }

    /// The count at a time, not before that of the last change.
    public func value(at time: SimTime) -> UInt64 {
        guard isRunning, time > since else { return base }
        return (base &+ frequency.cycles(at: time - since)) & mask
    }

    /// Gives it a value; the next tick is a whole period away.
    public mutating func set(_ value: UInt64, at time: SimTime) {
        base = value & mask
        since = time
    }

    /// Stops it, or lets it go on from where it stands.
    public mutating func run(_ isRunning: Bool, at time: SimTime) {
        guard isRunning != self.isRunning else { return }
        set(value(at: time), at: time)
        self.isRunning = isRunning
    }

    /// When it next comes to `value` after a time; `.never` while it stands, and if simulated time ends before.
    public func time(of value: UInt64, after time: SimTime) -> SimTime {
        guard isRunning else { return .never }
        let present = self.value(at: time)
        let missing = (value &- present) & mask
        // Equal now: a whole turn from now.
        let steps = missing == 0 ? (mask, 1 as UInt64) : (missing, 0)
        let (ticks, overflow) = frequency.cycles(at: max(time, since) - since).addingReportingOverflow(steps.0)
        let (last, wraps) = ticks.addingReportingOverflow(steps.1)
        return overflow || wraps ? .never : since.saturatingAdd(frequency.time(ofCycle: last))
    }

    /// Writes what changes; frequency and bits belong to the device.
    public func encode(to writer: inout SnapshotWriter) {
        writer.write(base)
        writer.write(since.picoseconds)
        writer.write(isRunning)
    }

    /// Reads what `encode` wrote, into a count of the same frequency and bits.
    public mutating func decode(from reader: inout SnapshotReader) throws(SnapshotError) {
        base = try reader.read()
        since = SimTime(picoseconds: try reader.read())
        isRunning = try reader.read()
    }
}
