extension AnyProperty {
    /// `source` as a legal value of this property, or what is wrong with it. `owner` is the module's path or type,
    /// `place` where the value was given.
    public func check(
        _ source: PropertyValues.Source, of owner: String, from place: String = ""
    ) throws(ElaborationError) -> PropertyValue {
        if phase == .never {
            throw ElaborationError(
                at: place.isEmpty ? owner : place, "the property “\(name)” of “\(owner)” can only be read",
                expected: phase.remedy)
        }
        let (value, shown): (PropertyValue?, String) =
            switch source {
            case .typed(let given): (kind.coerce(given), given.quoted)
            case .text(let text): (kind.parse(text), "“\(text)”")
            }
        let location = place.isEmpty ? owner : place
        let subject = place.isEmpty ? "the property “\(name)”" : "the property “\(name)” of “\(owner)”"
        guard let value else {
            throw ElaborationError(
                at: location, "\(subject) cannot be \(shown)", expected: kind.choices.isEmpty ? kind.description : "",
                choices: kind.choices, nearest: kind.choices.nearest(to: shown.filter { $0 != "“" && $0 != "”" }))
        }
        if let range, !range.contains(value) {
            throw ElaborationError(
                at: location, "\(subject) cannot be \(shown)", expected: "\(kind.article) from \(range)")
        }
        return value
    }
}

extension PropertyKind {
    /// The kind in two words, for a message that gives the bounds beside it.
    var article: String {
        switch self {
        case .integer, .unsigned: "an integer"
        case .list(let element): "elements, each \(element.article)"
        case .bool, .size, .time, .frequency, .string, .choice, .link: "a \(name)"
        }
    }
}

extension ModuleDeclaration {
    /// Every declared property with its checked value, given or default, in declaration order; throws the first
    /// mistake. `owner` is the path of the module.
    public func check(_ values: PropertyValues, of owner: String) throws(ElaborationError) -> PropertyValues {
        for entry in values.entries where !properties.contains(where: { $0.name == entry.name }) {
            let names = properties.map(\.name)
            throw ElaborationError(
                at: entry.place.isEmpty ? owner : entry.place,
                "“\(owner)” of type “\(typeName)” has no property “\(entry.name)”",
                choices: names, nearest: names.nearest(to: entry.name))
        }
        var checked = PropertyValues()
        for property in properties {
            if let entry = values.entries.first(where: { $0.name == property.name }) {
                let value = try property.check(entry.value, of: owner, from: entry.place)
                checked.set(property.name, value, from: entry.place)
            } else if let value = property.defaultValue {
                checked.set(property.name, value)
            } else if property.isRequired {
                throw ElaborationError(
                    at: owner, "the property “\(property.name)” of a “\(typeName)” must be given",
                    expected: property.kind.description)
            }
        }
        return checked
    }
}
