import Glibc

/// Files that are read or written in one piece.
public enum WholeFile {
    /// The contents of a file.
    public static func read(_ path: String) throws(OSError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw OSError("open", path: path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while true {
            var count = 0
            let capacity = bytes.count + 65536
            bytes.reserveCapacity(capacity)
            let piece = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, used in
                count = retried { Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
                used = max(0, count)
            }
            if count < 0 { throw OSError("read", path: path) }
            if count == 0 { return bytes }
            bytes += piece
        }
    }

    /// Makes or replaces a file.
    public static func write(_ bytes: [UInt8], to path: String) throws(OSError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw OSError("open", path: path) }
        defer { close(descriptor) }
        try write(bytes, to: descriptor, path: path)
    }

    /// Writes text to a standard stream (1 output, 2 errors), all of it; a reader that has gone is no error.
    public static func print(_ text: String, to stream: Int32) {
        try? write(Array(text.utf8), to: stream, path: "")
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(OSError) {
        let failed = bytes.withUnsafeBytes { raw in
            var rest = raw[...]
            while !rest.isEmpty {
                let count = retried {
                    Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                }
                if count < 0 { return true }
                rest = rest.dropFirst(count)
            }
            return false
        }
        if failed { throw OSError("write", path: path) }
    }

    private static func retried(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }
}
