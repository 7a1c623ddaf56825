/// How many bindings a port takes.
public struct BindingCount: Equatable, Sendable, CustomStringConvertible {
    // In one word, because every port has one.
    private let least: UInt32
    /// `UInt32.max` is any number.
    private let most: UInt32

    /// From `range.lowerBound` to `range.upperBound` bindings; `Int.max` is any number. Others are below 2^32 - 1.
    public init(_ range: ClosedRange<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound > 0, "A port takes at least one binding.")
        precondition(
            range.lowerBound < UInt32.max && (range.upperBound < UInt32.max || range.upperBound == .max),
            "A port takes fewer than 2^32 - 1 bindings, or any number of them.")
        least = UInt32(range.lowerBound)
        most = UInt32(clamping: range.upperBound)
    }

    /// From the fewest to the most.
    public var range: ClosedRange<Int> { Int(least)...(most == .max ? .max : Int(most)) }

    /// Exactly one.
    public static let one = BindingCount(1...1)
    /// One or none.
    public static let optional = BindingCount(0...1)
    /// At least one.
    public static let oneOrMore = BindingCount(1...Int.max)
    /// Any number, also none.
    public static let any = BindingCount(0...Int.max)
    /// That many.
    public static func exactly(_ count: Int) -> BindingCount { BindingCount(count...count) }

    public var description: String {
        let (least, most) = (range.lowerBound, range.upperBound)
        func plural(_ count: Int) -> String { count == 1 ? "one binding" : "\(count) bindings" }
        if least == most { return plural(least) }
        if most == .max { return least == 0 ? "any number of bindings" : "at least \(plural(least))" }
        return least == 0 ? "at most \(plural(most))" : "\(least) to \(most) bindings"
    }
}
