/// A command that the objects of a module type understand, declared beside their properties: monitors offer it, help and
/// documentation list it.
///
/// ```swift
/// static let pulses = Property<UInt64>("count", default: 1, range: 1...1000, "How many pulses.")
/// static let pulse = ModuleCommand("pulse", of: Button.self, "Presses the button.", arguments: [pulses.erased]) {
///     button, arguments in
///     button.press(arguments[pulses])
///     return .nothing
/// }
/// ```
public struct ModuleCommand: Sendable {
    public let signature: CommandSignature
    private let body: @Sendable (Module, CommandArguments) throws -> CommandValue

    public var name: String { signature.name }

    /// A command of the objects of `type`. `body` runs while the simulation rests; whatever it throws is told in its own
    /// words.
    public init<Owner: Module>(
        _ name: String, of type: Owner.Type, _ summary: String, arguments: [AnyProperty] = [],
        returns result: CommandShape = .nothing, documentation: String = "",
        _ body: @escaping @Sendable (Owner, CommandArguments) throws -> CommandValue
    ) {
        signature = CommandSignature(
            name, summary, arguments: arguments, returns: result, documentation: documentation)
        self.body = { module, arguments in
            guard let owner = module as? Owner else {
                throw CommandError(at: module.path, "the command “\(name)” is one of another type")
            }
            return try body(owner, arguments)
        }
    }

    /// Checks the arguments and performs the command on an object, while the simulation rests.
    public func perform(on module: Module, _ values: PropertyValues = [:]) throws(CommandError) -> CommandValue {
        let arguments = try signature.check(values)
        do { return try body(module, arguments) } catch { throw CommandError(error) }
    }
}

extension Module {
    /// The commands that this object understands; those of a module that is in no catalogue are none.
    public final var commands: [ModuleCommand] {
        (Swift.type(of: self) as? any CatalogModule.Type)?.declaration.commands ?? []
    }
}
