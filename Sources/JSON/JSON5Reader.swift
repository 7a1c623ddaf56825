/// Reads JSON5 (JSON5 1.0.0) or strict JSON (RFC 8259) into values that know their places.
///
/// Every fault is a ``JSONError`` at the character that shows it; no sequence of bytes crashes the reader. A key that
/// occurs twice in an object is an error that names both places.
public struct JSON5Reader: Sendable {
    /// Which texts are accepted.
    public enum Dialect: Sendable {
        /// JSON5: comments, trailing commas, unquoted keys, single quotes, hexadecimal numbers and the rest.
        case json5
        /// RFC 8259 and nothing more, as machine protocols speak it.
        case json
    }

    /// Which texts are accepted.
    public var dialect: Dialect
    /// How deep arrays and objects may nest, from 1 to ``deepest``.
    public var depthLimit: Int

    /// The largest depth limit: a reader recurses on the host's stack.
    public static let deepest = 1024

    /// A reader of that dialect. `depthLimit` must be from 1 to ``deepest``.
    public init(_ dialect: Dialect = .json5, depthLimit: Int = 256) {
        precondition((1...Self.deepest).contains(depthLimit), "the depth limit must be from 1 to \(Self.deepest)")
        self.dialect = dialect
        self.depthLimit = depthLimit
    }

    /// Reads the one value in `bytes`, which must be UTF-8. `file` names the text in locations.
    public func read(_ bytes: [UInt8], file: String = "") throws(JSONError) -> JSONValue {
        var parse = try JSONParse(bytes, file: file, dialect: dialect, depthLimit: depthLimit)
        return try parse.document()
    }

    /// Reads the one value in `text`. `file` names the text in locations.
    public func read(_ text: String, file: String = "") throws(JSONError) -> JSONValue {
        try read(Array(text.utf8), file: file)
    }
}
