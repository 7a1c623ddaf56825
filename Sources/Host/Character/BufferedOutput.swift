import Synchronization
public import TandemOS

/// Characters on their way to a descriptor, gathered into lines: one write for each instead of one for each character.
/// From any thread.
///
/// Nothing is lost: the buffer is written at the end of a line, when it is full, when somebody says `flush`, and when it
/// goes. A descriptor that takes no more, such as a pipe without reader, ends the output but not the simulation.
public final class BufferedOutput: Sendable {
    private struct State: Sendable {
        var bytes: [UInt8] = []
        var isBroken = false
    }

    private let descriptor: OwnedDescriptor
    private let endsAtLine: Bool
    private let capacity: Int
    private let state: Mutex<State>

    /// - Parameters:
    ///   - endsAtLine: write at each end of a line, for a reader who waits.
    ///   - capacity: bytes that are gathered at most.
    public init(_ descriptor: consuming FileDescriptor, endsAtLine: Bool, capacity: Int = 4096) {
        self.descriptor = OwnedDescriptor(descriptor)
        self.endsAtLine = endsAtLine
        self.capacity = capacity
        var state = State()
        state.bytes.reserveCapacity(capacity)
        self.state = Mutex(state)
    }

    deinit { flush() }

    /// Adds a character. Returns whether it began to wait: whether the buffer was empty and is not now.
    @discardableResult
    public func append(_ byte: UInt8) -> Bool {
        state.withLock { state in
            if state.isBroken { return false }
            let wasEmpty = state.bytes.isEmpty
            state.bytes.append(byte)
            if (endsAtLine && byte == UInt8(ascii: "\n")) || state.bytes.count >= capacity { write(&state) }
            return wasEmpty && !state.bytes.isEmpty
        }
    }

    /// Adds text.
    public func append(_ text: String) {
        for byte in text.utf8 { append(byte) }
    }

    /// Writes what waits. Returns whether there was anything.
    @discardableResult
    public func flush() -> Bool {
        state.withLock { state in
            if state.bytes.isEmpty { return false }
            write(&state)
            return true
        }
    }

    private func write(_ state: inout State) {
        do throws(OSError) { try descriptor.write(state.bytes) } catch { state.isBroken = true }
        state.bytes.removeAll(keepingCapacity: true)
    }
}

/// A descriptor that several objects share: closed with the last of them.
final class OwnedDescriptor: Sendable {
    private let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    var number: Int32 { descriptor.number }
    var isTerminal: Bool { descriptor.isTerminal }
    func write(_ bytes: [UInt8]) throws(OSError) { try descriptor.write(bytes) }
    func read(atMost limit: Int) throws(OSError) -> [UInt8] { try descriptor.read(atMost: limit) }
}
