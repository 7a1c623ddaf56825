/// What is wrong, where, what was expected and what would have been legal. Every error that a user of the simulator
/// can cause carries one and prints as it.
public struct Diagnosis: Equatable, Sendable, CustomStringConvertible {
    /// Where: a module path ("soc.uart0"), an object in it, or a place in a file ("virt.json5:12:7"). Empty for the
    /// simulation as a whole.
    public var place: String
    /// What is wrong, as a sentence without its full stop.
    public var problem: String
    /// What would have been right; empty when the problem says it.
    public var expected: String
    /// The legal choices, in a stable order; empty when they are not a short list.
    public var choices: [String]
    /// Names close to what was given, best first.
    public var nearest: [String]

    public init(
        at place: String, _ problem: String, expected: String = "", choices: [String] = [], nearest: [String] = []
    ) {
        self.place = place
        self.problem = problem
        self.expected = expected
        self.choices = choices
        self.nearest = nearest
    }

    public var description: String {
        var text = place.isEmpty ? problem : "\(place): \(problem)"
        if !expected.isEmpty { text += "; expected \(expected)" }
        if !nearest.isEmpty { text += "; did you mean \(Self.list(nearest, last: "or"))?" }
        if !choices.isEmpty { text += "; legal are \(Self.list(choices, last: "and"))" }
        return text
    }

    /// "“a”, “b” and “c”".
    public static func list(_ names: [String], last conjunction: String) -> String {
        let quoted = names.map { "“\($0)”" }
        guard quoted.count > 1 else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " \(conjunction) " + quoted[quoted.count - 1]
    }
}
