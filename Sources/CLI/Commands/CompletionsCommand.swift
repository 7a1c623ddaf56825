import TandemKernel
import TandemMachine

/// `tandem completions`: a script for the shell, made from the tables that the parser and the help read.
struct CompletionsCommand {
    let arguments: Arguments
    let catalog: Catalog
    let surroundings: Surroundings

    init(_ arguments: Arguments, _ catalog: Catalog, _ surroundings: Surroundings) {
        self.arguments = arguments
        self.catalog = catalog
        self.surroundings = surroundings
    }

    func run() throws(RunError) -> Int32 {
        let completions = Completions(CommandTable.all, catalog, surroundings.library.machines)
        switch arguments.operands.first {
        case "bash": surroundings.write(completions.bash)
        case "zsh": surroundings.write(completions.zsh)
        case let shell:
            let given = shell.map { "there are no completions for “\($0)”" } ?? "no shell is named"
            throw .usage(UsageError("\(given); expected bash or zsh", command: "completions"))
        }
        return ExitStatus.success
    }
}
