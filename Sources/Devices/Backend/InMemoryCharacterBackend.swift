public import TandemKernel

/// A far end that remembers what it was sent and sends what it is told: for tests, for monitors, for `-serial memory`.
public final class InMemoryCharacterBackend: CharacterBackend {
    /// Everything that the device has sent.
    public private(set) var output: [UInt8] = []
    private var input: InboxPort?

    public init() {}

    /// `output` as text; bytes that are no UTF-8 are replaced.
    public var text: String { String(decoding: output, as: UTF8.self) }

    public func send(_ character: UInt8) { output.append(character) }

    public func flush() {}

    public func close() {}

    public func connect(_ input: InboxPort) { self.input = input }

    /// Sends characters to the device; they arrive when the simulation next looks into its inbox. Not before the
    /// back-end is connected.
    public func type(_ bytes: [UInt8]) {
        guard let input else { preconditionFailure("The back-end is connected to no port.") }
        input.post(bytes)
    }

    /// Sends text to the device.
    public func type(_ text: String) { type(Array(text.utf8)) }

    /// Forgets what was sent so far.
    public func clearOutput() { output.removeAll(keepingCapacity: true) }
}
