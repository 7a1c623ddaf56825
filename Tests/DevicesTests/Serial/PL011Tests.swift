import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@Suite struct PL011Tests {
    private let bench = SimBench()
    private let far = InMemoryCharacterBackend()
    private let base: UInt64 = 0x1001_0000

    private func uart(_ properties: PropertyValues = [:]) throws -> (PL011, RecordingLine) {
        let uart = try bench.make(PL011.self, "uart1", properties)
        try bench.map(uart.bus, at: base, size: 0x1000)
        try uart.characters.connect(far)
        return (uart, try RecordingLine("line", of: #require(uart.port(named: "interrupt") as? LineOutput), in: bench))
    }

    @Test("characters reach the back-end once the UART is on")
    func transmit() throws {
        _ = try uart()
        bench.probe.write(base, UInt32(0x41))
        #expect(far.text == "")
        bench.probe.write(base + 0x2c, UInt32(0x70))
        bench.probe.write(base + 0x30, UInt32(0x301))
        for character in "PL011".utf8 { bench.probe.write(base, character) }
        #expect(far.text == "PL011")
    }

    @Test("silence of 32 bits raises the time-out interrupt")
    func timeOut() throws {
        let (_, line) = try uart(["clock-frequency": .frequency(.megahertz(16))])
        bench.probe.write(base + 0x24, UInt32(1))
        bench.probe.write(base + 0x2c, UInt32(0x70))
        bench.probe.write(base + 0x30, UInt32(0x301))
        bench.probe.write(base + 0x38, UInt32(0x40))
        far.type("x")
        // 1 Mbaud: 32 bits are 32 us.
        bench.run(for: .milliseconds(1))
        #expect(line.changes == [RecordingLine.Change(true, at: .microseconds(32))])
        #expect(bench.probe.read(base, as: UInt32.self) == 0x78)
        #expect(!line.level)
    }

    @Test("timed, the transmit interrupt comes when the queue drains through its level")
    func transmitInterrupt() throws {
        let (_, line) = try uart(["clock-frequency": .frequency(.megahertz(16)), "timed": .bool(true)])
        bench.probe.write(base + 0x24, UInt32(1))
        bench.probe.write(base + 0x2c, UInt32(0x70))
        bench.probe.write(base + 0x30, UInt32(0x301))
        bench.probe.write(base + 0x38, UInt32(0x20))
        for _ in 0..<20 { bench.probe.write(base, UInt32(0x2e)) }
        bench.run(for: .milliseconds(1))
        // One leaves at once; the queue then falls from 19 to 16 with the start of the fourth, after three of 10 us.
        #expect(line.changes == [RecordingLine.Change(true, at: .microseconds(30))])
        #expect(far.output.count == 20)
    }

    @Test("input waits while the receiver is off")
    func receiverOff() throws {
        _ = try uart()
        bench.probe.write(base + 0x2c, UInt32(0x70))
        far.type("late")
        bench.run(for: .microseconds(1))
        #expect(bench.probe.read(base + 0x18, as: UInt32.self) & 0x10 != 0)
        bench.probe.write(base + 0x30, UInt32(0x301))
        #expect((0..<4).map { _ in UInt8(bench.probe.read(base, as: UInt32.self)) } == Array("late".utf8))
    }
}
