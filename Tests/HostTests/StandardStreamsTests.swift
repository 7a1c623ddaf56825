import TandemDevices
import TandemHost
import TandemKernel
import TandemOS
import TandemTesting
import Testing

/// A serial port whose line leads to descriptors that the test holds. The simulation starves at once and waits for input:
/// what is tested is ordered by the pipe, not by time.
@Suite(.timeLimit(.minutes(1))) struct StandardStreamsTests {
    private let bench = SimBench()
    private let base: UInt64 = 0x1000_0000

    private func connect(
        _ input: consuming FileDescriptor, _ output: consuming FileDescriptor, _ use: CharacterLink.TerminalUse
    ) throws -> LinkedBackend {
        let uart = try bench.make(UART16550.self, "uart0")
        try bench.map(uart.bus, at: base, size: 0x100)
        let link = try CharacterLink(
            CharacterOptions(.standardStreams, overflow: .wait), input: input, output: output, use: use,
            stop: bench.simulation.stopHandle)
        let line = LinkedBackend(link)
        try uart.characters.connect(line)
        try link.start()
        return line
    }

    @Test("output comes out line by line, and the rest when the line is closed")
    func output() throws {
        let typed = try Pipe()
        let shown = try Pipe()
        do {
            let line = try connect(typed.reading.duplicate(), shown.writing.duplicate(), .shared)
            for character in "hello\nwor".utf8 { bench.probe.write(base, character) }
            #expect(try shown.reading.read(atMost: 6) == Array("hello\n".utf8))
            bench.probe.write(base, UInt8(ascii: "l"))
            line.close()
        }
        #expect(try shown.reading.read(atMost: 64) == Array("worl".utf8))
    }

    @Test("a prompt without a line end is shown soon")
    func prompt() throws {
        let typed = try Pipe()
        let shown = try Pipe()
        let line = try connect(typed.reading.duplicate(), shown.writing.duplicate(), .shared)
        for character in "login: ".utf8 { bench.probe.write(base, character) }
        var seen: [UInt8] = []
        while seen.count < 7 { seen += try shown.reading.read(atMost: 64) }
        #expect(seen == Array("login: ".utf8))
        line.flush()
    }

    /// A descriptor from which `text` comes, and then the end.
    private func typing(_ text: String) throws -> FileDescriptor {
        let pipe = try Pipe()
        try pipe.writing.write(text)
        return try pipe.reading.duplicate()
    }

    @Test("a simulation with nothing to do waits for input and ends with it")
    func input() throws {
        let shown = try Pipe()
        let line = try connect(typing("\u{1}xyz"), shown.writing.duplicate(), .shared)
        #expect(bench.simulation.run(starvation: .exit) == .starved)
        let received = (0..<4).map { _ in bench.probe.read(base, as: UInt8.self) }
        // One at a time without queues: each read makes room for the next.
        #expect(received == [1] + Array("xyz".utf8))
        line.flush()
    }

    @Test("Ctrl-a x on the guest's line ends the run")
    func quit() throws {
        let typed = try Pipe()
        let shown = try Pipe()
        let line = try connect(typed.reading.duplicate(), shown.writing.duplicate(), .guest)
        try typed.writing.write("\u{1}h\u{1}x")
        #expect(bench.simulation.run() == .stopped(StopRequest(.quit)))
        line.flush()
        #expect(
            String(decoding: try shown.reading.read(atMost: 4096), as: UTF8.self) == "\n"
                + EscapeKeys.help(isShared: false))
    }

    @Test("a reader that is gone ends the output and not the simulation")
    func brokenPipe() throws {
        Signal.brokenPipe.ignore()
        let typed = try Pipe()
        let line: LinkedBackend
        do {
            let shown = try Pipe()
            line = try connect(typed.reading.duplicate(), shown.writing.duplicate(), .shared)
        }
        for character in "nobody reads this\n".utf8 { bench.probe.write(base, character) }
        line.flush()
        #expect(bench.run(for: .microseconds(1)) == .timeReached)
    }

    @Test("a terminal is raw while the line lives and restored afterwards")
    func terminal() throws {
        let terminal = try PseudoTerminal()
        let shown = try Pipe()
        let other = try FileDescriptor(opening: terminal.path, .readWrite)
        let before = TerminalFlags(other.number)
        do {
            let line = try connect(
                FileDescriptor(opening: terminal.path, .readWrite), shown.writing.duplicate(), .guest)
            #expect(!TerminalFlags(other.number).isEchoing && !TerminalFlags(other.number).raisesSignals)
            // Ctrl-C is a character and no signal, or this test would end here.
            try terminal.controller.write("\u{3}\u{1}x")
            #expect(bench.simulation.run() == .stopped(StopRequest(.quit)))
            line.close()
        }
        #expect(TerminalFlags(other.number) == before && before.isEchoing)
    }
}
