/// Takes a payload apart. Every read checks its bounds; nothing that a file may hold makes it trap.
public struct SnapshotReader {
    /// The version of the layout that the bytes were written in, for payloads that read older ones.
    public let version: UInt32
    private let bytes: [UInt8]
    private let place: String
    private var position = 0

    /// `place` is the path of the module that the bytes belong to, for messages.
    public init(_ bytes: [UInt8], place: String = "", version: UInt32 = 1) {
        self.bytes = bytes
        self.place = place
        self.version = version
    }

    /// How many bytes are left.
    public var remaining: Int { bytes.count - position }

    /// An error about the bytes just read.
    public func error(_ problem: String, expected: String = "") -> SnapshotError {
        SnapshotError(at: place, "\(problem) near byte \(position) of its state", expected: expected)
    }

    private mutating func take(_ count: Int) throws(SnapshotError) -> ArraySlice<UInt8> {
        guard count <= remaining else {
            throw error("the snapshot ends early", expected: "\(count) more bytes where \(remaining) are left")
        }
        defer { position += count }
        return bytes[position..<position + count]
    }

    public mutating func read<Integer: FixedWidthInteger>(
        _ type: Integer.Type = Integer.self
    ) throws(SnapshotError) -> Integer {
        var value: Integer = 0
        let slice = try take(MemoryLayout<Integer>.size)
        withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: slice) }
        return Integer(littleEndian: value)
    }

    public mutating func read(_ type: Bool.Type = Bool.self) throws(SnapshotError) -> Bool {
        let byte: UInt8 = try read()
        guard byte <= 1 else { throw error("the flag \(byte) is neither 0 nor 1") }
        return byte == 1
    }

    public mutating func read(_ type: SimTime.Type = SimTime.self) throws(SnapshotError) -> SimTime {
        SimTime(picoseconds: try read(UInt64.self))
    }

    public mutating func read(_ type: String.Type = String.self) throws(SnapshotError) -> String {
        let count = Int(try read(UInt32.self))
        let slice = try take(count)
        guard let text = String(validating: slice, as: UTF8.self) else { throw error("a text is not UTF-8") }
        return text
    }

    public mutating func read(_ type: [UInt8].Type = [UInt8].self) throws(SnapshotError) -> [UInt8] {
        let count = try read(UInt64.self)
        guard count <= UInt64(remaining) else {
            throw error("the snapshot ends early", expected: "\(count) more bytes where \(remaining) are left")
        }
        return Array(try take(Int(count)))
    }

    /// The counterpart of `write(each:)`.
    public mutating func read<Element>(
        each body: (inout SnapshotReader) throws(SnapshotError) -> Element
    ) throws(SnapshotError) -> [Element] {
        let count = Int(try read(UInt32.self))
        var elements: [Element] = []
        // A damaged count must not reserve memory that no file could fill.
        elements.reserveCapacity(min(count, remaining))
        for _ in 0..<count {
            let before = position
            elements.append(try body(&self))
            guard position > before else { throw error("a list of \(count) elements has elements of no size") }
        }
        return elements
    }

    /// The counterpart of `write(optional:)`.
    public mutating func read<Value>(
        optional body: (inout SnapshotReader) throws(SnapshotError) -> Value
    ) throws(SnapshotError) -> Value? {
        try read(Bool.self) ? try body(&self) : nil
    }

    /// A nested payload.
    public mutating func read<Payload: SnapshotPayload>(
        payload type: Payload.Type = Payload.self
    ) throws(SnapshotError) -> Payload { try Payload(from: &self) }

    /// Fails when bytes are left that nobody read.
    public func finish() throws(SnapshotError) {
        guard remaining == 0 else { throw error("\(remaining) bytes are left over") }
    }
}
