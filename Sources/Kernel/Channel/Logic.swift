/// A digital value of a wire: zero, one, not driven, unknown.
public enum Logic: UInt8, Sendable, CaseIterable, CustomStringConvertible {
    case zero = 0
    case one = 1
    /// Z: not driven.
    case highImpedance = 2
    /// X: unknown, or driven both ways.
    case unknown = 3

    /// One for true, zero for false.
    @inlinable public init(_ value: Bool) { self = value ? .one : .zero }

    /// True or false; nothing for Z and X.
    public var boolean: Bool? {
        switch self {
        case .zero: false
        case .one: true
        case .highImpedance, .unknown: nil
        }
    }

    /// Reads "0", "1", "Z" and "X", in any case.
    public init?(_ character: Character) {
        switch character {
        case "0": self = .zero
        case "1": self = .one
        case "Z", "z": self = .highImpedance
        case "X", "x": self = .unknown
        default: return nil
        }
    }

    /// "0", "1", "Z" or "X".
    public var description: String {
        switch self {
        case .zero: "0"
        case .one: "1"
        case .highImpedance: "Z"
        case .unknown: "X"
        }
    }

    /// Not: of Z and X it is X.
    public static prefix func ~ (value: Logic) -> Logic {
        switch value {
        case .zero: .one
        case .one: .zero
        case .highImpedance, .unknown: .unknown
        }
    }

    /// And: zero if either is zero.
    public static func & (left: Logic, right: Logic) -> Logic {
        if left == .zero || right == .zero { return .zero }
        return left == .one && right == .one ? .one : .unknown
    }

    /// Or: one if either is one.
    public static func | (left: Logic, right: Logic) -> Logic {
        if left == .one || right == .one { return .one }
        return left == .zero && right == .zero ? .zero : .unknown
    }

    /// Exclusive or: X unless both are known.
    public static func ^ (left: Logic, right: Logic) -> Logic {
        guard let first = left.boolean, let second = right.boolean else { return .unknown }
        return Logic(first != second)
    }
}

/// A value that several drivers give together.
public protocol Resolvable: Equatable {
    /// What a wire has that is driven with both values. Commutative and associative.
    static func resolve(_ left: Self, _ right: Self) -> Self
    /// What somebody who does not drive gives, in the width of this value.
    var undriven: Self { get }
}

extension Logic: Resolvable {
    /// Z gives way; two that agree stay; else X (IEEE 1666-2023 §6.13, table of resolution).
    public static func resolve(_ left: Logic, _ right: Logic) -> Logic {
        if left == .highImpedance { return right }
        if right == .highImpedance { return left }
        return left == right ? left : .unknown
    }

    public var undriven: Logic { .highImpedance }
}
