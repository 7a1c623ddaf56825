import Glibc

/// Files by their names.
public enum Files {
    /// The whole content of the file at `path`.
    public static func read(_ path: String) throws(OSError) -> [UInt8] {
        let descriptor = try FileDescriptor(opening: path, .read)
        do throws(OSError) {
            return try descriptor.readAll()
        } catch {
            throw OSError(error.call, path: path, errno: error.errno)
        }
    }

    /// Makes `bytes` the whole content of the file at `path`.
    public static func write(_ bytes: [UInt8], to path: String) throws(OSError) {
        let descriptor = try FileDescriptor(opening: path, .create)
        do throws(OSError) {
            try descriptor.write(bytes)
            try descriptor.close()
        } catch {
            throw OSError(error.call, path: path, errno: error.errno)
        }
    }

    /// Makes `text` the whole content of the file at `path`.
    public static func write(_ text: String, to path: String) throws(OSError) {
        try write(Array(text.utf8), to: path)
    }

    /// Whether anything of that name exists, links followed.
    public static func exists(_ path: String) -> Bool { mode(path) != nil }

    /// Whether a directory of that name exists, links followed.
    public static func isDirectory(_ path: String) -> Bool { mode(path).map { $0 & S_IFMT == S_IFDIR } ?? false }

    /// The size in bytes of the regular file of that name, links followed; nil if there is none.
    public static func size(_ path: String) -> UInt64? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return UInt64(status.st_size)
    }

    /// Makes the file at `path`, which need not exist, `size` bytes long: what it lacks reads as zeros and takes no room.
    public static func extend(_ path: String, to size: UInt64) throws(OSError) {
        let descriptor = try FileDescriptor(opening: path, .append)
        guard ftruncate(descriptor.number, off_t(size)) == 0 else { throw OSError("ftruncate", path: path) }
    }

    /// The names in the directory at `path` without `.` and `..`, ascending by their bytes.
    public static func names(in path: String) throws(OSError) -> [String] {
        guard let directory = opendir(path) else { throw OSError("opendir", path: path) }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = Glibc.readdir(directory) else { break }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw OSError("readdir", path: path) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Makes a directory, whose parent must exist.
    public static func makeDirectory(_ path: String) throws(OSError) {
        guard mkdir(path, 0o777) == 0 else { throw OSError("mkdir", path: path) }
    }

    /// Removes what `path` names, and of a directory all that is in it. Links are removed, not followed.
    public static func removeAll(_ path: String) throws(OSError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw OSError("lstat", path: path) }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in try names(in: path) { try removeAll("\(path)/\(name)") }
            guard rmdir(path) == 0 else { throw OSError("rmdir", path: path) }
        } else {
            guard unlink(path) == 0 else { throw OSError("unlink", path: path) }
        }
    }

    /// The absolute name of `path` without links, `.` and `..`. It must exist.
    public static func resolved(_ path: String) throws(OSError) -> String {
        guard let name = realpath(path, nil) else { throw OSError("realpath", path: path) }
        defer { free(name) }
        return String(cString: name)
    }

    private static func mode(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode : nil
    }
}

/// A directory of its own for a test, removed with all that is in it when the value goes away.
public struct TemporaryDirectory: ~Copyable, Sendable {
    /// The absolute name of the directory.
    public let path: String

    /// A new, empty directory under `TMPDIR`, or under `/tmp`.
    public init() throws(OSError) {
        let template = (HostProcess.environment("TMPDIR") ?? "/tmp") + "/tandem-XXXXXX"
        var name = Array(template.utf8CString)
        guard mkdtemp(&name) != nil else { throw OSError("mkdtemp", path: template) }
        path = name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? template }
    }

    deinit {
        // What cannot be removed is left to the host's own care of temporary files.
        try? Files.removeAll(path)
    }

    /// The name of `file` in the directory.
    public func path(of file: String) -> String { "\(path)/\(file)" }
}
