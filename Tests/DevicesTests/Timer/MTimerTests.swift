import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

/// Against the RISC-V ACLINT specification 1.0-rc4, chapter 2. A tick is 100 ns.
@Suite struct MTimerTests {
    private let bench = SimBench()
    private let base: UInt64 = 0x200_4000
    private var time: UInt64 { base + 0x7ff8 }

    private func timer(_ properties: PropertyValues = ["harts": .integer(2)]) throws -> (MTimer, RecordingLine) {
        let timer = try bench.make(MTimer.self, "mtimer", properties)
        try bench.map(timer.bus, at: base, size: 0x8000)
        return (timer, try RecordingLine("mtip", of: #require(timer.port(named: "mtip1") as? LineOutput), in: bench))
    }

    @Test("the line rises at the first instant at which mtime is mtimecmp")
    func deadline() throws {
        let (_, line) = try timer()
        bench.probe.write(base + 8, UInt64(25))
        bench.run(for: .microseconds(10))
        #expect(line.changes == [RecordingLine.Change(true, at: .nanoseconds(2500))])
        bench.probe.write(base + 8, UInt64.max)
        #expect(!line.level)
    }

    @Test("at a rate that does not divide a second, the instant is rounded up to the picosecond")
    func oddRate() throws {
        let (timer, line) = try timer(["harts": .integer(2), "frequency": .frequency(.hertz(3_000_000))])
        bench.probe.write(base + 8, UInt64(1))
        bench.run(for: .microseconds(1))
        #expect(line.changes == [RecordingLine.Change(true, at: .picoseconds(333_334))])
        #expect(timer.ticks(at: .picoseconds(333_333)) == 0 && timer.ticks(at: .picoseconds(333_334)) == 1)
    }

    @Test("a comparison that holds already raises the line at the time of the write, delay included")
    func alreadyDue() throws {
        let (_, line) = try timer()
        bench.run(for: .microseconds(1))
        bench.probe.delay = .nanoseconds(250)
        bench.probe.write(base + 8, UInt64(12))
        #expect(line.changes == [RecordingLine.Change(true, at: .nanoseconds(1250))])
    }

    @Test("an access sees mtime at its own time")
    func localTime() throws {
        _ = try timer()
        bench.run(for: .microseconds(1))
        #expect(bench.probe.read(time, as: UInt64.self) == 10)
        bench.probe.delay = .nanoseconds(199)
        #expect(bench.probe.read(time, as: UInt64.self) == 11)
    }

    @Test("halves can be read and written alone")
    func halves() throws {
        _ = try timer()
        bench.probe.write(base, UInt32(0x89ab_cdef))
        bench.probe.write(base + 4, UInt32(0x0123_4567))
        #expect(bench.probe.read(base, as: UInt64.self) == 0x0123_4567_89ab_cdef)
        bench.probe.write(time + 4, UInt32(7))
        #expect(bench.probe.read(time, as: UInt64.self) == 7 << 32)
        #expect(bench.probe.read(time + 4, as: UInt32.self) == 7)
        bench.probe.read(time, count: 2)
        #expect(bench.probe.response == .burstError)
    }

    @Test("writing mtime moves every deadline and tells who computed one")
    func writeTime() throws {
        let (timer, line) = try timer()
        let observer = CountingObserver()
        timer.add(observer)
        bench.probe.write(base + 8, UInt64(1000))
        bench.run(for: .microseconds(1))
        bench.probe.write(time, UInt64(990))
        #expect(observer.changes == 1)
        #expect(timer.time(ofTick: 1000) == .microseconds(2))
        bench.run(for: .microseconds(5))
        #expect(line.changes == [RecordingLine.Change(true, at: .microseconds(2))])
        bench.probe.write(time, UInt64(0))
        #expect(!line.level)
    }

    @Test("when mtime wraps the line falls, and rises again at the comparison")
    func wrap() throws {
        let (timer, line) = try timer()
        bench.probe.write(base + 8, UInt64(3))
        bench.probe.write(time, UInt64.max - 1)
        bench.run(for: .microseconds(5))
        #expect(
            line.changes == [
                RecordingLine.Change(true, at: .zero), RecordingLine.Change(false, at: .nanoseconds(200)),
                RecordingLine.Change(true, at: .nanoseconds(500)),
            ])
        #expect(timer.ticks(at: bench.now) == 48)
    }

    @Test("ticks and times are inverse", arguments: [0, 1, 2, 999, 1_000_000_007, 1 << 40])
    func timebase(tick: UInt64) throws {
        let (timer, _) = try timer(["frequency": .frequency(.hertz(32_768)), "harts": .integer(2)])
        let time = timer.time(ofTick: tick)
        if time != .never {
            #expect(timer.ticks(at: time) == tick)
            if tick > 0 { #expect(timer.ticks(at: time - .picoseconds(1)) == tick - 1) }
        }
        #expect(timer.time(ofTick: .max) == .never)
    }

    @Test("a debug read shows the time without touching the registers")
    func debugRead() throws {
        let (timer, _) = try timer()
        bench.run(for: .microseconds(3))
        let before = timer.saveState()
        #expect(bench.probe.debugRead(time, count: 8) == [30, 0, 0, 0, 0, 0, 0, 0])
        #expect(timer.saveState() == before)
    }

    @Test("a reset starts mtime from 0 and disarms the comparators")
    func reset() throws {
        let (timer, line) = try timer()
        bench.probe.write(base + 8, UInt64(5))
        bench.run(for: .microseconds(1))
        bench.simulation.reset()
        #expect(!line.level && timer.ticks(at: bench.now) == 0)
        bench.run(for: .microseconds(1))
        #expect(!line.level && timer.ticks(at: bench.now) == 10)
    }

    @Test("its node has mtime before mtimecmp, as OpenSBI expects")
    func deviceTree() throws {
        let (timer, _) = try timer()
        let windows = [RegisterWindow(offset: 0x7ff8, size: 8), RegisterWindow(offset: 0, size: 0x7ff8)]
        #expect(timer.deviceTree.node.properties.contains(DeviceTreeProperty("reg", .registers(windows))))
    }
}

private final class CountingObserver: TimebaseObserver {
    private(set) var changes = 0
    func timebaseChanged(_ timebase: any Timebase) { changes += 1 }
}
