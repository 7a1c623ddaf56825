/// Two operands and a condition: what comparisons, side exits and branches have in common.
struct Comparison {
    var condition: IRCondition
    var type: IRType
    var a: IROperand
    var b: IROperand

    /// What is known of the outcome.
    enum Outcome { case unknown, never, always }

    /// Puts it into the form that the rest of the back-end expects: a constant stands on the right, in the form of its type,
    /// and tests for zero are `equal` and `notEqual`.
    mutating func normalize() -> Outcome {
        a = normalized(a)
        b = normalized(b)
        switch (a, b) {
        case (.constant(let first), .constant(let second)):
            return condition.holds(type, first, second) ? .always : .never
        case (.place(let first), .place(let second)):
            return first != second ? .unknown : condition.holds(type, 0, 0) ? .always : .never
        case (.constant(let first), .place):
            if let outcome = exchange(first) { return outcome }
        default: break
        }
        return testForZero()
    }

    /// A constant of a comparison of words, as words stand in places.
    private func normalized(_ operand: IROperand) -> IROperand {
        guard type == .i32, case .constant(let value) = operand else { return operand }
        return .signed(Int64(Int32(truncatingIfNeeded: value)))
    }

    /// Puts constant `first` on the right: c < x is x ≥ c + 1, and c ≥ x is x < c + 1. Returns the outcome if `first` is
    /// the greatest number, which has no successor.
    private mutating func exchange(_ first: UInt64) -> Outcome? {
        let isStrict = condition == .lessSigned || condition == .lessUnsigned
        switch condition {
        case .equal, .notEqual:
            (a, b) = (b, a)
            return nil
        case .lessSigned, .greaterEqualSigned:
            let greatest = type == .i32 ? Int64(Int32.max) : Int64.max
            if Int64(bitPattern: first) == greatest { return isStrict ? .never : .always }
        case .lessUnsigned, .greaterEqualUnsigned:
            // Words are sign-extended, and the greatest is all ones either way.
            if first == .max { return isStrict ? .never : .always }
        }
        condition = condition.inverted
        (a, b) = (b, .constant(first &+ 1))
        b = normalized(b)
        return nil
    }

    private mutating func testForZero() -> Outcome {
        guard case .constant(let value) = b else { return .unknown }
        switch (condition, value) {
        case (.lessUnsigned, 0): return .never
        case (.greaterEqualUnsigned, 0): return .always
        case (.lessUnsigned, 1): (condition, b) = (.equal, .zero)
        case (.greaterEqualUnsigned, 1): (condition, b) = (.notEqual, .zero)
        default: break
        }
        return .unknown
    }
}
