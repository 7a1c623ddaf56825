/// What the kernel itself remembers between two runs: time, counts, and what is pending, by path.
///
/// Orders are saved by the order of the lists: notifications of equal time, processes that are runnable, waiters of one
/// event are restored first in, first out.
public struct KernelPayload: SnapshotPayload {
    /// Whose notification is pending.
    public enum Owner: UInt8, Sendable {
        case event, process
        /// A process that lets the simulation catch up with it.
        case catchUp
    }

    /// A pending notification of an event, or the timer of a process.
    public struct Notification: Equatable, Sendable {
        public var owner: Owner
        public var path: String
        /// When it fires; nothing for a delta notification.
        public var time: SimTime?
    }

    /// The processes that wait for one event, in the order in which they began.
    public struct Waiters: Equatable, Sendable {
        public var event: String
        public var processes: [String]
    }

    /// What a process waits for besides its timer and its waits: only those that are not as they were declared.
    public struct Rest: Equatable, Sendable {
        public var path: String
        var mode: WaitMode
        public var triggersLeft: UInt32
        public var timedOut: Bool
        var condition: ProcessCondition
        public var isTerminated: Bool { condition.contains(.terminated) }
    }

    public static let schema = SnapshotSchema("kernel", version: 2)

    public var now = SimTime.zero
    public var deltaCount: UInt64 = 0
    public var eventCount: UInt64 = 0
    public var hasStarted = false
    /// The state of the simulation's random numbers.
    public var randomState: UInt64 = 0
    /// In the order in which they fire.
    public var notifications: [Notification] = []
    /// Methods, then threads, in the order in which they run.
    public var runnable: [String] = []
    public var waiters: [Waiters] = []
    public var rests: [Rest] = []

    init() {}

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(now)
        writer.write(deltaCount)
        writer.write(eventCount)
        writer.write(hasStarted)
        writer.write(randomState)
        writer.write(each: notifications) { writer, notification in
            writer.write(notification.owner.rawValue)
            writer.write(notification.path)
            writer.write(optional: notification.time) { $0.write($1) }
        }
        writer.write(each: runnable) { $0.write($1) }
        writer.write(each: waiters) { writer, waiters in
            writer.write(waiters.event)
            writer.write(each: waiters.processes) { $0.write($1) }
        }
        writer.write(each: rests) { writer, rest in
            writer.write(rest.path)
            writer.write(rest.mode.rawValue)
            writer.write(rest.triggersLeft)
            writer.write(rest.timedOut)
            writer.write(rest.condition.rawValue)
        }
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        now = try reader.read()
        guard now != .never else { throw reader.error("the time lies beyond the range") }
        deltaCount = try reader.read()
        eventCount = try reader.read()
        hasStarted = try reader.read()
        randomState = try reader.read()
        let now = now
        notifications = try reader.read(each: { reader throws(SnapshotError) in
            guard let owner = Owner(rawValue: try reader.read()) else {
                throw reader.error("a notification belongs to neither an event nor a process")
            }
            let path = try reader.read(String.self)
            let time = try reader.read(optional: { reader throws(SnapshotError) in try reader.read(SimTime.self) })
            if let time, time <= now || time == .never {
                throw reader.error("the notification of “\(path)” is not in the future")
            }
            return Notification(owner: owner, path: path, time: time)
        })
        runnable = try reader.read(each: { reader throws(SnapshotError) in try reader.read(String.self) })
        waiters = try reader.read(each: { reader throws(SnapshotError) in
            let event = try reader.read(String.self)
            let processes = try reader.read(each: { reader throws(SnapshotError) in try reader.read(String.self) })
            return Waiters(event: event, processes: processes)
        })
        rests = try reader.read(each: { reader throws(SnapshotError) in
            let path = try reader.read(String.self)
            guard let mode = WaitMode(rawValue: try reader.read()) else {
                throw reader.error("the process “\(path)” waits in no known way")
            }
            let rest = Rest(
                path: path, mode: mode, triggersLeft: try reader.read(), timedOut: try reader.read(),
                condition: ProcessCondition(rawValue: try reader.read()))
            guard rest.condition.isSubset(of: .lasting) else {
                throw reader.error("the process “\(path)” is in no known condition")
            }
            return rest
        })
    }
}
