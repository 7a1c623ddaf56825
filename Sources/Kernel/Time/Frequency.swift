/// Cycles per second of simulated time, in whole hertz. Zero means a stopped clock.
@frozen public struct Frequency: Comparable, Hashable, Sendable {
    /// Cycles per second.
    public var hertz: UInt64

    /// The frequency of `hertz`.
    @inlinable public init(hertz: UInt64) { self.hertz = hertz }
    /// `count` hertz.
    @inlinable public static func hertz(_ count: UInt64) -> Frequency { Frequency(hertz: count) }
    /// `count` kilohertz.
    @inlinable public static func kilohertz(_ count: UInt64) -> Frequency { Frequency(hertz: count * 1_000) }
    /// `count` megahertz.
    @inlinable public static func megahertz(_ count: UInt64) -> Frequency { Frequency(hertz: count * 1_000_000) }
    /// `count` gigahertz.
    @inlinable public static func gigahertz(_ count: UInt64) -> Frequency { Frequency(hertz: count * 1_000_000_000) }

    @inlinable public static func < (left: Frequency, right: Frequency) -> Bool { left.hertz < right.hertz }

    /// Picoseconds in a second.
    @usableFromInline static var second: UInt64 { 1_000_000_000_000 }

    /// The length of one cycle, rounded to the nearest picosecond; `never` for a stopped clock.
    /// Multiplying it accumulates the rounding: use `time(ofCycle:)` for anything that goes on.
    @inlinable public var period: SimTime {
        hertz == 0 ? .never : SimTime(picoseconds: (Self.second &+ hertz / 2) / hertz)
    }

    /// How many picoseconds one cycle lasts when that is a whole number; nothing otherwise.
    /// With it a caller may multiply instead of dividing.
    @inlinable public var exactPeriod: SimTime? {
        hertz != 0 && Self.second % hertz == 0 ? SimTime(picoseconds: Self.second / hertz) : nil
    }

    /// The number of cycles that are complete at `time`, counted from zero. Never drifts: one division of 128 bits.
    @inlinable public func cycles(at time: SimTime) -> UInt64 {
        let (high, low) = time.picoseconds.multipliedFullWidth(by: hertz)
        // Safe: a quotient beyond 64 bits needs hertz > 1e12.
        guard high < Self.second else { return .max }
        return Self.second.dividingFullWidth((high, low)).quotient
    }

    /// The first instant at which `cycles(at:)` is at least `cycle`; `never` when that instant cannot be reached.
    @inlinable public func time(ofCycle cycle: UInt64) -> SimTime {
        if cycle == 0 { return .zero }
        if hertz == 0 { return .never }
        let (high, low) = cycle.multipliedFullWidth(by: Self.second)
        if high >= hertz { return .never }
        let (quotient, remainder) = hertz.dividingFullWidth((high, low))
        if remainder == 0 { return SimTime(picoseconds: quotient) }
        return quotient == .max ? .never : SimTime(picoseconds: quotient &+ 1)
    }
}

/// Turns a running count of cycles into time without drift: what one conversion rounds off, the next one adds.
@frozen public struct CycleClock: Equatable, Sendable {
    /// The frequency in force.
    public private(set) var frequency: Frequency
    /// Cycles times picoseconds per second that have not yet made a picosecond; less than `frequency.hertz`.
    public private(set) var remainder: UInt64

    /// A clock whose cycles start on a whole picosecond.
    public init(_ frequency: Frequency, remainder: UInt64 = 0) {
        self.frequency = frequency
        self.remainder = frequency.hertz == 0 ? 0 : remainder % frequency.hertz
    }

    /// The span of the next `cycles` cycles, rounded down, the rest being kept for the next call.
    /// `never` for a stopped clock.
    public mutating func advance(_ cycles: UInt64) -> SimTime {
        if cycles == 0 { return .zero }
        if frequency.hertz == 0 { return .never }
        var (high, low) = cycles.multipliedFullWidth(by: Frequency.second)
        let (sum, carry) = low.addingReportingOverflow(remainder)
        low = sum
        if carry { high += 1 }
        if high >= frequency.hertz { return .never }
        let (quotient, rest) = frequency.hertz.dividingFullWidth((high, low))
        remainder = rest
        return SimTime(picoseconds: quotient)
    }

    /// Changes the frequency. The fraction of a picosecond that is pending is dropped.
    public mutating func change(to frequency: Frequency) { self = CycleClock(frequency) }
}

extension Frequency: CustomStringConvertible {
    static let units: [(suffix: String, hertz: UInt64)] = [
        ("GHz", 1_000_000_000), ("MHz", 1_000_000), ("kHz", 1_000), ("Hz", 1),
    ]

    /// The frequency in the largest unit that it reaches, exactly: "1 GHz", "32.768 kHz".
    public var description: String {
        for unit in Self.units where hertz >= unit.hertz {
            let (whole, rest) = hertz.quotientAndRemainder(dividingBy: unit.hertz)
            return "\(whole)\(decimalFraction(rest, of: unit.hertz)) \(unit.suffix)"
        }
        return "0 Hz"
    }

    /// Reads "1GHz", "10 MHz", "32.768kHz", "50Hz"; a bare number is hertz. The unit may be in any case.
    public init(parsing text: String) throws(QuantityError) {
        guard let quantity = Quantity(text),
            let unit = quantity.suffix.isEmpty
                ? 1 : Self.units.first(where: { $0.suffix.lowercased() == quantity.suffix.lowercased() })?.hertz,
            let value = quantity.exactProduct(unit)
        else {
            throw QuantityError(
                text: text,
                expected: "a frequency in Hz, kHz, MHz or GHz that is a whole number of hertz, such as “1GHz”")
        }
        self.init(hertz: value)
    }
}
