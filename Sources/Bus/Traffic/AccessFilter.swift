/// Which accesses a probe looks at. What is not said lets everything through.
public struct AccessFilter: Equatable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case read, write, fetch
    }

    public enum Outcome: String, Sendable, CaseIterable {
        case any, ok, error
    }

    /// Addresses as the initiator gives them; an access that touches one is let through.
    public var addresses: ClosedRange<UInt64> = 0...UInt64.max
    public var kinds: [Kind] = Kind.allCases
    /// Bytes of an access.
    public var sizes: ClosedRange<UInt64> = 0...UInt64.max
    public var outcome = Outcome.any

    public init() {}

    func admits(_ kind: Kind, address: UInt64, count: Int, isError: Bool) -> Bool {
        let last = address.addingReportingOverflow(UInt64(max(count, 1) - 1))
        return kinds.contains(kind) && sizes.contains(UInt64(count))
            && addresses.lowerBound <= (last.overflow ? .max : last.partialValue) && address <= addresses.upperBound
            && (outcome == .any || (outcome == .error) == isError)
    }
}

/// Names of modules by pattern: a path means the module and those in it; one that ends in `*`, those that begin so.
public enum PathPattern {
    public static func matches(_ pattern: String, _ name: String) -> Bool {
        if pattern.hasSuffix("*") { return name.hasPrefix(pattern.dropLast()) }
        return name == pattern || name.hasPrefix(pattern + ".")
    }
}
