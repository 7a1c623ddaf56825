public import TandemKernel
import TandemMachine
public import TandemMonitor

/// The program apart from the process: words in, an exit code out. Tests call it as `main` does.
public struct Program {
    let catalog: Catalog
    /// Made when something wants commands: most runs have no monitor.
    let commands: () -> CommandCatalog
    let surroundings: Surroundings

    public init(
        catalog: Catalog, commands: @autoclosure @escaping () -> CommandCatalog = .standard, surroundings: Surroundings
    ) {
        self.catalog = catalog
        self.commands = commands
        self.surroundings = surroundings
    }

    /// Runs a command line, without the program's name.
    public func run(_ words: [String]) -> Int32 {
        guard let first = words.first else {
            surroundings.warn(Help.program(CommandTable.all))
            return ExitStatus.usage
        }
        switch first {
        case "--help", "-help", "-h", "help":
            if first == "help", words.count > 1, let command = command(named: words[1]) {
                surroundings.write(Help.command(command))
            } else {
                surroundings.write(Help.program(CommandTable.all))
            }
            return ExitStatus.success
        case "--version", "-version", "version":
            surroundings.write("tandem \(Version.text)\n")
            return ExitStatus.success
        default: break
        }
        guard let command = command(named: first) else {
            let near = CommandTable.all.map(\.name).nearest(to: first)
            let hint = near.isEmpty ? "" : "; did you mean \(Diagnosis.list(near, last: "or"))?"
            return fail(UsageError("there is no command “\(first)”\(hint)"))
        }
        do throws(UsageError) {
            let arguments = try Arguments(Array(words.dropFirst()), of: command)
            if arguments.wantsHelp {
                surroundings.write(Help.command(command))
                return ExitStatus.success
            }
            if let help = try OptionHelp(arguments, command, catalog, surroundings).text {
                surroundings.write(help)
                return ExitStatus.success
            }
            return try run(command, arguments)
        } catch {
            return fail(error)
        }
    }

    private func run(_ command: CommandDeclaration, _ arguments: Arguments) throws(UsageError) -> Int32 {
        do throws(RunError) {
            switch command.name {
            case CommandTable.run.name:
                return try RunCommand(arguments, catalog, commands: commands, surroundings).run()
            case CommandTable.check.name: return try CheckCommand(arguments, catalog, surroundings).run()
            case CommandTable.new.name: return try NewCommand(arguments, surroundings).run()
            case CommandTable.completions.name: return try CompletionsCommand(arguments, catalog, surroundings).run()
            case CommandTable.diff.name:
                let command = try diff(arguments)
                return try command.run()
            case CommandTable.top.name:
                let command = try top(arguments)
                return command.run()
            case CommandTable.list.name:
                return try usage { () throws(UsageError) in try ListCommand(arguments, catalog, surroundings).run() }
            case CommandTable.describe.name:
                return try usage { () throws(UsageError) in try DescribeCommand(arguments, catalog, surroundings).run()
                }
            case CommandTable.trace.name:
                return try usage { () throws(UsageError) in try TraceCommand(arguments, surroundings).run() }
            default:
                return try usage { () throws(UsageError) in
                    try BenchCommand(arguments, catalog, surroundings).run()
                }
            }
        } catch {
            switch error {
            case .usage(let error): throw error
            case .platform(let error):
                surroundings.complain(error.description)
                return ExitStatus.usage
            }
        }
    }

    /// Runs `body`, whose errors are about the command line.
    private func usage(_ body: () throws(UsageError) -> Int32) throws(RunError) -> Int32 {
        do throws(UsageError) { return try body() } catch { throw .usage(error) }
    }

    private func diff(_ arguments: Arguments) throws(RunError) -> DiffCommand {
        do throws(UsageError) { return try DiffCommand(arguments, surroundings) } catch { throw .usage(error) }
    }

    private func top(_ arguments: Arguments) throws(RunError) -> TopCommand {
        do throws(UsageError) { return try TopCommand(arguments, surroundings) } catch { throw .usage(error) }
    }

    private func command(named name: String) -> CommandDeclaration? {
        CommandTable.all.first { $0.name == name }
    }

    private func fail(_ error: UsageError) -> Int32 {
        surroundings.warn("\(error)\n")
        return ExitStatus.usage
    }
}

/// What `--version` says.
enum Version {
    static let text = "0.1.0"
}
