public import TandemDevices
public import TandemKernel
public import TandemOS

/// A serial line whose output goes to a file. No input comes from it.
public final class FileBackend: CharacterBackend {
    private let output: BufferedOutput

    /// Makes the file, or empties one that is there.
    public init(_ path: String) throws(OSError) {
        output = BufferedOutput(try FileDescriptor(opening: path, .create), endsAtLine: false)
    }

    public func send(_ character: UInt8) { output.append(character) }
    public func flush() { output.flush() }
    public func close() { output.flush() }
    public func connect(_ input: InboxPort) {}
}

/// A serial line that leads nowhere: output is dropped, no input comes.
public final class NullBackend: CharacterBackend {
    public init() {}

    public func send(_ character: UInt8) {}
    public func flush() {}
    public func close() {}
    public func connect(_ input: InboxPort) {}
}
