/// A mistake in a JSON text, or a value of the wrong kind or range in one, with its place.
public struct JSONError: Error, Hashable, Sendable {
    /// Where the mistake stands.
    public var location: SourceLocation
    /// One sentence without its place: what is wrong, what was found.
    public var message: String
    /// What would have been right, where that can be named: `',' or '}' after a member`.
    public var expected: String?

    /// A mistake described by a whole sentence.
    public init(at location: SourceLocation, _ message: String) {
        self.location = location
        self.message = message
    }

    /// A mistake described by what should have stood at `location` and what does: `expected …, found …`.
    public init(at location: SourceLocation, expected: String, found: String) {
        self.location = location
        self.message = "expected \(expected), found \(found)"
        self.expected = expected
    }
}

extension JSONError: CustomStringConvertible {
    /// `platform.json5:3:14: expected ',' or '}' after a member, found 'x'`.
    public var description: String {
        let place = location.description
        return place.isEmpty ? message : "\(place): \(message)"
    }
}
