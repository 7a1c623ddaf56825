import TandemKernel
import TandemMachine

/// Objects as monitors name them: `/machine/soc/uart0` from the top, or the end of a path that only one object has.
enum ObjectLookup {
    /// The canonical path of an object.
    static func path(of module: Module) -> String {
        "/machine" + ModulePath(module.path).components.filter { !$0.isEmpty }.map { "/" + $0 }.joined()
    }

    /// The type of an object, as the catalogue names it.
    static func type(of module: Module) -> String {
        (Swift.type(of: module) as? any CatalogModule.Type)?.declaration.typeName ?? "container"
    }

    /// The object that `text` names: a path from the top, with or without “/machine”, or the end of a path that no other
    /// object's has.
    static func find(_ text: String, in machine: Machine) throws(CommandError) -> Module {
        let root = machine.simulation.root
        if ["", "/", "machine", "/machine"].contains(text) { return root }
        let path = text.hasPrefix("/machine/") ? String(text.dropFirst(8)) : text
        do throws(ElaborationError) { return try root.resolve(ModulePath(path), from: text) } catch {
            throw CommandError(root.candidates(for: path).isEmpty ? .deviceNotFound : .generic, error.diagnosis)
        }
    }
}
