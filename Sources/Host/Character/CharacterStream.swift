import TandemOS

/// A descriptor that several objects share: closed with the last of them.
final class OwnedDescriptor: Sendable {
    private let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

    var number: Int32 { descriptor.number }
    var isTerminal: Bool { descriptor.isTerminal }
    func write(_ bytes: [UInt8]) throws(OSError) { try descriptor.write(bytes) }
    func read(atMost limit: Int) throws(OSError) -> [UInt8] { try descriptor.read(atMost: limit) }
    func sendWithoutWaiting(_ bytes: ArraySlice<UInt8>) throws(OSError) -> Int {
        try descriptor.sendWithoutWaiting(bytes)
    }
}

/// The two directions of a connection with a peer.
struct CharacterStream: Sendable {
    let input: OwnedDescriptor?
    let output: OwnedDescriptor
    /// Whether a write waits until all of it is taken: files and standard output, which are shared with other processes
    /// and cannot be made non-blocking.
    let writesWait: Bool

    /// A connection in both directions that writes without waiting.
    init(_ connection: consuming FileDescriptor) { self.init(shared: OwnedDescriptor(connection)) }

    /// A connection that somebody else holds too.
    init(shared connection: OwnedDescriptor) { (input, output, writesWait) = (connection, connection, false) }

    /// Standard streams, or files.
    init(input: OwnedDescriptor?, output: consuming FileDescriptor) {
        self.input = input
        self.output = OwnedDescriptor(output)
        writesWait = true
    }

    /// Whether output goes on where input has ended.
    var outlivesInput: Bool { writesWait }
}
