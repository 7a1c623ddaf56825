import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@Suite struct GoldfishRTCTests {
    private let bench = SimBench()
    private let base: UInt64 = 0x10_1000

    private func clock(_ properties: PropertyValues = ["base-time": .unsigned(0x1_ffff_ff00)]) throws -> RecordingLine {
        let rtc = try bench.make(GoldfishRTC.self, "rtc", properties)
        try bench.map(rtc.bus, at: base, size: 0x1000)
        return try RecordingLine("line", of: #require(rtc.port(named: "interrupt") as? LineOutput), in: bench)
    }

    private func time() -> UInt64 {
        let low: UInt32 = bench.probe.read(base)
        return UInt64(bench.probe.read(base + 4, as: UInt32.self)) << 32 | UInt64(low)
    }

    @Test("without a property the clock starts with 2026")
    func defaultBase() throws {
        _ = try clock([:])
        #expect(time() == 1_767_225_600 * 1_000_000_000)
    }

    @Test("the time is the base plus simulated nanoseconds; reading the low half latches the high one")
    func latch() throws {
        _ = try clock()
        #expect(bench.probe.read(base, as: UInt32.self) == 0xffff_ff00)
        bench.run(for: .nanoseconds(0x100))
        #expect(bench.probe.read(base + 4, as: UInt32.self) == 1)
        #expect(time() == 0x2_0000_0000)
    }

    @Test("the alarm goes off in its nanosecond, once, and drives the line while it is enabled")
    func alarm() throws {
        let line = try clock()
        bench.probe.write(base + 0x0c, UInt32(2))
        bench.probe.write(base + 0x08, UInt32(0x10))
        #expect(bench.probe.read(base + 0x18, as: UInt32.self) == 1)
        bench.probe.write(base + 0x10, UInt32(1))
        bench.run(for: .microseconds(1))
        #expect(line.changes == [RecordingLine.Change(true, at: .nanoseconds(0x110))])
        #expect(bench.probe.read(base + 0x18, as: UInt32.self) == 0)
        bench.probe.write(base + 0x1c, UInt32(1))
        #expect(!line.level)
    }

    @Test("an alarm in the past goes off at once; a cleared one never does")
    func pastAndCleared() throws {
        let line = try clock()
        bench.probe.write(base + 0x10, UInt32(1))
        bench.probe.write(base + 0x0c, UInt32(3))
        bench.probe.write(base + 0x08, UInt32(0))
        bench.probe.write(base + 0x14, UInt32(1))
        bench.run(for: .seconds(20))
        #expect(line.changes == [])
        bench.probe.write(base + 0x0c, UInt32(0))
        bench.probe.write(base + 0x08, UInt32(0))
        #expect(line.level)
    }

    @Test("the guest can set the time; a set time moves the alarm")
    func setTime() throws {
        let line = try clock()
        bench.probe.write(base + 0x10, UInt32(1))
        bench.probe.write(base + 0x0c, UInt32(5))
        bench.probe.write(base + 0x08, UInt32(0))
        bench.probe.write(base + 0x04, UInt32(4))
        bench.probe.write(base, UInt32(0xffff_ffff))
        #expect(time() == 0x4_ffff_ffff)
        bench.run(for: .microseconds(1))
        #expect(line.changes == [RecordingLine.Change(true, at: .nanoseconds(1))])
    }
}
