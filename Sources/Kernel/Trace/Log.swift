/// How much a message matters. Ordered: `error` is the least, so that a threshold admits everything up to it.
public enum LogLevel: UInt8, Comparable, Sendable, CaseIterable {
    case error, warning, info, debug, trace

    /// The level of a name.
    public init?(_ name: String) {
        guard let level = LogLevel.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    /// Written out, because a name by reflection costs more than all else that a start does with levels.
    private var name: String {
        switch self {
        case .error: "error"
        case .warning: "warning"
        case .info: "info"
        case .debug: "debug"
        case .trace: "trace"
        }
    }

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

extension LogLevel: PropertyConvertible {
    public static var propertyKind: PropertyKind { .choice(allCases.map(\.name)) }
    public var propertyValue: PropertyValue { .choice(name) }

    public init?(propertyValue: PropertyValue) {
        guard case .choice(let word) = propertyValue else { return nil }
        self.init(word)
    }
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
    /// The least important level that is let through where no object has a level of its own; `warning` at first.
    public var threshold: LogLevel { didSet { renewCeiling() } }
    /// Objects with a level of their own, which holds for the objects in them too, by path.
    public private(set) var levels: [(place: String, level: LogLevel)] = []
    /// The least important level that anybody may say.
    private var ceiling: LogLevel
    /// Where messages go; standard error at first.
    public var sink: any LogSink
    /// Gets what guests do wrong, which is what messages of the level `debug` are about, whatever the levels of objects.
    public var guestErrors: (any LogSink)? { didSet { renewCeiling() } }
    private var now: () -> SimTime
    private var told: Set<String> = []

    /// A log that reads the time of its messages from `now`.
    public init(threshold: LogLevel = .warning, sink: any LogSink = StandardErrorSink(), now: @escaping () -> SimTime) {
        self.threshold = threshold
        ceiling = threshold
        self.sink = sink
        self.now = now
    }

    /// The simulation is going away: messages that come later bear no time.
    func detach() { now = { .zero } }

    /// Whether a message of `level` may be written, by some object.
    public func admits(_ level: LogLevel) -> Bool { level <= ceiling }

    /// Gives an object and those in it a level of their own; nil takes it away.
    public func setLevel(_ level: LogLevel?, of place: String) {
        levels.removeAll { $0.place == place }
        if let level {
            let index = levels.firstIndex { $0.place > place } ?? levels.endIndex
            levels.insert((place, level), at: index)
        }
        renewCeiling()
    }

    private func renewCeiling() {
        ceiling = levels.reduce(guestErrors == nil ? threshold : max(threshold, .debug)) { max($0, $1.level) }
    }

    /// The level of an object: its own, or that of the nearest object around it.
    func level(of place: String) -> LogLevel {
        var found: (length: Int, level: LogLevel) = (-1, threshold)
        for entry in levels where place == entry.place || place.hasPrefix(entry.place + ".") {
            if entry.place.utf8.count > found.length { found = (entry.place.utf8.count, entry.level) }
        }
        return found.level
    }

    /// Writes a message about the object at `place`, which a module gives as its path.
    public func write(_ level: LogLevel, at place: @autoclosure () -> String, _ message: @autoclosure () -> String) {
        guard level <= ceiling else { return }
        pass(LogRecord(level: level, time: now(), place: place(), message: message()), isOnce: false)
    }

    /// As `write`, but only the first time that this place says this; for conditions that a guest can repeat at will.
    public func writeOnce(_ level: LogLevel, at place: @autoclosure () -> String, _ message: @autoclosure () -> String)
    {
        guard level <= ceiling else { return }
        pass(LogRecord(level: level, time: now(), place: place(), message: message()), isOnce: true)
    }

    private func pass(_ record: LogRecord, isOnce: Bool) {
        let isShown = record.level <= (levels.isEmpty ? threshold : level(of: record.place))
        let isGuestError = record.level == .debug && guestErrors != nil
        guard isShown || isGuestError else { return }
        if isOnce, !told.insert(record.place + "\n" + record.message).inserted { return }
        if isShown { sink.write(record) }
        if isGuestError { guestErrors?.write(record) }
    }
}

/// Keeps the messages; for tests and for a monitor that shows them later.
public final class RecordingSink: LogSink {
    public private(set) var records: [LogRecord] = []
    public init() {}
    public func write(_ record: LogRecord) { records.append(record) }
}
