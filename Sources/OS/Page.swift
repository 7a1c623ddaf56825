import Glibc

/// The host's pages.
public enum Page {
    /// The size of a page of the host in bytes, a power of two.
    public static let size = Int(sysconf(Int32(_SC_PAGESIZE)))

    /// `count` bytes rounded up to whole pages.
    static func roundUp(_ count: Int) -> Int { (count + size - 1) & ~(size - 1) }
}
