/// A number as it was written and as it is represented.
///
/// Integers are kept exactly over the whole of both 64-bit ranges. Only a number with a fraction or an exponent, or one
/// that fits neither range, becomes a `Double`.
public struct JSONNumber: Sendable {
    /// The representation that holds the number.
    public enum Value: Hashable, Sendable {
        /// An integer from 0 to 2⁶⁴ − 1.
        case unsigned(UInt64)
        /// A negative integer from −2⁶³ to −1.
        case signed(Int64)
        /// Any other number, correctly rounded.
        case double(Double)
    }

    /// What the number is.
    public let value: Value
    /// How the number was written, or would be by ``JSONWriter``.
    public let literal: String

    /// A number that was written as `literal`.
    init(_ value: Value, literal: String) {
        self.value = value
        self.literal = literal
    }

    /// The integer `value`, which must fit one of the two 64-bit ranges.
    public init(_ value: some BinaryInteger) {
        if let unsigned = UInt64(exactly: value) {
            self.value = .unsigned(unsigned)
        } else if let signed = Int64(exactly: value) {
            self.value = .signed(signed)
        } else {
            preconditionFailure("\(value) does not fit 64 bits")
        }
        literal = "\(value)"
    }

    /// The floating-point number `value`.
    public init(_ value: Double) {
        self.value = .double(value)
        literal = value.description
    }

    /// The number as a `Double`, rounded where it is an integer above 2⁵³.
    public var double: Double {
        switch value {
        case .unsigned(let value): Double(value)
        case .signed(let value): Double(value)
        case .double(let value): value
        }
    }

    /// Whether no integer equals the number: it has a fraction, or is infinite or no number at all.
    var hasFraction: Bool {
        guard case .double(let value) = value else { return false }
        // Every finite `Double` above 2⁵³ is integral.
        return !value.isFinite || value.magnitude < 0x1p53 && Double(Int64(value)) != value
    }

    /// The number as a `T`, or nil where that would change it.
    ///
    /// `1e9` and `2.0` are integers too: a `Double` converts when it is integral and at most 2⁵³ in magnitude, so that no
    /// rounding can have gone before.
    public func integer<T: FixedWidthInteger>(as type: T.Type = T.self) -> T? {
        switch value {
        case .unsigned(let value): return T(exactly: value)
        case .signed(let value): return T(exactly: value)
        case .double(let value):
            // Conversion there and back, because `Int64(exactly:)` calls libm, which nothing here links.
            guard value.magnitude <= 0x1p53, Double(Int64(value)) == value else { return nil }
            return T(exactly: Int64(value))
        }
    }
}

extension JSONNumber: Hashable {
    /// Numbers are equal when their representations are, however they were written.
    public static func == (one: JSONNumber, other: JSONNumber) -> Bool { one.value == other.value }

    /// Feeds the representation only, as `==` compares it.
    public func hash(into hasher: inout Hasher) { hasher.combine(value) }
}
