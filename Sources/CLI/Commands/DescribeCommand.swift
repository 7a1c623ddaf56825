import TandemJSON
import TandemKernel
import TandemMachine

/// `tandem describe`: what a module type has and can be told, what stands on a platform, the schema of platform files.
struct DescribeCommand {
    let arguments: Arguments
    let catalog: Catalog
    let surroundings: Surroundings

    init(_ arguments: Arguments, _ catalog: Catalog, _ surroundings: Surroundings) {
        self.arguments = arguments
        self.catalog = catalog
        self.surroundings = surroundings
    }

    func run() throws(UsageError) -> Int32 {
        if let schema = arguments["schema"] {
            guard schema == "platform", arguments.operands.isEmpty else {
                throw UsageError("there is a schema of “platform” only", command: "describe")
            }
            surroundings.write(JSONWriter(.pretty).text(of: PlatformSchema(catalog).json))
            return ExitStatus.success
        }
        guard let name = arguments.operands.first else {
            throw UsageError("“tandem describe” needs a module type or a platform", command: "describe")
        }
        if let type = catalog[name] {
            surroundings.write(TypeDescription(type.declaration).text)
            return ExitStatus.success
        }
        do throws(PlatformError) {
            let platform = try surroundings.library.load(name)
            surroundings.write(PlatformText(platform, try platform.plan(catalog: catalog)).text)
            return ExitStatus.success
        } catch {
            if name.contains("/") || name.contains(".") || surroundings.library.embeddedNames.contains(name) {
                surroundings.complain(error.description)
                return ExitStatus.usage
            }
            let near = (catalog.names + surroundings.library.embeddedNames).nearest(to: name)
            let hint =
                near.isEmpty
                ? "; “tandem list” shows what there is" : "; did you mean \(Diagnosis.list(near, last: "or"))?"
            throw UsageError("there is no module type and no platform “\(name)”\(hint)", command: "describe")
        }
    }
}
