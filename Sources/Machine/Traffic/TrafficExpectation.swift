public import TandemBus
public import TandemKernel

/// What a platform or a test expects of the traffic between two modules: one quantity, within bounds.
///
/// ```swift
/// platform.traffic.expectations.append(
///     TrafficExpectation(from: "cpu0", to: "uart0", .writes, in: 1...200))
/// ```
public struct TrafficExpectation: Equatable, Sendable {
    /// What is compared. Accesses are reads, writes and fetches; page walks are none.
    public enum Quantity: String, CaseIterable, Sendable {
        case reads, writes, fetches, accesses
        case readBytes, writeBytes, fetchBytes, bytes
        case errors
        /// Picoseconds that an access took on average.
        case latency
        /// Picoseconds that the longest access took. Needs measuring.
        case longestLatency
        /// Bytes in a second of the window.
        case bandwidth

        /// Whether bounds are times.
        public var isTime: Bool { self == .latency || self == .longestLatency }

        /// A value as people write it.
        public func text(_ value: UInt64) -> String {
            isTime ? "\(SimTime(picoseconds: value))" : self == .bandwidth ? "\(value) B/s" : "\(value)"
        }
    }

    /// The path of the module that makes the accesses, of one around it, or the beginning of paths and `*`.
    public var initiator: String
    /// The same of the module that serves them.
    public var target: String
    public var quantity: Quantity
    /// The least and the greatest value.
    public var bounds: ClosedRange<UInt64>
    /// The simulated time that counts; nothing for the whole run. Its ends are those of bins, and it needs measuring.
    public var window: Range<SimTime>?
    /// Where it was written, for messages.
    public var place: String

    public init(
        from initiator: String, to target: String, _ quantity: Quantity, in bounds: ClosedRange<UInt64>,
        window: Range<SimTime>? = nil, place: String = ""
    ) {
        self.initiator = initiator
        self.target = target
        self.quantity = quantity
        self.bounds = bounds
        self.window = window
        self.place = place
    }

    /// Whether counters alone do not tell.
    var needsMeasuring: Bool { window != nil || quantity == .longestLatency }

    /// “cpu0 -> uart0: writes from 1 to 200, between 0 s and 1 ms”.
    public var summary: String {
        let (least, greatest) = (bounds.lowerBound, bounds.upperBound)
        var text = "\(initiator) -> \(target): \(quantity.rawValue) "
        if least == greatest {
            text += quantity.text(least)
        } else if greatest == .max {
            text += "at least \(quantity.text(least))"
        } else if least == 0 {
            text += "at most \(quantity.text(greatest))"
        } else {
            text += "from \(quantity.text(least)) to \(quantity.text(greatest))"
        }
        if let window { text += ", between \(window.lowerBound) and \(window.upperBound)" }
        return text
    }
}

/// What became of an expectation.
public struct TrafficVerdict: Equatable, Sendable {
    public var expectation: TrafficExpectation
    /// What was found; nothing if it cannot be known.
    public var actual: UInt64?

    public init(_ expectation: TrafficExpectation, actual: UInt64?) {
        self.expectation = expectation
        self.actual = actual
    }

    public var holds: Bool { actual.map(expectation.bounds.contains) ?? false }

    /// A sentence for people.
    public var summary: String {
        let found =
            actual.map { "it is \(expectation.quantity.text($0))" } ?? "the bins have grown wider than its window"
        return "expected \(expectation.summary); \(found)"
    }
}

/// What a platform says of its traffic, in the section `traffic` of its file.
public struct TrafficSettings: Equatable, Sendable {
    /// The width of the bins in which traffic is measured over time; nothing where it is only counted, unless an
    /// expectation needs more.
    public var bin: SimTime?
    /// What is told beyond the counters.
    public var detail: TrafficDetail = []
    public var expectations: [TrafficExpectation] = []
    /// What writes transactions down from the start. Whoever runs the machine opens the files.
    public var probes: [ProbeSettings] = []

    public init() {}

    /// The width where nobody says one.
    public static let defaultBin = SimTime.milliseconds(1)

    /// The width of bins that is needed.
    var neededBin: SimTime? { bin ?? (expectations.contains(where: \.needsMeasuring) ? Self.defaultBin : nil) }
}
