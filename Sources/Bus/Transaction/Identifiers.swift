/// Names an initiator socket within one simulation. Given in the order in which the sockets are made, from 1 on.
@frozen public struct InitiatorID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var rawValue: UInt16

    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Nobody in the platform: a loader, a debugger, a test.
    @inlinable public static var none: InitiatorID { InitiatorID(rawValue: 0) }

    @inlinable public static func < (a: InitiatorID, b: InitiatorID) -> Bool { a.rawValue < b.rawValue }

    public var description: String { "initiator \(rawValue)" }
}

/// Names a target socket within one simulation. Given in the order in which the sockets are made, from 1 on.
@frozen public struct TargetID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var rawValue: UInt16

    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// No target has served the access.
    @inlinable public static var none: TargetID { TargetID(rawValue: 0) }

    @inlinable public static func < (a: TargetID, b: TargetID) -> Bool { a.rawValue < b.rawValue }

    public var description: String { "target \(rawValue)" }
}
