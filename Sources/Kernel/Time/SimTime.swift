/// A point in, or a span of, simulated time: an unsigned 64-bit count of picoseconds (about 213 days).
///
/// Integer arithmetic is exact and associative, so a run never depends on the order in which delays were added.
/// Overflow never wraps: the operators trap with a sentence, `addingReportingOverflow` and `saturatingAdd` do not.
@frozen public struct SimTime: Comparable, Hashable, Sendable {
    /// The count of picoseconds.
    public var picoseconds: UInt64

    /// The time of `picoseconds`.
    @inlinable public init(picoseconds: UInt64) { self.picoseconds = picoseconds }

    /// The start of simulated time; a span of nothing.
    public static var zero: SimTime { @inlinable get { SimTime(picoseconds: 0) } }
    /// No such time: later than every time that a simulation can reach.
    public static var never: SimTime { @inlinable get { SimTime(picoseconds: .max) } }

    /// `count` picoseconds.
    @inlinable public static func picoseconds(_ count: UInt64) -> SimTime { SimTime(picoseconds: count) }
    /// `count` nanoseconds; traps beyond the range.
    @inlinable public static func nanoseconds(_ count: UInt64) -> SimTime { scaled(count, by: 1_000) }
    /// `count` microseconds; traps beyond the range.
    @inlinable public static func microseconds(_ count: UInt64) -> SimTime { scaled(count, by: 1_000_000) }
    /// `count` milliseconds; traps beyond the range.
    @inlinable public static func milliseconds(_ count: UInt64) -> SimTime { scaled(count, by: 1_000_000_000) }
    /// `count` seconds; traps beyond the range.
    @inlinable public static func seconds(_ count: UInt64) -> SimTime { scaled(count, by: 1_000_000_000_000) }

    /// The time of a count of picoseconds with a fraction, rounded half up (IEEE 1666-2023 §5.11). Nothing for a negative
    /// count, for one beyond the range and for what is no number. For constants of models: simulated time is never
    /// computed with floating point.
    public init?(rounding picoseconds: Double) {
        let rounded = (picoseconds + 0.5).rounded(.down)
        guard picoseconds >= 0, let count = UInt64(exactly: rounded), count != .max else { return nil }
        self.init(picoseconds: count)
    }

    /// The value in seconds, for reports only: simulated time is never computed with floating point.
    public var seconds: Double { Double(picoseconds) / 1e12 }

    @inlinable static func scaled(_ count: UInt64, by unit: UInt64) -> SimTime {
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        precondition(!overflow, "A simulated time may not exceed 18446744 s: the factor overflows 64 bits of ps.")
        return SimTime(picoseconds: product)
    }
}

extension SimTime {
    @inlinable public static func < (left: SimTime, right: SimTime) -> Bool { left.picoseconds < right.picoseconds }

    /// The sum; traps when it exceeds the range.
    @inlinable public static func + (left: SimTime, right: SimTime) -> SimTime {
        let (sum, overflow) = left.picoseconds.addingReportingOverflow(right.picoseconds)
        precondition(!overflow, "Simulated time overflows: the sum of two times exceeds 18446744 s.")
        return SimTime(picoseconds: sum)
    }

    /// The difference; traps when `right` is later than `left`.
    @inlinable public static func - (left: SimTime, right: SimTime) -> SimTime {
        let (difference, overflow) = left.picoseconds.subtractingReportingOverflow(right.picoseconds)
        precondition(!overflow, "Simulated time has no negative values: the subtrahend is the later time.")
        return SimTime(picoseconds: difference)
    }

    /// Adds in place; traps when the sum exceeds the range.
    @inlinable public static func += (left: inout SimTime, right: SimTime) { left = left + right }
    /// Subtracts in place; traps when `right` is later than `left`.
    @inlinable public static func -= (left: inout SimTime, right: SimTime) { left = left - right }

    /// The multiple; traps when it exceeds the range.
    @inlinable public static func * (left: SimTime, right: UInt64) -> SimTime { scaled(left.picoseconds, by: right) }
    /// How many whole spans of `right` fit; traps when `right` is zero.
    @inlinable public static func / (left: SimTime, right: SimTime) -> UInt64 { left.picoseconds / right.picoseconds }
    /// What is left after the whole spans of `right`; traps when `right` is zero.
    @inlinable public static func % (left: SimTime, right: SimTime) -> SimTime {
        SimTime(picoseconds: left.picoseconds % right.picoseconds)
    }

    /// The wrapped sum and whether it overflowed.
    @inlinable public func addingReportingOverflow(_ other: SimTime) -> (partialValue: SimTime, overflow: Bool) {
        let (sum, overflow) = picoseconds.addingReportingOverflow(other.picoseconds)
        return (SimTime(picoseconds: sum), overflow)
    }

    /// The wrapped difference and whether `other` was the later time.
    @inlinable public func subtractingReportingOverflow(
        _ other: SimTime
    ) -> (partialValue: SimTime, overflow: Bool) {
        let (difference, overflow) = picoseconds.subtractingReportingOverflow(other.picoseconds)
        return (SimTime(picoseconds: difference), overflow)
    }

    /// The sum, or `never` when it exceeds the range.
    @inlinable public func saturatingAdd(_ other: SimTime) -> SimTime {
        let (sum, overflow) = picoseconds.addingReportingOverflow(other.picoseconds)
        return overflow ? .never : SimTime(picoseconds: sum)
    }
}
