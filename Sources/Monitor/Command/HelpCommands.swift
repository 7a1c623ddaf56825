import TandemKernel

/// Help from the declarations, and people's commands for programs.
enum HelpCommands {
    static let all = [help, humanCommand]

    static let names = Property<[String]>("command", default: [], "The command; all if not given.")

    static let help = MonitorCommand(
        machine: nil, human: "help", aliases: ["?"], "Lists the commands, or explains one.", arguments: [names.erased],
        returns: .text
    ) { call in
        let catalog = call.context.commands
        let words = call[names]
        if words.isEmpty { return .text(list(catalog.commands)) }
        if words.count == 1 {
            let group = catalog.commands.filter { $0.humanName?.hasPrefix(words[0] + " ") ?? false }
            if !group.isEmpty { return .text(list(group)) }
        }
        return .text(text(of: try catalog.humanCommand(words).command))
    }

    private static func list(_ commands: [MonitorCommand]) -> String {
        let rows = commands.compactMap { command in
            command.humanName.map { name in
                (name: ([name] + command.aliases).joined(separator: "|"), command.signature.summary)
            }
        }
        return CommandText.table(rows.sorted { $0.name < $1.name }.map { [$0.name, $0.1] })
    }

    /// What is said of one command: how it is written, what it does, its arguments.
    static func text(of command: MonitorCommand) -> String {
        let signature = command.signature
        var text = usage(of: command) + "\n\(signature.summary)\n"
        if !signature.arguments.isEmpty {
            text += CommandText.table(
                signature.arguments.map { argument in
                    var meaning = argument.documentation
                    if !argument.kind.choices.isEmpty {
                        meaning += " One of \(argument.kind.choices.joined(separator: ", "))."
                    }
                    if let value = argument.defaultValue, argument.kind != .bool, !value.description.isEmpty {
                        meaning += " \(value) if not given."
                    }
                    return ["  \(argument.name)", meaning]
                })
        }
        if !signature.documentation.isEmpty { text += signature.documentation + "\n" }
        return text
    }

    /// How a command is written: `x[/format] address`.
    static func usage(of command: MonitorCommand) -> String {
        var text = ([command.humanName ?? command.signature.name] + command.aliases).joined(separator: "|")
        if command.signature.arguments.contains(where: { $0.name == "format" }) { text += "[/format]" }
        for argument in command.signature.arguments where argument.name != "format" {
            if argument.kind == .bool {
                text += " [-\(argument.name.prefix(1))]"
            } else {
                text += argument.isRequired ? " \(argument.name)" : " [\(argument.name)]"
            }
        }
        return command.signature.takesFurther ? text + " [name=value …]" : text
    }

    static let line = Property<String>(required: "command-line", "The line, as people write it.")
    static let hart = Property<UInt64?>("cpu-index", default: nil, "The hart that it is about; hart 0 if not given.")

    static let humanCommand = MonitorCommand(
        machine: "human-monitor-command", human: nil, "Performs a command as people write it; yields its text.",
        arguments: [line.erased, hart.erased], returns: .text
    ) { call in
        let context = MonitorContext(
            call.control, commands: call.context.commands, catalog: call.context.catalog,
            facilities: call.context.facilities)
        if let index = call[hart] { context.selectedHart = try HartCommands.index(index, in: call.machine) }
        // A line that is wrong is told as people are told: in the text (QEMU's way).
        do throws(CommandError) { return .text(try HumanMonitor.perform(call[line], in: context)) } catch {
            return .text("error: \(error)\n")
        }
    }
}
