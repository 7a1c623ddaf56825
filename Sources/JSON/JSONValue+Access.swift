/// Typed access. Each of these either yields what was asked for or an error that stands at the value.
extension JSONValue {
    /// The kind of the value with its article, for messages: `a string`, `an object`, `null`.
    public var kind: String {
        switch content {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The value in short, for messages: a scalar as it was written, an array or object by its kind.
    public var summary: String {
        switch content {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let number): number.literal
        case .string(let text): "\"\(text)\""
        case .array, .object: kind
        }
    }

    /// Whether the value is `null`.
    public var isNull: Bool {
        if case .null = content { true } else { false }
    }

    /// The error that says that something else was expected here.
    public func mismatch(expected: String) -> JSONError {
        JSONError(at: location, expected: expected, found: summary)
    }

    /// The boolean.
    public func bool() throws(JSONError) -> Bool {
        guard case .bool(let value) = content else { throw mismatch(expected: "true or false") }
        return value
    }

    /// The string.
    public func string() throws(JSONError) -> String {
        guard case .string(let text) = content else { throw mismatch(expected: "a string") }
        return text
    }

    /// The string, which must be one of `choices`.
    public func string(among choices: [String]) throws(JSONError) -> String {
        if case .string(let text) = content, choices.contains(where: { $0.utf8.elementsEqual(text.utf8) }) {
            return text
        }
        throw mismatch(expected: choices.map { "\"\($0)\"" }.joinedAsChoice)
    }

    /// The number.
    public func number() throws(JSONError) -> JSONNumber {
        guard case .number(let number) = content else { throw mismatch(expected: "a number") }
        return number
    }

    /// The number as a `Double`.
    public func double() throws(JSONError) -> Double {
        try number().double
    }

    /// The number as an integer of type `T` within `range`. `1e9` and `0x10` are integers, `1.5` is not.
    public func integer<T: FixedWidthInteger>(
        as type: T.Type = T.self, in range: ClosedRange<T> = T.min...T.max
    ) throws(JSONError) -> T {
        guard case .number(let number) = content else { throw mismatch(expected: "an integer") }
        if let value = number.integer(as: T.self), range.contains(value) { return value }
        if number.hasFraction {
            throw mismatch(expected: "an integer")
        }
        throw mismatch(expected: "an integer from \(range.lowerBound) to \(range.upperBound)")
    }

    /// The elements of the array.
    public func array() throws(JSONError) -> [JSONValue] {
        guard case .array(let elements) = content else { throw mismatch(expected: "an array") }
        return elements
    }

    /// The members of the object, in the order in which they were written.
    public func members() throws(JSONError) -> [JSONMember] {
        guard case .object(let members) = content else { throw mismatch(expected: "an object") }
        return members
    }

    /// The members of the object, of which none may have a key outside `allowed`.
    ///
    /// An unknown key is an error at the key that lists the legal ones.
    public func members(allowed: [String]) throws(JSONError) -> [JSONMember] {
        let members = try members()
        for member in members where !allowed.contains(where: member.isNamed) {
            throw JSONError(
                at: member.keyLocation,
                "unknown member '\(member.key)'; expected " + allowed.map { "'\($0)'" }.joinedAsChoice)
        }
        return members
    }

    /// The member of that name, or nil where the object has none. An error where the value is no object.
    public func optionalMember(_ name: String) throws(JSONError) -> JSONMember? {
        try members().first { $0.isNamed(name) }
    }

    /// The value of the member of that name. An error where the value is no object or lacks it.
    public func member(_ name: String) throws(JSONError) -> JSONValue {
        guard let member = try optionalMember(name) else {
            throw JSONError(at: location, "the object lacks the member '\(name)'")
        }
        return member.value
    }

    /// The value of the member of that name; nil where the value is no object or lacks it.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = content else { return nil }
        return members.first { $0.isNamed(name) }?.value
    }

    /// The element at `index`; nil where the value is no array or is shorter.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = content, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}

extension [String] {
    /// The choices as a sentence lists them: `a`, `a or b`, `a, b or c`; `nothing` where there is none.
    fileprivate var joinedAsChoice: String {
        guard let last else { return "nothing" }
        return count == 1 ? last : dropLast().joined(separator: ", ") + " or " + last
    }
}
