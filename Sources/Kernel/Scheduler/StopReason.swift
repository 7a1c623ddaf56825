/// Why a run ended, as a word that stands in reports. Open: a device may bring its own.
public struct ExitReason: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }

    /// The guest switched its machine off.
    public static let powerOff = ExitReason(rawValue: "power-off")
    /// The guest asked for a restart.
    public static let reset = ExitReason(rawValue: "reset")
    /// The guest reported a failure of its own.
    public static let guestFailure = ExitReason(rawValue: "guest-failure")
    /// The guest makes no progress: traps in a row without a retired instruction.
    public static let guestHang = ExitReason(rawValue: "guest-hang")
    /// The user interrupted the run (Ctrl-C, SIGTERM).
    public static let interrupted = ExitReason(rawValue: "interrupted")
    /// The simulated time that was asked for has passed.
    public static let timeLimit = ExitReason(rawValue: "time-limit")
    /// Nothing is left that could happen.
    public static let starved = ExitReason(rawValue: "starved")
    /// The user left (monitor, Ctrl-a x).
    public static let quit = ExitReason(rawValue: "quit")
    /// An error in the simulation itself.
    public static let simulationFailure = ExitReason(rawValue: "simulation-failure")
    /// A debugger or a test wants control.
    public static let debugger = ExitReason(rawValue: "debugger")
}

/// A wish to end the run, with the exit code that goes with it.
public struct StopRequest: Equatable, Sendable {
    public var reason: ExitReason
    /// The code of the process, 0 for success.
    public var code: Int32

    public init(_ reason: ExitReason, code: Int32 = 0) {
        self.reason = reason
        self.code = code
    }
}

/// What made `run` return.
public enum StopReason: Equatable, Sendable {
    /// The limit was reached. Events at exactly that time have fired; the processes they woke run in the next call.
    case timeReached
    /// Nothing is pending and nobody outside can bring anything.
    case starved
    /// Something called `pause`; the next call goes on as if nothing had happened.
    case paused
    /// Something asked to stop. Running again needs a reset.
    case stopped(StopRequest)
    /// An error inside. Running again needs a reset.
    case failed(SimulationError)
}

/// How a stop from inside the simulation takes effect.
public enum StopMode: Sendable {
    /// The evaluation phase and the update phase finish; delta notifications do not fire.
    case finishDelta
    /// What is still runnable in this evaluation phase does not run, nor does the update phase.
    case immediate
}

/// What a run with a limit does when nothing is left to happen before it.
public enum StarvationPolicy: Sendable {
    /// Time advances to the limit.
    case runToLimit
    /// The run ends at the last event.
    case exit
}
