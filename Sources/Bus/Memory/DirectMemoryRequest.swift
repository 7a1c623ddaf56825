/// What somebody who wants direct memory asks a target.
@frozen public struct DirectMemoryRequest: Sendable {
    /// In the addresses of the present hop.
    public var address: UInt64
    public var command: Command
    public var attributes: Attributes

    @inlinable public init(address: UInt64, command: Command, attributes: Attributes) {
        self.address = address
        self.command = command
        self.attributes = attributes
    }
}
