/// Evaluates an assembler expression over 64-bit integers that wrap.
///
/// Binary operators bind as in C: `* / %`, `+ -`, `<< >>`, `&`, `^`, `|`. Unary: `- + ~`.
struct Expression {
    /// What a name means where the expression stands.
    protocol Scope {
        /// The address of the statement.
        var address: UInt64 { get }
        /// The value of a symbol or numeric label; nil while it is not yet known.
        mutating func value(ofSymbol name: String) throws(AssemblyFault) -> Int64?
        /// The value of `%name(argument)`; nil while the argument is not yet known.
        mutating func apply(_ function: String, to argument: Int64?) throws(AssemblyFault) -> Int64?
    }

    private let characters: [Character]
    private var position = 0

    private init(_ text: String) { characters = Array(text) }

    /// The value, or nil while a symbol in it is not yet known.
    static func evaluate(_ text: String, in scope: inout some Scope) throws(AssemblyFault) -> Int64? {
        var expression = Expression(text)
        let value = try expression.binary(0, &scope)
        expression.skipSpace()
        guard expression.position == expression.characters.count else {
            let rest = String(expression.characters[expression.position...])
            throw AssemblyFault("'\(rest)' does not belong to an expression; expected an operator or the end")
        }
        return value
    }

    private static let levels: [[String]] = [["|"], ["^"], ["&"], ["<<", ">>"], ["+", "-"], ["*", "/", "%"]]

    private mutating func binary(_ level: Int, _ scope: inout some Scope) throws(AssemblyFault) -> Int64? {
        guard level < Self.levels.count else { return try unary(&scope) }
        var left = try binary(level + 1, &scope)
        while let symbol = take(oneOf: Self.levels[level]) {
            let right = try binary(level + 1, &scope)
            guard let first = left, let second = right else {
                left = nil
                continue
            }
            left = try Self.combine(symbol, first, second)
        }
        return left
    }

    private static func combine(_ symbol: String, _ first: Int64, _ second: Int64) throws(AssemblyFault) -> Int64 {
        switch symbol {
        case "|": return first | second
        case "^": return first ^ second
        case "&": return first & second
        case "<<": return first << second
        case ">>": return Int64(bitPattern: UInt64(bitPattern: first) >> UInt64(bitPattern: second))
        case "+": return first &+ second
        case "-": return first &- second
        case "*": return first &* second
        default:
            guard second != 0 else { throw AssemblyFault("division by zero") }
            return symbol == "/"
                ? first.dividedReportingOverflow(by: second).partialValue
                : first.remainderReportingOverflow(dividingBy: second).partialValue
        }
    }

    private mutating func unary(_ scope: inout some Scope) throws(AssemblyFault) -> Int64? {
        switch take(oneOf: ["-", "+", "~", "(", "%"]) {
        case "-": return try unary(&scope).map { 0 &- $0 }
        case "+": return try unary(&scope)
        case "~": return try unary(&scope).map { ~$0 }
        case "(": return try parenthesized(&scope)
        case "%":
            let name = takeName()
            guard take(oneOf: ["("]) != nil else { throw AssemblyFault("'%\(name)' needs an argument in parentheses") }
            return try scope.apply(name, to: parenthesized(&scope))
        default: return try primary(&scope)
        }
    }

    private mutating func parenthesized(_ scope: inout some Scope) throws(AssemblyFault) -> Int64? {
        let value = try binary(0, &scope)
        guard take(oneOf: [")"]) != nil else { throw AssemblyFault("a parenthesis is not closed; expected ')'") }
        return value
    }

    private mutating func primary(_ scope: inout some Scope) throws(AssemblyFault) -> Int64? {
        skipSpace()
        guard position < characters.count else { throw AssemblyFault("expected a number, a symbol or an expression") }
        if characters[position] == "'" { return try character() }
        let name = takeName()
        guard let first = name.first else {
            throw AssemblyFault("'\(characters[position])' cannot begin an expression; expected a number or a symbol")
        }
        if name == "." { return Int64(bitPattern: scope.address) }
        if first.isNumber {
            if let value = Self.number(name) { return value }
            guard let last = name.last, last == "f" || last == "b", Int(name.dropLast()) != nil else {
                throw AssemblyFault("'\(name)' is not a 64-bit number; expected decimal, 0x, 0b or 0o")
            }
        }
        return try scope.value(ofSymbol: name)
    }

    /// A decimal number, or one with the prefix 0x, 0b or 0o, that fits 64 bits. A lone `0b` is the label 0, backwards.
    private static func number(_ text: String) -> Int64? {
        let digits = text.filter { $0 != "_" }.lowercased()
        for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] where digits.hasPrefix(prefix) {
            return UInt64(digits.dropFirst(2), radix: radix).map { Int64(bitPattern: $0) }
        }
        return UInt64(digits).map { Int64(bitPattern: $0) }
    }

    private mutating func character() throws(AssemblyFault) -> Int64 {
        let literal = String(characters[position...])
        let isEscape = characters[position...].dropFirst().first == "\\"
        guard let end = characters[position...].dropFirst(isEscape ? 3 : 2).firstIndex(of: "'") else {
            throw AssemblyFault("\(literal) is not a character; expected one between single quotes")
        }
        let bytes = try StringLiteral.bytes(of: "\"" + String(characters[(position + 1)..<end]) + "\"")
        position = end + 1
        guard bytes.count == 1 else { throw AssemblyFault("\(literal) is not one character") }
        return Int64(bytes[0])
    }

    private mutating func takeName() -> String {
        skipSpace()
        let start = position
        while position < characters.count, SourceReader.isNamePart(characters[position]) { position += 1 }
        return String(characters[start..<position])
    }

    private mutating func take(oneOf symbols: [String]) -> String? {
        skipSpace()
        for symbol in symbols where characters[position...].starts(with: symbol) {
            position += symbol.count
            return symbol
        }
        return nil
    }

    private mutating func skipSpace() {
        while position < characters.count, characters[position].isWhitespace { position += 1 }
    }
}

/// The bytes of a string in double quotes with C's escapes.
enum StringLiteral {
    static func bytes(of text: String) throws(AssemblyFault) -> [UInt8] {
        guard text.count >= 2, text.first == "\"", text.last == "\"" else {
            throw AssemblyFault("\(text) is not a string; expected text in double quotes")
        }
        var bytes: [UInt8] = []
        var rest = text.dropFirst().dropLast()
        while let character = rest.popFirst() {
            guard character == "\\" else {
                bytes += Array(String(character).utf8)
                continue
            }
            switch rest.popFirst() {
            case "n": bytes.append(10)
            case "r": bytes.append(13)
            case "t": bytes.append(9)
            case "0": bytes.append(0)
            case "e": bytes.append(27)
            case "\\": bytes.append(92)
            case "\"": bytes.append(34)
            case "'": bytes.append(39)
            case "x":
                guard let value = UInt8(rest.prefix(2), radix: 16) else {
                    throw AssemblyFault("\\x needs two hexadecimal digits")
                }
                rest = rest.dropFirst(2)
                bytes.append(value)
            case let other:
                let name = other.map { String($0) } ?? ""
                throw AssemblyFault("unknown escape '\\\(name)'; known are \\n \\r \\t \\0 \\e \\\\ \\\" \\' \\xNN")
            }
        }
        return bytes
    }
}
