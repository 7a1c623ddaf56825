import TandemOS

/// Where the texts of platform files come from: the file system, the program itself, or a test.
public struct PlatformSource {
    /// The bytes of the file at a path, or nothing if there is none.
    public var read: (String) -> [UInt8]?

    public init(read: @escaping (String) -> [UInt8]?) { self.read = read }

    /// The files of the host; what cannot be read is not there.
    public static var fileSystem: PlatformSource { PlatformSource { try? Files.read($0) } }

    /// The files of a dictionary; for tests and for platforms that are part of a program.
    public init(texts: [String: String]) {
        read = { texts[$0].map { Array($0.utf8) } }
    }
}
