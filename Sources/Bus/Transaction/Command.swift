/// What an access asks for. IEEE 1666-2023 §14.7.
@frozen public enum Command: UInt8, Sendable, CaseIterable {
    case read = 0
    case write = 1
    /// Moves no data; extensions may give it a meaning. Never counted as traffic.
    case ignore = 2
}

/// How an access ended. IEEE 1666-2023 §14.17. Only the target sets it; the initiator's socket starts it as `.incomplete`.
@frozen public enum Response: Int8, Sendable, CaseIterable {
    /// No target has acted on the access.
    case incomplete = 0
    case ok = 1
    case genericError = -1
    /// Nothing is mapped at the address, or the access reaches beyond what is.
    case addressError = -2
    /// The target does not do this command: a write to a ROM.
    case commandError = -3
    /// The target does not support this width, alignment or streaming width.
    case burstError = -4
    /// The target does not support byte enables, or not these.
    case byteEnableError = -5

    @inlinable public var isError: Bool { rawValue <= 0 }
}
