import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@Suite struct DemoDMATests {
    private let bench = SimBench()
    private let base: UInt64 = 0x1002_0000
    private let memory: UInt64 = 0x8000_0000

    private func engine() throws -> (DemoDMA, RecordingLine) {
        let dma = try bench.make(DemoDMA.self, "dma")
        try bench.map(dma.bus, at: base, size: 0x1000)
        _ = try bench.addRam(at: memory, size: 0x1_0000)
        try #require(dma.port(named: "memory") as? InitiatorSocket).bind(to: bench.router.in)
        return (dma, try RecordingLine("line", of: #require(dma.port(named: "interrupt") as? LineOutput), in: bench))
    }

    private func set(_ registers: [UInt64: UInt32]) {
        for offset in registers.keys.sorted() { bench.probe.write(base + offset, registers[offset] ?? 0) }
    }

    private func get(_ offset: UInt64) -> UInt32 { bench.probe.read(base + offset) }

    @Test("a copy moves one burst a cycle, raises the line at its end, and counts what it moved")
    func copy() throws {
        let (_, line) = try engine()
        let data = (0..<150).map { UInt8($0) }
        bench.probe.write(memory + 3, bytes: data)
        set([0x10: 0x8000_0003, 0x18: 0x8000_1001, 0x20: 150])
        set([0x04: 0x3])
        #expect(get(0x08) == 1)
        bench.run(for: .microseconds(5))
        #expect(bench.probe.debugRead(memory + 0x1001, count: 150) == data)
        #expect(get(0x08) == 2 && get(0x28) == 150 && get(0x04) == 2)
        #expect(line.changes == [RecordingLine.Change(true, at: .nanoseconds(300))])
        set([0x08: 2])
        #expect(!line.level && get(0x08) == 0)
    }

    @Test("its transactions are counted at its own socket")
    func traffic() throws {
        let (dma, _) = try engine()
        set([0x0c: 16, 0x10: 0x8000_0000, 0x18: 0x8000_1000, 0x20: 40, 0x04: 1])
        set([0x04: 1])
        bench.run(for: .microseconds(5))
        let records = try #require(dma.port(named: "memory") as? InitiatorSocket).traffic
        #expect(records.map(\.target) == ["ram"])
        #expect(records.map(\.reads) == [3] && records.map(\.writes) == [3])
        #expect(records.map(\.readBytes) == [40] && records.map(\.writeBytes) == [40])
    }

    @Test("a fill repeats the pattern")
    func fill() throws {
        _ = try engine()
        set([0x0c: 4, 0x18: 0x8000_0010, 0x20: 10, 0x24: 0x4433_2211])
        set([0x04: 5])
        bench.run(for: .microseconds(5))
        #expect(
            bench.probe.debugRead(memory + 0x10, count: 12)
                == [0x11, 0x22, 0x33, 0x44, 0x11, 0x22, 0x33, 0x44, 0x11, 0x22, 0, 0])
    }

    @Test("a bus error ends the transfer with ERROR and the bytes before it")
    func busError() throws {
        let (_, line) = try engine()
        set([0x10: 0x8000_0000, 0x18: 0x8000_ffc0, 0x20: 128])
        set([0x04: 3])
        bench.run(for: .microseconds(5))
        #expect(get(0x08) == 4 && get(0x28) == 64 && line.level)
        set([0x08: 4])
        #expect(!line.level)
    }

    @Test("parameters cannot be changed while busy, and BURST takes powers of two from 4 to 64 only")
    func guardedRegisters() throws {
        _ = try engine()
        for value in [0, 2, 12, 128] as [UInt32] { set([0x0c: value]) }
        #expect(get(0x0c) == 64)
        set([0x10: 0x8000_0000, 0x18: 0x8000_1000, 0x20: 640])
        set([0x04: 1])
        set([0x0c: 4, 0x10: 1, 0x18: 1, 0x20: 1, 0x24: 1])
        #expect([0x0c, 0x10, 0x18, 0x20, 0x24].map { get($0) } == [64, 0x8000_0000, 0x8000_1000, 640, 0])
    }

    @Test("a transfer of nothing is done at once")
    func nothing() throws {
        let (_, line) = try engine()
        set([0x04: 3])
        #expect(get(0x08) == 2 && line.level)
    }

    @Test("the bus's latency comes on top of the cycle")
    func latency() throws {
        let dma = try bench.make(DemoDMA.self, "dma")
        try bench.map(dma.bus, at: base, size: 0x1000)
        let target = RecordingTarget(bench.context("slow"))
        target.latency = .nanoseconds(30)
        try bench.map(target.bus, at: memory, size: 0x1000)
        try #require(dma.port(named: "memory") as? InitiatorSocket).bind(to: bench.router.in)
        set([0x10: 0x8000_0000, 0x18: 0x8000_0800, 0x20: 128])
        set([0x04: 1])
        bench.run(for: .microseconds(5))
        #expect(target.accesses.map(\.time.picoseconds) == [100, 130, 260, 290].map { $0 * 1000 })
    }

    @Test("a transfer goes on from a snapshot")
    func snapshot() throws {
        let (dma, _) = try engine()
        set([0x10: 0x8000_0000, 0x18: 0x8000_1000, 0x20: 256])
        set([0x04: 1])
        bench.run(for: .nanoseconds(250))
        #expect(get(0x28) == 128)
        let saved = dma.saveState()
        bench.run(for: .nanoseconds(100))
        #expect(get(0x28) == 192)
        try dma.restoreState(saved)
        bench.run(for: .microseconds(1))
        #expect(get(0x28) == 256 && get(0x08) == 2)
    }
}
