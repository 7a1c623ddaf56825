/// What the number of a property counts, for help texts.
public enum PropertyUnit: String, Sendable {
    case none = ""
    case bytes, cycles, picoseconds, hertz, bits, entries, instructions
    case percent = "%"
}

/// Until when a property may be set.
public enum PropertyPhase: Int, Comparable, Sendable {
    /// Never: the module says what it is.
    case never
    /// Before the module exists: in the platform file, on the command line.
    case construction
    /// Until the first event of the simulation.
    case beforeStart
    /// Always, also by a monitor while the simulation is paused.
    case anyTime

    public static func < (left: PropertyPhase, right: PropertyPhase) -> Bool { left.rawValue < right.rawValue }

    public var description: String {
        switch self {
        case .never: "never"
        case .construction: "at construction"
        case .beforeStart: "before the start"
        case .anyTime: "at any time"
        }
    }
}

extension PropertyPhase: CustomStringConvertible {
    /// How a property of this phase is given, for the message of a refusal.
    var remedy: String {
        switch self {
        case .never: "a reader: the module computes it"
        case .construction: "the platform file, “-set” or “-device” when the machine is made"
        case .beforeStart: "a value before the first event"
        case .anyTime: ""
        }
    }
}

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
    /// What a link, or each element of a list of links, must lead to: the name of a type, a class or an interface. Nothing
    /// for properties that are no links, and where any module will do.
    public let target: String?
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
        range: PropertyRange? = nil, target: String? = nil, _ documentation: String
    ) {
        // An optional value that is absent has no spelling.
        let shown = initial.flatMap { $0.isAbsent ? nil : $0.propertyValue }
        erased = AnyProperty(
            name: name, kind: Value.propertyKind, defaultValue: shown, isRequired: isRequired, unit: unit, phase: phase,
            range: range, target: target, documentation: documentation)
        self.initial = initial
    }

    /// A property with a default.
    public init(
        _ name: String, default value: Value, unit: PropertyUnit = .none, when phase: PropertyPhase = .construction,
        _ documentation: String
    ) {
        self.init(name, initial: value, isRequired: false, unit: unit, when: phase, documentation)
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
        self.init(name, initial: nil, isRequired: true, unit: unit, when: phase, documentation)
    }

    /// A property that must be given, with bounds, both inclusive.
    public init(
        required name: String, unit: PropertyUnit = .none, when phase: PropertyPhase = .construction,
        range: ClosedRange<Value>, _ documentation: String
    ) where Value: Comparable {
        let bounds = PropertyRange(lower: range.lowerBound.propertyValue, upper: range.upperBound.propertyValue)
        self.init(name, initial: nil, isRequired: true, unit: unit, when: phase, range: bounds, documentation)
    }

    /// A property that nobody sets: the module says what it is, through `PropertyRegistry.provide`.
    public init(readOnly name: String, unit: PropertyUnit = .none, _ documentation: String) {
        self.init(name, initial: nil, isRequired: false, unit: unit, when: .never, documentation)
    }
}

/// The value of a link, or of several.
public protocol PropertyLink: PropertyConvertible {}

extension ModulePath: PropertyLink {}
extension Optional: PropertyLink where Wrapped: PropertyLink {}
extension Array: PropertyLink where Element: PropertyLink {}

extension Property where Value: PropertyLink {
    /// A link with a default, to a module that is a `target`: the name of a type, of a class or of an interface. The
    /// platform is refused where it leads elsewhere.
    public init(
        _ name: String, default value: Value, to target: String, when phase: PropertyPhase = .construction,
        _ documentation: String
    ) {
        self.init(name, initial: value, isRequired: false, unit: .none, when: phase, target: target, documentation)
    }

    /// A link that must be given, to a module that is a `target`.
    public init(
        required name: String, to target: String, when phase: PropertyPhase = .construction, _ documentation: String
    ) {
        self.init(name, initial: nil, isRequired: true, unit: .none, when: phase, target: target, documentation)
    }
}
