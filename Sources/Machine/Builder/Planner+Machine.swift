public import TandemKernel

extension Planner {
    /// The limits of the machine hold, and its properties and defaults are those of modules that it has.
    mutating func checkMachine(_ plan: PlatformPlan) {
        let machine = platform.machine
        if let path = plan.memory,
            let entry = plan.module(path)?.properties.entries.first(where: { $0.name == "size" }),
            case .typed(.size(let size)) = entry.value, !machine.memory.contains(size)
        {
            findings.add(
                at: entry.place.isEmpty ? path : entry.place,
                "the machine “\(platform.name)” cannot have \(size) of memory",
                expected: Self.words(machine.memory, all: MachinePolicy.anyMemory))
        }
        if let harts = platform.board.harts, !machine.harts.contains(UInt64(plan.harts.count)) {
            let setting = descriptions.first { $0.path == harts.path }?.count
            findings.add(
                at: setting.map { place($0, harts.path) } ?? harts.path,
                "the machine “\(platform.name)” cannot have \(plan.harts.count) harts",
                expected: Self.words(machine.harts, all: MachinePolicy.anyHarts))
        }
        checkHartIDs(plan)
        for property in machine.properties { check(property) }
        for part in machine.defaults where !platform.modules.contains(where: { $0.path == part.path }) {
            unknownModule(part.path, at: part.place.isEmpty ? "machine.defaults" : part.place)
        }
    }

    /// Each hart has its own `mhartid`: firmware, the device tree and interrupt controllers tell harts apart by it
    /// (Priv. spec §3.1.5).
    private mutating func checkHartIDs(_ plan: PlatformPlan) {
        var owners: [UInt64: String] = [:]
        for path in plan.harts {
            let entry = plan.module(path)?.properties.entries.first { $0.name == "hart-id" }
            let id = if case .typed(.unsigned(let id)) = entry?.value { id } else { UInt64(0) }
            if let other = owners[id] {
                let place = entry?.place ?? ""
                findings.add(
                    at: place.isEmpty ? path : place, "“\(path)” has the hart-id \(id), as “\(other)” has",
                    expected: "a number of its own for each hart, such as “[i]” in an array")
            } else {
                owners[id] = path
            }
        }
    }

    private static func words<Bound>(_ limits: ClosedRange<Bound>, all: ClosedRange<Bound>) -> String {
        if limits.upperBound == all.upperBound { return "at least \(limits.lowerBound)" }
        return "\(limits.lowerBound) to \(limits.upperBound)"
    }

    private mutating func check(_ property: MachineProperty) {
        let place = property.place.isEmpty ? "machine.properties.\(property.name)" : property.place
        for path in property.paths {
            let names = ModulePath(path).components
            let module = names.dropLast().joined(separator: ".")
            guard let last = names.last, names.count > 1 else {
                findings.add(at: place, "“\(path)” names no property of a module", expected: "MODULE.PROPERTY")
                continue
            }
            guard let description = descriptions.first(where: { $0.path == module }) else {
                unknownModule(module, at: place)
                continue
            }
            let declared = description.type.flatMap { catalog[$0] }?.declaration.properties.map(\.name) ?? []
            if !declared.contains(last) {
                findings.add(
                    at: place, "“\(module)” has no property “\(last)”", choices: declared,
                    nearest: declared.nearest(to: last))
            }
        }
    }
}

extension Platform {
    /// The property of a module that a property of the machine stands for: the first of them; nothing where there is none.
    public func declaration(of property: MachineProperty, in catalog: Catalog) -> AnyProperty? {
        guard let path = property.paths.first, let dot = path.lastIndex(of: ".") else { return nil }
        let type = modules.first { $0.path == path[..<dot] }?.type.flatMap { catalog[$0] }
        return type?.declaration.properties.first { $0.name == path[path.index(after: dot)...] }
    }
}
