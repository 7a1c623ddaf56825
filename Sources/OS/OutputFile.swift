/// A file that is written piece by piece through a buffer. What is left in the buffer is written when it goes.
public final class OutputFile {
    private let descriptor: FileDescriptor
    private var buffer: [UInt8] = []
    private static let capacity = 1 << 16

    /// Makes or replaces the file.
    public init(_ path: String) throws(OSError) {
        descriptor = try FileDescriptor(opening: path, .create)
        buffer.reserveCapacity(Self.capacity)
    }

    deinit { flush() }

    /// Appends text. A full disk loses it: a log must not end the run that it tells of.
    public func write(_ text: String) { write(text.utf8) }

    /// Appends bytes, as `write(_:)` does text.
    public func write(_ bytes: some Sequence<UInt8>) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.capacity { flush() }
    }

    /// Hands the buffer to the system.
    public func flush() {
        try? descriptor.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
