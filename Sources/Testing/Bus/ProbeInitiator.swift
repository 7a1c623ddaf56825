public import TandemBus
public import TandemKernel

/// An initiator in the hands of a test: each call is one access. What it remembers of them belongs to the test, and is in
/// no snapshot.
public final class ProbeInitiator: Module, CatalogModule {
    public static let declaration = ModuleDeclaration(
        "probe-initiator", category: "test", summary: "Initiator in the hands of a test",
        ports: [PortDeclaration("bus", .initiator, "Where its accesses go.")])

    public let bus: InitiatorSocket
    /// What the next accesses say about themselves.
    public var attributes = Attributes()
    /// Added up over all accesses.
    public var delay = SimTime.zero
    /// Of the last access.
    public private(set) var response = Response.incomplete
    /// Of the last exclusive write.
    public private(set) var exclusiveFailed = false
    /// Of the last access.
    public private(set) var allowsDirectMemory = false
    /// Ranges of direct memory that ended.
    public private(set) var invalidated: [ClosedRange<UInt64>] = []

    public override init(_ context: ModuleContext) {
        bus = InitiatorSocket("bus", context)
        super.init(context)
        bus.onInvalidate(self)
    }

    public func saveState() -> ModuleState { .stateless }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {}

    // MARK: Timed accesses

    /// Reads bytes. Those that the target does not fill in are 0xee.
    @discardableResult
    public func read(
        _ address: UInt64, count: Int, byteEnables: [UInt8]? = nil, streamingWidth: Int? = nil
    ) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xee, count: count)
        access(.read, address, &bytes, byteEnables, streamingWidth)
        return bytes
    }

    /// Reads a little-endian integer.
    public func read<Value: FixedWidthInteger>(_ address: UInt64, as type: Value.Type = Value.self) -> Value {
        let bytes = read(address, count: Value.bitWidth / 8)
        return bytes.reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
    }

    /// Writes bytes.
    @discardableResult
    public func write(
        _ address: UInt64, bytes: [UInt8], byteEnables: [UInt8]? = nil, streamingWidth: Int? = nil
    ) -> Response {
        var bytes = bytes
        access(.write, address, &bytes, byteEnables, streamingWidth)
        return response
    }

    /// Writes a little-endian integer.
    @discardableResult
    public func write<Value: FixedWidthInteger>(_ address: UInt64, _ value: Value) -> Response {
        write(address, bytes: withUnsafeBytes(of: value.littleEndian) { Array($0) })
    }

    // MARK: Exclusive accesses

    /// Reads and reserves.
    public func loadReserved(_ address: UInt64) -> UInt32 {
        attributes.isExclusive = true
        defer { attributes.isExclusive = false }
        return read(address)
    }

    /// Writes if the reservation holds. Returns whether it did.
    public func storeConditional(_ address: UInt64, _ value: UInt32) -> Bool {
        attributes.isExclusive = true
        defer { attributes.isExclusive = false }
        return write(address, value) == .ok && !exclusiveFailed
    }

    // MARK: Debug accesses

    /// Reads bytes without side effects; as many as the target gives.
    public func debugRead(_ address: UInt64, count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xee, count: count)
        let moved = debug(.read, address, &bytes)
        return Array(bytes.prefix(moved))
    }

    /// Writes bytes as a debugger does. Returns how many were written.
    @discardableResult
    public func debugWrite(_ address: UInt64, bytes: [UInt8]) -> Int {
        var bytes = bytes
        return debug(.write, address, &bytes)
    }

    private func debug(_ command: Command, _ address: UInt64, _ bytes: inout [UInt8]) -> Int {
        bytes.withUnsafeMutableBytes { buffer in
            guard let data = buffer.baseAddress else { return 0 }
            var transaction = Transaction(command, address: address, data: data, count: buffer.count)
            return bus.debugTransport(&transaction)
        }
    }

    private func access(
        _ command: Command, _ address: UInt64, _ bytes: inout [UInt8], _ enables: [UInt8]?, _ width: Int?
    ) {
        let count = bytes.count
        // An access of no bytes needs an address for its data all the same.
        if bytes.isEmpty { bytes = [0] }
        bytes.withUnsafeMutableBytes { buffer in
            (enables ?? []).withUnsafeBufferPointer { enableBuffer in
                guard let data = buffer.baseAddress else { return }
                var transaction = Transaction(
                    command, address: address, data: data, count: count, attributes: attributes)
                transaction.streamingWidth = width ?? count
                if enables != nil {
                    transaction.byteEnables = enableBuffer.baseAddress
                    transaction.byteEnableCount = enableBuffer.count
                }
                bus.transport(&transaction, delay: &delay)
                response = transaction.response
                exclusiveFailed = transaction.exclusiveFailed
                allowsDirectMemory = transaction.allowsDirectMemory
            }
        }
    }
}

extension ProbeInitiator: DirectMemoryObserver {
    public func directMemoryInvalidated(range: ClosedRange<UInt64>) { invalidated.append(range) }
}
