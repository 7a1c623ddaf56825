import Glibc
import TandemOS

/// A program at a terminal of its own, and a person there who types and reads.
final class Terminal {
    private let terminal: PseudoTerminal
    private var child: pid_t = 0
    private var isEnded = false
    /// What was shown and not yet awaited, with lines as files have them.
    private var shown: [UInt8] = []
    /// Everything that was shown, for whoever wonders why something else never was.
    private(set) var transcript = ""

    /// Starts a program, which is looked for in PATH, as the leader of a session at a new terminal.
    init(_ path: String, _ arguments: [String]) throws {
        terminal = try PseudoTerminal()
        let name = terminal.path
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A session of its own, whose first terminal is the one that it opens: glibc's POSIX_SPAWN_SETSID, which its module
        // for Swift does not show.
        posix_spawnattr_setflags(&attributes, 0x80 | Int16(POSIX_SPAWN_SETSIGMASK))
        // The threads of tests block signals, which the program is to hear.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var pointers: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        let failure = posix_spawnp(&child, path, &actions, &attributes, &pointers, environ)
        guard failure == 0 else { throw ProgramFailure(text: "'\(path)' cannot be started: error \(failure)") }
    }

    deinit {
        if !isEnded {
            kill(child, SIGKILL)
            var status: Int32 = 0
            waitpid(child, &status, 0)
        }
    }

    private var controller: Int32 { terminal.controller.number }

    /// Gives the terminal another size, of which its program is told.
    func resize(columns: Int, rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(controller, UInt(TIOCSWINSZ), &size)
    }

    /// Types keys.
    func type(_ keys: String) throws {
        let bytes = Array(keys.utf8)
        guard write(controller, bytes, bytes.count) == bytes.count else {
            throw ProgramFailure(text: "nobody hears “\(keys)”: error \(errno)")
        }
    }

    /// Reads until `text` is shown. Yields what was shown since the last time, up to the end of `text`.
    @discardableResult
    func await(_ text: String, limit: Int = 120) throws -> String {
        let wanted = Array(text.utf8)
        let end = HostClock.monotonic.seconds + Double(limit)
        while true {
            // One that draws again and again is never silent.
            guard HostClock.monotonic.seconds < end else {
                throw ProgramFailure(text: "“\(text)” was not shown in \(limit) s, but:\n\(transcript.suffix(4000))")
            }
            if let range = shown.firstRange(of: wanted) {
                defer { shown.removeSubrange(..<range.upperBound) }
                return String(decoding: shown[..<range.upperBound], as: UTF8.self)
            }
            guard try readMore(limit: limit) else {
                throw ProgramFailure(text: "“\(text)” was never shown, but:\n\(transcript.suffix(4000))")
            }
        }
    }

    /// Whether the terminal shows what is typed by itself, as it does in its usual mode.
    var isEchoing: Bool {
        var mode = termios()
        return tcgetattr(controller, &mode) == 0 && mode.c_lflag & tcflag_t(ECHO) != 0
    }

    /// Reads to the end of the program; its exit code, and what was shown meanwhile.
    func end(limit: Int = 120) throws -> (code: Int32, text: String) {
        while try readMore(limit: limit) {}
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        isEnded = true
        return (status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F, String(decoding: shown, as: UTF8.self))
    }

    /// False when nobody has the terminal open any more. Silence for `limit` seconds is a hang.
    private func readMore(limit: Int) throws -> Bool {
        var entry = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, Int32(limit * 1000)) > 0 else {
            throw ProgramFailure(text: "nothing is shown any more after:\n\(transcript.suffix(4000))")
        }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = read(controller, &bytes, bytes.count)
        guard count > 0 else { return false }
        let text = bytes[..<count].filter { $0 != UInt8(ascii: "\r") }
        shown += text
        transcript += String(decoding: text, as: UTF8.self)
        return true
    }
}
