/// A Swift type that a property can have.
public protocol PropertyConvertible: Sendable {
    /// The kind of its values.
    static var propertyKind: PropertyKind { get }
    /// The typed value of a property value of that kind; nothing for a value of another kind.
    init?(propertyValue: PropertyValue)
    /// The value as one of the closed set.
    var propertyValue: PropertyValue { get }
    /// Whether it stands for no value at all; only an optional can.
    var isAbsent: Bool { get }
}

extension PropertyConvertible {
    public var isAbsent: Bool { false }
}

/// A closed set of words: an enum with `String` raw values.
public protocol PropertyChoice: PropertyConvertible, CaseIterable, RawRepresentable where RawValue == String {}

extension PropertyChoice {
    public static var propertyKind: PropertyKind { .choice(allCases.map(\.rawValue)) }
    public init?(propertyValue: PropertyValue) {
        guard case .choice(let word) = propertyValue else { return nil }
        self.init(rawValue: word)
    }
    public var propertyValue: PropertyValue { .choice(rawValue) }
}

extension Bool: PropertyConvertible {
    public static var propertyKind: PropertyKind { .bool }
    public init?(propertyValue: PropertyValue) {
        guard case .bool(let value) = propertyValue else { return nil }
        self = value
    }
    public var propertyValue: PropertyValue { .bool(self) }
}

extension Int: PropertyConvertible {
    public static var propertyKind: PropertyKind { .integer }
    public init?(propertyValue: PropertyValue) {
        guard case .integer(let value) = propertyValue else { return nil }
        self.init(exactly: value)
    }
    public var propertyValue: PropertyValue { .integer(Int64(self)) }
}

extension Int64: PropertyConvertible {
    public static var propertyKind: PropertyKind { .integer }
    public init?(propertyValue: PropertyValue) {
        guard case .integer(let value) = propertyValue else { return nil }
        self = value
    }
    public var propertyValue: PropertyValue { .integer(self) }
}

/// An unsigned integer of fixed width that a property can have.
public protocol PropertyUnsigned: PropertyConvertible, FixedWidthInteger, UnsignedInteger {}

extension PropertyUnsigned {
    public static var propertyKind: PropertyKind { .unsigned(bits: bitWidth) }
    public init?(propertyValue: PropertyValue) {
        guard case .unsigned(let value) = propertyValue else { return nil }
        self.init(exactly: value)
    }
    public var propertyValue: PropertyValue { .unsigned(UInt64(self)) }
}

extension UInt64: PropertyUnsigned {}
extension UInt32: PropertyUnsigned {}
extension UInt16: PropertyUnsigned {}
extension UInt8: PropertyUnsigned {}

/// On, off, or whatever the module finds best.
public enum OnOffAuto: String, PropertyChoice {
    case on, off, auto

    /// The choice, where the module has made its own for `auto`.
    public func isOn(automatically choice: Bool) -> Bool {
        switch self {
        case .on: true
        case .off: false
        case .auto: choice
        }
    }
}

extension ByteSize: PropertyConvertible {
    public static var propertyKind: PropertyKind { .size }
    public init?(propertyValue: PropertyValue) {
        guard case .size(let value) = propertyValue else { return nil }
        self = value
    }
    public var propertyValue: PropertyValue { .size(self) }
}

extension SimTime: PropertyConvertible {
    public static var propertyKind: PropertyKind { .time }
    public init?(propertyValue: PropertyValue) {
        guard case .time(let value) = propertyValue else { return nil }
        self = value
    }
    public var propertyValue: PropertyValue { .time(self) }
}

extension Frequency: PropertyConvertible {
    public static var propertyKind: PropertyKind { .frequency }
    public init?(propertyValue: PropertyValue) {
        guard case .frequency(let value) = propertyValue else { return nil }
        self = value
    }
    public var propertyValue: PropertyValue { .frequency(self) }
}

extension String: PropertyConvertible {
    public static var propertyKind: PropertyKind { .string }
    public init?(propertyValue: PropertyValue) {
        guard case .string(let value) = propertyValue else { return nil }
        self = value
    }
    public var propertyValue: PropertyValue { .string(self) }
}

extension ModulePath: PropertyConvertible {
    public static var propertyKind: PropertyKind { .link }
    public init?(propertyValue: PropertyValue) {
        guard case .link(let value) = propertyValue else { return nil }
        self = value
    }
    public var propertyValue: PropertyValue { .link(self) }
}

extension Array: PropertyConvertible where Element: PropertyConvertible {
    public static var propertyKind: PropertyKind { .list(of: Element.propertyKind) }
    public init?(propertyValue: PropertyValue) {
        guard case .list(let values) = propertyValue else { return nil }
        self = []
        for value in values {
            guard let element = Element(propertyValue: value) else { return nil }
            append(element)
        }
    }
    public var propertyValue: PropertyValue { .list(map(\.propertyValue)) }
}

/// A property that may be left out and then has no value: the default is `nil`.
extension Optional: PropertyConvertible where Wrapped: PropertyConvertible {
    public static var propertyKind: PropertyKind { Wrapped.propertyKind }
    public init?(propertyValue: PropertyValue) {
        guard let value = Wrapped(propertyValue: propertyValue) else { return nil }
        self = .some(value)
    }
    /// An absent value has no spelling; declarations keep it apart as "no default".
    public var propertyValue: PropertyValue { self?.propertyValue ?? .list([]) }
    public var isAbsent: Bool {
        if case .none = self { true } else { false }
    }
}
