/// The path of a module ("soc.plic") as a property value: a link from one module to another.
public struct ModulePath: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The names from the root to the module, joined by points.
    public var text: String

    public init(_ text: String) { self.text = text }
    public init(stringLiteral value: String) { text = value }
    public var description: String { text }

    /// The single names, from the top.
    public var components: [String] { text.split(separator: ".", omittingEmptySubsequences: false).map(String.init) }
}

/// A value of a property, whatever it came from: Swift, a platform file, the command line, a monitor.
public enum PropertyValue: Equatable, Sendable {
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case size(ByteSize)
    case time(SimTime)
    case frequency(Frequency)
    case string(String)
    case choice(String)
    case list([PropertyValue])
    case link(ModulePath)
}

extension PropertyValue: CustomStringConvertible {
    /// The value as a user would write it on the command line.
    public var description: String {
        switch self {
        case .bool(let value): value ? "on" : "off"
        case .integer(let value): "\(value)"
        case .unsigned(let value): "\(value)"
        case .size(let value): value.description
        case .time(let value): value.description
        case .frequency(let value): value.description
        case .string(let value): value
        case .choice(let value): value
        case .list(let values): values.map(\.description).joined(separator: ",")
        case .link(let value): value.text
        }
    }

    /// The value as messages quote it: texts in quotation marks, a list in brackets.
    public var quoted: String {
        switch self {
        case .string(let value), .choice(let value): "“\(value)”"
        case .link(let value): "“\(value)”"
        case .list(let values): "[\(values.map(\.quoted).joined(separator: ", "))]"
        case .bool, .integer, .unsigned, .size, .time, .frequency: description
        }
    }
}

extension PropertyValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
    ExpressibleByArrayLiteral
{
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: PropertyValue...) { self = .list(elements) }
}
