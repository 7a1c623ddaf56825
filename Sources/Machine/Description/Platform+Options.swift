public import TandemKernel

/// What users ask of a machine as a whole: `-cpu`, `-machine NAME,property=value`, `-nodefaults`.
extension Platform {
    /// Sets a property of the machine.
    public mutating func setMachine(_ name: String, to text: String, from place: String) throws(PlatformError) {
        guard let index = machine.properties.firstIndex(where: { $0.name == name }) else {
            let names = machine.properties.map(\.name)
            throw PlatformError(
                at: place, "the machine “\(self.name)” has no property “\(name)”",
                expected: names.isEmpty ? "“-set MODULE.PROPERTY=VALUE” for a module of it" : "", choices: names,
                nearest: names.nearest(to: name))
        }
        for path in machine.properties[index].paths { set(path, to: text, from: place) }
        if !machine.properties[index].choices.isEmpty { try choose(text, of: index, from: place) }
    }

    private mutating func choose(_ name: String, of index: Int, from place: String) throws(PlatformError) {
        let property = machine.properties[index]
        guard let choice = property.choices.first(where: { $0.name == name }) else {
            let names = property.choices.map(\.name)
            throw PlatformError(
                at: place, "“\(property.name)” of the machine “\(self.name)” cannot be “\(name)”", choices: names,
                nearest: names.nearest(to: name))
        }
        guard property.chosen == nil || property.chosen == name else {
            throw PlatformError(
                at: place, "“\(property.name)” is “\(property.chosen ?? "")” already", expected: "one choice")
        }
        if property.chosen == nil { choice.apply(to: &modules) }
        machine.properties[index].chosen = name
    }

    /// Has the harts be of the type or model that `option` names first, with the properties behind it.
    public mutating func setProcessor(
        _ option: OptionList, catalog: Catalog, from place: String
    ) throws(PlatformError) {
        guard let harts = board.harts, let index = modules.firstIndex(where: { $0.path == harts.path }) else {
            throw PlatformError(
                at: place, "the platform “\(name)” does not say which modules are its harts",
                expected: "board: { harts: NAME } in the platform file")
        }
        let choices = processors(catalog)
        guard let choice = choices.first(where: { $0.names.contains(option.first) }) else {
            let names = choices.flatMap(\.names)
            throw PlatformError(
                at: place, "the machine “\(name)” has no processor “\(option.first)”", choices: choices.map(\.names[0]),
                nearest: names.nearest(to: option.first))
        }
        if modules[index].type != choice.typeName {
            modules[index].type = choice.typeName
            modules[index].typePlace = place
        }
        for entry in choice.preset?.properties.entries ?? [] {
            overrides.append(Override(path: "\(harts.path).\(entry.name)", value: entry.value, place: place))
        }
        for pair in option.pairs { set("\(harts.path).\(pair.name)", to: pair.value, from: place) }
    }

    /// Gives a memory the contents of a file: `FILE`, or `FILE,share=on` for one that takes what the guest writes.
    public mutating func setMemoryFile(
        _ option: OptionList, of memory: String, from place: String
    ) throws(PlatformError) {
        var option = option
        guard !option.first.isEmpty else {
            throw PlatformError(at: place, "there is no name of a file", expected: "FILE or FILE,share=on")
        }
        let share = option.take("share")
        if let surplus = option.pairs.first {
            throw PlatformError(
                at: surplus.place, "there is no “\(surplus.name)” of a memory's file", choices: ["share"],
                nearest: ["share"].nearest(to: surplus.name))
        }
        set("\(memory).mem-path", to: option.first, from: place)
        if let share { set("\(memory).mem-share", to: share.value, from: share.place) }
    }

    /// A processor that `-cpu` can name.
    public struct Processor: Sendable {
        /// Its name, then its aliases.
        public var names: [String]
        public var summary: String
        public var typeName: String
        /// Nothing for the type as it is.
        public var preset: ModulePreset?
    }

    /// The processors that the machine takes: the models of each type of class “cpu”, then the type itself.
    public func processors(_ catalog: Catalog) -> [Processor] {
        let all = Self.processors(catalog)
        if machine.processors.isEmpty { return all }
        return all.filter { processor in machine.processors.contains { processor.names.contains($0) } }
    }

    /// Every processor of a catalogue.
    public static func processors(_ catalog: Catalog) -> [Processor] {
        var processors: [Processor] = []
        for declaration in catalog.declarations where declaration.category == "cpu" {
            for preset in declaration.presets {
                processors.append(
                    Processor(
                        names: [preset.name] + preset.aliases, summary: preset.summary,
                        typeName: declaration.typeName, preset: preset))
            }
            processors.append(
                Processor(
                    names: [declaration.typeName], summary: "\(declaration.summary), as the platform has it",
                    typeName: declaration.typeName, preset: nil))
        }
        return processors
    }

    /// Leaves out the modules that the machine has only by default.
    public mutating func removeDefaults() {
        let paths = machine.defaults.map(\.path)
        modules.removeAll { module in paths.contains { module.path == $0 || module.path.hasPrefix($0 + ".") } }
        board.serials.removeAll { paths.contains($0.path) }
        if let clock = board.clock, paths.contains(clock.path) { board.clock = nil }
        machine.defaults = []
    }
}
