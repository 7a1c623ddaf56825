import Glibc

/// A program that was run to its end.
struct Program {
    /// Exit code; 128 + n for a program that signal n ended, 124 for one that took too long.
    let exitCode: Int32
    /// What it wrote to its standard output, without the carriage returns of a serial console.
    let output: String
    /// What it wrote to its standard error.
    let errors: String

    var lines: [Substring] { output.split(separator: "\n", omittingEmptySubsequences: false) }

    /// Runs a program with no standard input. `timeout` of coreutils ends it after `limit` seconds of wall-clock time:
    /// a net for a hang, far above what any run takes.
    static func run(_ path: String, _ arguments: [String], limit: Int = 300) throws -> Program {
        let output = try temporaryFile()
        let errors = try temporaryFile()
        defer {
            close(output)
            close(errors)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)

        let words = ["timeout", "-k", "5", String(limit), path] + arguments
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child: pid_t = 0
        let failure = posix_spawnp(&child, "timeout", &actions, nil, &pointers, environ)
        guard failure == 0 else { throw ProgramFailure(text: "'\(path)' cannot be started: error \(failure)") }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
        return Program(exitCode: code, output: try contents(output), errors: try contents(errors))
    }

    /// An open file that has no name any more.
    private static func temporaryFile() throws -> Int32 {
        var template = Array("/tmp/tandem-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw ProgramFailure(text: "no temporary file: error \(errno)") }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    private static func contents(_ descriptor: Int32) throws -> String {
        let size = Int(lseek(descriptor, 0, SEEK_END))
        lseek(descriptor, 0, SEEK_SET)
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = 0
            while count < size {
                let got = read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
                guard got > 0 else { break }
                count += got
            }
        }
        return String(decoding: bytes.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    }
}

/// What kept a program from being run or its files from being used.
struct ProgramFailure: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}

/// Writes a file as a whole.
func write(_ bytes: [UInt8], to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw ProgramFailure(text: "'\(path)' cannot be written: error \(errno)") }
    defer { close(descriptor) }
    let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard written == bytes.count else { throw ProgramFailure(text: "'\(path)' was not written: error \(errno)") }
}

/// Reads a file as a whole.
func bytes(of path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { throw ProgramFailure(text: "'\(path)' cannot be read: error \(errno)") }
    defer { close(descriptor) }
    let size = Int(lseek(descriptor, 0, SEEK_END))
    lseek(descriptor, 0, SEEK_SET)
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        count = max(0, read(descriptor, buffer.baseAddress, size))
    }
}
