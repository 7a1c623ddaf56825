import Glibc

/// An open file, pipe, terminal or socket of the host, owned: closed when the value goes away.
///
/// Calls that a signal interrupts are repeated, and a write is not over before all of it is written. A write to a pipe
/// whose reader is gone is an error where SIGPIPE is ignored (``Signal/ignore()``); a socket never raises the signal.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The number by which the host knows it.
    public let number: Int32
    private let isOwned: Bool
    let isSocket: Bool

    /// How a file is opened.
    public enum Access: Sendable {
        /// For reading; the file must exist.
        case read
        /// For reading and writing; the file must exist.
        case readWrite
        /// For writing, from nothing: what the file held is gone.
        case create
        /// For writing at the end of what the file holds.
        case append
    }

    /// Takes over the descriptor `number`, which must be open and nobody else's to close.
    public init(adopting number: Int32, isSocket: Bool = false) {
        self.number = number
        self.isSocket = isSocket
        isOwned = true
    }

    init(unowned number: Int32) {
        self.number = number
        isSocket = false
        isOwned = false
    }

    /// Opens the file at `path`. A new file can be read and written by everybody whom the umask lets.
    public init(opening path: String, _ access: Access) throws(OSError) {
        let flags =
            switch access {
            case .read: O_RDONLY
            case .readWrite: O_RDWR
            case .create: O_WRONLY | O_CREAT | O_TRUNC
            case .append: O_WRONLY | O_CREAT | O_APPEND
            }
        let number = repeating { Int(open(path, flags | O_CLOEXEC | O_NOCTTY, 0o666)) }
        guard number >= 0 else { throw OSError("open", path: path) }
        self.init(adopting: Int32(number))
    }

    deinit {
        if isOwned { Glibc.close(number) }
    }

    /// The process's standard input; never closed.
    public static var standardInput: FileDescriptor { FileDescriptor(unowned: 0) }
    /// The process's standard output; never closed.
    public static var standardOutput: FileDescriptor { FileDescriptor(unowned: 1) }
    /// The process's standard error; never closed.
    public static var standardError: FileDescriptor { FileDescriptor(unowned: 2) }

    /// Closes the descriptor, and says if what was written could not be kept. A descriptor that is not owned stays open.
    public consuming func close() throws(OSError) {
        let (number, isOwned) = (number, isOwned)
        discard self
        // The descriptor is gone even where the call was interrupted (close(2)).
        guard !isOwned || Glibc.close(number) == 0 || errno == EINTR else { throw OSError("close") }
    }

    /// Another descriptor of the same open file.
    public func duplicate() throws(OSError) -> FileDescriptor {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw OSError("fcntl") }
        return FileDescriptor(adopting: copy, isSocket: isSocket)
    }

    // MARK: - Reading

    /// Reads what is there, at most the size of `buffer`, waiting for the first byte. Returns the number of bytes; 0 at the
    /// end.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(OSError) -> Int {
        let count = repeating { Glibc.read(number, buffer.baseAddress, buffer.count) }
        guard count >= 0 else { throw OSError("read") }
        return count
    }

    /// Reads what is there, at most `limit` bytes, waiting for the first one. Empty at the end.
    public func read(atMost limit: Int) throws(OSError) -> [UInt8] {
        var failure: OSError?
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            do throws(OSError) {
                count = try read(into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Reads from the present position to the end.
    public func readAll() throws(OSError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(max(0, (try? size) ?? 0))
        while true {
            let part = try read(atMost: 64 * 1024)
            if part.isEmpty { return bytes }
            bytes.append(contentsOf: part)
        }
    }

    /// Fills `buffer` from `offset` of the file, wherever the position is. Returns the number of bytes, which is smaller
    /// only at the end of the file.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(OSError) -> Int {
        var done = 0
        while done < buffer.count, let start = buffer.baseAddress {
            let count = repeating { pread(number, start + done, buffer.count - done, offset + done) }
            guard count >= 0 else { throw OSError("pread") }
            if count == 0 { break }
            done += count
        }
        return done
    }

    // MARK: - Writing

    /// Writes all of `bytes`, waiting where the other side is slow.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(OSError) {
        try writeAll(bytes) { rest in
            isSocket
                ? send(number, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
                : Glibc.write(number, rest.baseAddress, rest.count)
        }
    }

    /// Writes all of `bytes`.
    public func write(_ bytes: [UInt8]) throws(OSError) {
        // `withUnsafeBytes` does not pass typed errors through closures of this shape.
        let failure = bytes.withUnsafeBytes { failureOf(writing: $0) }
        if let failure { throw failure }
    }

    /// Writes all of `text` as UTF-8.
    public func write(_ text: String) throws(OSError) {
        var text = text
        let failure = text.withUTF8 { failureOf(writing: UnsafeRawBufferPointer($0)) }
        if let failure { throw failure }
    }

    /// Writes all of `bytes` at `offset` of the file, wherever the position is.
    public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(OSError) {
        try writeAll(bytes) { rest in
            pwrite(number, rest.baseAddress, rest.count, offset + bytes.count - rest.count)
        }
    }

    private func failureOf(writing bytes: UnsafeRawBufferPointer) -> OSError? {
        do throws(OSError) {
            try write(bytes)
            return nil
        } catch {
            return error
        }
    }

    private func writeAll(
        _ bytes: UnsafeRawBufferPointer, _ call: (UnsafeRawBufferPointer) -> Int
    ) throws(OSError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = repeating { call(rest) }
            if count >= 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if Errno.last == .wouldBlock {
                // Somebody made the open file non-blocking; it is shared with other processes and stays as it is.
                var entry = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
                guard repeating({ Int(poll(&entry, 1, -1)) }) >= 0 else { throw OSError("poll") }
            } else {
                throw OSError("write")
            }
        }
    }

    // MARK: - Position and kind

    /// Moves the position to `offset` from the beginning.
    public func seek(to offset: Int) throws(OSError) {
        guard lseek(number, offset, SEEK_SET) >= 0 else { throw OSError("lseek") }
    }

    /// The size of the file in bytes.
    public var size: Int {
        get throws(OSError) {
            var status = stat()
            guard fstat(number, &status) == 0 else { throw OSError("fstat") }
            return Int(status.st_size)
        }
    }

    /// Lets no call on the open file wait any more. Only for one that belongs to us alone: everybody who shares it sees it.
    public func becomeNonBlocking() throws(OSError) {
        let flags = fcntl(number, F_GETFL)
        guard flags >= 0, fcntl(number, F_SETFL, flags | O_NONBLOCK) >= 0 else { throw OSError("fcntl") }
    }

    /// Whether the other side is a terminal.
    public var isTerminal: Bool { isatty(number) == 1 }
}

/// Two ends of a pipe.
public struct Pipe: ~Copyable, Sendable {
    /// Where bytes come out.
    public let reading: FileDescriptor
    /// Where bytes go in.
    public let writing: FileDescriptor

    /// A new pipe. With `isNonBlocking`, neither end ever waits.
    public init(isNonBlocking: Bool = false) throws(OSError) {
        var ends: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutablePointer(to: &ends) { pointer in
            pointer.withMemoryRebound(to: Int32.self, capacity: 2) {
                pipe2($0, O_CLOEXEC | (isNonBlocking ? O_NONBLOCK : 0))
            }
        }
        guard result == 0 else { throw OSError("pipe") }
        reading = FileDescriptor(adopting: ends.0)
        writing = FileDescriptor(adopting: ends.1)
    }
}

/// Repeats a call until no signal interrupts it.
func repeating(_ call: () -> Int) -> Int {
    while true {
        let result = call()
        if result >= 0 || errno != EINTR { return result }
    }
}
