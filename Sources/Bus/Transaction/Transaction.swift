/// One access on its way through the platform: a value, passed `inout` from the initiator's socket to the target and
/// back. Neither making nor sending one allocates or counts references.
///
/// Who may change what (IEEE 1666-2023 §14.5): the initiator everything before the call; routers the address (and they put
/// it back); the target the response, the direct-memory hint, `exclusiveFailed`, and the data of a read.
@frozen public struct Transaction: ~Copyable {
    /// Bus address as the present hop sees it.
    public var address: UInt64
    /// `count` bytes, owned by the initiator and valid during the call. Lowest address first, whatever the host's byte order.
    public var data: UnsafeMutableRawPointer
    public var count: Int
    /// `byteEnableCount` bytes of 0x00 or 0xff, applied modulo their number; nil enables every byte.
    public var byteEnables: UnsafePointer<UInt8>?
    public var byteEnableCount: Int
    /// The address wraps every so many bytes: byte *i* goes to `address + i % streamingWidth`. 0 is a burst error.
    public var streamingWidth: Int
    /// Values of types that the bus does not know, sticky until removed.
    public var extensions: TransactionExtensions
    // The next 8 bytes start as one constant.
    public var command: Command
    /// Set to `.incomplete` by the initiator's socket, to anything else by the target.
    public var response: Response
    /// Hint of the target: asking for direct memory at this address is worth while.
    public var allowsDirectMemory: Bool
    /// Set by the target on an exclusive write: the reservation was gone and nothing was written. The response is `.ok`.
    public var exclusiveFailed: Bool
    /// The socket that served the access last; traffic is attributed by it. Set by sockets, never by targets.
    public var target: TargetID
    @usableFromInline let reserved: UInt16
    public var attributes: Attributes

    @inlinable public init(
        _ command: Command, address: UInt64, data: UnsafeMutableRawPointer, count: Int,
        attributes: Attributes = Attributes()
    ) {
        self.address = address
        self.data = data
        self.count = count
        byteEnables = nil
        byteEnableCount = 0
        streamingWidth = count
        self.attributes = attributes
        target = .none
        self.command = command
        response = .incomplete
        allowsDirectMemory = false
        exclusiveFailed = false
        extensions = TransactionExtensions()
        reserved = 0
    }

    /// Addresses that the access touches, counted from `address`: fewer than `count` when it streams.
    @inlinable public var span: Int { streamingWidth < count ? streamingWidth : count }

    /// No byte enables and no streaming: the bytes go to consecutive addresses.
    @inlinable public var isPlain: Bool { byteEnables == nil && streamingWidth >= count }
}
