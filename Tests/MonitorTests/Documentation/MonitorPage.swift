import TandemKernel

@testable import TandemMonitor

/// `docs/monitor-commands.md`, made of the declarations of the commands and events.
struct MonitorPage {
    let catalog: CommandCatalog

    var text: String {
        var lines = [
            "# Commands and events of the monitor", "",
            "This page is generated from the declarations: `BLESS=1 swift test --filter MonitorPageTests`. How monitors are reached and spoken to is in [monitor.md](monitor.md).",
            "", "## Commands", "",
        ]
        lines += table(
            ["people (HMP)", "programs (QMP)", "what it does"],
            catalog.commands.map { command in
                [
                    command.humanName.map { "`\(([$0] + command.aliases).joined(separator: "`, `"))`" } ?? "",
                    command.machineName.map { "[`\($0)`](#\(Self.anchor(command)))" }
                        ?? "[…](#\(Self.anchor(command)))",
                    command.signature.summary,
                ]
            })
        for command in catalog.commands { lines += [""] + section(command) }
        lines += ["", "## Events", ""]
        lines += table(
            ["event", "when", "data"],
            MonitorEvent.Kind.all.map { kind in
                [
                    "`\(kind.name)`", kind.summary,
                    kind.members.map { "`\($0.name)`: \(Self.text(of: $0.shape))" }.joined(separator: "; "),
                ]
            })
        return lines.joined(separator: "\n") + "\n"
    }

    private static func anchor(_ command: MonitorCommand) -> String {
        command.signature.name.replacing(" ", with: "-")
    }

    private func section(_ command: MonitorCommand) -> [String] {
        let signature = command.signature
        var lines = ["### \(signature.name)", "", signature.summary]
        if command.humanName != nil { lines += ["", "People write `\(HelpCommands.usage(of: command))`."] }
        if command.allowsOutOfBand { lines += ["", "Programs may ask for it out of band."] }
        if !signature.arguments.isEmpty {
            lines += [""]
            lines += table(
                ["argument", "kind", "if not given", "meaning"],
                signature.arguments.map { argument in
                    var kind = argument.name == signature.openArgument ? "any" : argument.kind.name
                    if !argument.kind.choices.isEmpty {
                        kind = argument.kind.choices.map { "`\($0)`" }.joined(separator: ", ")
                    }
                    let missing = argument.defaultValue.map { "\($0)" } ?? (argument.isRequired ? "an error" : "")
                    return ["`\(argument.name)`", kind, missing, argument.documentation]
                })
        }
        if command.machineName != nil, signature.result != .nothing {
            lines += ["", "Yields \(Self.text(of: signature.result))."]
            lines += members(of: signature.result).map { [""] + $0 } ?? []
        }
        if !signature.documentation.isEmpty { lines += ["", signature.documentation] }
        return lines
    }

    /// The documented members of the record that a shape is or lists.
    private func members(of shape: CommandShape) -> [String]? {
        switch shape {
        case .list(let element): return members(of: element)
        case .record(_, let members):
            let documented = members.filter { !$0.documentation.isEmpty }
            if documented.isEmpty { return nil }
            return documented.map { "- `\($0.name)`: \(Self.text(of: $0.shape)). \($0.documentation)" }
        default: return nil
        }
    }

    static func text(of shape: CommandShape) -> String {
        switch shape {
        case .nothing: "nothing"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .text: "a text"
        case .any: "a value"
        case .choice(_, let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .list(let element): "a list, each element \(text(of: element))"
        case .record(let name, let members):
            "a record `\(name)` of \(members.map { "`\($0.name)`" }.joined(separator: ", "))"
        }
    }

    private func table(_ head: [String], _ rows: [[String]]) -> [String] {
        ([head, head.map { _ in "---" }] + rows).map { cells in
            "| "
                + cells.map { $0.replacing("|", with: "\\|").split(separator: "\n").joined(separator: " ") }.joined(
                    separator: " | ") + " |"
        }
    }
}
