/// One pass over one text: values, arrays, objects and what stands between them.
///
/// Numbers are in `JSONParse+Number.swift`, strings and names in `JSONParse+String.swift`.
struct JSONParse {
    var cursor: ScalarCursor
    let dialect: JSON5Reader.Dialect
    private let depthLimit: Int
    private var depth = 0

    init(_ bytes: [UInt8], file: String, dialect: JSON5Reader.Dialect, depthLimit: Int) throws(JSONError) {
        cursor = try ScalarCursor(bytes, file: file)
        self.dialect = dialect
        self.depthLimit = depthLimit
    }

    /// One value with nothing but space around it.
    mutating func document() throws(JSONError) -> JSONValue {
        try skipSpace()
        let value = try value()
        try skipSpace()
        guard cursor.current == nil else { throw unexpected("the end of the text after the value") }
        return value
    }

    /// The error that says that something else was expected at the cursor.
    func unexpected(_ expected: String) -> JSONError {
        JSONError(at: cursor.location, expected: expected, found: cursor.found)
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        let location = cursor.location
        guard let scalar = cursor.current else { throw unexpected("a value") }
        switch scalar {
        case "{": return JSONValue(.object(try nested(Self.object)), at: location)
        case "[": return JSONValue(.array(try nested(Self.array)), at: location)
        case "\"": return JSONValue(.string(try string()), at: location)
        case "'" where dialect == .json5: return JSONValue(.string(try string()), at: location)
        case "-", "0"..."9": return JSONValue(.number(try number()), at: location)
        case "+" where dialect == .json5, "." where dialect == .json5:
            return JSONValue(.number(try number()), at: location)
        default: return JSONValue(try word(), at: location)
        }
    }

    /// `true`, `false`, `null`, and in JSON5 `Infinity` and `NaN`.
    private mutating func word() throws(JSONError) -> JSONValue.Content {
        let location = cursor.location
        guard let first = cursor.current, Self.beginsName(first) else { throw unexpected("a value") }
        var word = ""
        while let scalar = cursor.current, Self.continuesName(scalar) {
            word.unicodeScalars.append(scalar)
            try cursor.advance()
        }
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        case "Infinity" where dialect == .json5: return .number(JSONNumber(.double(.infinity), literal: word))
        case "NaN" where dialect == .json5: return .number(JSONNumber(.double(.nan), literal: word))
        default:
            let shown = word.unicodeScalars.count > 32 ? String(word.unicodeScalars.prefix(32)) + "…" : word
            throw JSONError(at: location, expected: "a value", found: "'\(shown)'")
        }
    }

    // MARK: - Arrays and objects

    private mutating func nested<Elements>(
        _ read: (inout JSONParse) throws(JSONError) -> Elements
    ) throws(JSONError) -> Elements {
        guard depth < depthLimit else {
            throw JSONError(at: cursor.location, "arrays and objects nest deeper than \(depthLimit) levels")
        }
        depth += 1
        let elements = try read(&self)
        depth -= 1
        return elements
    }

    private static func array(_ parse: inout JSONParse) throws(JSONError) -> [JSONValue] {
        var elements: [JSONValue] = []
        try parse.cursor.advance()
        try parse.skipSpace()
        while try !parse.cursor.skip("]") {
            elements.append(try parse.value())
            try parse.separator(before: "]", after: "an element")
        }
        return elements
    }

    private static func object(_ parse: inout JSONParse) throws(JSONError) -> [JSONMember] {
        var members: [JSONMember] = []
        var keys = SeenKeys()
        try parse.cursor.advance()
        try parse.skipSpace()
        while try !parse.cursor.skip("}") {
            let location = parse.cursor.location
            let key = try parse.key()
            if let first = keys.insert(key, among: members) {
                let place = members[first].keyLocation
                throw JSONError(
                    at: location, "duplicate key '\(key)'; it was first given at \(place.line):\(place.column)")
            }
            try parse.skipSpace()
            guard try parse.cursor.skip(":") else { throw parse.unexpected("':' after the key '\(key)'") }
            try parse.skipSpace()
            members.append(JSONMember(key, try parse.value(), at: location))
            try parse.separator(before: "}", after: "a member")
        }
        return members
    }

    /// Steps over the comma between two elements. A comma before the end is JSON5's.
    private mutating func separator(before close: Unicode.Scalar, after what: String) throws(JSONError) {
        try skipSpace()
        if cursor.current == close { return }
        guard try cursor.skip(",") else { throw unexpected("',' or '\(close)' after \(what)") }
        try skipSpace()
        if cursor.current == close, dialect == .json {
            throw unexpected("another \(close == "]" ? "element" : "member") after ','")
        }
    }

    private mutating func key() throws(JSONError) -> String {
        switch cursor.current {
        case "\"": return try string()
        case "'" where dialect == .json5: return try string()
        default:
            guard dialect == .json5 else { throw unexpected("a key in double quotes or '}'") }
            return try name()
        }
    }

    // MARK: - Space and comments

    /// Steps over white space, and in JSON5 over comments.
    private mutating func skipSpace() throws(JSONError) {
        while let scalar = cursor.current {
            switch scalar {
            case " ", "\t", "\n", "\r": try cursor.advance()
            case "/" where dialect == .json5: try skipComment()
            default:
                guard dialect == .json5, Self.isSpace(scalar) else { return }
                try cursor.advance()
            }
        }
    }

    private mutating func skipComment() throws(JSONError) {
        let start = cursor.location
        try cursor.advance()
        if try cursor.skip("/") {
            while let scalar = cursor.current, !Self.endsLine(scalar) { try cursor.advance() }
            return
        }
        guard try cursor.skip("*") else { throw unexpected("'/' or '*' to begin a comment") }
        while cursor.current != nil {
            if try cursor.skip("*") {
                if try cursor.skip("/") { return }
            } else {
                try cursor.advance()
            }
        }
        throw JSONError(at: start, expected: "'*/' to end this comment", found: "the end of the text")
    }

    /// JSON5 §8: white space beyond JSON's, with the line terminators of JSON5 §8.
    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\u{0B}", "\u{0C}", "\u{A0}", "\u{FEFF}", "\u{2028}", "\u{2029}": true
        default: scalar.value >= 0x80 && scalar.properties.generalCategory == .spaceSeparator
        }
    }

    /// Whether a line of JSON5 ends at `scalar` (JSON5 §8).
    static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\n" || scalar == "\r" || scalar == "\u{2028}" || scalar == "\u{2029}"
    }
}

/// The keys of one object so far. A few are compared one by one; many are hashed, so that a long object stays linear.
private struct SeenKeys {
    private var indices: [[UInt8]: Int] = [:]

    /// Takes note of `key`, or yields the index of the member that has it already.
    mutating func insert(_ key: String, among members: [JSONMember]) -> Int? {
        if members.count < 16 { return members.firstIndex { $0.isNamed(key) } }
        if indices.isEmpty {
            for (index, member) in members.enumerated() { indices[Array(member.key.utf8)] = index }
        }
        let bytes = Array(key.utf8)
        if let index = indices[bytes] { return index }
        indices[bytes] = members.count
        return nil
    }
}
