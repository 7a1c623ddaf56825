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

    func run() throws(UsageError) -> Int32 {
        guard let name = arguments.operands.first else {
            throw UsageError("“tandem check” needs a platform", command: "check")
        }
        do throws(RunError) {
            let options = PlatformOptions(arguments: arguments, command: "check")
            let platform = try options.platform(name, from: surroundings.library)
            do throws(PlatformError) {
                let built = try BuiltPlatform(platform, catalog: catalog)
                let count = built.plan.modules.count
                surroundings.write("\(platform.name): \(count) modules, nothing wrong\n")
                return ExitStatus.success
            } catch { throw .platform(error) }
        } catch {
            switch error {
            case .usage(let error): throw error
            case .platform(let error):
                surroundings.complain(error.description)
                return ExitStatus.usage
            }
        }
    }
}
