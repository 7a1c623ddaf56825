/// What module types have in common: an abstract class of which every type is a concrete member. There is one level of
/// classes and no more. A class may be written as a text where only its name matters.
///
/// The names of types, classes and interfaces share one name space: a link asks for any of them.
public struct ModuleClass: Sendable, Equatable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// "serial", "cpu", "memory", "bus" …
    public var name: String
    /// One line.
    public var summary: String
    /// What every type of the class has, before its own properties.
    public var properties: [AnyProperty]
    /// What every type of the class provides.
    public var interfaces: [ModuleInterface]

    public init(
        _ name: String, summary: String = "", properties: [AnyProperty] = [], interfaces: [ModuleInterface] = []
    ) {
        self.name = name
        self.summary = summary
        self.properties = properties
        self.interfaces = interfaces
    }

    public init(stringLiteral name: String) { self.init(name) }

    public var description: String { name }

    /// Classes are told apart by their names.
    public static func == (left: ModuleClass, right: ModuleClass) -> Bool { left.name == right.name }

    /// What is made beside the devices of a board and stands in no memory map, such as the far end of a serial line:
    /// `-object` and `object_add` make it, `-device` does not.
    public static let object = ModuleClass("object", summary: "Objects beside the devices of the board")
}

/// What a module can be used as, whatever its type: a name for a Swift protocol, by which links ask for it.
public struct ModuleInterface: Sendable, Equatable, CustomStringConvertible {
    /// "timebase", "character-device" …
    public let name: String
    /// One line.
    public let summary: String
    private let conforms: @Sendable (Module) -> Bool

    /// A name for the protocol `contract`, as in `ModuleInterface("timebase", (any Timebase).self, "…")`.
    public init<Contract>(_ name: String, _ contract: Contract.Type, _ summary: String) {
        self.name = name
        self.summary = summary
        conforms = { $0 is Contract }
    }

    public var description: String { name }

    /// Whether the module conforms to the protocol.
    public func isProvided(by module: Module) -> Bool { conforms(module) }

    /// Interfaces are told apart by their names.
    public static func == (left: ModuleInterface, right: ModuleInterface) -> Bool { left.name == right.name }
}

/// Values under one name: a variant of a type that users ask for by that name, such as the model of a processor.
public struct ModulePreset: Sendable, Equatable {
    /// "sifive-u54".
    public var name: String
    /// Other names of it.
    public var aliases: [String]
    /// One line.
    public var summary: String
    /// What it sets.
    public var properties: PropertyValues

    public init(_ name: String, aliases: [String] = [], _ summary: String, properties: PropertyValues = [:]) {
        self.name = name
        self.aliases = aliases
        self.summary = summary
        self.properties = properties
    }
}
