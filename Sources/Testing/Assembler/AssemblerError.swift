/// Source that cannot be assembled: where it stands, what is wrong with it and what was expected.
public struct AssemblerError: Error, Equatable, CustomStringConvertible {
    /// The line of the source, from 1.
    public let line: Int
    /// The statement on that line.
    public let statement: String
    /// What is wrong, and what was expected.
    public let reason: String

    public var description: String { "line \(line): '\(statement)': \(reason)" }
}

/// What is wrong, before the statement it belongs to is attached.
struct AssemblyFault: Error {
    var reason: String

    init(_ reason: String) { self.reason = reason }
}
