public import TandemDevices
public import TandemKernel

/// A serial line into memory that keeps the newest bytes: for monitors, which read them and write others.
public final class RingBackend: CharacterBackend {
    /// The bytes that are kept at most, a power of two.
    public let size: Int
    private var bytes: [UInt8]
    /// How many were ever written and read; the difference is kept.
    private var written: UInt64 = 0
    private var read: UInt64 = 0
    private var input: InboxPort?

    public init(size: Int) {
        precondition(size > 0 && size & (size - 1) == 0, "The size of a ring is a power of two.")
        self.size = size
        bytes = Array(repeating: 0, count: size)
    }

    public func send(_ character: UInt8) {
        bytes[Int(written & UInt64(size - 1))] = character
        written += 1
        if written - read > UInt64(size) { read += 1 }
    }

    /// Takes the oldest bytes, at most `limit`.
    public func take(atMost limit: Int) -> [UInt8] {
        let count = min(limit, Int(written - read))
        defer { read += UInt64(count) }
        return (0..<count).map { bytes[Int((read + UInt64($0)) & UInt64(size - 1))] }
    }

    /// Sends bytes to the device.
    public func type(_ bytes: [UInt8]) { input?.post(bytes) }

    public func flush() {}
    public func close() {}
    public func connect(_ input: InboxPort) { self.input = input }
}
