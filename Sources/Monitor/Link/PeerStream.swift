import TandemOS

/// The two directions of a connection with a peer.
enum PeerStream: ~Copyable {
    case socket(FileDescriptor)
    /// The program's standard input and output.
    case standard

    /// The descriptor that becomes readable.
    var source: Int32 {
        switch self {
        case .socket(let descriptor): descriptor.number
        case .standard: FileDescriptor.standardInput.number
        }
    }

    /// The descriptor that becomes writable.
    var sink: Int32 {
        switch self {
        case .socket(let descriptor): descriptor.number
        case .standard: FileDescriptor.standardOutput.number
        }
    }

    func read(atMost limit: Int) throws(OSError) -> [UInt8] {
        switch self {
        case .socket(let descriptor): try descriptor.read(atMost: limit)
        case .standard: try FileDescriptor.standardInput.read(atMost: limit)
        }
    }

    /// Sends some of `bytes`, after a wait has said that there is room. Returns how many.
    func send(_ bytes: ArraySlice<UInt8>) throws(OSError) -> Int {
        switch self {
        case .socket(let descriptor): return try descriptor.sendWithoutWaiting(bytes)
        case .standard:
            // As many as a pipe with room takes without waiting (PIPE_BUF).
            let part = bytes.prefix(4096)
            try FileDescriptor.standardOutput.write(Array(part))
            return part.count
        }
    }
}
