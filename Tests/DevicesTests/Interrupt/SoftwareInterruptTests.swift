import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

/// Against the RISC-V ACLINT specification 1.0-rc4, chapters 3 and 4.
@Suite struct SoftwareInterruptTests {
    private let bench = SimBench()

    @Test("bit 0 of MSIP is the level of the hart's line")
    func machine() throws {
        let mswi = try bench.make(MSWI.self, "mswi", ["harts": .integer(2)])
        try bench.map(mswi.bus, at: 0x200_0000, size: 0x4000)
        let line = try RecordingLine("msip", of: #require(mswi.port(named: "msip1") as? LineOutput), in: bench)
        bench.probe.write(0x200_0004, UInt32.max)
        #expect(line.level && bench.probe.read(0x200_0004, as: UInt32.self) == 1)
        bench.probe.write(0x200_0004, UInt32(0xffff_fffe))
        #expect(!line.level && bench.probe.read(0x200_0004, as: UInt32.self) == 0)
        // A hart that there is not.
        bench.probe.write(0x200_0008, UInt32(1))
        #expect(bench.probe.read(0x200_0008, as: UInt32.self) == 0)
    }

    @Test("writing 1 to SETSSIP pulses the hart's line, writing 0 does nothing, reading gives 0")
    func supervisor() throws {
        let sswi = try bench.make(SSWI.self, "sswi", ["harts": .integer(2)])
        try bench.map(sswi.bus, at: 0x2f0_0000, size: 0x4000)
        let line = try RecordingLine("ssip", of: #require(sswi.port(named: "ssip1") as? LineOutput), in: bench)
        bench.probe.write(0x2f0_0004, UInt32(0))
        bench.probe.delay = .nanoseconds(5)
        bench.probe.write(0x2f0_0004, UInt32(1))
        bench.probe.write(0x2f0_0008, UInt32(1))
        #expect(
            line.changes == [
                RecordingLine.Change(true, at: .nanoseconds(5)), RecordingLine.Change(false, at: .nanoseconds(5)),
            ])
        #expect(bench.probe.read(0x2f0_0004, as: UInt32.self) == 0)
    }
}
