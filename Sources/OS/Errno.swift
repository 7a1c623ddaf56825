import Glibc

/// The reason why a call to the operating system failed.
public struct Errno: RawRepresentable, Hashable, Sendable {
    /// The number as `errno.h` has it.
    public let rawValue: Int32

    /// The reason of that number.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// The reason that the last failed call of this thread left behind.
    public static var last: Errno { Errno(rawValue: errno) }

    /// The file does not exist.
    public static let noSuchFile = Errno(rawValue: ENOENT)
    /// The call would have had to wait.
    public static let wouldBlock = Errno(rawValue: EAGAIN)
    /// A signal came first.
    public static let interrupted = Errno(rawValue: EINTR)
    /// The reader is gone.
    public static let brokenPipe = Errno(rawValue: EPIPE)
    /// Nobody has answered.
    public static let timedOut = Errno(rawValue: ETIMEDOUT)
    /// An argument has no meaning.
    public static let invalidArgument = Errno(rawValue: EINVAL)
    /// There is no memory left, or no mapping.
    public static let noMemory = Errno(rawValue: ENOMEM)
}

@_extern(c, "strerrorname_np") private func nameOfError(_ number: Int32) -> UnsafePointer<CChar>?
@_extern(c, "strerrordesc_np") private func textOfError(_ number: Int32) -> UnsafePointer<CChar>?

extension Errno: CustomStringConvertible {
    /// The symbol: `ENOENT`.
    public var name: String { nameOfError(rawValue).map { String(cString: $0) } ?? "errno \(rawValue)" }

    /// The reason in words, in English whatever the locale: `no such file or directory (ENOENT)`.
    public var description: String {
        guard let text = textOfError(rawValue).map({ String(cString: $0) }) else { return name }
        // `I/O error` and the like keep their capitals.
        let isWord = text.dropFirst().first?.isLowercase ?? false
        return (isWord ? text.prefix(1).lowercased() + text.dropFirst() : text) + " (\(name))"
    }
}
