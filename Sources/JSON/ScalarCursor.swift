/// A position in UTF-8 bytes that yields one Unicode scalar after the other and knows its line and column.
///
/// Ill-formed UTF-8 is an error at the first byte that cannot be decoded (Unicode 15.0, table 3-7).
struct ScalarCursor {
    /// The scalar at the position; nil at the end of the text.
    private(set) var current: Unicode.Scalar?
    /// Where `current` stands.
    private(set) var location: SourceLocation

    private let bytes: [UInt8]
    /// The offset of the first byte after `current`.
    private var next = 0

    init(_ bytes: [UInt8], file: String) throws(JSONError) {
        self.bytes = bytes
        location = SourceLocation(file: file, line: 1, column: 1)
        current = try decode()
    }

    /// Steps over the current scalar.
    mutating func advance() throws(JSONError) {
        guard let passed = current else { return }
        // CR LF is one line end: the CR of a pair counts as a column, its LF begins the line.
        if passed == "\n" || (passed == "\r" && !(next < bytes.count && bytes[next] == 0x0A)) {
            location.line += 1
            location.column = 1
        } else {
            location.column += 1
        }
        current = try decode()
    }

    /// Steps over the current scalar if it is `scalar`, and says whether it was.
    mutating func skip(_ scalar: Unicode.Scalar) throws(JSONError) -> Bool {
        guard current == scalar else { return false }
        try advance()
        return true
    }

    /// The current scalar for a message: `'x'`, `U+0007`, `the end of the text`.
    var found: String {
        guard let current else { return "the end of the text" }
        switch current.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate:
            if current == "\n" || current == "\r" { return "the end of the line" }
            let digits = String(current.value, radix: 16, uppercase: true)
            return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        default: return "'\(current)'"
        }
    }

    private mutating func decode() throws(JSONError) -> Unicode.Scalar? {
        guard next < bytes.count else { return nil }
        let lead = bytes[next]
        let trailing: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0x00...0x7F:
            next += 1
            return Unicode.Scalar(lead)
        case 0xC2...0xDF: trailing = 1
        case 0xE0: (trailing, second) = (2, 0xA0...0xBF)
        case 0xED: (trailing, second) = (2, 0x80...0x9F)
        case 0xE1...0xEF: trailing = 2
        case 0xF0: (trailing, second) = (3, 0x90...0xBF)
        case 0xF4: (trailing, second) = (3, 0x80...0x8F)
        case 0xF1...0xF3: trailing = 3
        default: throw illFormed(length: 1)
        }
        var value = UInt32(lead) & (0x3F >> UInt32(trailing))
        for index in 1...trailing {
            guard next + index < bytes.count, second.contains(bytes[next + index]) else {
                throw illFormed(length: index + 1)
            }
            value = value << 6 | UInt32(bytes[next + index] & 0x3F)
            second = 0x80...0xBF
        }
        guard let scalar = Unicode.Scalar(value) else { throw illFormed(length: trailing + 1) }
        next += trailing + 1
        return scalar
    }

    private func illFormed(length: Int) -> JSONError {
        let shown = bytes[next..<min(next + length, bytes.count)].map { byte in
            (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
        return JSONError(at: location, expected: "UTF-8", found: "bytes \(shown.joined(separator: " "))")
    }
}
