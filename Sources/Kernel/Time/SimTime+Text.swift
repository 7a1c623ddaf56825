/// A text that is not a quantity of the expected kind, with what was expected.
public struct QuantityError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text as given.
    public var text: String
    /// What would have been right, with an example.
    public var expected: String

    public var description: String { "“\(text)” is not \(expected)" }
}

extension SimTime: CustomStringConvertible {
    /// Units from the largest to the smallest.
    static let units: [(suffix: String, picoseconds: UInt64)] = [
        ("s", 1_000_000_000_000), ("ms", 1_000_000_000), ("us", 1_000_000), ("ns", 1_000), ("ps", 1),
    ]

    /// The time in the largest unit that it reaches, exactly: "12.5 us", "0 s", "never".
    public var description: String {
        if self == .never { return "never" }
        if picoseconds == 0 { return "0 s" }
        for unit in Self.units where picoseconds >= unit.picoseconds {
            let (whole, rest) = picoseconds.quotientAndRemainder(dividingBy: unit.picoseconds)
            return "\(whole)\(decimalFraction(rest, of: unit.picoseconds)) \(unit.suffix)"
        }
        return "\(picoseconds) ps"
    }

    /// Reads a number with a unit: "10us", "1 ms", "1.5ns", "250ns", "3s", "7ps". "0" needs no unit.
    ///
    /// A fraction must be a whole number of picoseconds. "never" is not a time that a user can give.
    public init(parsing text: String) throws(QuantityError) {
        guard let quantity = Quantity(text),
            let unit = quantity.suffix.isEmpty && quantity.isZero
                ? 1 : Self.units.first(where: { $0.suffix == quantity.suffix })?.picoseconds,
            let value = quantity.exactProduct(unit), value < UInt64.max
        else {
            throw QuantityError(text: text, expected: "a time with a unit of s, ms, us, ns or ps, such as “10us”")
        }
        self.init(picoseconds: value)
    }
}

/// The digits of `rest / whole` after the point, point included, without trailing zeros; `whole` is a power of ten.
func decimalFraction(_ rest: UInt64, of whole: UInt64) -> String {
    if rest == 0 { return "" }
    var digits = "."
    var rest = rest
    var place = whole / 10
    while rest > 0 && place > 0 {
        digits += "\(rest / place)"
        rest %= place
        place /= 10
    }
    return digits
}
