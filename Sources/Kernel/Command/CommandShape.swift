/// What a command promises to yield, for introspection and documentation; tests hold values against it.
public indirect enum CommandShape: Equatable, Sendable {
    case nothing
    case bool
    case integer
    case text
    /// One of the words. `name` names the type.
    case choice(name: String, [String])
    case list(CommandShape)
    /// Named members. `name` names the type.
    case record(name: String, [CommandMember])
    /// Any of the others.
    case any

    /// Whether `value` is what is promised.
    public func admits(_ value: CommandValue) -> Bool {
        switch (self, value) {
        case (.any, _), (.nothing, .nothing), (.bool, .bool), (.integer, .integer), (.integer, .unsigned),
            (.text, .text):
            return true
        case (.choice(_, let words), .text(let word)): return words.contains(word)
        case (.list(let element), .list(let values)): return values.allSatisfy(element.admits)
        case (.record(_, let members), .record(let fields)):
            let isKnown = fields.allSatisfy { field in
                members.contains { $0.name == field.name && $0.shape.admits(field.value) }
            }
            return isKnown && members.allSatisfy { $0.isOptional || value[$0.name] != nil }
        default: return false
        }
    }
}

/// One member of a record that a command yields.
public struct CommandMember: Equatable, Sendable {
    public var name: String
    public var shape: CommandShape
    /// Whether it may be missing.
    public var isOptional: Bool
    public var documentation: String

    public init(_ name: String, _ shape: CommandShape, isOptional: Bool = false, _ documentation: String = "") {
        self.name = name
        self.shape = shape
        self.isOptional = isOptional
        self.documentation = documentation
    }
}
