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

    /// Takes the module that `name` means out of the machine. Refuses where others refer to it. Where the bus that it stands on
    /// asks the guest's software first, the module goes when that has let go of it: `departureNotice` tells. Returns its path.
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
            platform.modules.contains(where: { $0.path == path && $0.count == nil })
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
        try refuseUsed(path, from: place)
        if let bus = (module as? any BusMember)?.memberBus {
            try check(bus, from: place)
            do throws(ElaborationError) { guard try bus.release(module) else { return path } } catch {
                throw PlatformError([error.diagnosis])
            }
        }
        takeOut(module)
        return path
    }

    /// Takes those out whose buses have let go of them. Whoever has come to refer to one keeps it.
    func takeOutDeparting() {
        for module in simulation.takeDeparting() {
            do throws(PlatformError) {
                try refuseUsed(module.path, from: "device_del")
                takeOut(module)
            } catch { simulation.log.write(.warning, at: module.path, "\(error)") }
        }
    }

    private func takeOut(_ module: Module) {
        let path = module.path
        simulation.unplug(module)
        platform.modules.removeAll { $0.path == path && $0.count == nil }
        platform.overrides.removeAll { $0.path.hasPrefix(path + ".") }
        let isObject = plan.module(path)?.type?.declaration.category == .object
        plan.modules.removeAll { $0.path == path }
        if !isObject { departureNotice(path) }
    }

    private func refuseUsed(_ path: String, from place: String) throws(PlatformError) {
        guard let user = plan.users(of: path).first else { return }
        throw PlatformError(at: place, "“\(path)” cannot go: \(user) refers to it", expected: "that one to go first")
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
        for path in paths { if let bus = module(path) as? any PluggingBus { try check(bus, from: place) } }
    }

    private func check(_ bus: any PluggingBus, from place: String) throws(PlatformError) {
        guard !bus.acceptsPlugging else { return }
        let isSettable = bus.properties.declarations.contains { $0.name == "hotplug" }
        throw PlatformError(
            at: place, "the bus “\(bus.path)” lets nothing come or go while the machine exists",
            expected: isSettable ? "“hotplug” of “\(bus.path)” to be on" : "a bus that does")
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
