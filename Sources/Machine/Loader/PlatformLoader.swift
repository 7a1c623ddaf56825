import TandemJSON

/// Reads platform files: JSON5 whose objects are merged along `include`, then decoded with every mistake located.
public struct PlatformLoader {
    let source: PlatformSource

    public init(_ source: PlatformSource) { self.source = source }

    /// The platform in the file at `path`, its includes resolved relative to the file that names them.
    public func load(_ path: String) throws(PlatformError) -> Platform {
        var findings = Findings()
        let value = try merged(path, place: "", chain: [])
        var decoder = PlatformDecoder(file: path)
        let platform = decoder.decode(value)
        for diagnosis in decoder.findings.diagnoses { findings.add(diagnosis) }
        try findings.check()
        return platform
    }

    /// The value of the file with those of its includes beneath it.
    private func merged(_ path: String, place: String, chain: [String]) throws(PlatformError) -> JSONValue {
        if chain.contains(path) {
            throw PlatformError(
                at: place, "“\(path)” includes itself",
                expected: "includes without a circle: "
                    + (chain + [path]).joined(separator: " → "))
        }
        guard let bytes = source.read(path) else {
            throw PlatformError(
                at: place.isEmpty ? path : place, "the platform file “\(path)” cannot be read",
                expected: "a readable JSON5 file")
        }
        let value: JSONValue
        do { value = try JSON5Reader().read(bytes, file: path) } catch {
            throw PlatformError(at: error.location.description, error.message)
        }
        guard case .object(let members) = value.content else {
            throw PlatformError(
                at: value.location.description, "a platform file holds an object, not \(value.kind)",
                expected: "{ name: …, modules: { … } }")
        }
        var result = JSONValue(.object([]), at: value.location)
        if let include = members.first(where: { $0.isNamed("include") }) {
            for entry in try Self.includes(include.value) {
                let file = Self.resolve(entry.file, besides: path)
                // What is built on a machine is another machine: the names of the first are not its own.
                let included = try merged(file, place: entry.place, chain: chain + [path]).removing(
                    "alias", of: "machine")
                result = result.overlaid(by: included)
            }
        }
        let own = JSONValue(.object(members.filter { !$0.isNamed("include") }), at: value.location)
        result = result.overlaid(by: own)
        result.location = value.location
        return result
    }

    private static func includes(_ value: JSONValue) throws(PlatformError) -> [(file: String, place: String)] {
        let entries: [JSONValue] = if case .array(let list) = value.content { list } else { [value] }
        var files: [(String, String)] = []
        for entry in entries {
            guard case .string(let file) = entry.content, !file.isEmpty else {
                throw PlatformError(
                    at: entry.location.description, "“include” cannot be \(entry.summary)",
                    expected: "the name of a platform file, or a list of them")
            }
            files.append((file, entry.location.description))
        }
        return files
    }

    /// `file` as seen from the folder of `path`.
    static func resolve(_ file: String, besides path: String) -> String {
        guard !file.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return file }
        return path[...slash] + file
    }
}

extension JSONValue {
    /// Without a member of one of its members.
    func removing(_ name: String, of member: String) -> JSONValue {
        guard case .object(let members) = content else { return self }
        let rest = members.map { outer in
            var outer = outer
            if outer.isNamed(member), case .object(let inner) = outer.value.content {
                outer.value = JSONValue(.object(inner.filter { !$0.isNamed(name) }), at: outer.value.location)
            }
            return outer
        }
        return JSONValue(.object(rest), at: location)
    }

    /// This value with `over` on top: members of objects one by one, everything else as a whole. A member `null`
    /// takes away what it would overlay.
    func overlaid(by over: JSONValue) -> JSONValue {
        guard case .object(var members) = content, case .object(let additions) = over.content else { return over }
        for addition in additions {
            let index = members.firstIndex { $0.isNamed(addition.key) }
            if addition.value.isNull {
                if let index { members.remove(at: index) }
            } else if let index {
                var member = members[index]
                member.value = member.value.overlaid(by: addition.value)
                members[index] = member
            } else {
                members.append(addition)
            }
        }
        return JSONValue(.object(members), at: location)
    }
}
