import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@Suite struct SiFivePWMTests {
    private let bench = SimBench()
    private let modulator: SiFivePWM
    private let base: UInt64 = 0x1001_5000

    /// 1 MHz: an input clock is a microsecond.
    init() throws {
        modulator = try bench.make(SiFivePWM.self, "pwm0", ["clock-frequency": .frequency(.megahertz(1))])
        try bench.map(modulator.bus, at: base, size: 0x1000)
    }

    private func line(_ name: String) throws -> RecordingLine {
        try RecordingLine("at-\(name)", of: #require(modulator.port(named: name) as? LineOutput), in: bench)
    }

    private func read(_ offset: UInt64) -> UInt32 { bench.probe.read(base + offset) }
    private func write(_ offset: UInt64, _ value: UInt32) { bench.probe.write(base + offset, value) }

    /// The microseconds of the changes of a line, with a sign for those down.
    private func changes(_ line: RecordingLine) -> [Int] {
        line.changes.map { Int($0.time.picoseconds / 1_000_000) * ($0.level ? 1 : -1) }
    }

    @Test("comparators are reached and left in the exact clock, period after period")
    func periods() throws {
        let output = try line("out1")
        write(0x20, 9)
        write(0x24, 6)
        write(0x28, 0xffff)
        write(0x2c, 0xffff)
        output.clear()
        write(0x00, 0x1200)
        bench.run(for: .microseconds(26))
        // Ten clocks from zero to zero: up at the sixth, down at the tenth.
        #expect(changes(output) == [6, -10, 16, -20])
        #expect(read(0x08) == 6)
    }

    @Test("the scale slows the counter", arguments: [0, 3, 15])
    func scale(scale: UInt32) throws {
        let output = try line("out2")
        write(0x28, 5)
        write(0x00, 0x1000 | scale)
        bench.run(for: .microseconds(5 << UInt64(scale)) + .nanoseconds(1))
        #expect(output.changes.last == .init(true, at: .microseconds(5 << UInt64(scale))))
        #expect(read(0x10) == 5)
    }

    @Test("a one-shot runs to its end and stops there")
    func oneShot() throws {
        write(0x20, 4)
        write(0x00, 0x2200)
        bench.run(for: .microseconds(3))
        #expect(read(0x08) == 3)
        bench.run(for: .microseconds(100))
        #expect(read(0x08) == 0 && read(0x00) & 0x2000 == 0)
        #expect(bench.simulation.run() == .starved)
    }

    @Test("sticky pending bits wait for software")
    func sticky() throws {
        let interrupt = try line("interrupt0")
        write(0x20, 4)
        write(0x00, 0x1300)
        bench.run(for: .microseconds(4) + .nanoseconds(1))
        #expect(interrupt.level)
        bench.run(for: .microseconds(2))
        #expect(interrupt.level)
        write(0x00, 0x1300)
        #expect(!interrupt.level)
    }

    @Test("centered pulses stand in the middle of the period, ganged ones end where the next begins")
    func shapes() throws {
        let (centered, ganged) = (try line("out2"), try line("out0"))
        write(0x20, 100)
        write(0x24, 300)
        write(0x28, 0x7000)
        centered.clear()
        ganged.clear()
        write(0x00, 0x1000 | 1 << 18 | 1 << 24)
        bench.run(for: .microseconds(65_536))
        #expect(changes(centered) == [0x7000, -0x9000])
        #expect(changes(ganged) == [100, -300])
    }

    @Test("a restored modulator goes on in the same clock")
    func snapshot() throws {
        write(0x24, 50)
        write(0x00, 0x1000)
        bench.run(for: .microseconds(10))
        let saved = modulator.saveState()
        bench.simulation.reset()
        #expect(read(0x08) == 0)
        try modulator.restoreState(saved)
        #expect(read(0x08) == 10)
    }
}
