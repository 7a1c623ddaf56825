/// What a port of a module type is for.
public enum PortKind: String, Sendable {
    /// Receives transactions.
    case target
    /// Sends transactions.
    case initiator
    /// Receives the level of an interrupt or reset line.
    case lineIn = "line-in"
    /// Drives a line.
    case lineOut = "line-out"
    /// Connects to the host: a character device, a disk, a network.
    case backend
}

/// A port as the catalogue knows it.
public struct PortDeclaration: Equatable, Sendable {
    public var name: String
    public var kind: PortKind
    /// How many there are, "name0", "name1" …; nothing for a single one that bears the name itself. A count that a
    /// property decides is given as its default.
    public var count: Int?
    public var documentation: String

    public init(_ name: String, _ kind: PortKind, count: Int? = nil, _ documentation: String) {
        self.name = name
        self.kind = kind
        self.count = count
        self.documentation = documentation
    }
}

/// One row of a register table as documentation and monitors show it. The bus declares registers in a richer form and
/// derives this one.
public struct RegisterDeclaration: Equatable, Sendable {
    public var name: String
    /// Bytes from the start of the block.
    public var offset: UInt64
    /// Width in bytes.
    public var width: Int
    /// How many stand in a row, and how many bytes apart.
    public var count: Int
    public var stride: UInt64
    /// "rw", "ro", "wo", "w1c" and so on; for the register as a whole.
    public var mode: String
    public var resetValue: UInt64
    /// Its most significant byte stands at its lowest address.
    public var isBigEndian: Bool
    public var fields: [RegisterFieldDeclaration]
    public var documentation: String

    public init(
        _ name: String, offset: UInt64, width: Int, count: Int = 1, stride: UInt64 = 0, mode: String,
        resetValue: UInt64 = 0, isBigEndian: Bool = false, fields: [RegisterFieldDeclaration] = [],
        _ documentation: String = ""
    ) {
        self.name = name
        self.offset = offset
        self.width = width
        self.count = count
        self.stride = stride
        self.mode = mode
        self.resetValue = resetValue
        self.isBigEndian = isBigEndian
        self.fields = fields
        self.documentation = documentation
    }
}

/// A group of bits of a register.
public struct RegisterFieldDeclaration: Equatable, Sendable {
    public var name: String
    public var bits: ClosedRange<Int>
    public var mode: String
    public var documentation: String

    public init(_ name: String, bits: ClosedRange<Int>, mode: String, _ documentation: String = "") {
        self.name = name
        self.bits = bits
        self.mode = mode
        self.documentation = documentation
    }
}

/// Whether a module of a type may come and go while the machine exists.
public enum PlugRule: String, Sendable {
    /// It is part of the machine from its making to its end.
    case fixed
    /// It may be added and removed between two events.
    case hot
}

/// Everything that is said about a module type, once: help, checking, monitor, schema and documentation derive from it.
public struct ModuleDeclaration: Sendable {
    /// The name in platform files, "uart16550".
    public var typeName: String
    /// The abstract class that it is a member of: "serial", "interrupt-controller", "cpu", "memory", "bus", …
    public var category: ModuleClass
    /// One line.
    public var summary: String
    /// What it can be told: the properties of its class, then its own.
    public var properties: [AnyProperty]
    public var ports: [PortDeclaration]
    /// Made whenever somebody asks: few want the registers, and those of all types take longer than all else of a start.
    public var registers: [RegisterDeclaration] { makeRegisters() }
    private let makeRegisters: @Sendable () -> [RegisterDeclaration]
    /// The target ports behind each of which the registers stand, in the order in which they are shown; nil for the only
    /// target port that there is.
    public var registerPorts: [String]?
    /// What its objects can be told by a monitor.
    public var commands: [ModuleCommand]
    /// What it can be used as: the interfaces of its class, then its own.
    public var interfaces: [ModuleInterface]
    /// Variants with names.
    public var presets: [ModulePreset]
    /// Whether it may come and go while the machine exists.
    public var plugging: PlugRule
    /// Paragraphs: what is modelled, after which document, what deviates.
    public var documentation: String

    public init(
        _ typeName: String, category: ModuleClass, summary: String, properties: [AnyProperty] = [],
        ports: [PortDeclaration] = [],
        registers: @autoclosure @escaping @Sendable () -> [RegisterDeclaration] = [], registerPorts: [String]? = nil,
        interfaces: [ModuleInterface] = [],
        presets: [ModulePreset] = [], plugging: PlugRule = .fixed, commands: [ModuleCommand] = [],
        documentation: String = ""
    ) {
        self.typeName = typeName
        self.category = category
        self.summary = summary
        self.properties = category.properties + properties
        self.ports = ports
        makeRegisters = registers
        self.registerPorts = registerPorts
        self.commands = commands
        self.interfaces = category.interfaces + interfaces
        self.presets = presets
        self.plugging = plugging
        self.documentation = documentation
    }

    /// Whether modules of this type are what `name` asks for: this type, its class, or an interface that it provides.
    public func `is`(_ name: String) -> Bool {
        typeName == name || category.name == name || interfaces.contains { $0.name == name }
    }

    /// The preset of that name.
    public func preset(named name: String) -> ModulePreset? {
        presets.first { $0.name == name || $0.aliases.contains(name) }
    }
}
