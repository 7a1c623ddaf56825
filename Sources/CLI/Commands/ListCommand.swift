import TandemKernel
import TandemMachine

/// `tandem list`: the platforms and the module types that there are.
struct ListCommand {
    let arguments: Arguments
    let catalog: Catalog
    let surroundings: Surroundings

    init(_ arguments: Arguments, _ catalog: Catalog, _ surroundings: Surroundings) {
        self.arguments = arguments
        self.catalog = catalog
        self.surroundings = surroundings
    }

    func run() throws(UsageError) -> Int32 {
        let choices = ["platforms", "types"]
        let what = arguments.operands.first
        if let what, !choices.contains(what) {
            let near = choices.nearest(to: what)
            let hint = near.isEmpty ? "" : "; did you mean \(Diagnosis.list(near, last: "or"))?"
            throw UsageError("“tandem list” cannot list “\(what)”\(hint)", command: "list")
        }
        if what != "types" {
            let library = surroundings.library
            var rows: [(String, String)] = []
            for name in library.embeddedNames {
                // A file of that name may stand before the one in the program, and may be broken.
                do throws(PlatformError) { rows.append((name, try library.load(name).summary)) } catch {
                    rows.append((name, "\(error)"))
                }
            }
            surroundings.write((what == nil ? "Platforms\n" : "") + Help.columns(rows))
        }
        if what != "platforms" {
            let rows = catalog.types.map { ($0.declaration.typeName, $0.declaration.summary) }
            surroundings.write((what == nil ? "\nModule types\n" : "") + Help.columns(rows))
        }
        return ExitStatus.success
    }
}
