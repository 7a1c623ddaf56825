import TandemKernel

extension Planner {
    /// Resolves the value of a port: one reference or a list of them, with `[i]` for rows.
    mutating func connect(
        _ setting: Setting, _ port: PortDeclaration, at index: UInt64?, of module: inout PlannedModule
    ) {
        let place = place(setting, module.path)
        let wanted: PortKind
        switch port.kind {
        case .initiator: wanted = .target
        case .lineOut: wanted = .lineIn
        case .backend:
            findings.add(
                at: place, "“\(module.path).\(setting.name)” is a back-end and cannot be connected in a platform",
                expected: "an option of the command line such as “-serial stdio”")
            return
        case .target, .lineIn:
            findings.add(
                at: place, "“\(module.path).\(setting.name)” is \(port.kind.words) and cannot reach anything",
                expected: "the connection at its other end, the initiator or the line output")
            return
        }
        guard let references = Self.references(setting.value) else {
            findings.add(
                at: place, "“\(module.path).\(setting.name)” cannot reach \(setting.quoted)",
                expected: "\(wanted.words) such as “MODULE.PORT”, or a list of them")
            return
        }
        for reference in references {
            for (own, other) in pairs(setting.name, reference, at: index, place: place) {
                if own.hasSuffix("]") {
                    findings.add(at: place, "nothing says which of “\(port.shownName)” is meant")
                    continue
                }
                guard let peer = resolve(other, wanted: wanted, place: place) else { continue }
                module.connections.append(
                    PlannedConnection(port: own, kind: port.kind, peer: peer.path, peerPort: peer.port, place: place))
            }
        }
    }

    private static func references(_ value: PropertyValues.Source) -> [String]? {
        switch value {
        case .text(let text): return text.split(separator: ",").map(String.init)
        case .typed(.string(let text)): return [text]
        case .typed(.list(let values)):
            var texts: [String] = []
            for value in values {
                guard case .string(let text) = value else { return nil }
                texts.append(text)
            }
            return texts
        case .typed: return nil
        }
    }

    /// A port name and a reference with their expressions replaced. In an array `i` is the module's position; elsewhere
    /// it runs through the array that stands before a plain `[i]`.
    private mutating func pairs(
        _ name: String, _ reference: String, at index: UInt64?, place: String
    ) -> [(own: String, other: String)] {
        do throws(IndexTemplate.Mistake) {
            let own = try IndexTemplate(name)
            let other = try IndexTemplate(reference)
            var indices: [UInt64?] = [index]
            if index == nil, own.usesIndex || other.usesIndex {
                let named = other.indexedNames + own.indexedNames
                guard let array = counts.first(where: { named.contains($0.name) }) else {
                    findings.add(
                        at: place, "nothing says how far “i” runs in “\(reference)”",
                        expected: "an array directly before “[i]”",
                        choices: counts.map { "\($0.name)[i]" })
                    return []
                }
                indices = (0..<array.count).map { $0 }
            }
            var pairs: [(String, String)] = []
            for index in indices {
                let scope = scope(index)
                pairs.append((try own.text(scope), try other.text(scope)))
            }
            return pairs
        } catch {
            findings.add(at: place, error.problem, expected: IndexTemplate.Mistake.expected)
            return []
        }
    }

    /// The module and the port that a reference names. The port may be left out where only one fits.
    mutating func resolve(_ reference: String, wanted: PortKind, place: String) -> (path: String, port: String)? {
        if reference.isEmpty {
            findings.add(
                at: place, "a connection reaches nothing", expected: "\(wanted.words) such as “MODULE.PORT”")
            return nil
        }
        let names = ModulePath(reference).components
        for length in stride(from: names.count, through: 1, by: -1) {
            let path = names[..<length].joined(separator: ".")
            guard let instance = instances.first(where: { $0.path == path }) else { continue }
            guard let declaration = instance.declaration else { continue }
            let port = names[length...].joined(separator: ".")
            return resolve(port, of: path, declaration, wanted: wanted, place: place)
        }
        // Then ends of paths: modules inside of containers may be called by less than all of their names.
        for length in stride(from: names.count, through: 1, by: -1) {
            let path = names[..<length].joined(separator: ".")
            guard instances.contains(where: { $0.path.hasSuffix("." + path) }) else { continue }
            guard let instance = instance(path, at: place) else { return nil }
            guard let declaration = instance.declaration else { continue }
            let port = names[length...].joined(separator: ".")
            return resolve(port, of: instance.path, declaration, wanted: wanted, place: place)
        }
        let path = names.count > 1 ? names.dropLast().joined(separator: ".") : reference
        unknownModule(path, at: place)
        return nil
    }

    private mutating func resolve(
        _ name: String, of path: String, _ declaration: ModuleDeclaration, wanted: PortKind, place: String
    ) -> (path: String, port: String)? {
        let fitting = declaration.ports.filter { $0.kind == wanted }
        if name.isEmpty {
            if fitting.count == 1, fitting[0].count == nil { return (path, fitting[0].name) }
            findings.add(
                at: place,
                fitting.isEmpty
                    ? "“\(path)” of type “\(declaration.typeName)” has no \(wanted.words.dropFirstWord)"
                    : "“\(path)” has several ports that fit",
                expected: fitting.isEmpty ? "a module with \(wanted.words)" : "“\(path).PORT”",
                choices: fitting.map { "\(path).\($0.shownName)" })
            return nil
        }
        guard let port = declaration.port(matching: name), !name.hasSuffix("]") else {
            let names = fitting.map(\.shownName)
            findings.add(
                at: place, "“\(path)” of type “\(declaration.typeName)” has no port “\(name)”", choices: names,
                nearest: names.nearest(to: name))
            return nil
        }
        guard port.kind == wanted else {
            findings.add(
                at: place, "“\(path).\(name)” is \(port.kind.words)", expected: wanted.words,
                choices: fitting.map { "\(path).\($0.shownName)" })
            return nil
        }
        return (path, name)
    }
}

extension String {
    /// "a line input" → "line input".
    var dropFirstWord: Substring {
        guard let space = firstIndex(of: " ") else { return self[...] }
        return self[index(after: space)...]
    }
}
