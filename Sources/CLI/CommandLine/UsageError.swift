/// A command line that cannot be understood. Exit code 2.
struct UsageError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, what was expected; a sentence without its full stop.
    var problem: String
    /// The command whose help is worth reading; empty for the program's.
    var command: String

    init(_ problem: String, command: String = "") {
        self.problem = problem
        self.command = command
    }

    var description: String {
        let help = command.isEmpty ? "tandem --help" : "tandem \(command) --help"
        return "tandem: \(problem)\nTry “\(help)”."
    }
}
