import TandemKernel
import TandemMachine

/// A machine as its users meet it: names, limits, processors, properties, and what it has only by default.
struct MachineText {
    let platform: Platform
    let catalog: Catalog

    init(_ platform: Platform, _ catalog: Catalog) {
        self.platform = platform
        self.catalog = catalog
    }

    var text: String {
        let machine = platform.machine
        var text = "\(platform.name): \(platform.summary)\n"
        var rows: [(left: String, right: String)] = []
        if !machine.aliases.isEmpty { rows.append(("alias", machine.aliases.joined(separator: ", "))) }
        if let memory = memory { rows.append(("memory (-m)", memory)) }
        if let harts = harts { rows.append(("harts (-smp)", harts)) }
        if !platform.board.serials.isEmpty {
            rows.append(("serial ports (-serial)", platform.board.serials.map(\.path).joined(separator: ", ")))
        }
        if let clock = platform.board.clock { rows.append(("clock (-rtc)", clock.path)) }
        if !machine.defaults.isEmpty {
            rows.append(("not with -nodefaults", machine.defaults.map(\.path).joined(separator: ", ")))
        }
        text += Help.columns(rows)
        if platform.board.harts != nil { text += "\nProcessors (-cpu)\n" + Self.rows(platform.processors(catalog)) }
        if !machine.properties.isEmpty {
            text += "\nProperties (-machine \(platform.name),PROPERTY=VALUE)\n"
            text += Help.columns(machine.properties.map { ($0.name, about($0)) })
        }
        return text + "\n“tandem describe \(platform.name)” shows its modules and its memory map.\n"
    }

    static func rows(_ processors: [Platform.Processor]) -> String {
        Help.columns(processors.map { ($0.names.joined(separator: ", "), $0.summary) })
    }

    private var memory: String? {
        guard let part = platform.board.memory, let size = platform.setting("size", of: part.path) else { return nil }
        let limits = platform.machine.memory
        let all = MachinePolicy.anyMemory
        var text = "\(size) if not given"
        if limits.lowerBound > all.lowerBound { text += ", at least \(limits.lowerBound)" }
        if limits.upperBound < all.upperBound { text += ", at most \(limits.upperBound)" }
        return text
    }

    private var harts: String? {
        guard let part = platform.board.harts, let module = platform.modules.first(where: { $0.path == part.path })
        else { return nil }
        let count = module.count.map { Self.words($0.value) } ?? "1"
        let limits = platform.machine.harts
        return "\(count) if not given, \(limits.lowerBound) to \(limits.upperBound)"
    }

    private func about(_ property: MachineProperty) -> String {
        if !property.choices.isEmpty {
            let names = property.choices.map { "“\($0.name)”" }.joined(separator: ", ")
            return "\(names): \(property.documentation)"
        }
        let places = property.paths.joined(separator: ", ")
        guard let declaration = platform.declaration(of: property, in: catalog) else { return places }
        let meaning = property.documentation.isEmpty ? declaration.documentation : property.documentation
        var about = PropertyText(declaration).conditions
        if let path = property.paths.first, let dot = path.lastIndex(of: "."),
            let value = platform.setting(String(path[path.index(after: dot)...]), of: String(path[..<dot]))
        {
            about += ", \(value) here"
        }
        return "\(about): \(meaning) (\(places))"
    }

    static func words(_ source: PropertyValues.Source) -> String {
        switch source {
        case .typed(let value): "\(value)"
        case .text(let text): text
        }
    }
}

extension Platform {
    /// What the platform says a property of a module is; nothing where it leaves it to the default.
    fileprivate func setting(_ name: String, of path: String) -> String? {
        modules.first { $0.path == path }?.settings.first { $0.name == name }.map { MachineText.words($0.value) }
    }
}
