extension PropertyValue {
    /// The links in the value: itself, or those in its list.
    public var links: [ModulePath] {
        switch self {
        case .link(let path): [path]
        case .list(let values): values.flatMap(\.links)
        case .bool, .integer, .unsigned, .size, .time, .frequency, .string, .choice: []
        }
    }
}

extension AnyProperty {
    /// What a module that the link leads to must be; nothing for a module that will do. `declaration` is nothing for a module
    /// of no type, such as a container.
    public func refusal(of path: String, _ declaration: ModuleDeclaration?) -> Refusal? {
        guard let target, declaration?.is(target) != true else { return nil }
        let found = declaration.map { "of type “\($0.typeName)”" } ?? "no module of a type"
        return Refusal(problem: "“\(path)” is \(found)", expected: "a module that is a “\(target)”")
    }

    /// Why a link may not lead where it does.
    public struct Refusal: Sendable {
        public var problem: String
        public var expected: String
    }

    /// Every link in `value` leads to a module below `root` that fits.
    func checkLinks(
        _ value: PropertyValue, in root: Module, of owner: String, from place: String
    ) throws(ElaborationError) {
        for link in value.links {
            let module = try root.resolve(link, from: place.isEmpty ? owner : place)
            let declaration = (module as? any CatalogModule).map { type(of: $0).declaration }
            if let refusal = refusal(of: link.text, declaration) {
                throw ElaborationError(
                    at: place.isEmpty ? owner : place,
                    "the property “\(name)” of “\(owner)”: \(refusal.problem)", expected: refusal.expected)
            }
        }
    }
}
