public import TandemKernel

/// Modules that the user adds to a platform: `-device`, `-object`, the monitor's `device_add`.
extension Platform {
    /// Which of the two kinds of modules an option adds.
    public enum Addition: String, Sendable {
        /// A part of the board: `-device`.
        case device
        /// What stands beside the board: `-object`.
        case object

        /// Whether the option adds modules of a type.
        public func takes(_ declaration: ModuleDeclaration) -> Bool {
            (declaration.category == .object) == (self == .object)
        }
    }

    /// Adds the module that `option` describes: the type, then properties and connections by the names that platform files
    /// have, with `id` for its path, and `at`, `span` and `on` for its place in a memory map. For the place QEMU's `addr`
    /// and `bus` are taken too, where the type has no property or connection of that name. Returns the path.
    ///
    /// Checks no more than the type: the rest is checked with the platform as a whole.
    @discardableResult
    public mutating func add(
        _ addition: Addition, _ option: OptionList, catalog: Catalog, from place: String
    ) throws(PlatformError) -> String {
        var option = option
        let typeName: String
        if !option.first.isEmpty {
            typeName = option.first
        } else if let pair = option.take(addition == .device ? "driver" : "qom-type") {
            typeName = pair.value
        } else {
            throw PlatformError(
                at: place, "no type is named",
                expected: "TYPE,id=NAME,property=value; “-\(addition) help” lists the types")
        }
        let declaration: ModuleDeclaration
        do throws(ElaborationError) {
            declaration = try catalog.type(named: typeName, from: place).declaration
        } catch { throw PlatformError([error.diagnosis]) }
        guard addition.takes(declaration) else {
            let other = addition == .device ? Addition.object : .device
            throw PlatformError(
                at: place, "“\(typeName)” is no \(addition)", expected: "“-\(other) \(typeName),…”")
        }
        let path = try path(of: option.take("id"), typeName, from: place)
        var module = ModuleDescription(path, type: typeName, place: place, typePlace: place)
        if let mapping = option.takeMapping(declaration, from: place) { module.mappings = [mapping] }
        module.settings = option.pairs.map {
            Setting($0.name, .text($0.value), namePlace: $0.place, place: $0.place)
        }
        if module.mappings.isEmpty, declaration.ports.contains(where: { $0.kind == .target }) {
            throw PlatformError(
                at: place, "nothing says where “\(path)” stands in the memory map",
                expected: "at=ADDRESS, with span=SIZE where no property “size” says it")
        }
        modules.append(module)
        return path
    }

    private func path(
        of id: OptionList.Pair?, _ typeName: String, from place: String
    ) throws(PlatformError) -> String {
        guard let id else {
            var number = 0
            while modules.contains(where: { $0.path == "\(typeName)-\(number)" }) { number += 1 }
            return "\(typeName)-\(number)"
        }
        let names = ModulePath(id.value).components
        guard names.allSatisfy(PlatformDecoder.isName) else {
            throw PlatformError(
                at: id.place, "a module cannot be called “\(id.value)”",
                expected: "a name of letters, digits, “-” and “_” that begins with a letter")
        }
        if let other = modules.first(where: { $0.path == id.value }) {
            throw PlatformError(
                at: id.place, "there is a module “\(id.value)” already, of type “\(other.type ?? "container")”",
                expected: "a name of its own")
        }
        return id.value
    }
}

extension OptionList {
    /// Takes out what says where the module stands in a memory map.
    fileprivate mutating func takeMapping(_ declaration: ModuleDeclaration, from place: String) -> Mapping? {
        func isOwn(_ name: String) -> Bool {
            declaration.properties.contains { $0.name == name }
                || declaration.ports.contains { $0.name == name && ($0.kind == .initiator || $0.kind == .lineOut) }
        }
        func setting(_ pair: Pair, _ name: String) -> Setting {
            Setting(name, .text(pair.value), namePlace: pair.place, place: pair.place)
        }
        guard declaration.ports.contains(where: { $0.kind == .target }) else { return nil }
        guard let start = take("at") ?? (isOwn("addr") ? nil : take("addr")) else { return nil }
        var mapping = Mapping(start: setting(start, "at"), place: start.place)
        if !isOwn("span") { mapping.span = take("span").map { setting($0, "span") } }
        if let router = take("on") ?? (isOwn("bus") ? nil : take("bus")) {
            mapping.router = setting(router, "on")
        }
        return mapping
    }
}
