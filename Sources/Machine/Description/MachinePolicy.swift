public import TandemKernel

/// What a machine is called beside its name, and what its users may ask of it: the section `machine` of a platform file.
/// Defaults are what the modules of the file have.
public struct MachinePolicy: Equatable, Sendable {
    /// Other names by which `-machine` finds it.
    public var aliases: [String]
    /// How much main memory it may have (`-m`).
    public var memory: ClosedRange<ByteSize>
    /// How many harts it may have (`-smp`).
    public var harts: ClosedRange<UInt64>
    /// The types and models of processors that it takes (`-cpu`); empty for all.
    public var processors: [String]
    /// Modules that `-nodefaults` leaves out.
    public var defaults: [Board.Part]
    /// Properties of the machine as a whole (`-machine NAME,property=value`).
    public var properties: [MachineProperty]

    public init(
        aliases: [String] = [], memory: ClosedRange<ByteSize> = MachinePolicy.anyMemory,
        harts: ClosedRange<UInt64> = MachinePolicy.anyHarts, processors: [String] = [],
        defaults: [Board.Part] = [], properties: [MachineProperty] = []
    ) {
        self.aliases = aliases
        self.memory = memory
        self.harts = harts
        self.processors = processors
        self.defaults = defaults
        self.properties = properties
    }

    /// The limits of a machine that names none.
    public static let anyMemory = ByteSize(bytes: 1)...ByteSize(bytes: .max)
    /// The limits of a machine that names none.
    public static let anyHarts: ClosedRange<UInt64> = 1...4096
}

/// A property of a machine: a name for one property of one or several of its modules, whose kind, default and bounds it
/// has; or one that chooses between ways to build the machine.
public struct MachineProperty: Equatable, Sendable {
    public var name: String
    /// "MODULE.PROPERTY", each.
    public var paths: [String]
    /// What it chooses between; the machine is as the first one says until another is chosen. Then there are no paths.
    public var choices: [MachineChoice]
    /// The one that was chosen.
    public var chosen: String?
    /// What it means; the property's own words if empty.
    public var documentation: String
    /// Where the platform says so.
    public var place: String

    public init(_ name: String, of paths: [String], _ documentation: String = "", place: String = "") {
        self.name = name
        self.paths = paths
        choices = []
        self.documentation = documentation
        self.place = place
    }
}

/// One way to build a machine: what it has other than the platform says.
public struct MachineChoice: Equatable, Sendable {
    public var name: String
    /// Modules that it does not have.
    public var removed: [String]
    /// Modules that it has otherwise.
    public var changed: [ModuleDescription]
    /// Modules that it has beyond.
    public var added: [ModuleDescription]

    /// What leads from `modules` to `others`.
    init(_ name: String, from modules: [ModuleDescription], to others: [ModuleDescription]) {
        self.name = name
        removed = modules.map(\.path).filter { path in !others.contains { $0.path == path } }
        changed = others.filter { other in modules.contains { $0.path == other.path && $0 != other } }
        added = others.filter { other in !modules.contains { $0.path == other.path } }
    }

    /// A module that the platform no longer has stays away.
    func apply(to modules: inout [ModuleDescription]) {
        modules.removeAll { removed.contains($0.path) }
        for module in changed {
            if let index = modules.firstIndex(where: { $0.path == module.path }) { modules[index] = module }
        }
        modules += added
    }
}
