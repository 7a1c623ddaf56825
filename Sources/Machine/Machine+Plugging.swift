import TandemKernel

/// Modules that come and go while the machine exists: `device_add`, `device_del`, `object_add`, `object_del`. Between two
/// runs only.
extension Machine {
    /// Adds the module that `option` describes, as `-device` and `-object` do. Refuses a type that must be there from the
    /// start, and a bus that takes nothing more. Returns the path.
    @discardableResult
    public func add(
        _ addition: Platform.Addition, _ option: OptionList, from place: String
    ) throws(PlatformError) -> String {
        var changed = platform
        let path = try changed.add(addition, option, catalog: catalog, from: place)
        // The whole platform is checked as if it had been made with the module.
        let plan = try changed.plan(catalog: catalog)
        guard let planned = plan.module(path), let type = planned.type else {
            throw PlatformError(at: place, "“\(path)” cannot be added", expected: "a module of a type")
        }
        guard type.declaration.plugging == .hot else {
            throw PlatformError(
                at: place, "a “\(type.declaration.typeName)” must be there when the machine is made",
                expected: "“-\(addition)” on the command line, or a type that may come later",
                choices: hotTypes(addition))
        }
        try checkBuses(of: planned, from: place)
        var builder = PlatformBuilder(plan, simulation: simulation)
        try builder.plug(planned)
        platform = changed
        self.plan = plan
        return path
    }

    /// Takes the module that `name` means out of the machine. Refuses where others refer to it. Returns its path.
    @discardableResult
    public func remove(
        _ addition: Platform.Addition, _ name: String, from place: String
    ) throws(PlatformError) -> String {
        let module: Module
        do throws(ElaborationError) { module = try simulation.root.resolve(ModulePath(name), from: place) } catch {
            throw PlatformError([error.diagnosis])
        }
        let path = module.path
        guard let planned = plan.module(path), let declaration = planned.type?.declaration,
            let index = platform.modules.firstIndex(where: { $0.path == path && $0.count == nil })
        else {
            throw PlatformError(
                at: place, "“\(path)” is a part of something and cannot go alone",
                expected: "a module with an entry of its own in the platform")
        }
        guard addition.takes(declaration) else {
            throw PlatformError(
                at: place, "“\(path)” of type “\(declaration.typeName)” is no \(addition)",
                expected: addition == .device ? "“object_del”" : "“device_del”")
        }
        guard declaration.plugging == .hot else {
            throw PlatformError(
                at: place, "“\(path)” of type “\(declaration.typeName)” stays as long as the machine",
                expected: "a module that may go", choices: plan.modules.filter(\.isHot).map(\.path))
        }
        try checkBuses(of: planned, from: place)
        if let user = plan.users(of: path).first {
            throw PlatformError(
                at: place, "“\(path)” cannot go: \(user) refers to it", expected: "that one to go first")
        }
        simulation.unplug(module)
        platform.modules.remove(at: index)
        platform.overrides.removeAll { $0.path.hasPrefix(path + ".") }
        plan.modules.removeAll { $0.path == path }
        return path
    }

    private func hotTypes(_ addition: Platform.Addition) -> [String] {
        catalog.declarations.filter { addition.takes($0) && $0.plugging == .hot }.map(\.typeName)
    }

    /// Every bus that the module stands on lets modules come and go.
    private func checkBuses(of planned: PlannedModule, from place: String) throws(PlatformError) {
        let links = planned.properties.entries.flatMap { entry -> [ModulePath] in
            if case .typed(let value) = entry.value { value.links } else { [] }
        }
        let paths =
            planned.windows.map(\.router) + planned.connections.filter { $0.kind == .initiator }.map(\.peer)
            + links.map(\.text)
        for path in paths {
            guard let bus = module(path) as? any PluggingBus, !bus.acceptsPlugging else { continue }
            let isSettable = bus.properties.declarations.contains { $0.name == "hotplug" }
            throw PlatformError(
                at: place, "the bus “\(path)” lets nothing come or go while the machine exists",
                expected: isSettable ? "“hotplug” of “\(path)” to be on" : "a bus that does")
        }
    }
}

extension PlannedModule {
    fileprivate var isHot: Bool { type?.declaration.plugging == .hot }
}

extension PlatformPlan {
    /// Who refers to a module: by a link, by a connection, by a part of the board.
    fileprivate func users(of path: String) -> [String] {
        var users: [String] = []
        if harts.contains(path) || serials.contains(path) || [memory, bootROM, clock].contains(path) {
            users.append("the board of the machine")
        }
        for module in modules where module.path != path {
            let links = module.properties.entries.contains { entry in
                if case .typed(let value) = entry.value { value.links.contains { $0.text == path } } else { false }
            }
            let connects = module.connections.contains { $0.peer == path }
            let maps = module.windows.contains { $0.router == path }
            if links || connects || maps { users.append("“\(module.path)”") }
        }
        return users
    }
}
