/// How much a message matters. Ordered: `error` is the least, so that a threshold admits everything up to it.
public enum LogLevel: UInt8, Comparable, Sendable, CaseIterable {
    case error, warning, info, debug, trace

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// One message with the place and the simulated time at which it arose.
public struct LogRecord: Equatable, Sendable, CustomStringConvertible {
    public var level: LogLevel
    public var time: SimTime
    /// The path of the module that speaks; empty for the simulation.
    public var place: String
    public var message: String

    public init(level: LogLevel, time: SimTime, place: String, message: String) {
        self.level = level
        self.time = time
        self.place = place
        self.message = message
    }

    /// "warning: soc.uart0 @ 12.5 us: message".
    public var description: String {
        "\(level): \(place.isEmpty ? "" : place + " ")@ \(time): \(message)"
    }
}

/// Where messages go. Called on the simulation's thread, in order.
public protocol LogSink: AnyObject {
    func write(_ record: LogRecord)
}

/// The messages of one simulation. A message that is off costs one comparison: its text is not built.
public final class Log {
    /// The least important level that is let through; `warning` at first.
    public var threshold: LogLevel
    /// Where messages go; standard error at first.
    public var sink: any LogSink
    private var now: () -> SimTime
    private var told: Set<String> = []

    /// A log that reads the time of its messages from `now`.
    public init(threshold: LogLevel = .warning, sink: any LogSink = StandardErrorSink(), now: @escaping () -> SimTime) {
        self.threshold = threshold
        self.sink = sink
        self.now = now
    }

    /// The simulation is going away: messages that come later bear no time.
    func detach() { now = { .zero } }

    /// Whether a message of `level` would be written.
    public func admits(_ level: LogLevel) -> Bool { level <= threshold }

    /// Writes a message about the object at `place`, which a module gives as its path.
    public func write(_ level: LogLevel, at place: @autoclosure () -> String, _ message: @autoclosure () -> String) {
        guard level <= threshold else { return }
        sink.write(LogRecord(level: level, time: now(), place: place(), message: message()))
    }

    /// As `write`, but only the first time that this place says this; for conditions that a guest can repeat at will.
    public func writeOnce(_ level: LogLevel, at place: @autoclosure () -> String, _ message: @autoclosure () -> String)
    {
        guard level <= threshold else { return }
        let record = LogRecord(level: level, time: now(), place: place(), message: message())
        guard told.insert(record.place + "\n" + record.message).inserted else { return }
        sink.write(record)
    }
}

/// Keeps the messages; for tests and for a monitor that shows them later.
public final class RecordingSink: LogSink {
    public private(set) var records: [LogRecord] = []
    public init() {}
    public func write(_ record: LogRecord) { records.append(record) }
}
