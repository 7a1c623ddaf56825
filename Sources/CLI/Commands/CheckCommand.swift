import TandemKernel
import TandemMachine

/// `tandem check`: everything that is found out about a platform before the first instruction.
struct CheckCommand {
    let arguments: Arguments
    let catalog: Catalog
    let surroundings: Surroundings

    init(_ arguments: Arguments, _ catalog: Catalog, _ surroundings: Surroundings) {
        self.arguments = arguments
        self.catalog = catalog
        self.surroundings = surroundings
    }

    func run() throws(RunError) -> Int32 {
        let options = try PlatformOptions(
            arguments, command: "check", catalog: catalog, surroundings: surroundings)
        let machine = try options.machine
        guard let name = arguments.operands.first ?? machine else {
            throw .usage(UsageError("“tandem check” needs a platform", command: "check"))
        }
        let platform = try options.platform(name, from: surroundings.library)
        do throws(PlatformError) {
            try options.writeConfiguration(name, surroundings)
            let built = try BuiltPlatform(platform, catalog: catalog)
            let count = built.plan.modules.count
            surroundings.write("\(platform.name): \(count) modules, nothing wrong\n")
            return ExitStatus.success
        } catch { throw .platform(error) }
    }
}
