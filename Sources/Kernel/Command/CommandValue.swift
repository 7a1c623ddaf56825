/// What a command yields: a value that every face of a monitor shows in its own way, as JSON or as text.
public indirect enum CommandValue: Equatable, Sendable {
    /// A command that only does something.
    case nothing
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case text(String)
    case list([CommandValue])
    /// Named values, in the order in which they are shown.
    case record([Field])

    /// One named value of a record.
    public struct Field: Equatable, Sendable {
        public var name: String
        public var value: CommandValue

        public init(_ name: String, _ value: CommandValue) {
            self.name = name
            self.value = value
        }
    }

    /// A record of these values, in this order. No name may occur twice.
    public static func record(_ fields: KeyValuePairs<String, CommandValue>) -> CommandValue {
        .record(fields.map { Field($0.key, $0.value) })
    }

    /// The value of that name in a record; nothing where there is none.
    public subscript(name: String) -> CommandValue? {
        guard case .record(let fields) = self else { return nil }
        return fields.first { $0.name == name }?.value
    }
}

extension CommandValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
    ExpressibleByArrayLiteral
{
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(stringLiteral value: String) { self = .text(value) }
    public init(arrayLiteral elements: CommandValue...) { self = .list(elements) }
}

extension CommandValue {
    /// A property's value as a command yields it: sizes in bytes, frequencies in hertz, times as text with a unit.
    public init(_ value: PropertyValue) {
        self =
            switch value {
            case .bool(let value): .bool(value)
            case .integer(let value): .integer(value)
            case .unsigned(let value): .unsigned(value)
            case .size(let value): .unsigned(value.bytes)
            case .time(let value): .text(value.description)
            case .frequency(let value): .unsigned(value.hertz)
            case .string(let value), .choice(let value): .text(value)
            case .list(let values): .list(values.map { CommandValue($0) })
            case .link(let path): .text(path.text)
            }
    }
}
