public import TandemKernel

/// Something that happened to the machine and that whoever watches it is told: the events of QMP, under its names.
public struct MonitorEvent: Equatable, Sendable {
    /// A kind of event: its name and what comes with it.
    public struct Kind: Equatable, Sendable {
        public var name: String
        public var summary: String
        public var members: [CommandMember]

        public init(_ name: String, _ summary: String, members: [CommandMember] = []) {
            self.name = name
            self.summary = summary
            self.members = members
        }
    }

    public var kind: Kind
    /// A record with the members of the kind, or nothing if it has none.
    public var data: CommandValue

    public init(_ kind: Kind, _ data: CommandValue = .nothing) {
        self.kind = kind
        self.data = data
    }
}

extension MonitorEvent.Kind {
    private static let guest = CommandMember("guest", .bool, "Whether the guest caused it.")
    private static let reason = CommandMember(
        "reason", .choice(name: "ShutdownCause", MonitorEvent.Cause.allCases.map(\.rawValue)), "What caused it.")

    public static let stop = MonitorEvent.Kind("STOP", "The machine has stopped; simulated time stands.")
    public static let resume = MonitorEvent.Kind("RESUME", "The machine goes on.")
    public static let reset = MonitorEvent.Kind("RESET", "The machine is restarted.", members: [guest, reason])
    public static let shutdown = MonitorEvent.Kind("SHUTDOWN", "The run ends.", members: [guest, reason])
    public static let powerDown = MonitorEvent.Kind("POWERDOWN", "The power button was pressed.")

    public static let deviceDeleted = MonitorEvent.Kind(
        "DEVICE_DELETED", "A device has left the machine.",
        members: [
            CommandMember("device", .text, "The last name of its path."), CommandMember("path", .text, "Its path."),
        ])

    /// Every kind, in the order of their names.
    public static let all = [deviceDeleted, powerDown, reset, resume, shutdown, stop]
}

extension MonitorEvent {
    /// What caused a shutdown or a reset, in QMP's words.
    public enum Cause: String, Sendable, CaseIterable {
        case none
        case hostError = "host-error"
        case hostQuit = "host-qmp-quit"
        case hostReset = "host-qmp-system-reset"
        case hostSignal = "host-signal"
        case hostUI = "host-ui"
        case guestShutdown = "guest-shutdown"
        case guestReset = "guest-reset"
        case guestPanic = "guest-panic"

        var isGuest: Bool { rawValue.hasPrefix("guest-") }

        init(_ reason: ExitReason) {
            self =
                switch reason {
                case .powerOff: .guestShutdown
                case .reset: .guestReset
                case .guestFailure, .guestHang, .starved: .guestPanic
                case .interrupted: .hostSignal
                case .quit: .hostUI
                case .simulationFailure: .hostError
                default: .none
                }
        }
    }

    init(_ kind: Kind, _ cause: Cause) {
        self.init(kind, .record(["guest": .bool(cause.isGuest), "reason": .text(cause.rawValue)]))
    }
}
