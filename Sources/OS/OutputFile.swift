import Glibc

/// A file that is written piece by piece through a buffer. What is left in the buffer is written when it goes.
public final class OutputFile {
    private let descriptor: Int32
    private let path: String
    private var buffer: [UInt8] = []
    private static let capacity = 1 << 16

    /// Makes or replaces the file.
    public init(_ path: String) throws(OSError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw OSError("open", path: path) }
        self.path = path
        buffer.reserveCapacity(Self.capacity)
    }

    deinit {
        flush()
        close(descriptor)
    }

    /// Appends text. A full disk loses it: a log must not end the run that it tells of.
    public func write(_ text: String) {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= Self.capacity { flush() }
    }

    /// Hands the buffer to the system.
    public func flush() {
        try? WholeFile.write(buffer, to: descriptor, path: path)
        buffer.removeAll(keepingCapacity: true)
    }
}
