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

    /// Puts the terminal into raw mode, as a serial line is: what goes in comes out on the other end, and nothing is echoed.
    /// Until somebody opens the terminal its controlling end says `hungUp`, and again when the last one has closed it.
    public func becomeLine() throws(OSError) {
        let terminal = try FileDescriptor(opening: path, .readWrite)
        var mode = termios()
        guard tcgetattr(terminal.number, &mode) == 0 else { throw OSError("tcgetattr", path: path) }
        cfmakeraw(&mode)
        guard tcsetattr(terminal.number, TCSANOW, &mode) == 0 else { throw OSError("tcsetattr", path: path) }
    }
}
