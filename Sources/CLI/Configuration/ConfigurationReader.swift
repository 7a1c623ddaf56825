import TandemKernel
import TandemMachine

/// Reads a file of options as `-readconfig` takes it: QEMU's format of groups in brackets and `name = "value"` lines.
///
/// ```
/// # A comment.
/// [machine]
///   type = "virt"
/// [device "uart1"]
///   driver = "uart16550"
///   at = "0x10010000"
/// ```
struct ConfigurationReader {
    /// A group and its lines.
    struct Group: Equatable {
        var name: String
        /// What stands in quotation marks behind the name; empty if nothing does.
        var label: String
        var place: String
        var lines: [OptionList.Pair] = []
    }

    private(set) var groups: [Group] = []
    private let file: String

    /// Reads `text`, which stands in `file`.
    init(_ text: String, file: String) throws(PlatformError) {
        self.file = file
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            try read(line, number: index + 1)
        }
    }

    private mutating func read(_ line: Substring, number: Int) throws(PlatformError) {
        let trimmed = line.trimmed
        let column = line.count - line.drop(while: \.isWhitespace).count + 1
        let place = "\(file):\(number):\(column)"
        guard let first = trimmed.first, first != "#", first != ";" else { return }
        if first == "[" {
            groups.append(try Self.group(trimmed, at: place))
            return
        }
        guard let equals = trimmed.firstIndex(of: "=") else {
            throw PlatformError(
                at: place, "“\(trimmed)” is no line of a configuration",
                expected: "[GROUP], [GROUP \"ID\"] or NAME = \"VALUE\"")
        }
        let name = trimmed[..<equals].trimmed
        guard !name.isEmpty, !name.contains(where: { $0.isWhitespace || $0 == "\"" }) else {
            throw PlatformError(at: place, "“\(name)” is no name of a value", expected: "NAME = \"VALUE\"")
        }
        let value = try Self.value(trimmed[trimmed.index(after: equals)...].trimmed, at: place)
        guard !groups.isEmpty else {
            throw PlatformError(at: place, "“\(name)” stands in no group", expected: "[GROUP] on a line before it")
        }
        let last = groups.count - 1
        if let other = groups[last].lines.first(where: { $0.name == name }) {
            throw PlatformError(at: place, "“\(name)” is given twice, first at \(other.place)", expected: "one value")
        }
        groups[last].lines.append(OptionList.Pair(String(name), value, place: place))
    }

    private static func group(_ text: Substring, at place: String) throws(PlatformError) -> Group {
        guard text.last == "]" else {
            throw PlatformError(
                at: place, "the bracket of “\(text)” is not closed", expected: "[GROUP] or [GROUP \"ID\"]")
        }
        let inside = text.dropFirst().dropLast().trimmed
        guard let quote = inside.firstIndex(of: "\"") else {
            guard !inside.isEmpty, !inside.contains(where: \.isWhitespace) else {
                throw PlatformError(at: place, "“\(text)” names no group", expected: "[GROUP] or [GROUP \"ID\"]")
            }
            return Group(name: String(inside), label: "", place: place)
        }
        let label = inside[inside.index(after: quote)...]
        guard label.last == "\"", label.count > 1 else {
            throw PlatformError(at: place, "the name in “\(text)” is not closed", expected: "[GROUP \"ID\"]")
        }
        return Group(name: String(inside[..<quote].trimmed), label: String(label.dropLast()), place: place)
    }

    private static func value(_ text: Substring, at place: String) throws(PlatformError) -> String {
        guard text.first == "\"" else { return String(text) }
        guard text.count > 1, text.last == "\"", !text.dropFirst().dropLast().contains("\"") else {
            throw PlatformError(at: place, "the quotation marks of \(text) do not match", expected: "NAME = \"VALUE\"")
        }
        return String(text.dropFirst().dropLast())
    }
}

extension Substring {
    /// Without blanks at its ends.
    fileprivate var trimmed: Substring {
        var rest = drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}
