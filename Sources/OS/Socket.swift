import Glibc

/// Where a socket listens or connects to.
public enum SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// A TCP port. `host` is an IPv4 or IPv6 address in digits, `localhost`, or empty for this machine alone; port 0 lets
    /// the host choose when listening.
    case tcp(host: String = "", port: UInt16)
    /// A name in the file system, of at most 107 bytes.
    case unix(path: String)

    /// `127.0.0.1:1234`, or the path.
    public var description: String {
        switch self {
        case .tcp(let host, let port): "\(host.isEmpty ? "127.0.0.1" : host):\(port)"
        case .unix(let path): path
        }
    }

    /// Calls `body` with the address as the host wants it, and yields what it returns, or the error that it left behind.
    fileprivate func withHostAddress(
        _ call: String, _ body: (_ family: Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws(OSError) -> Int32 {
        func pass<Address>(_ address: Address, _ family: Int32) -> Int32 {
            withUnsafePointer(to: address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body(family, $0, socklen_t(MemoryLayout<Address>.size))
                }
            }
        }
        let result: Int32
        switch self {
        case .tcp(let host, let port):
            var version4 = sockaddr_in()
            var version6 = sockaddr_in6()
            let digits = host.isEmpty || host == "localhost" ? "127.0.0.1" : host
            if inet_pton(AF_INET, digits, &version4.sin_addr) == 1 {
                version4.sin_family = sa_family_t(AF_INET)
                version4.sin_port = port.bigEndian
                result = pass(version4, AF_INET)
            } else if inet_pton(AF_INET6, digits, &version6.sin6_addr) == 1 {
                version6.sin6_family = sa_family_t(AF_INET6)
                version6.sin6_port = port.bigEndian
                result = pass(version6, AF_INET6)
            } else {
                throw OSError(call, path: description, errno: .invalidArgument)
            }
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let room = MemoryLayout.size(ofValue: address.sun_path)
            guard path.utf8.count < room, !path.isEmpty else {
                throw OSError(call, path: path, errno: Errno(rawValue: path.isEmpty ? EINVAL : ENAMETOOLONG))
            }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            result = pass(address, AF_UNIX)
        }
        guard result >= 0 else { throw OSError(call, path: description) }
        return result
    }
}

/// A stream to another program: connected, or listening for connections.
public enum Socket {
    /// Connects to a program that listens at `address`.
    public static func connect(to address: SocketAddress) throws(OSError) -> FileDescriptor {
        let number = try address.withHostAddress("connect") { family, pointer, length in
            opened(family) { number in Int32(repeating { Int(Glibc.connect(number, pointer, length)) }) }
        }
        return stream(number)
    }

    /// Connects as above, but waits for an answer no longer than `timeout` milliseconds, and no longer than to
    /// ``Poll/wakeUp()`` of `poll`. Nothing if there was none.
    public static func connect(
        to address: SocketAddress, milliseconds timeout: Int, poll: Poll
    ) throws(OSError) -> FileDescriptor? {
        let number = try address.withHostAddress("connect") { family, pointer, length in
            opened(family, Int32(SOCK_NONBLOCK.rawValue)) { number in
                let result = Int32(repeating { Int(Glibc.connect(number, pointer, length)) })
                return result < 0 && errno == EINPROGRESS ? 0 : result
            }
        }
        let connection = stream(number)
        var entries = [Poll.Entry(number, .writable)]
        try poll.wait(&entries, milliseconds: timeout)
        if entries[0].ready.isEmpty { return nil }
        var reason: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(number, SOL_SOCKET, SO_ERROR, &reason, &length)
        guard reason == 0 else {
            throw OSError("connect", path: address.description, errno: Errno(rawValue: reason))
        }
        // Reads and writes wait, as on every other stream.
        let flags = fcntl(number, F_GETFL)
        guard flags >= 0, fcntl(number, F_SETFL, flags & ~O_NONBLOCK) >= 0 else { throw OSError("fcntl") }
        return connection
    }

    /// Two ends of a stream within the process.
    public static func withPair<Result: ~Copyable>(
        _ body: (consuming FileDescriptor, consuming FileDescriptor) throws(OSError) -> Result
    ) throws(OSError) -> Result {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, streamType, 0, &ends) == 0 else { throw OSError("socketpair") }
        return try body(
            FileDescriptor(adopting: ends[0], isSocket: true), FileDescriptor(adopting: ends[1], isSocket: true))
    }

    fileprivate static var streamType: Int32 { Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue) }

    /// A new socket for which `prepare` succeeds; −1 otherwise, with the reason in `errno`.
    fileprivate static func opened(_ family: Int32, _ flags: Int32 = 0, _ prepare: (Int32) -> Int32) -> Int32 {
        let number = socket(family, streamType | flags, 0)
        guard number >= 0 else { return -1 }
        guard prepare(number) >= 0 else {
            let reason = errno
            close(number)
            errno = reason
            return -1
        }
        return number
    }

    /// A connected socket that sends at once what it is given: both sides wait for each other's answers.
    fileprivate static func stream(_ number: Int32) -> FileDescriptor {
        var isOn: Int32 = 1
        // Refused for Unix sockets, which never wait for more.
        setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
        return FileDescriptor(adopting: number, isSocket: true)
    }
}

/// A socket that accepts connections. The name of a Unix socket, which only its owner may use, is removed with it.
public struct SocketListener: ~Copyable, Sendable {
    /// The listening descriptor, for ``Poll``: readable when ``accept()`` will not wait.
    public let descriptor: FileDescriptor
    /// Where it listens, with the port that the host chose.
    public let address: SocketAddress

    /// Listens at `address`: unless it names a host, for programs of this machine only. The name of a Unix socket at which
    /// nobody listens any more is taken over.
    public init(_ address: SocketAddress) throws(OSError) {
        if case .unix(let path) = address { Self.removeStale(path) }
        let number = try address.withHostAddress("bind") { family, pointer, length in
            Socket.opened(family) { number in
                var isOn: Int32 = 1
                // Linux gives the name of a Unix socket the rights of the socket: the owner's alone.
                if family == AF_UNIX, fchmod(number, 0o600) != 0 { return -1 }
                setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &isOn, socklen_t(MemoryLayout<Int32>.size))
                // The name of a Unix socket is made with the mode that the socket has: never open to others, not even
                // for a moment. Other sockets have none.
                if family == AF_UNIX, fchmod(number, 0o600) != 0 { return -1 }
                guard bind(number, pointer, length) == 0 else { return -1 }
                return listen(number, 8)
            }
        }
        descriptor = FileDescriptor(adopting: number, isSocket: true)
        if case .tcp(let host, 0) = address {
            self.address = .tcp(host: host, port: Self.port(of: number))
        } else {
            self.address = address
        }
    }

    deinit {
        if case .unix(let path) = address { unlink(path) }
    }

    /// The next connection, waiting for it.
    public func accept() throws(OSError) -> FileDescriptor {
        let number = repeating { Int(accept4(descriptor.number, nil, nil, Int32(SOCK_CLOEXEC.rawValue))) }
        guard number >= 0 else { throw OSError("accept", path: address.description) }
        return Socket.stream(Int32(number))
    }

    /// The port follows the family in the addresses of both versions.
    private static func port(of number: Int32) -> UInt16 {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &length) }
        }
        return result == 0 ? UInt16(bigEndian: address.sin6_port) : 0
    }

    private static func removeStale(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        do throws(OSError) {
            _ = try Socket.connect(to: .unix(path: path))
        } catch {
            if error.errno.rawValue == ECONNREFUSED { unlink(path) }
        }
    }
}
