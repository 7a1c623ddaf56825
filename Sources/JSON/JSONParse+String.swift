extension JSONParse {
    /// A string. The cursor stands at its opening quote.
    ///
    /// RFC 8259 §7; JSON5 §5 adds single quotes, more escapes and line continuations.
    mutating func string() throws(JSONError) -> String {
        let start = cursor.location
        guard let quote = cursor.current else { throw unexpected("a string") }
        try cursor.advance()
        var text = ""
        while let scalar = cursor.current {
            switch scalar {
            case quote:
                try cursor.advance()
                return text
            case "\\": try escape(into: &text)
            case "\n", "\r":
                throw JSONError(
                    at: cursor.location,
                    expected: "\(quote) to end the string that begins at \(start.line):\(start.column)",
                    found: "the end of the line")
            case "\u{0}"..<" " where dialect == .json: throw unexpected("an escape in place of a control character")
            default:
                text.unicodeScalars.append(scalar)
                try cursor.advance()
            }
        }
        throw JSONError(at: start, expected: "\(quote) to end this string", found: "the end of the text")
    }

    /// An unquoted key: an ECMAScript 5.1 IdentifierName (§7.6), reserved words included.
    mutating func name() throws(JSONError) -> String {
        var name = ""
        while let scalar = cursor.current {
            let location = cursor.location
            var part = scalar
            if scalar == "\\" {
                try cursor.advance()
                guard try cursor.skip("u") else {
                    throw unexpected("'u' and four hexadecimal digits after '\\' in a key")
                }
                part = try unicodeEscape(at: location)
            } else if Self.continuesName(scalar) {
                try cursor.advance()
            } else {
                break
            }
            guard name.isEmpty ? Self.beginsName(part) : Self.continuesName(part) else {
                throw JSONError(
                    at: location, expected: name.isEmpty ? "a key or '}'" : "a letter or digit of a key",
                    found: "'\(part)'")
            }
            name.unicodeScalars.append(part)
        }
        guard !name.isEmpty else { throw unexpected("a key or '}'") }
        return name
    }

    // MARK: - Escapes

    private mutating func escape(into text: inout String) throws(JSONError) {
        let location = cursor.location
        try cursor.advance()
        guard let scalar = cursor.current else { throw unexpected("the rest of an escape") }
        let simple: Unicode.Scalar
        switch scalar {
        case "\"", "\\", "/": simple = scalar
        case "b": simple = "\u{8}"
        case "f": simple = "\u{C}"
        case "n": simple = "\n"
        case "r": simple = "\r"
        case "t": simple = "\t"
        case "u":
            try cursor.advance()
            text.unicodeScalars.append(try unicodeEscape(at: location))
            return
        default:
            guard dialect == .json5 else { throw unexpected("one of \" \\ / b f n r t u after '\\'") }
            return try escapeOfJSON5(scalar, into: &text, at: location)
        }
        text.unicodeScalars.append(simple)
        try cursor.advance()
    }

    /// JSON5 §5.1 and §5.2: `\v`, `\0`, `\xHH`, line continuations; any other character stands for itself.
    private mutating func escapeOfJSON5(
        _ scalar: Unicode.Scalar, into text: inout String, at location: SourceLocation
    ) throws(JSONError) {
        try cursor.advance()
        switch scalar {
        case "v": text.append("\u{B}")
        case "0":
            if let digit = cursor.current, digit >= "0", digit <= "9" { throw unexpected("no digit after '\\0'") }
            text.unicodeScalars.append("\0")
        case "1"..."9": throw JSONError(at: location, "'\\\(scalar)' is not an escape; write '\\x' and two digits")
        case "x": text.unicodeScalars.append(try hexEscape(digits: 2, at: location))
        case "\r": _ = try cursor.skip("\n")
        case "\n", "\u{2028}", "\u{2029}": break
        default: text.unicodeScalars.append(scalar)
        }
    }

    /// The scalar of `\uHHHH`, or of two of them that form a surrogate pair. The cursor stands after the `u`.
    private mutating func unicodeEscape(at location: SourceLocation) throws(JSONError) -> Unicode.Scalar {
        let first = try hexDigits(4)
        if let scalar = Unicode.Scalar(first) { return scalar }
        let lone = JSONError(at: location, "half of a surrogate pair stands alone")
        guard first < 0xDC00, try cursor.skip("\\"), try cursor.skip("u") else { throw lone }
        let second = try hexDigits(4)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw lone }
        return scalar
    }

    private mutating func hexEscape(digits: Int, at location: SourceLocation) throws(JSONError) -> Unicode.Scalar {
        guard let scalar = Unicode.Scalar(try hexDigits(digits)) else {
            throw JSONError(at: location, "the escape stands for no character")
        }
        return scalar
    }

    private mutating func hexDigits(_ count: Int) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let scalar = cursor.current, let digit = Self.hexDigit(scalar) else {
                throw unexpected("\(count) hexadecimal digits")
            }
            value = value << 4 | digit
            try cursor.advance()
        }
        return value
    }

    // MARK: - Classes of characters

    static func hexDigit(_ scalar: Unicode.Scalar) -> UInt32? {
        switch scalar {
        case "0"..."9": scalar.value - 0x30
        case "A"..."F": scalar.value - 0x41 + 10
        case "a"..."f": scalar.value - 0x61 + 10
        default: nil
        }
    }

    /// IdentifierStart of ECMAScript 5.1 §7.6, without escapes.
    static func beginsName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "$", "_": return true
        case "\u{0}"..."\u{7F}": return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber:
            return true
        default: return false
        }
    }

    /// IdentifierPart of ECMAScript 5.1 §7.6, without escapes.
    static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "$", "_", "\u{200C}", "\u{200D}": return true
        case "\u{0}"..."\u{7F}": return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .decimalNumber, .connectorPunctuation: return true
        default: return beginsName(scalar)
        }
    }
}
