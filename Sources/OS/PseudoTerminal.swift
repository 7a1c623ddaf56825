import Glibc

/// A terminal whose other end is a program: what is written to the controlling end are the keys of whoever opens `path`.
public struct PseudoTerminal: ~Copyable, Sendable {
    /// The controlling end.
    public let controller: FileDescriptor
    /// The name of the terminal.
    public let path: String

    /// A new terminal in the host's default mode.
    public init() throws(OSError) {
        let number = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard number >= 0 else { throw OSError("posix_openpt") }
        let controller = FileDescriptor(adopting: number)
        guard grantpt(number) == 0, unlockpt(number) == 0 else { throw OSError("unlockpt") }
        let path = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer -> String? in
            guard let start = buffer.baseAddress, ptsname_r(number, start, buffer.count) == 0 else { return nil }
            return String(cString: start)
        }
        guard let path else { throw OSError("ptsname") }
        self.controller = controller
        self.path = path
    }
}
