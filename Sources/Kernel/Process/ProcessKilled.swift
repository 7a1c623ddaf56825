/// Thrown out of a wait in place of returning: the thread is to leave its stack, or takes an error that somebody threw
/// into it, or the wait was illegal. Control calls throw it too, where they end or reset their caller.
///
/// A body lets it pass, so that its locals are released. A wait while a killed or reset thread unwinds is an error, and
/// throws again.
public struct ProcessKilled: Error, Sendable, CustomStringConvertible {
    /// Why the wait throws.
    public enum Cause: Sendable {
        /// `Process.kill`. The process ends when its body has returned.
        case killed
        /// `Process.reset` or a reset signal. The body begins anew when it has returned.
        case reset
        /// The simulation is reset or goes away.
        case ended
        /// `Process.interrupt(with:)`. A body may catch it and go on.
        case thrown(any Error)
        /// The wait was illegal. The run has failed with this error.
        case refused(SimulationError)
    }

    public let cause: Cause

    public init(_ cause: Cause = .killed) { self.cause = cause }

    /// The error that was thrown in, if that is the cause.
    public var thrown: (any Error)? {
        if case .thrown(let error) = cause { error } else { nil }
    }

    public var description: String {
        switch cause {
        case .killed: "the process was killed"
        case .reset: "the process was reset"
        case .ended: "the simulation ends"
        case .thrown(let error): "\(error)"
        case .refused(let error): error.description
        }
    }
}
