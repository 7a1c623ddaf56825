public import TandemKernel

/// A platform as it is described, in a file or in Swift: modules by type, their properties, where they stand in the
/// memory map and what their ports reach. Pure data; nothing is checked and nothing exists yet.
///
/// ```swift
/// var platform = Platform("small")
/// platform.add("bus", "router")
/// platform.add("ram", "ram", ["size": "1M"], at: 0x8000_0000)
/// platform.add("uart0", "uart16550", ["interrupt": "plic.source10"], at: 0x1000_0000, span: 0x100)
/// ```
public struct Platform: Equatable, Sendable {
    /// The name that users call it by.
    public var name: String
    /// One line for lists.
    public var summary: String
    /// The file it was read from; empty for a platform that a program built.
    public var place: String
    /// The modules in the order in which they are made.
    public var modules: [ModuleDescription]
    /// Other names, and what users may ask of it.
    public var machine: MachinePolicy
    /// Which modules play the parts that the command line names (`-smp`, `-m`, `-serial` …).
    public var board: Board
    /// What is loaded when the user names nothing.
    public var images: DefaultImages
    /// Quantum and bound on skew.
    public var timing: SimulationSettings
    /// How traffic is measured, and what is expected of it.
    public var traffic: TrafficSettings
    /// Values that replace described ones, in the order in which they were given (`-set`, `-m`, `-smp`).
    public var overrides: [Override]

    /// A platform without modules.
    public init(_ name: String, summary: String = "", board: Board = Board()) {
        self.name = name
        self.summary = summary
        self.board = board
        machine = MachinePolicy()
        place = ""
        modules = []
        images = DefaultImages()
        timing = SimulationSettings()
        traffic = TrafficSettings()
        overrides = []
    }

    /// Adds a module. `settings` holds properties and connections alike, by the names that the type declares: the value
    /// of a port is what it reaches, "plic.source10".
    ///
    /// - Parameters:
    ///   - path: The module's name, "uart0"; names joined by points stand for modules inside containers.
    ///   - type: The name of its type in the catalogue.
    ///   - count: For an array of modules, how many; they are called "cpu0", "cpu1" and so on.
    ///   - start: Where its target port stands in the memory map; nothing for a module that is not mapped.
    ///   - span: How many bytes it takes there; needed where the type has no property `size`.
    ///   - router: The router that it stands on; needed where there are several.
    public mutating func add(
        _ path: String, _ type: String, _ settings: KeyValuePairs<String, PropertyValue> = [:], count: UInt64? = nil,
        at start: UInt64? = nil, span: UInt64? = nil, on router: String? = nil
    ) {
        var module = ModuleDescription(path, type: type)
        module.settings = settings.map { Setting($0.key, .typed($0.value)) }
        if let count { module.count = Setting("count", .typed(.unsigned(count))) }
        if let start {
            var mapping = Mapping(start: Setting("at", .typed(.unsigned(start))))
            if let span { mapping.span = Setting("span", .typed(.unsigned(span))) }
            if let router { mapping.router = Setting("on", .typed(.string(router))) }
            module.mappings = [mapping]
        }
        modules.append(module)
    }

    /// This platform with one more module: `add` for use in one expression.
    public func adding(
        _ path: String, _ type: String, _ settings: KeyValuePairs<String, PropertyValue> = [:], count: UInt64? = nil,
        at start: UInt64? = nil, span: UInt64? = nil, on router: String? = nil
    ) -> Platform {
        var platform = self
        platform.add(path, type, settings, count: count, at: start, span: span, on: router)
        return platform
    }

    /// Replaces a described value, as `-set path=value` does. `path` ends in the name of a property, a port, `count`,
    /// `at` or `span`; the path of an array means each of its modules.
    public mutating func set(_ path: String, to text: String, from place: String = "-set") {
        overrides.append(Override(path: path, value: .text(text), place: place))
    }
}

/// A value that replaces a described one.
public struct Override: Equatable, Sendable {
    /// Module path and name, "cpu0.frequency".
    public var path: String
    public var value: PropertyValues.Source
    /// What the user wrote it with, "-set".
    public var place: String

    public init(path: String, value: PropertyValues.Source, place: String) {
        self.path = path
        self.value = value
        self.place = place
    }
}
