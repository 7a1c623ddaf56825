import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@Suite struct SiFiveUARTTests {
    private let bench = SimBench()
    private let port: SiFiveUART
    private let far = InMemoryCharacterBackend()
    private let line: RecordingLine
    private let base: UInt64 = 0x1001_3000

    init() throws {
        port = try bench.make(SiFiveUART.self, "uart0", ["clock-frequency": .frequency(.megahertz(16)), "timed": true])
        try bench.map(port.bus, at: base, size: 0x1000)
        line = try RecordingLine("plic", of: #require(port.port(named: "interrupt") as? LineOutput), in: bench)
        try port.characters.connect(far)
        try bench.simulation.elaborate()
    }

    private func read(_ offset: UInt64) -> UInt32 { bench.probe.read(base + offset) }
    private func write(_ offset: UInt64, _ value: UInt32) { bench.probe.write(base + offset, value) }

    @Test("characters wait until the transmitter is on, and leave in their time")
    func transmit() {
        write(0x18, 15)
        for character in "Hi".utf8 { write(0x00, UInt32(character)) }
        bench.run(for: .milliseconds(1))
        #expect(far.text == "")
        write(0x08, 1)
        // Ten bits of sixteen clocks at 16 MHz.
        bench.run(for: .microseconds(10) + .nanoseconds(1))
        #expect(far.text == "H")
        bench.run(for: .microseconds(10))
        #expect(far.text == "Hi")
    }

    @Test("the queue is full with eight characters, and the ninth is lost")
    func full() {
        for number: UInt32 in 0..<8 {
            #expect(read(0x00) == 0)
            write(0x00, 0x30 + number)
        }
        #expect(read(0x00) == 0x8000_0000)
        write(0x00, 0x39)
        write(0x08, 1)
        bench.run(for: .milliseconds(10))
        #expect(far.text == "01234567")
    }

    @Test("watermarks raise the interrupt: fewer to send than txcnt, more received than rxcnt")
    func watermarks() {
        write(0x10, 1)
        #expect(!line.level, "nothing is fewer than none")
        write(0x08, 2 << 16)
        #expect(line.level && read(0x14) == 1)
        write(0x00, 0x41)
        #expect(line.level)
        write(0x00, 0x42)
        #expect(!line.level)
        write(0x10, 2)
        write(0x0c, 1 << 16 | 1)
        far.type("xy")
        bench.run(for: .milliseconds(2))
        #expect(line.level && read(0x14) & 2 != 0)
        #expect(read(0x04) == 0x78)
        #expect(!line.level)
        #expect(read(0x04) == 0x79)
        #expect(read(0x04) == 0x8000_0000)
    }

    @Test("what is typed while the receiver is off waits for it")
    func waiting() {
        far.type("x")
        bench.run(for: .milliseconds(2))
        #expect(read(0x04) == 0x8000_0000)
        write(0x0c, 1)
        bench.run(for: .milliseconds(2))
        #expect(read(0x04) == 0x78)
    }

    @Test("the state survives a snapshot in the middle of a character")
    func snapshot() throws {
        write(0x08, 1)
        write(0x00, 0x41)
        write(0x00, 0x42)
        let saved = port.saveState()
        bench.simulation.reset()
        #expect(read(0x08) == 0 && port.saveState() != saved)
        try port.restoreState(saved)
        #expect(port.saveState() == saved)
    }
}
