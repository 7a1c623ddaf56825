/// What a module type must say and do to stand in the catalogue. No requirement has a default.
public protocol CatalogModule: Module {
    /// What the type is: the single source of help, checks and documentation.
    static var declaration: ModuleDeclaration { get }
    init(_ context: ModuleContext) throws(ElaborationError)
    /// The state between two events; called while the simulation rests.
    func saveState() -> ModuleState
    /// Takes over a state that a module of the same type saved. Raises no events: what was pending is restored by the
    /// kernel, levels of lines without an edge.
    func restoreState(_ state: ModuleState) throws(SnapshotError)
}

/// The module types that platform files may name. A value: a user's executable adds its own to the standard one.
public struct Catalog: Sendable {
    /// The types in the order of their names.
    public private(set) var types: [any CatalogModule.Type] = []

    /// A catalogue without types.
    public init() {}

    /// This catalogue with one more type. A type of the same name is replaced, so that a user can refine one of ours.
    public func adding(_ type: any CatalogModule.Type) -> Catalog {
        var catalog = self
        catalog.types.place(type) { $0.declaration.typeName }
        return catalog
    }

    /// The type of that name.
    public subscript(name: String) -> (any CatalogModule.Type)? {
        let (index, isThere) = types.place(of: name) { $0.declaration.typeName }
        return isThere ? types[index] : nil
    }

    /// What each type says of itself, in the order of the names.
    public var declarations: [ModuleDeclaration] { types.map { $0.declaration } }

    /// All names, sorted.
    public var names: [String] { types.map { $0.declaration.typeName } }

    /// Names close to `name`, best first, for "did you mean".
    public func nearest(to name: String) -> [String] { names.nearest(to: name) }

    /// The type of that name, or an error that offers the nearest names. `place` is where the name was given.
    public func type(named name: String, from place: String) throws(ElaborationError) -> any CatalogModule.Type {
        if let type = self[name] { return type }
        let close = nearest(to: name)
        throw ElaborationError(
            at: place, "there is no module type “\(name)”", choices: close.isEmpty ? names : [], nearest: close)
    }

    /// Checks the properties and makes the module. `place` is where the type was named.
    @discardableResult
    public func make(
        _ typeName: String, named name: String, in parent: Module, properties: PropertyValues = [:],
        from place: String = ""
    ) throws(ElaborationError) -> any CatalogModule {
        let path = parent.path.isEmpty ? name : "\(parent.path).\(name)"
        let type = try type(named: typeName, from: place.isEmpty ? path : place)
        let checked = try type.declaration.check(properties, of: path)
        return try type.init(ModuleContext(name: name, parent: parent, properties: checked))
    }
}
