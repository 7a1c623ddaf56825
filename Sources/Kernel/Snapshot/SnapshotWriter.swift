/// Collects the bytes of a payload: little-endian integers, lengths before everything of variable size.
public struct SnapshotWriter {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Writes an integer in its own width, least significant byte first.
    public mutating func write<Integer: FixedWidthInteger>(_ value: Integer) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// One byte, 0 or 1.
    public mutating func write(_ value: Bool) { bytes.append(value ? 1 : 0) }

    public mutating func write(_ value: SimTime) { write(value.picoseconds) }

    /// The length in bytes as 32 bits, then UTF-8.
    public mutating func write(_ value: String) {
        let utf8 = Array(value.utf8)
        write(UInt32(utf8.count))
        bytes.append(contentsOf: utf8)
    }

    /// The length as 64 bits, then the bytes.
    public mutating func write(_ value: [UInt8]) {
        write(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// As for an array of bytes, from memory.
    public mutating func write(_ value: UnsafeRawBufferPointer) {
        write(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// The count as 32 bits, then each element.
    public mutating func write<Element>(
        each elements: some Collection<Element>, _ body: (inout SnapshotWriter, Element) -> Void
    ) {
        write(UInt32(elements.count))
        for element in elements { body(&self, element) }
    }

    /// A flag, then the value if there is one.
    public mutating func write<Value>(optional value: Value?, _ body: (inout SnapshotWriter, Value) -> Void) {
        write(value != nil)
        if let value { body(&self, value) }
    }

    /// A nested payload without its schema: the layout of the outer one says what it is.
    public mutating func write(_ payload: some SnapshotPayload) { payload.encode(to: &self) }
}
