/// What two sockets that are bound to each other speak. IEEE 1666-2023 §14.2 calls it the traits of a socket. A protocol
/// that needs a mandatory extension, or phases that must not be ignored, is a type of its own:
///
/// ```swift
/// enum SecureBus: BusProtocol { static let name = "secure bus" }
/// ```
public protocol BusProtocol {
    /// For messages.
    static var name: String { get }
}

/// The base protocol of IEEE 1666-2023 §15.2: four phases, ignorable extensions.
public enum BaseProtocol: BusProtocol {
    public static let name = "base protocol"
}
