/// A call to the operating system that failed.
public struct OSError: Error, Hashable, Sendable {
    /// Why it failed.
    public var errno: Errno
    /// What was called: `open`, `mmap`.
    public var call: String
    /// The file or address that it was called for, if there is one.
    public var path: String?

    /// The failure of `call` for the reason that this thread's `errno` holds, unless another is given.
    public init(_ call: String, path: String? = nil, errno: Errno = .last) {
        self.errno = errno
        self.call = call
        self.path = path
    }
}

extension OSError: CustomStringConvertible {
    /// `open of 'kernel.elf' failed: no such file or directory (ENOENT)`.
    public var description: String {
        let object = path.map { " of '\($0)'" } ?? ""
        return "\(call)\(object) failed: \(errno)"
    }
}
