extension JSONParse {
    /// A number. The cursor stands at its sign, its point or its first digit.
    ///
    /// RFC 8259 §6; JSON5 §6 adds a leading `+`, hexadecimal integers, a point without digits on one side, `Infinity` and
    /// `NaN`.
    mutating func number() throws(JSONError) -> JSONNumber {
        let start = cursor.location
        var literal = ""
        var isNegative = false
        if cursor.current == "-" || cursor.current == "+" {
            isNegative = cursor.current == "-"
            try take(into: &literal)
        }
        if dialect == .json5, cursor.current == "I" || cursor.current == "N" {
            return try namedNumber(literal, isNegative: isNegative)
        }
        let value: JSONNumber.Value
        if cursor.current == "0" {
            try take(into: &literal)
            if dialect == .json5, cursor.current == "x" || cursor.current == "X" {
                try take(into: &literal)
                value = try hexadecimal(&literal, isNegative: isNegative, start: start)
            } else if let digit = cursor.current, Self.isDigit(digit) {
                throw JSONError(at: start, "a number does not begin with a zero before another digit")
            } else {
                value = try decimal(&literal, start: start)
            }
        } else {
            value = try decimal(&literal, start: start)
        }
        // JSON5 §6, by way of ECMAScript 5.1 §7.8.3: no name and no digit follows a number at once.
        if let scalar = cursor.current, Self.continuesName(scalar) {
            throw unexpected("the end of the number '\(Self.short(literal))'")
        }
        return JSONNumber(value, literal: literal)
    }

    /// The rest of a decimal number, of which `literal` holds the sign and perhaps the single zero before the point.
    private mutating func decimal(_ literal: inout String, start: SourceLocation) throws(JSONError) -> JSONNumber.Value
    {
        let hasZero = literal.utf8.last == UInt8(ascii: "0")
        let digits = hasZero ? 1 : try takeDigits(into: &literal)
        var isInteger = true
        // Swift's own conversion wants digits on both sides of the point.
        var text = literal
        if digits == 0 {
            guard dialect == .json5, cursor.current == "." else { throw unexpected("a digit") }
            text.append("0")
        }
        if cursor.current == "." {
            isInteger = false
            var fraction = ""
            try take(into: &fraction)
            let count = try takeDigits(into: &fraction)
            if count == 0, digits == 0 || dialect == .json { throw unexpected("a digit after the point") }
            literal.append(fraction)
            text.append(fraction)
            if count == 0 { text.append("0") }
        }
        if cursor.current == "e" || cursor.current == "E" {
            isInteger = false
            var exponent = ""
            try take(into: &exponent)
            if cursor.current == "+" || cursor.current == "-" { try take(into: &exponent) }
            guard try takeDigits(into: &exponent) > 0 else { throw unexpected("a digit of the exponent") }
            literal.append(exponent)
            text.append(exponent)
        }
        if isInteger {
            if let value = UInt64(text) { return .unsigned(value) }
            if let value = Int64(text) { return value == 0 ? .unsigned(0) : .signed(value) }
        }
        return try double(text, literal, start: start)
    }

    private mutating func hexadecimal(
        _ literal: inout String, isNegative: Bool, start: SourceLocation
    ) throws(JSONError) -> JSONNumber.Value {
        var digits = ""
        while let scalar = cursor.current, Self.hexDigit(scalar) != nil { try take(into: &digits) }
        guard !digits.isEmpty else { throw unexpected("a hexadecimal digit after '\(literal)'") }
        literal.append(digits)
        if let magnitude = UInt64(digits, radix: 16) {
            if !isNegative || magnitude == 0 { return .unsigned(magnitude) }
            if let value = Int64(exactly: -Int128(magnitude)) { return .signed(value) }
        }
        return try double((isNegative ? "-0x" : "0x") + digits, literal, start: start)
    }

    /// `Infinity` or `NaN` after a sign.
    private mutating func namedNumber(_ sign: String, isNegative: Bool) throws(JSONError) -> JSONNumber {
        let location = cursor.location
        var word = ""
        while let scalar = cursor.current, Self.continuesName(scalar), word.utf8.count < 9 { try take(into: &word) }
        switch word {
        case "Infinity":
            return JSONNumber(.double(isNegative ? -.infinity : .infinity), literal: sign + word)
        case "NaN": return JSONNumber(.double(.nan), literal: sign + word)
        default: throw JSONError(at: location, expected: "a number after '\(sign)'", found: "'\(word)'")
        }
    }

    private func double(
        _ text: String, _ literal: String, start: SourceLocation
    ) throws(JSONError) -> JSONNumber.Value {
        guard let value = Double(text), value.isFinite else {
            throw JSONError(
                at: start, "the number '\(Self.short(literal))' is beyond what 64 bits of floating point hold")
        }
        return .double(value)
    }

    /// Appends the current scalar to `text` and steps over it.
    private mutating func take(into text: inout String) throws(JSONError) {
        guard let scalar = cursor.current else { return }
        text.unicodeScalars.append(scalar)
        try cursor.advance()
    }

    private mutating func takeDigits(into text: inout String) throws(JSONError) -> Int {
        var count = 0
        while let scalar = cursor.current, Self.isDigit(scalar) {
            try take(into: &text)
            count += 1
        }
        return count
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar >= "0" && scalar <= "9"
    }

    /// A literal for a message, cut where it is long.
    private static func short(_ literal: String) -> String {
        literal.utf8.count > 40 ? literal.prefix(40) + "…" : literal
    }
}
