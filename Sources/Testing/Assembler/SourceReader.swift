/// One statement of the source: labels, and an instruction or a directive with its operands.
struct SourceStatement {
    /// The line, from 1.
    var line: Int
    /// The statement as written, without comment.
    var text: String
    /// The labels that stand before it.
    var labels: [String] = []
    /// The mnemonic or directive in lower case; empty where there are labels only.
    var mnemonic = ""
    /// The operands, split at commas outside of parentheses and strings.
    var operands: [String] = []
}

/// Cuts source text into statements.
enum SourceReader {
    static func statements(of source: String) -> [SourceStatement] {
        var statements: [SourceStatement] = []
        for (index, line) in source.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            for text in parts(of: line) where !text.isEmpty {
                statements.append(statement(text, line: index + 1))
            }
        }
        return statements
    }

    /// The statements of a line, without comment and surrounding space.
    private static func parts(of line: Substring) -> [String] {
        var parts: [String] = []
        var part = ""
        var quote: Character?
        var isEscaped = false
        var previous: Character?
        for character in line {
            if let open = quote {
                part.append(character)
                if isEscaped {
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == open {
                    quote = nil
                }
            } else if character == "#" {
                break
            } else if character == "/", previous == "/" {
                part.removeLast()
                break
            } else if character == ";" {
                parts.append(trimmed(part))
                part = ""
            } else {
                if character == "\"" || character == "'" { quote = character }
                part.append(character)
            }
            previous = character
        }
        parts.append(trimmed(part))
        return parts
    }

    private static func statement(_ text: String, line: Int) -> SourceStatement {
        var statement = SourceStatement(line: line, text: text)
        var rest = Substring(text)
        while let end = rest.firstIndex(where: { !isNamePart($0) }), end != rest.startIndex, rest[end] == ":" {
            statement.labels.append(String(rest[..<end]))
            rest = rest[rest.index(after: end)...].drop(while: \.isWhitespace)
        }
        let end = rest.firstIndex(where: \.isWhitespace) ?? rest.endIndex
        statement.mnemonic = rest[..<end].lowercased()
        statement.operands = operands(of: rest[end...])
        return statement
    }

    private static func operands(of text: Substring) -> [String] {
        var operands: [String] = []
        var operand = ""
        var depth = 0
        var quote: Character?
        var isEscaped = false
        for character in text {
            if let open = quote {
                if isEscaped {
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == open {
                    quote = nil
                }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "(" {
                depth += 1
            } else if character == ")" {
                depth -= 1
            } else if character == ",", depth == 0 {
                operands.append(trimmed(operand))
                operand = ""
                continue
            }
            operand.append(character)
        }
        let last = trimmed(operand)
        if !last.isEmpty || !operands.isEmpty { operands.append(last) }
        return operands
    }

    /// Whether the character can be part of a symbol or mnemonic.
    static func isNamePart(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "_.$".contains(character))
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        var rest = Substring(text).drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
