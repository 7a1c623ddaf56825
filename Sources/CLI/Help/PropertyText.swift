import TandemKernel

/// A property in one line: what it can be, what it is if nobody says, when it may be set, what it means.
struct PropertyText {
    let property: AnyProperty

    init(_ property: AnyProperty) { self.property = property }

    var text: String { "\(conditions): \(property.documentation)" }

    /// All but the meaning.
    var conditions: String {
        var text = property.kind.name
        if !property.kind.choices.isEmpty { text += " (\(property.kind.choices.joined(separator: ", ")))" }
        if let target = property.target { text += " to a “\(target)”" }
        if let range = property.range { text += " from \(range)" }
        if property.unit != .none { text += ", in \(property.unit.rawValue)" }
        if property.isRequired {
            text += ", must be given"
        } else if let value = property.defaultValue {
            text += ", \(value) if not given"
        }
        switch property.phase {
        case .never: text += ", read only"
        case .construction: break
        case .beforeStart, .anyTime: text += ", settable \(property.phase)"
        }
        return text
    }
}
