import TandemJSON
import TandemKernel

extension JSONValue {
    /// A result as programs see it. Nothing is null, where it stands for a value.
    init(_ value: CommandValue) {
        self =
            switch value {
            case .nothing: .null
            case .bool(let value): JSONValue(value)
            case .integer(let value): JSONValue(value)
            case .unsigned(let value): JSONValue(value)
            case .text(let value): JSONValue(value)
            case .list(let values): JSONValue(values.map { JSONValue($0) })
            case .record(let fields): JSONValue(members: fields.map { JSONMember($0.name, JSONValue($0.value)) })
            }
    }

    /// The members of an object as arguments, each with its place.
    func arguments() throws(CommandError) -> PropertyValues {
        guard case .object(let members) = content else {
            throw CommandError(at: "", "QMP input member 'arguments' must be an object")
        }
        var values = PropertyValues()
        for member in members {
            values.set(member.key, try member.value.argument(member.key), from: member.value.location.description)
        }
        return values
    }

    private func argument(_ name: String) throws(CommandError) -> PropertyValue {
        switch content {
        case .bool(let value): return .bool(value)
        case .string(let text): return .string(text)
        case .number(let number):
            if let unsigned: UInt64 = number.integer() { return .unsigned(unsigned) }
            if let signed: Int64 = number.integer() { return .integer(signed) }
        case .array(let elements):
            var values: [PropertyValue] = []
            for element in elements { values.append(try element.argument(name)) }
            return .list(values)
        case .null, .object: break
        }
        throw CommandError(
            at: "\(location)", "the argument “\(name)” cannot be \(summary)",
            expected: "a boolean, a whole number of 64 bits, a text, or a list of these")
    }
}
