/// A JSON value and the place where it was read.
///
/// Equality compares contents only: where and how a value was written does not matter, the order of members does.
public struct JSONValue: Sendable {
    /// What the value is.
    public var content: Content
    /// Where its first character stands; ``SourceLocation/none`` for a value that a program built.
    public var location: SourceLocation

    /// The seven kinds of value.
    public enum Content: Sendable {
        /// `null`.
        case null
        /// `true` or `false`.
        case bool(Bool)
        /// A number, exact where it is an integer of 64 bits.
        case number(JSONNumber)
        /// A string.
        case string(String)
        /// An array.
        case array([JSONValue])
        /// An object: its members in the order in which they were written, no key twice.
        case object([JSONMember])
    }

    /// A value that stands at `location`.
    public init(_ content: Content, at location: SourceLocation = .none) {
        self.content = content
        self.location = location
    }
}

/// One `key: value` of an object.
public struct JSONMember: Sendable {
    /// The key, with its escapes resolved.
    public var key: String
    /// Where the key stands.
    public var keyLocation: SourceLocation
    /// The value.
    public var value: JSONValue

    /// A member whose key stands at `keyLocation`.
    public init(_ key: String, _ value: JSONValue, at keyLocation: SourceLocation = .none) {
        self.key = key
        self.keyLocation = keyLocation
        self.value = value
    }

    /// Whether the key is `name`, scalar by scalar.
    ///
    /// Swift's `==` takes composed and decomposed characters for the same; JSON does not (RFC 8259 §8.3).
    public func isNamed(_ name: String) -> Bool {
        key.utf8.elementsEqual(name.utf8)
    }
}

// MARK: - Values built by a program

extension JSONValue {
    /// The value `null`.
    public static let null = JSONValue(.null)

    /// A boolean.
    public init(_ value: Bool) { self.init(.bool(value)) }

    /// An integer, which must fit one of the two 64-bit ranges.
    public init(_ value: some BinaryInteger) { self.init(.number(JSONNumber(value))) }

    /// A floating-point number. JSON has no infinities and no NaN: ``JSONWriter`` writes them as `null`.
    public init(_ value: Double) { self.init(.number(JSONNumber(value))) }

    /// A string.
    public init(_ value: String) { self.init(.string(value)) }

    /// An array.
    public init(_ values: [JSONValue]) { self.init(.array(values)) }

    /// An object with its members in this order. No key may occur twice.
    public init(members: [JSONMember]) { self.init(.object(members)) }

    /// An object with its members in this order. No key may occur twice.
    public init(members: KeyValuePairs<String, JSONValue>) {
        self.init(.object(members.map { JSONMember($0.key, $0.value) }))
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// `null`.
    public init(nilLiteral: ()) { self.init(.null) }
    /// A boolean.
    public init(booleanLiteral value: Bool) { self.init(value) }
    /// An integer.
    public init(integerLiteral value: Int64) { self.init(value) }
    /// A floating-point number.
    public init(floatLiteral value: Double) { self.init(value) }
    /// A string.
    public init(stringLiteral value: String) { self.init(value) }
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self.init(elements) }
    /// An object, its members in the order of the literal.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(.object(elements.map { JSONMember($0.0, $0.1) }))
    }
}

// MARK: - Equality of contents

extension JSONValue: Equatable {
    /// Whether two values have the same content, wherever they stand.
    public static func == (one: JSONValue, other: JSONValue) -> Bool {
        switch (one.content, other.content) {
        case (.null, .null): true
        case (.bool(let one), .bool(let other)): one == other
        case (.number(let one), .number(let other)): one == other
        case (.string(let one), .string(let other)): one.utf8.elementsEqual(other.utf8)
        case (.array(let one), .array(let other)): one == other
        case (.object(let one), .object(let other)): one == other
        default: false
        }
    }
}

extension JSONMember: Equatable {
    /// Whether two members have the same key and the same content, wherever they stand.
    public static func == (one: JSONMember, other: JSONMember) -> Bool {
        one.isNamed(other.key) && one.value == other.value
    }
}
