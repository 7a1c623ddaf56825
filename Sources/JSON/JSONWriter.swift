/// Writes values as JSON text (RFC 8259). The same value always gives the same bytes, on every host.
///
/// Integers are exact, other numbers the shortest text that reads back as the same `Double`. Infinities and NaN, which
/// JSON cannot express, become `null`. Members keep their order.
public struct JSONWriter: Sendable {
    /// How the text is laid out.
    public enum Layout: Sendable {
        /// One line without spaces.
        case compact
        /// One element or member a line, indented by two spaces a level, with a line end at the end of the text.
        case pretty
    }

    /// How the text is laid out.
    public var layout: Layout

    /// A writer of that layout.
    public init(_ layout: Layout = .compact) {
        self.layout = layout
    }

    /// The text of `value`.
    public func text(of value: JSONValue) -> String {
        var text = ""
        write(value, to: &text, indent: 0)
        if layout == .pretty { text.append("\n") }
        return text
    }

    /// `text` as a JSON string, in double quotes.
    public static func quoted(_ text: String) -> String {
        var output = ""
        writeString(text, to: &output)
        return output
    }

    private func write(_ value: JSONValue, to text: inout String, indent: Int) {
        switch value.content {
        case .null: text.append("null")
        case .bool(let value): text.append(value ? "true" : "false")
        case .number(let number):
            switch number.value {
            case .unsigned(let value): text.append(value.description)
            case .signed(let value): text.append(value.description)
            case .double(let value): text.append(value.isFinite ? value.description : "null")
            }
        case .string(let string): Self.writeString(string, to: &text)
        case .array(let elements):
            writeList("[", elements, "]", to: &text, indent: indent) { element, text in
                write(element, to: &text, indent: indent + 1)
            }
        case .object(let members):
            writeList("{", members, "}", to: &text, indent: indent) { member, text in
                Self.writeString(member.key, to: &text)
                text.append(layout == .pretty ? ": " : ":")
                write(member.value, to: &text, indent: indent + 1)
            }
        }
    }

    private func writeList<Element>(
        _ open: String, _ elements: [Element], _ close: String, to text: inout String, indent: Int,
        each: (Element, inout String) -> Void
    ) {
        text.append(open)
        for (index, element) in elements.enumerated() {
            if index > 0 { text.append(",") }
            breakLine(&text, indent: indent + 1)
            each(element, &text)
        }
        if !elements.isEmpty { breakLine(&text, indent: indent) }
        text.append(close)
    }

    private func breakLine(_ text: inout String, indent: Int) {
        guard layout == .pretty else { return }
        text.append("\n")
        for _ in 0..<indent { text.append("  ") }
    }

    /// RFC 8259 §7: the quotation mark, the reverse solidus and U+0000 to U+001F must be escaped; nothing else is.
    private static func writeString(_ string: String, to text: inout String) {
        text.append("\"")
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text.append("\\\"")
            case "\\": text.append("\\\\")
            case "\u{8}": text.append("\\b")
            case "\u{C}": text.append("\\f")
            case "\n": text.append("\\n")
            case "\r": text.append("\\r")
            case "\t": text.append("\\t")
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                text.append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
            default: text.unicodeScalars.append(scalar)
            }
        }
        text.append("\"")
    }
}
