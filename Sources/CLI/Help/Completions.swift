import TandemKernel
import TandemMachine

/// What a shell may complete: commands, their options, and the values of options that come from a list. Elsewhere files.
struct Completions {
    let commands: [CommandDeclaration]
    let catalog: Catalog
    let machines: [Platform]

    init(_ commands: [CommandDeclaration], _ catalog: Catalog, _ machines: [Platform]) {
        self.commands = commands
        self.catalog = catalog
        self.machines = machines
    }

    private var platforms: [String] { machines.flatMap { [$0.name] + $0.machine.aliases } }
    private var types: [String] { catalog.names }

    /// The values of an option; nothing where it takes anything.
    private func values(of option: OptionDeclaration) -> [String] {
        switch option.name {
        case "machine": return platforms + ["help"]
        case "cpu": return Platform.processors(catalog).flatMap(\.names) + ["help"]
        case "device", "object":
            let addition: Platform.Addition = option.name == "device" ? .device : .object
            return catalog.declarations.filter(addition.takes).map(\.typeName) + ["help"]
        default:
            // A choice of plain words stands in the placeholder itself.
            let words = option.value?.split(separator: "|").map(String.init) ?? []
            let isPlain = words.allSatisfy { $0.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D } }
            return words.count > 1 ? words.filter { _ in isPlain } : []
        }
    }

    /// The operands of a command that come from a list.
    private func operands(of command: CommandDeclaration) -> [String] {
        switch command.name {
        case "run", "check": platforms
        case "describe": platforms + types
        case "list": ["platforms", "types"]
        case "completions": ["bash", "zsh"]
        default: []
        }
    }

    // MARK: bash

    /// For `source <(tandem completions bash)`.
    var bash: String {
        var options: [OptionDeclaration] = []
        for option in commands.flatMap(\.options) where !options.contains(where: { $0.name == option.name }) {
            options.append(option)
        }
        let valued = options.compactMap { option -> String? in
            let values = values(of: option)
            if values.isEmpty { return nil }
            let names = ([option.name] + option.aliases).flatMap { ["-\($0)", "--\($0)"] }
            return "        \(names.joined(separator: "|"))) words=\"\(values.joined(separator: " "))\" ;;"
        }
        let bare = options.filter { $0.value != nil && values(of: $0).isEmpty }
            .flatMap { ([$0.name] + $0.aliases).flatMap { ["-\($0)", "--\($0)"] } }
        let cases = commands.map { command in
            let names = command.options.flatMap { [$0.name] + $0.aliases }.map { "-\($0)" } + ["-help"]
            return """
                    \(command.name))
                        case "$current" in
                        -*) words="\(names.joined(separator: " "))" ;;
                        *) words="\(operands(of: command).joined(separator: " "))" ;;
                        esac ;;
                """
        }
        return """
            # Completion of tandem for bash: source <(tandem completions bash)
            _tandem() {
                local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words=""
                if [ "$COMP_CWORD" -eq 1 ]; then
                    words="\(commands.map(\.name).joined(separator: " ")) --help --version"
                else
                    case "$previous" in
            \(valued.joined(separator: "\n"))
                    \(bare.joined(separator: "|"))) ;;
                    *)
                    case "${COMP_WORDS[1]}" in
            \(cases.joined(separator: "\n"))
                    esac ;;
                    esac
                fi
                COMPREPLY=($(compgen -W "$words" -- "$current"))
            }
            complete -o default -F _tandem tandem

            """
    }

    // MARK: zsh

    /// For a file `_tandem` in `$fpath`, or `source <(tandem completions zsh)`.
    var zsh: String {
        let list = commands.map { "'\(Self.escaped($0.name)):\(Self.escaped($0.summary))'" }
        let cases = commands.map { command in
            var specifications: [String] = []
            for option in command.options {
                for name in [option.name] + option.aliases {
                    let repeated = option.isRepeatable ? "*" : ""
                    let action = values(of: option)
                    let value = option.value.map { placeholder in
                        ":\(Self.escaped(placeholder)):"
                            + (action.isEmpty ? "_files" : "(\(action.joined(separator: " ")))")
                    }
                    specifications.append("'\(repeated)-\(name)[\(Self.escaped(option.help))]\(value ?? "")'")
                }
            }
            let operands = operands(of: command)
            let first = operands.isEmpty ? "_files" : "(\(operands.joined(separator: " ")))"
            if command.operandCount.upperBound > 0 { specifications.append("'1:operand:\(first)'") }
            if command.operandCount.upperBound > 1 { specifications.append("'*:file:_files'") }
            return "    \(command.name)) _arguments \(specifications.joined(separator: " \\\n        ")) ;;"
        }
        return """
            #compdef tandem
            _tandem() {
                local -a commands
                commands=(\(list.joined(separator: " ")))
                if (( CURRENT == 2 )); then
                    _describe command commands
                    return
                fi
                shift words
                (( CURRENT-- ))
                case $words[1] in
            \(cases.joined(separator: "\n"))
                esac
            }
            compdef _tandem tandem

            """
    }

    /// `text` inside of single quotes, where brackets and colons have a meaning of their own.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "'": escaped += "'\\''"
            case "[", "]", ":", "\\": escaped += "\\\(character)"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
