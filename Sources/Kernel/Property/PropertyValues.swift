/// The values that are given to a module, in the order in which they were given, each with the place it came from.
public struct PropertyValues: Equatable, Sendable, ExpressibleByDictionaryLiteral {
    /// One value and its origin.
    public struct Entry: Equatable, Sendable {
        public var name: String
        public var value: Source
        /// "virt.json5:12:7", "-set", or empty when Swift gave it.
        public var place: String
    }

    /// A value that is typed already, or the text of one.
    public enum Source: Equatable, Sendable {
        /// From Swift or a platform file.
        case typed(PropertyValue)
        /// From the command line: the property's kind says how to read it.
        case text(String)
    }

    public private(set) var entries: [Entry] = []

    public init() {}

    public init(dictionaryLiteral elements: (String, PropertyValue)...) {
        for (name, value) in elements { set(name, value) }
    }

    /// Gives a value; an earlier one of the same name is replaced.
    public mutating func set(_ name: String, _ value: PropertyValue, from place: String = "") {
        replace(Entry(name: name, value: .typed(value), place: place))
    }

    /// Gives a value as text; an earlier one of the same name is replaced.
    public mutating func set(_ name: String, text: String, from place: String = "") {
        replace(Entry(name: name, value: .text(text), place: place))
    }

    private mutating func replace(_ entry: Entry) {
        if let index = entries.firstIndex(where: { $0.name == entry.name }) {
            entries[index] = entry
        } else {
            entries.append(entry)
        }
    }

    /// The typed value of that name; a text that has not been checked yet counts as a string.
    public subscript(name: String) -> PropertyValue? {
        get {
            switch entries.first(where: { $0.name == name })?.value {
            case .typed(let value): value
            case .text(let text): .string(text)
            case nil: nil
            }
        }
        set {
            if let newValue { set(name, newValue) } else { entries.removeAll { $0.name == name } }
        }
    }
}
