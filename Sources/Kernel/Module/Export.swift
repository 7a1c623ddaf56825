/// The other end of a port: a module provides an interface, its own or that of a channel or module within.
public final class Export<Interface>: Port {
    private enum Bond {
        case channel(Interface)
        case export(Export<Interface>)
    }
    private var bond: Bond?
    private var isResolving = false

    /// An export of `owner`.
    public override init(_ name: String, in owner: Module) { super.init(name, in: owner) }

    /// An export of the module that `context` describes, for stored properties that are set before `super.init`.
    public override init(_ name: String, _ context: ModuleContext) { super.init(name, context) }

    /// Provides `target`. Once.
    public func bind(_ target: Interface) { set(.channel(target)) }

    /// Provides what an export of a module within provides. Once.
    public func bind(_ inner: Export<Interface>) { set(.export(inner)) }

    private func set(_ bond: Bond) {
        precondition(self.bond == nil, "The export “\(path)” is bound twice.")
        self.bond = bond
    }

    /// What it provides; traps when it is not bound.
    public var target: Interface {
        do throws(ElaborationError) { return try resolved() } catch { preconditionFailure("\(error)") }
    }

    func resolved() throws(ElaborationError) -> Interface {
        switch bond {
        case .channel(let target): return target
        case .export(let inner):
            if isResolving { throw ElaborationError(at: path, "the export is bound to itself, by way of others") }
            isResolving = true
            defer { isResolving = false }
            return try inner.resolved()
        case nil: throw ElaborationError(at: path, "the export is not bound", expected: "one binding")
        }
    }

    public override func elaborated() throws(ElaborationError) { _ = try resolved() }
}
