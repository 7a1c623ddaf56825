/// A place in a text: file, line and column.
///
/// Lines end at LF, CR or CR LF, as editors count them. Columns count Unicode scalars. Both begin at 1; a value that was
/// built by a program rather than read has the location ``none``.
public struct SourceLocation: Hashable, Sendable {
    /// The name of the text, as the caller of the reader gave it; empty when there is none.
    public var file: String
    /// The line, from 1; 0 in ``none``.
    public var line: Int
    /// The column in Unicode scalars, from 1; 0 in ``none``.
    public var column: Int

    /// A place in `file`.
    public init(file: String = "", line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// The location of what stands in no text.
    public static let none = SourceLocation(line: 0, column: 0)
}

extension SourceLocation: CustomStringConvertible {
    /// `platform.json5:3:14`, or `3:14` in a text without a name; empty for ``none`` without a file.
    public var description: String {
        if line == 0 { return file }
        return file.isEmpty ? "\(line):\(column)" : "\(file):\(line):\(column)"
    }
}
