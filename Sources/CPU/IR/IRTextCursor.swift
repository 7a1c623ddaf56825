/// Walks through the textual form of a block, word by word, and knows where it stands.
struct IRTextCursor {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var lineStart = 0
    private var marked = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// Whether only blanks and comments are left.
    var isAtEnd: Bool { position == bytes.count }

    /// Whether a number comes next.
    var isAtNumber: Bool {
        let next = following
        return next < bytes.count && (Self.isDigit(bytes[next]) || bytes[next] == UInt8(ascii: "-"))
    }

    // MARK: Moving

    /// The place of the next byte that is not a blank.
    private var following: Int {
        var next = position
        while next < bytes.count, bytes[next] == UInt8(ascii: " ") || bytes[next] == UInt8(ascii: "\t") { next += 1 }
        return next
    }

    /// Remembers the next word, for an error about it.
    mutating func mark() { marked = following }

    /// Goes to the next line that says something. Before it, only blanks and a comment may stand.
    mutating func endLine() throws(IRTextError) {
        let next = following
        if next < bytes.count, bytes[next] != UInt8(ascii: "\n"), bytes[next] != UInt8(ascii: "#") {
            position = next
            throw error("unexpected text; expected the end of the line")
        }
        skipBlankLines()
    }

    mutating func skipBlankLines() {
        while true {
            position = following
            if position < bytes.count, bytes[position] == UInt8(ascii: "#") {
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
            }
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\n") else { return }
            position += 1
            line += 1
            lineStart = position
        }
    }

    // MARK: Reading

    /// Goes past `symbol` if it comes next.
    mutating func take(_ symbol: StaticString) -> Bool {
        let next = following
        let count = symbol.utf8CodeUnitCount
        guard next + count <= bytes.count else { return false }
        let isEqual = symbol.withUTF8Buffer { wanted in (0..<count).allSatisfy { bytes[next + $0] == wanted[$0] } }
        if isEqual { position = next + count }
        return isEqual
    }

    mutating func expect(_ symbol: StaticString) throws(IRTextError) {
        guard take(symbol) else {
            position = following
            throw error("expected '\(symbol)'")
        }
    }

    mutating func expect(word wanted: String) throws(IRTextError) {
        mark()
        guard try word("'\(wanted)'") == wanted else { throw errorAtMark("expected '\(wanted)'") }
    }

    /// A run of letters, digits and underscores.
    mutating func word(_ meaning: String) throws(IRTextError) -> String {
        let start = following
        var end = start
        while end < bytes.count, Self.isWordPart(bytes[end]) { end += 1 }
        position = start
        guard end > start else { throw error("expected \(meaning)") }
        position = end
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// An unsigned number, decimal or after `0x`.
    mutating func number(upTo limit: UInt64 = .max) throws(IRTextError) -> UInt64 {
        mark()
        let text = try word("a number")
        let value = text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
        guard let value, value <= limit else {
            throw errorAtMark("'\(text)' is not a number from 0 to \(limit)")
        }
        return value
    }

    /// A number that may have a minus; without one it may use all 64 bits.
    mutating func signedNumber() throws(IRTextError) -> Int64 {
        mark()
        let start = marked
        guard take("-") else { return Int64(bitPattern: try number()) }
        let value = try number()
        marked = start
        guard value <= UInt64(Int64.max) + 1 else { throw errorAtMark("-\(value) does not fit into 64 bits") }
        return Int64(bitPattern: 0 &- value)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func isWordPart(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
            || byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") || byte == UInt8(ascii: "_")
    }

    // MARK: Errors

    /// A mistake at the current place.
    func error(_ reason: String) -> IRTextError {
        IRTextError(line: line, column: position - lineStart + 1, reason: reason)
    }

    /// A mistake at the marked place, which is on the current line.
    func errorAtMark(_ reason: String) -> IRTextError {
        IRTextError(line: line, column: marked - lineStart + 1, reason: reason)
    }
}
