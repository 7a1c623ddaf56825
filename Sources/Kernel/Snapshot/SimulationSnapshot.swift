/// The whole state of a simulation between two runs: the kernel's and each module's, by path. The file that holds it is
/// the business of whoever writes files.
public struct SimulationSnapshot: SnapshotPayload {
    /// The state of one module.
    public struct Section: Equatable, Sendable {
        public var path: String
        /// The type in the catalogue; empty for a plain group of modules.
        public var typeName: String
        public var state: ModuleState
    }

    /// The state of one channel, in the layout of its type.
    public struct ChannelSection: Equatable, Sendable {
        public var path: String
        public var bytes: [UInt8]
    }

    public static let schema = SnapshotSchema("simulation", version: 2)

    public var kernel: KernelPayload
    /// Parents before children, in the order in which they were made.
    public var sections: [Section]
    /// In the order of the modules and, in each, of their declaration.
    public var channels: [ChannelSection]

    init(kernel: KernelPayload, sections: [Section], channels: [ChannelSection]) {
        self.kernel = kernel
        self.sections = sections
        self.channels = channels
    }

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(kernel)
        writer.write(each: sections) { writer, section in
            writer.write(section.path)
            writer.write(section.typeName)
            section.state.encode(to: &writer)
        }
        writer.write(each: channels) { writer, channel in
            writer.write(channel.path)
            writer.write(channel.bytes)
        }
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        kernel = try reader.read()
        sections = try reader.read(each: { reader throws(SnapshotError) in
            let path = try reader.read(String.self)
            let typeName = try reader.read(String.self)
            return Section(path: path, typeName: typeName, state: try ModuleState(from: &reader))
        })
        channels = try reader.read(each: { reader throws(SnapshotError) in
            ChannelSection(path: try reader.read(String.self), bytes: try reader.read([UInt8].self))
        })
    }
}

extension ModuleState {
    package func encode(to writer: inout SnapshotWriter) {
        switch self {
        case .stateless: writer.write(UInt8(0))
        case .payload(let schema, let bytes):
            writer.write(UInt8(1))
            writer.write(schema.kind)
            writer.write(schema.version)
            writer.write(bytes)
        case .unsupported(let reason):
            writer.write(UInt8(2))
            writer.write(reason)
        }
    }

    package init(from reader: inout SnapshotReader) throws(SnapshotError) {
        switch try reader.read(UInt8.self) {
        case 0: self = .stateless
        case 1:
            let kind = try reader.read(String.self)
            let version = try reader.read(UInt32.self)
            self = .payload(SnapshotSchema(kind, version: version), try reader.read())
        case 2: self = .unsupported(try reader.read())
        case let tag: throw reader.error("there is no state of the sort \(tag)")
        }
    }
}

extension Simulation {
    /// The state of everything, between two runs. Refuses with the path of what cannot be saved: a thread that holds
    /// state on its stack, a module that says so, a module that is in no catalogue and no mere group.
    public func save() throws(SnapshotError) -> SimulationSnapshot {
        precondition(!scheduler.isActive, "A snapshot is taken between two runs, not during one.")
        try checkSnapshot()
        var modules: [Module] = []
        root.forEachDescendant { modules.append($0) }
        var sections: [SimulationSnapshot.Section] = []
        for module in modules where module !== root {
            let (typeName, state) = try Self.state(of: module)
            sections.append(SimulationSnapshot.Section(path: module.path, typeName: typeName, state: state))
        }
        var kernel = try scheduler.savePending(modules)
        kernel.randomState = randomNumberGenerator.state
        return SimulationSnapshot(kernel: kernel, sections: sections, channels: try Self.channels(of: modules))
    }

    private static func channels(of modules: [Module]) throws(SnapshotError) -> [SimulationSnapshot.ChannelSection] {
        var sections: [SimulationSnapshot.ChannelSection] = []
        for module in modules {
            for channel in module.channels {
                var writer = SnapshotWriter()
                try channel.save(to: &writer)
                sections.append(SimulationSnapshot.ChannelSection(path: channel.path, bytes: writer.bytes))
            }
        }
        return sections
    }

    private static func restore(
        _ sections: [SimulationSnapshot.ChannelSection], into modules: [Module]
    ) throws(SnapshotError) {
        let channels = modules.flatMap(\.channels)
        for (section, channel) in zip(sections, channels) {
            guard section.path == channel.path else {
                throw SnapshotError(
                    at: channel.path, "the snapshot has the channel “\(section.path)” here",
                    expected: "the platform that it was taken from")
            }
            var reader = SnapshotReader(section.bytes, place: section.path)
            try channel.restore(from: &reader)
            try reader.finish()
        }
        guard sections.count == channels.count else {
            throw SnapshotError(
                at: "", "the snapshot has \(sections.count) channels and the platform \(channels.count)",
                expected: "the platform that it was taken from")
        }
    }

    private static func state(of module: Module) throws(SnapshotError) -> (String, ModuleState) {
        guard let module = module as? any CatalogModule else {
            if type(of: module) == Module.self { return ("", .stateless) }
            throw SnapshotError(
                at: module.path, "a module of the type \(type(of: module)) says nothing about its state",
                expected: "a type that can stand in a catalogue")
        }
        let state = module.saveState()
        if case .unsupported(let reason) = state { throw SnapshotError(at: module.path, reason) }
        return (type(of: module).declaration.typeName, state)
    }

    /// Takes over a state that a simulation of the same platform saved; the next run goes on from there. After an error
    /// the simulation is half-way and does not run before a reset or another restore.
    public func restore(_ snapshot: SimulationSnapshot) throws(SnapshotError) {
        precondition(!scheduler.isActive, "A snapshot is restored between two runs, not during one.")
        do throws(ElaborationError) { try elaborate() } catch { throw SnapshotError(error.diagnosis) }
        var modules: [Module] = []
        root.forEachDescendant { modules.append($0) }
        try checkTopology(of: snapshot, against: modules)
        beginRestore()
        do throws(SnapshotError) { try take(snapshot, into: modules) } catch {
            abandonRestore()
            throw error
        }
    }

    private func take(_ snapshot: SimulationSnapshot, into modules: [Module]) throws(SnapshotError) {
        for (section, module) in zip(snapshot.sections, modules.dropFirst()) {
            if let module = module as? any CatalogModule { try module.restoreState(section.state) }
        }
        try Self.restore(snapshot.channels, into: modules)
        try scheduler.restorePending(snapshot.kernel, modules)
        randomNumberGenerator.state = snapshot.kernel.randomState
        if snapshot.kernel.hasStarted { announceStart() }
    }

    private func checkTopology(
        of snapshot: SimulationSnapshot, against modules: [Module]
    ) throws(SnapshotError) {
        for (section, module) in zip(snapshot.sections, modules.dropFirst()) {
            let typeName = (type(of: module) as? any CatalogModule.Type)?.declaration.typeName ?? ""
            guard section.path == module.path, section.typeName == typeName else {
                throw SnapshotError(
                    at: module.path, "the snapshot has “\(section.path)” of the type “\(section.typeName)” here",
                    expected: "the platform that it was taken from")
            }
        }
        guard snapshot.sections.count == modules.count - 1 else {
            throw SnapshotError(
                at: "", "the snapshot has \(snapshot.sections.count) modules and the platform \(modules.count - 1)",
                expected: "the platform that it was taken from")
        }
    }
}
