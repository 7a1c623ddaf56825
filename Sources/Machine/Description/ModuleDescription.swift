public import TandemKernel

/// One module, or an array of like modules, as a platform describes it.
public struct ModuleDescription: Equatable, Sendable {
    /// Names from the root, joined by points. For an array the common part: "cpu" stands for "cpu0", "cpu1" …
    public var path: String
    /// Where the description stands.
    public var place: String
    /// The name of the type; nothing for a container, which only holds other modules.
    public var type: String?
    /// Where the type is named.
    public var typePlace: String
    /// How many there are, if it is an array.
    public var count: Setting?
    /// Properties and connections, in the order in which they were written.
    public var settings: [Setting]
    /// Where it stands in memory maps.
    public var mappings: [Mapping]

    public init(_ path: String, type: String?, place: String = "", typePlace: String = "") {
        self.path = path
        self.type = type
        self.place = place
        self.typePlace = typePlace
        count = nil
        settings = []
        mappings = []
    }
}

/// One `name: value` of a module: a property, or a port and what it reaches.
public struct Setting: Equatable, Sendable {
    /// The name of a property or of a port; `name[i]` for a row of ports.
    public var name: String
    public var value: PropertyValues.Source
    /// Where the name stands.
    public var namePlace: String
    /// Where the value stands.
    public var place: String

    public init(_ name: String, _ value: PropertyValues.Source, namePlace: String = "", place: String = "") {
        self.name = name
        self.value = value
        self.namePlace = namePlace
        self.place = place
    }

    /// The value as messages quote it.
    var quoted: String {
        switch value {
        case .typed(let value): value.quoted
        case .text(let text): "“\(text)”"
        }
    }
}

/// A window of a memory map through which a module is reached.
public struct Mapping: Equatable, Sendable {
    /// The target port; nothing where the module has only one.
    public var port: Setting?
    /// The router; nothing where the platform has only one.
    public var router: Setting?
    /// The first address of the window.
    public var start: Setting
    /// Its length in bytes; nothing where the module's property `size` says it.
    public var span: Setting?
    /// Where in the target the window begins: an alias of a part.
    public var offset: Setting?
    /// Which of two overlapping windows is seen: the greater one; 0 if not given.
    public var priority: Setting?
    /// What accesses through it take on the way, by the names of the router's properties; empty for what the router says.
    public var timing: [Setting]
    /// Where the mapping stands.
    public var place: String

    public init(start: Setting, place: String = "") {
        self.start = start
        self.place = place
        timing = []
    }
}
