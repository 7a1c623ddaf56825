import TandemKernel

extension Planner {
    /// Types the properties, resolves the connections and places the windows of one module.
    mutating func settle(_ description: ModuleDescription, at index: UInt64?, into module: inout PlannedModule) {
        guard let declaration = module.type?.declaration else {
            for mapping in description.mappings {
                findings.add(at: mapping.place, "“\(module.path)” is a container and cannot be mapped")
            }
            return
        }
        for setting in description.settings {
            if let property = declaration.properties.first(where: { $0.name == setting.name }) {
                settle(setting, as: property, at: index, of: &module)
            } else if let port = declaration.port(matching: setting.name) {
                connect(setting, port, at: index, of: &module)
            } else {
                let ports = declaration.ports.filter { $0.kind == .initiator || $0.kind == .lineOut }
                let names = declaration.properties.map(\.name) + ports.map(\.shownName)
                findings.add(
                    at: setting.namePlace.isEmpty ? module.path : setting.namePlace,
                    "“\(module.path)” of type “\(declaration.typeName)” has no property or connection “\(setting.name)”",
                    choices: names, nearest: names.nearest(to: setting.name))
            }
        }
        for property in declaration.properties where module.properties[property.name] == nil {
            if let value = property.defaultValue {
                module.properties.set(property.name, value)
            } else if property.isRequired, !description.settings.contains(where: { $0.name == property.name }) {
                // The sentence goes on behind it.
                let meaning =
                    property.documentation.hasSuffix(".")
                    ? property.documentation.dropLast() : property.documentation[...]
                findings.add(
                    at: module.place, "the property “\(property.name)” of “\(module.path)” must be given: \(meaning)",
                    expected: property.kind.description)
            }
        }
        for port in declaration.ports where port.kind == .initiator && port.count == nil {
            if !description.settings.contains(where: { $0.name == port.name }) {
                findings.add(
                    at: module.place, "the socket “\(module.path).\(port.name)” is not bound",
                    expected: "“\(port.name)” with the target that it reaches, such as “bus”")
            }
        }
        for mapping in description.mappings { place(mapping, at: index, declaration, of: &module) }
    }

    private mutating func settle(
        _ setting: Setting, as property: AnyProperty, at index: UInt64?, of module: inout PlannedModule
    ) {
        let place = place(setting, "")
        var source = setting.value
        if case .typed(let value) = source {
            do throws(IndexTemplate.Mistake) {
                source = .typed(try resolved(value, scope: scope(index)))
            } catch {
                findings.add(
                    at: place.isEmpty ? module.path : place, error.problem, expected: IndexTemplate.Mistake.expected)
                return
            }
        }
        let path = module.path
        let checked = findings.collect { () throws(ElaborationError) in
            try property.check(source, of: path, from: place)
        }
        guard let checked else { return }
        let value = canonical(checked, of: property, of: path, at: place.isEmpty ? path : place)
        module.properties.set(property.name, value, from: place)
    }

    /// `value` with each link in it replaced by the canonical path of the module that it means, which must be what the
    /// property asks for.
    private mutating func canonical(
        _ value: PropertyValue, of property: AnyProperty, of path: String, at place: String
    ) -> PropertyValue {
        switch value {
        case .link(let link):
            guard let instance = instance(link.text, at: place) else { return value }
            if let refusal = property.refusal(of: instance.path, instance.declaration) {
                findings.add(
                    at: place, "the property “\(property.name)” of “\(path)”: \(refusal.problem)",
                    expected: refusal.expected, choices: fitting(property.target))
            }
            return .link(ModulePath(instance.path))
        case .list(let values):
            var links: [PropertyValue] = []
            for value in values { links.append(canonical(value, of: property, of: path, at: place)) }
            return .list(links)
        case .bool, .integer, .unsigned, .size, .time, .frequency, .string, .choice: return value
        }
    }

    /// The modules that a link to `target` may lead to, unless they are too many to list.
    private func fitting(_ target: String?) -> [String] {
        guard let target else { return [] }
        let paths = instances.filter { $0.declaration?.is(target) == true }.map(\.path)
        return paths.count <= 16 ? paths : []
    }

    /// The module that `path` means: its canonical path, or the end of one that no other module's path has. Otherwise a
    /// finding.
    mutating func instance(_ path: String, at place: String) -> (path: String, declaration: ModuleDeclaration?)? {
        if let exact = instances.first(where: { $0.path == path }) { return exact }
        let found = instances.filter { $0.path.hasSuffix("." + path) }
        if found.count == 1 { return found[0] }
        if found.isEmpty {
            unknownModule(path, at: place)
        } else {
            findings.add(
                at: place, "“\(path)” may be \(found.count) modules", expected: "more of the path",
                choices: found.map(\.path))
        }
        return nil
    }

    mutating func unknownModule(_ path: String, at place: String) {
        if let array = counts.first(where: { $0.name == path }) {
            findings.add(
                at: place, "“\(path)” is an array of \(array.count)",
                expected: "one of its modules, “\(path)0” to “\(path)\(array.count - 1)”, or “\(path)[i]”")
            return
        }
        let paths = instances.map(\.path)
        let nearest = paths.nearest(to: path)
        findings.add(
            at: place, "there is no module “\(path)”", choices: nearest.isEmpty ? paths : [], nearest: nearest)
    }
}

extension ModuleDeclaration {
    /// The port that `name` stands for: its own name, or that of a row with a number or an expression behind it.
    func port(matching name: String) -> PortDeclaration? {
        if let port = ports.first(where: { $0.count == nil && $0.name == name }) { return port }
        return ports.first { port in
            guard port.count != nil, name.hasPrefix(port.name) else { return false }
            let rest = name.dropFirst(port.name.count)
            if rest.hasPrefix("["), rest.hasSuffix("]") { return true }
            return !rest.isEmpty && rest.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
    }
}

extension PortDeclaration {
    /// The name as lists of choices show it: "source[i]" for a row.
    var shownName: String { count == nil ? name : "\(name)[i]" }
}

extension PortKind {
    /// The kind in words.
    var words: String {
        switch self {
        case .target: "a target socket"
        case .initiator: "an initiator socket"
        case .lineIn: "a line input"
        case .lineOut: "a line output"
        case .backend: "a back-end"
        }
    }
}
