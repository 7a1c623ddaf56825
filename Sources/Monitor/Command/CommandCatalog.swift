public import TandemKernel

/// The commands of a monitor. A value: a user's program adds its own to the standard ones.
public struct CommandCatalog: Sendable {
    /// In the order of their names.
    public private(set) var commands: [MonitorCommand] = []

    /// A catalogue without commands.
    public init() {}

    /// Every command that the simulator has by itself.
    public static let standard = CommandCatalog()
        .adding(MachineCommands.all).adding(ActivityCommand.command).adding(QueryCommands.all).adding(
            ObjectCommands.all
        ).adding(HartCommands.all)
        .adding(RegisterCommands.all)
        .adding(HelpCommands.all).adding(MemoryCommands.all).adding(InfoCommands.all)
        .adding(LogCommands.all).adding(TraceCommands.all).adding(TrafficCommands.all).adding(ProbeCommands.all)
        .adding(CharacterCommands.all).adding(PluggingCommands.all).adding(PCICommands.all).adding(PortCommands.all)

    /// This catalogue with more commands. One of the same name is replaced, so that a user can refine one of ours.
    public func adding(_ more: MonitorCommand...) -> CommandCatalog { adding(more) }

    /// This catalogue with more commands. One of the same name is replaced.
    public func adding(_ more: [MonitorCommand]) -> CommandCatalog {
        var catalog = self
        for command in more { catalog.commands.place(command) { $0.signature.name } }
        return catalog
    }

    // MARK: For programs

    /// The command that programs call so, or an error that offers the nearest names.
    public func machineCommand(_ name: String) throws(CommandError) -> MonitorCommand {
        if let command = commands.first(where: { $0.machineName == name }) { return command }
        throw CommandError(
            .commandNotFound, at: "", "The command \(name) has not been found",
            nearest: commands.compactMap(\.machineName).nearest(to: name))
    }

    // MARK: For people

    /// The command whose name, of one word or two, begins `words`, and how many words that are.
    public func humanCommand(_ words: [String]) throws(CommandError) -> (command: MonitorCommand, words: Int) {
        for count in [2, 1] where words.count >= count {
            let name = words.prefix(count).joined(separator: " ")
            if let command = commands.first(where: { $0.humanName == name || $0.aliases.contains(name) }) {
                return (command, count)
            }
        }
        let group = words.first.map { first in commands.contains { $0.humanName?.hasPrefix(first + " ") ?? false } }
        let given = words.prefix(group == true ? 2 : 1).joined(separator: " ")
        if group == true, words.count == 1 {
            let choices = commands.compactMap(\.humanName).filter { $0.hasPrefix(given + " ") }
            throw CommandError(.commandNotFound, at: "", "“\(given)” of what?", choices: choices)
        }
        let names = commands.flatMap { ($0.humanName.map { [$0] } ?? []) + $0.aliases }
        throw CommandError(
            .commandNotFound, at: "", "there is no command “\(given)”; “help” lists them",
            nearest: names.nearest(to: given))
    }
}
