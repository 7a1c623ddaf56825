import Glibc
import TandemOS
import Testing

/// What a test looks at: the local flags, of which raw mode clears the echo and the line discipline.
private func localFlags(_ descriptor: Int32) -> tcflag_t {
    var mode = termios()
    #expect(tcgetattr(descriptor, &mode) == 0)
    return mode.c_lflag
}

private func isRaw(_ descriptor: Int32) -> Bool {
    localFlags(descriptor) & tcflag_t(ECHO | ICANON) == 0
}

/// Lets the calling thread receive signals, which the threads that run tests block.
func letSignalsIn() {
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
}

/// Ends a process that has put its terminal into raw mode.
private enum End: String, Codable, CaseIterable, Sendable {
    case exit, interrupt, terminate, hangUp, quit, abort, trap, fault, guardPage

    /// How the process ends by it.
    var condition: ExitTest.Condition {
        switch self {
        case .exit: .success
        case .interrupt: .signal(SIGINT)
        case .terminate: .signal(SIGTERM)
        case .hangUp: .signal(SIGHUP)
        case .quit: .signal(SIGQUIT)
        case .abort: .signal(SIGABRT)
        case .trap: .failure
        case .fault: .signal(SIGSEGV)
        case .guardPage: .exitCode(2)
        }
    }

    func happen() {
        switch self {
        case .exit: HostProcess.exit(0)
        case .interrupt: Signal.interrupt.raise()
        case .terminate: Signal.terminate.raise()
        case .hangUp: Signal.hangUp.raise()
        case .quit: Signal.quit.raise()
        case .abort: Glibc.abort()
        case .trap: preconditionFailure("meant")
        case .fault: UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
        case .guardPage:
            let coroutine = Coroutine(pool: CoroutineStackPool(stackSize: 16 * 1024)) { coroutine in
                withUnsafePointer(to: 0) { pointer in
                    let address = UnsafeMutableRawPointer(mutating: pointer)
                    (address - 20 * 1024).storeBytes(of: 1, as: UInt8.self)
                }
            }
            coroutine.resume()
        }
    }
}

@Suite("TerminalMode")
struct TerminalModeTests {
    @Test("keys arrive unechoed in raw mode, and the mode before comes back")
    func rawMode() throws {
        let pseudo = try PseudoTerminal()
        let terminal = try FileDescriptor(opening: pseudo.path, .readWrite)
        let isTerminal = terminal.isTerminal
        #expect(isTerminal)
        let before = localFlags(terminal.number)
        #expect(!isRaw(terminal.number))
        do {
            let mode = try TerminalMode(raw: terminal.number, specialKeys: .arrive)
            #expect(isRaw(terminal.number))
            try pseudo.controller.write([3, 13])
            #expect(try terminal.read(atMost: 1) == [3])
            #expect(try terminal.read(atMost: 1) == [13])
            try terminal.write("a\n")
            #expect(try pseudo.controller.read(atMost: 10) == Array("a\r\n".utf8))
            mode.restore()
            #expect(localFlags(terminal.number) == before)
        }
        do {
            let mode = try TerminalMode(raw: terminal.number, specialKeys: .raiseSignals)
            #expect(isRaw(terminal.number))
            #expect(localFlags(terminal.number) & tcflag_t(ISIG) != 0)
            _ = mode
        }
        #expect(localFlags(terminal.number) == before)
    }

    @Test("what is no terminal is refused")
    func noTerminal() throws {
        let pipe = try Pipe()
        let isTerminal = pipe.reading.isTerminal
        #expect(!isTerminal)
        let number = pipe.reading.number
        let error = #expect(throws: OSError.self) { _ = try TerminalMode(raw: number, specialKeys: .arrive) }
        #expect(error?.errno.name == "ENOTTY")
    }

    @Test("every end of the process restores the terminal", arguments: End.allCases)
    fileprivate func ends(_ end: End) async throws { try await check(end, hasScreen: false, shows: "raw") }

    @Test("every end of the process leads back from a screen of its own", arguments: End.allCases)
    fileprivate func screens(_ end: End) async throws {
        try await check(end, hasScreen: true, shows: "\u{1B}[?1049h\u{1B}[?25lraw\u{1B}[?25h\u{1B}[?1049l")
    }

    /// Ends a process that has put a terminal into raw mode; the terminal is as it was, and has got `text` meanwhile.
    private func check(_ end: End, hasScreen: Bool, shows text: String) async throws {
        let pseudo = try PseudoTerminal()
        let terminal = try FileDescriptor(opening: pseudo.path, .readWrite)
        let before = localFlags(terminal.number)
        let path = pseudo.path
        let name = end.rawValue
        try await #require(processExitsWith: end.condition) {
            [path = path as String, name = name as String, hasScreen = hasScreen as Bool] in
            letSignalsIn()
            let terminal = try FileDescriptor(opening: path, .readWrite)
            let mode = try TerminalMode(
                raw: terminal.number, specialKeys: .raiseSignals, screen: hasScreen ? terminal.number : -1)
            try terminal.write(isRaw(terminal.number) ? "raw" : "not raw")
            withExtendedLifetime(mode) { End(rawValue: name)?.happen() }
        }
        let shown = String(decoding: try pseudo.controller.read(atMost: 100), as: UTF8.self)
        #expect(shown == text)
        #expect(localFlags(terminal.number) == before)
    }

    @Test("a terminal tells its size, and what is none does not")
    func size() throws {
        let pseudo = try PseudoTerminal()
        #expect(TerminalMode.size(of: pseudo.controller.number) == nil)
        var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
        #expect(ioctl(pseudo.controller.number, UInt(TIOCSWINSZ), &size) == 0)
        let found = try #require(TerminalMode.size(of: pseudo.controller.number))
        #expect(found == (80, 24))
        #expect(TerminalMode.size(of: try Pipe().reading.number) == nil)
    }

    @Test("a signal that a flag has claimed leaves the terminal raw")
    func claimed() async {
        await #expect(processExitsWith: .success) {
            letSignalsIn()
            let pseudo = try PseudoTerminal()
            let terminal = try FileDescriptor(opening: pseudo.path, .readWrite)
            let flag = try SignalFlag([.interrupt])
            let mode = try TerminalMode(raw: terminal.number, specialKeys: .raiseSignals)
            Signal.interrupt.raise()
            #expect(flag.count == 1)
            #expect(isRaw(terminal.number))
            mode.restore()
            #expect(!isRaw(terminal.number))
        }
    }

    @Test("a process that continues finds its terminal raw again")
    func stopAndContinue() async {
        await #expect(processExitsWith: .success) {
            letSignalsIn()
            // In an orphaned process group the stop signal takes no effect, so that nobody needs to send SIGCONT.
            setsid()
            let pseudo = try PseudoTerminal()
            let terminal = try FileDescriptor(opening: pseudo.path, .readWrite)
            var cooked = termios()
            tcgetattr(terminal.number, &cooked)
            let mode = try TerminalMode(raw: terminal.number, specialKeys: .raiseSignals)
            tcsetattr(terminal.number, TCSANOW, &cooked)
            raise(SIGCONT)
            #expect(isRaw(terminal.number))
            for _ in 0..<2 {
                raise(SIGTSTP)
                #expect(isRaw(terminal.number))
            }
            mode.restore()
            raise(SIGCONT)
            #expect(!isRaw(terminal.number))
        }
    }
}
