import TandemBus
import TandemDevices
import TandemHost
public import TandemKernel

/// A platform that exists: its simulation, wired and elaborated, and the plan that it was made from.
public struct BuiltPlatform {
    public let platform: Platform
    public let plan: PlatformPlan
    public let simulation: Simulation

    /// Checks `platform` against `catalog`, makes the modules, connects them and elaborates the simulation. Every
    /// mistake of one stage is reported at once.
    public init(_ platform: Platform, catalog: Catalog, seed: UInt64 = 0) throws(PlatformError) {
        var planner = Planner(platform, catalog: catalog)
        let plan = try planner.plan()
        var builder = PlatformBuilder(plan, simulation: Simulation(seed: seed))
        try builder.build()
        self.platform = platform
        self.plan = plan
        simulation = builder.simulation
    }

    /// The module at a path.
    public func module(_ path: String) -> Module? { simulation.root.find(path) }
}

extension Platform {
    /// Checks the platform against `catalog` without making anything.
    public func plan(catalog: Catalog) throws(PlatformError) -> PlatformPlan {
        var planner = Planner(self, catalog: catalog)
        return try planner.plan()
    }
}

/// Makes what a plan says.
struct PlatformBuilder {
    let plan: PlatformPlan
    let simulation: Simulation
    private var findings = Findings()

    init(_ plan: PlatformPlan, simulation: Simulation) {
        self.plan = plan
        self.simulation = simulation
    }

    mutating func build() throws(PlatformError) {
        for planned in plan.modules { make(planned) }
        try findings.check()
        for planned in plan.modules {
            for connection in planned.connections { connect(connection, of: planned.path) }
        }
        for planned in plan.modules {
            for window in planned.windows { map(window, of: planned.path) }
        }
        try findings.check()
        let simulation = simulation
        let locate = locate(_:)
        findings.attempt(locate: locate) { () throws(ElaborationError) in try simulation.elaborate() }
        try findings.check()
        for planned in plan.modules { connectStorage(of: planned) }
        try findings.check()
    }

    private mutating func connectStorage(of planned: PlannedModule) {
        guard let owner = simulation.root.find(planned.path) as? any StorageOwner else { return }
        let locate = locate(_:)
        findings.attempt(locate: locate) { () throws(ElaborationError) in try FileStorage.connect(owner) }
    }

    /// Makes one module of the plan in a machine that exists.
    mutating func plug(_ planned: PlannedModule) throws(PlatformError) {
        do throws(ElaborationError) {
            try simulation.plug { () throws(ElaborationError) in
                make(planned)
                for connection in planned.connections where findings.isEmpty {
                    connect(connection, of: planned.path)
                }
                for window in planned.windows where findings.isEmpty { map(window, of: planned.path) }
                if findings.isEmpty { connectStorage(of: planned) }
                if let first = findings.diagnoses.first { throw ElaborationError(first) }
            }
        } catch {
            guard findings.isEmpty else { throw PlatformError(findings.diagnoses) }
            var diagnosis = error.diagnosis
            locate(&diagnosis)
            throw PlatformError([diagnosis])
        }
    }

    private mutating func make(_ planned: PlannedModule) {
        guard let parent = simulation.root.find(planned.parentPath) else { return }
        let context = ModuleContext(name: planned.name, parent: parent, properties: planned.properties)
        guard let type = planned.type else {
            _ = Module(context)
            return
        }
        let locate = locate(_:)
        findings.attempt(locate: locate) { () throws(ElaborationError) in
            let made = try type.init(context)
            for interface in type.declaration.interfaces where !interface.isProvided(by: made) {
                throw ElaborationError(
                    at: planned.path,
                    "the type “\(type.declaration.typeName)” says that it provides “\(interface)”, and does not",
                    expected: "a class that conforms to the protocol of the interface")
            }
        }
    }

    /// A module knows its path but not the file: the place of its description is put before its message.
    private func locate(_ diagnosis: inout Diagnosis) {
        let place = diagnosis.place
        let planned = plan.modules.last { module in
            module.place != module.path && (place == module.path || place.hasPrefix(module.path + "."))
        }
        if let planned { diagnosis.place = "\(planned.place): \(place)" }
    }

    private mutating func connect(_ connection: PlannedConnection, of path: String) {
        guard let own = port(connection.port, of: path, place: connection.place),
            let peer = port(connection.peerPort, of: connection.peer, place: connection.place)
        else { return }
        switch (own, peer) {
        case (let initiator as InitiatorSocket, let target as TargetSocket):
            guard !initiator.isBound else {
                findings.add(
                    at: connection.place, "the socket “\(initiator.path)” is bound twice", expected: "one target")
                return
            }
            initiator.bind(to: target)
        case (let passing as PassingSocket, let target as TargetSocket):
            let place = connection.place
            findings.attempt(locate: { $0.place = "\(place): \($0.place)" }) { () throws(ElaborationError) in
                try passing.bind(to: target)
            }
        case (let output as LineOutput, let input as LineInput):
            let place = connection.place
            findings.attempt(locate: { $0.place = "\(place): \($0.place)" }) { () throws(ElaborationError) in
                try output.connect(to: input)
            }
        default:
            findings.add(
                at: connection.place, "“\(own.path)” cannot be connected to “\(peer.path)”",
                expected: "an initiator and a target, or a line output and a line input")
        }
    }

    private mutating func port(_ name: String, of path: String, place: String) -> Port? {
        guard let module = simulation.root.find(path) else { return nil }
        if let port = module.port(named: name) { return port }
        let names = module.ports.map(\.name)
        findings.add(
            at: place, "“\(path)” has no port “\(name)”", choices: names.count <= 12 ? names : [],
            nearest: names.nearest(to: name))
        return nil
    }

    private mutating func map(_ window: PlannedWindow, of path: String) {
        guard let router = simulation.root.find(window.router) as? Router,
            let target = simulation.root.find(path)?.port(named: window.port) as? TargetSocket
        else {
            findings.add(at: window.place, "“\(path).\(window.port)” cannot be mapped on “\(window.router)”")
            return
        }
        let name = router.regions.contains { $0.name == path } ? "\(path)@\(hexadecimal(window.start))" : path
        let region = Region(
            start: window.start, size: window.span, target: target, offset: window.offset, priority: window.priority,
            name: name,
            timing: window.timing.entries.isEmpty
                ? nil : RegionTiming(window.timing, over: plan.module(window.router)?.properties ?? [:]))
        findings.attempt(locate: { $0.place = "\(window.place): \($0.place)" }) { () throws(ElaborationError) in
            try router.map(region)
        }
    }
}
