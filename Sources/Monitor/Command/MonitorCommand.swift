public import TandemKernel
public import TandemMachine

/// A command of the monitor, declared once and offered by each of its faces: to programs as QMP, to people as HMP.
///
/// ```swift
/// let uptime = MonitorCommand("uptime", "How long the guest has run.", returns: .integer) { call in
///     .unsigned(call.machine.simulation.scheduler.now.picoseconds / 1_000_000_000_000)
/// }
/// Tandem.main(catalog: .standard, commands: .standard.adding(uptime))
/// ```
public struct MonitorCommand: Sendable {
    public let signature: CommandSignature
    /// What programs call it; nothing for a command for people only.
    public let machineName: String?
    /// What people call it, one word or two (`info status`); nothing for a command for programs only.
    public let humanName: String?
    /// What people may call it too.
    public let aliases: [String]
    /// Whether programs may ask for it out of band.
    public let allowsOutOfBand: Bool
    private let rendering: (@Sendable (CommandValue) -> String)?
    private let body: @Sendable (CommandCall) throws -> CommandValue

    /// A command of the same name for programs and for people.
    ///
    /// - Parameters:
    ///   - rendering: what people see of the result; the general form of a value if not given.
    ///   - body: performs it, while the simulation rests. Whatever it throws is told in its own words.
    public init(
        _ name: String, aliases: [String] = [], _ summary: String, arguments: [AnyProperty] = [],
        openArgument: String? = nil, takesFurther: Bool = false, returns result: CommandShape = .nothing,
        allowsOutOfBand: Bool = false, documentation: String = "",
        text rendering: (@Sendable (CommandValue) -> String)? = nil,
        _ body: @escaping @Sendable (CommandCall) throws -> CommandValue
    ) {
        self.init(
            machine: name, human: name, aliases: aliases, summary, arguments: arguments, openArgument: openArgument,
            takesFurther: takesFurther, returns: result, allowsOutOfBand: allowsOutOfBand,
            documentation: documentation, text: rendering, body)
    }

    /// A command whose names differ, or that is for programs or people only.
    public init(
        machine machineName: String?, human humanName: String?, aliases: [String] = [], _ summary: String,
        arguments: [AnyProperty] = [], openArgument: String? = nil, takesFurther: Bool = false,
        returns result: CommandShape = .nothing, allowsOutOfBand: Bool = false, documentation: String = "",
        text rendering: (@Sendable (CommandValue) -> String)? = nil,
        _ body: @escaping @Sendable (CommandCall) throws -> CommandValue
    ) {
        guard let name = machineName ?? humanName else { preconditionFailure("A command has a name.") }
        signature = CommandSignature(
            name, summary, arguments: arguments, openArgument: openArgument, takesFurther: takesFurther,
            returns: result, documentation: documentation)
        self.machineName = machineName
        self.humanName = humanName
        self.aliases = aliases
        self.allowsOutOfBand = allowsOutOfBand
        self.rendering = rendering
        self.body = body
    }

    /// Checks the arguments and performs the command, while the simulation rests.
    public func perform(in context: MonitorContext, _ values: PropertyValues = [:]) throws(CommandError) -> CommandValue
    {
        let call = CommandCall(context: context, arguments: try signature.check(values))
        do { return try body(call) } catch { throw CommandError(error) }
    }

    /// The result as people see it; empty or ending with a line end.
    public func text(of value: CommandValue) -> String {
        let text = rendering?(value) ?? CommandText.text(of: value)
        return text.isEmpty || text.hasSuffix("\n") ? text : text + "\n"
    }
}

/// One call of a command: its checked arguments, and what it works on.
public struct CommandCall {
    public let context: MonitorContext
    public let arguments: CommandArguments

    /// The control of the machine: stop, resume, reset and the like.
    public var control: RunControl { context.control }
    public var machine: Machine { context.control.machine }

    /// The value of a declared argument, given or default.
    public subscript<Value: PropertyConvertible>(_ argument: Property<Value>) -> Value { arguments[argument] }
}
