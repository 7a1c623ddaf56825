import TandemDevices
public import TandemKernel
public import TandemMachine

/// A person at a serial port, for tests: everything that the port sends, line by line with the simulated time of each, and
/// what is typed. Waiting lets the machine run, and no longer than until what is waited for is there.
///
/// ```swift
/// let console = try Console(of: machine)
/// try console.wait(for: "login:", within: .seconds(20))
/// console.type("root\n")
/// ```
public final class Console {
    /// The machine that runs while somebody waits.
    public let machine: Machine
    /// The path of the serial port.
    public let path: String
    private let transcript: Transcript

    /// One line of the transcript.
    public struct Line: Equatable, Sendable, CustomStringConvertible {
        /// Without its end; bytes that are no UTF-8 are replaced.
        public var text: String
        /// When its end was sent, or its last character if it has none yet; for what was waited for, the last character of
        /// that. The exact time of the instruction that wrote it, if the port does not take time for it.
        public var time: SimTime

        public var description: String { "[\(time)] \(text)" }
    }

    /// A console at a serial port that leads nowhere else: at the first of the board, unless another one is named.
    public init(of machine: Machine, at path: String? = nil) throws(PlatformError) {
        guard let path = path ?? machine.plan.serials.first else {
            throw PlatformError(
                at: machine.platform.name, "the platform has no serial ports", expected: "board: { serial: NAME }")
        }
        guard let device = machine.module(path) as? any CharacterDevice else {
            throw PlatformError(at: path, "there is no serial port of that name", choices: machine.plan.serials)
        }
        self.machine = machine
        self.path = path
        transcript = Transcript(machine.simulation.scheduler)
        do throws(ElaborationError) { try device.characters.connect(transcript) } catch {
            throw PlatformError([error.diagnosis])
        }
    }

    // MARK: What was sent

    /// The lines so far; the last one may still grow.
    public var lines: [Line] { transcript.lines }

    /// All of it as text.
    public var text: String { lines.map(\.text).joined(separator: "\n") }

    // MARK: Waiting

    /// Lets the machine run until the port has sent `text` within a line, behind what was waited for before. Returns the
    /// line up to there.
    ///
    /// Throws if that has not come after `span` of simulated time, or if the run has ended.
    @discardableResult
    public func wait(for text: String, within span: SimTime) throws(ConsoleError) -> Line {
        precondition(!text.isEmpty && !text.contains("\n"), "A console waits for something within a line.")
        let deadline = machine.simulation.scheduler.now.saturatingAdd(span)
        if let line = transcript.find(Array(text.utf8)) { return line }
        let outcome = machine.run(until: deadline)
        if let line = transcript.found() { return line }
        throw ConsoleError(
            path: path, text: text, span: span, time: machine.simulation.scheduler.now, outcome: outcome,
            last: lines.suffix(10))
    }

    /// Sends text to the port, as if it were typed now; “\n” is the key Enter.
    public func type(_ text: String) { transcript.type(text) }
}

/// What was waited for has not come.
public struct ConsoleError: Error, CustomStringConvertible {
    /// The serial port.
    public var path: String
    /// What was waited for.
    public var text: String
    /// How long, in simulated time.
    public var span: SimTime
    /// When the run ended.
    public var time: SimTime
    public var outcome: RunOutcome
    /// The last lines that came.
    public var last: [Console.Line]

    public var description: String {
        let end =
            switch outcome.reason {
            case .timeLimit: "within \(span)"
            default:
                "before the run ended: \(outcome.failure?.description ?? "\(outcome.reason.rawValue), code \(outcome.code)")"
            }
        let heard =
            last.isEmpty ? "nothing came" : "the last lines are\n" + last.map { "  \($0)" }.joined(separator: "\n")
        return "\(path) @ \(time): “\(text)” did not come \(end); \(heard)"
    }
}
