import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@Suite struct UART16550Tests {
    private let bench = SimBench()
    private let far = InMemoryCharacterBackend()
    private let base: UInt64 = 0x1000_0000

    private func uart(_ properties: PropertyValues = [:]) throws -> (UART16550, RecordingLine) {
        let uart = try bench.make(UART16550.self, "uart0", properties)
        try bench.map(uart.bus, at: base, size: 0x100)
        try uart.characters.connect(far)
        return (uart, try RecordingLine("line", of: #require(uart.port(named: "interrupt") as? LineOutput), in: bench))
    }

    @Test("what is written to the holding register reaches the back-end at once")
    func transmit() throws {
        _ = try uart()
        for character in "hello\n".utf8 { bench.probe.write(base, character) }
        #expect(far.text == "hello\n")
        #expect(bench.probe.read(base + 5, as: UInt8.self) == 0x60)
    }

    @Test("long input waits for room in the queue and none of it is lost")
    func receive() throws {
        let (_, line) = try uart()
        bench.probe.write(base + 2, UInt8(0xc1))
        bench.probe.write(base + 1, UInt8(1))
        far.type("the quick brown fox jumps over the lazy dog")
        bench.run(for: .microseconds(1))
        #expect(line.level)
        var received: [UInt8] = []
        while bench.probe.read(base + 5, as: UInt8.self) & 1 != 0 { received.append(bench.probe.read(base)) }
        #expect(String(decoding: received, as: UTF8.self) == "the quick brown fox jumps over the lazy dog")
        #expect(!line.level)
    }

    @Test("silence of four character times raises the time-out, to the picosecond")
    func timeOut() throws {
        let (_, line) = try uart(["clock-frequency": .frequency(.hertz(1_600_000))])
        bench.probe.write(base + 3, UInt8(0x83))
        bench.probe.write(base, UInt8(1))
        bench.probe.write(base + 3, UInt8(0x03))
        bench.probe.write(base + 2, UInt8(0xc1))
        bench.probe.write(base + 1, UInt8(1))
        far.type("x")
        // 100 kbaud, ten bits: four characters are 400 us.
        bench.run(for: .milliseconds(1))
        #expect(line.changes == [RecordingLine.Change(true, at: .microseconds(400))])
    }

    @Test("timed, characters leave one after another at the rate of the divisor")
    func timedTransmit() throws {
        _ = try uart(["clock-frequency": .frequency(.hertz(1_600_000)), "timed": .bool(true)])
        bench.probe.write(base + 3, UInt8(0x83))
        bench.probe.write(base, UInt8(1))
        bench.probe.write(base + 3, UInt8(0x03))
        bench.probe.write(base + 2, UInt8(0x01))
        for character in "abc".utf8 { bench.probe.write(base, character) }
        let seen = [50, 100, 100, 100].map { microseconds in
            bench.run(for: .microseconds(UInt64(microseconds)))
            return far.text
        }
        #expect(seen == ["", "a", "ab", "abc"])
        #expect(bench.probe.read(base + 5, as: UInt8.self) == 0x60)
    }

    @Test("a snapshot holds registers, queues and waiting input, and its line rises without an edge")
    func snapshot() throws {
        let (uart, line) = try uart()
        bench.probe.write(base + 1, UInt8(1))
        far.type("abc")
        bench.run(for: .microseconds(1))
        let saved = uart.saveState()
        bench.simulation.reset()
        #expect(!line.level)
        let raised = line.input.raised
        try uart.restoreState(saved)
        #expect(line.level && line.input.raised == raised)
        #expect((0..<3).map { _ in bench.probe.read(base, as: UInt8.self) } == Array("abc".utf8))
    }

    @Test("two serial ports cannot share a back-end's place")
    func secondBackend() throws {
        let (uart, _) = try uart()
        #expect(throws: ElaborationError.self) { try uart.characters.connect(InMemoryCharacterBackend()) }
    }
}
