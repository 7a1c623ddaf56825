/// What a conditional instruction asks of the flags. The raw value is the condition code (Intel SDM volume 1, appendix B).
@frozen
public enum Condition: UInt8, Sendable, CaseIterable {
    case overflow, notOverflow
    /// Unsigned `<` after a comparison; the carry flag.
    case below
    case aboveOrEqual
    case equal, notEqual
    case belowOrEqual, above
    case sign, notSign
    /// After a floating-point comparison: the operands were unordered.
    case parity
    case notParity
    case less, greaterOrEqual, lessOrEqual, greater

    /// The condition that holds exactly where this one does not.
    @inlinable
    public var inverted: Condition {
        // Appendix B: bit 0 of the code inverts the condition. The raw value stays within 0…15.
        unsafeBitCast(rawValue ^ 1, to: Condition.self)
    }
}
