/// A kind of event that objects tell a trace: declared once, by the part that tells it.
public struct TraceEvent: Equatable, Sendable {
    /// "uart.transmit": where it comes from and what happens.
    public let name: String
    /// One line.
    public let summary: String
    /// What comes with it, in order.
    public let fields: [TraceField]

    public init(_ name: String, _ summary: String, _ fields: [TraceField] = []) {
        self.name = name
        self.summary = summary
        self.fields = fields
    }
}

/// A named argument of a trace event.
public struct TraceField: Equatable, Sendable {
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// Shown in decimal digits.
        case unsigned
        /// Shown in hexadecimal digits.
        case hexadecimal
        case flag
        case text
    }

    public let name: String
    public let kind: Kind

    public init(_ name: String, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

/// The value of an argument.
public enum TraceValue: Equatable, Sendable {
    /// Of fields of the kinds `unsigned` and `hexadecimal`.
    case number(UInt64)
    case flag(Bool)
    case text(String)
}

/// One event that happened.
public struct TraceRecord: Equatable, Sendable {
    public var event: TraceEvent
    /// Simulated time; that of the initiator where it runs ahead of the kernel.
    public var time: SimTime
    /// The path of the object that tells it.
    public var place: String
    /// As many as the event has fields, of their kinds.
    public var values: [TraceValue]

    public init(_ event: TraceEvent, at time: SimTime, of place: String, _ values: [TraceValue]) {
        self.event = event
        self.time = time
        self.place = place
        self.values = values
    }
}

/// Where trace records go. Called on the simulation's thread, in order.
public protocol TraceSink: AnyObject {
    func write(_ record: TraceRecord)
}

/// Keeps the records, for tests.
public final class RecordingTraceSink: TraceSink {
    public private(set) var records: [TraceRecord] = []
    public init() {}
    public func write(_ record: TraceRecord) { records.append(record) }
}
