/// What the number of a property counts, for help texts.
public enum PropertyUnit: String, Sendable {
    case none = ""
    case bytes, cycles, picoseconds, hertz, bits, entries, instructions
    case percent = "%"
}

/// Until when a property may be set.
public enum PropertyPhase: Int, Comparable, Sendable {
    /// Before the module exists: in the platform file, on the command line.
    case construction
    /// Until the first event of the simulation.
    case beforeStart
    /// Always, also by a monitor while the simulation is paused.
    case anyTime

    public static func < (left: PropertyPhase, right: PropertyPhase) -> Bool { left.rawValue < right.rawValue }

    public var description: String {
        switch self {
        case .construction: "at construction"
        case .beforeStart: "before the start"
        case .anyTime: "at any time"
        }
    }
}

extension PropertyPhase: CustomStringConvertible {}

/// The declaration of a property without its Swift type: what help, checking, the monitor and documentation share.
public struct AnyProperty: Equatable, Sendable {
    public let name: String
    public let kind: PropertyKind
    /// The value when none is given; nothing for a required property and for one that is absent at first.
    public let defaultValue: PropertyValue?
    /// Whether leaving it out is an error.
    public let isRequired: Bool
    public let unit: PropertyUnit
    public let phase: PropertyPhase
    /// The least and the greatest legal value, both inclusive.
    public let range: PropertyRange?
    public let documentation: String
}

/// The bounds of an ordered property, both inclusive.
public struct PropertyRange: Equatable, Sendable, CustomStringConvertible {
    public let lower: PropertyValue
    public let upper: PropertyValue

    public var description: String { "\(lower) to \(upper)" }

    /// Whether `value`, of the same kind as the bounds, or each element of a list of them, lies inside.
    func contains(_ value: PropertyValue) -> Bool {
        if case .list(let values) = value { return values.allSatisfy(contains) }
        guard let value = Self.position(value), let lower = Self.position(lower), let upper = Self.position(upper)
        else { return true }
        return lower <= value && value <= upper
    }

    /// A position on one axis that holds the signed and the unsigned 64-bit numbers.
    private static func position(_ value: PropertyValue) -> Int128? {
        switch value {
        case .integer(let number): Int128(number)
        case .unsigned(let number): Int128(number)
        case .size(let size): Int128(size.bytes)
        case .time(let time): Int128(time.picoseconds)
        case .frequency(let frequency): Int128(frequency.hertz)
        case .bool, .string, .choice, .list, .link: nil
        }
    }
}

/// The declaration of a property: name, type, default, unit, when it may be set, bounds and meaning, once for all uses.
public struct Property<Value: PropertyConvertible>: Sendable {
    /// The declaration without its type.
    public let erased: AnyProperty
    let initial: Value?

    public var name: String { erased.name }

    private init(
        _ name: String, initial: Value?, isRequired: Bool, unit: PropertyUnit, when phase: PropertyPhase,
        range: PropertyRange?, _ documentation: String
    ) {
        // An optional value that is absent has no spelling.
        let shown = initial.flatMap { $0.isAbsent ? nil : $0.propertyValue }
        erased = AnyProperty(
            name: name, kind: Value.propertyKind, defaultValue: shown, isRequired: isRequired, unit: unit, phase: phase,
            range: range, documentation: documentation)
        self.initial = initial
    }

    /// A property with a default.
    public init(
        _ name: String, default value: Value, unit: PropertyUnit = .none, when phase: PropertyPhase = .construction,
        _ documentation: String
    ) {
        self.init(
            name, initial: value, isRequired: false, unit: unit, when: phase, range: nil, documentation)
    }

    /// A property with a default and bounds, both inclusive.
    public init(
        _ name: String, default value: Value, unit: PropertyUnit = .none, when phase: PropertyPhase = .construction,
        range: ClosedRange<Value>, _ documentation: String
    ) where Value: Comparable {
        let bounds = PropertyRange(lower: range.lowerBound.propertyValue, upper: range.upperBound.propertyValue)
        precondition(range.contains(value), "The default of the property “\(name)” lies outside of its range.")
        self.init(
            name, initial: value, isRequired: false, unit: unit, when: phase, range: bounds, documentation)
    }

    /// A property that must be given.
    public init(
        required name: String, unit: PropertyUnit = .none, when phase: PropertyPhase = .construction,
        _ documentation: String
    ) {
        self.init(name, initial: nil, isRequired: true, unit: unit, when: phase, range: nil, documentation)
    }

    /// A property that must be given, with bounds, both inclusive.
    public init(
        required name: String, unit: PropertyUnit = .none, when phase: PropertyPhase = .construction,
        range: ClosedRange<Value>, _ documentation: String
    ) where Value: Comparable {
        let bounds = PropertyRange(lower: range.lowerBound.propertyValue, upper: range.upperBound.propertyValue)
        self.init(name, initial: nil, isRequired: true, unit: unit, when: phase, range: bounds, documentation)
    }
}
