import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@Suite struct PLICTests {
    private let bench = SimBench()
    private let base: UInt64 = 0x0c00_0000

    private func controller(_ properties: PropertyValues = [:]) throws -> PLIC {
        let plic = try bench.make(PLIC.self, "plic", properties)
        try bench.map(plic.bus, at: base, size: 0x60_0000)
        return plic
    }

    private func input(_ source: Int, of plic: PLIC) throws -> LineInput {
        try #require(plic.port(named: "source\(source)") as? LineInput)
    }

    @Test("a source reaches the line of the context that enables it, at the time of its driver")
    func notification() throws {
        let plic = try controller()
        let line = try RecordingLine("meip", of: #require(plic.port(named: "context0") as? LineOutput), in: bench)
        bench.probe.write(base + 4 * 10, UInt32(1))
        bench.probe.write(base + 0x2000, UInt32(1 << 10))
        try input(10, of: plic).set(true, at: .nanoseconds(70))
        #expect(line.changes == [RecordingLine.Change(true, at: .nanoseconds(70))])
        #expect(bench.probe.read(base + 0x20_0004, as: UInt32.self) == 10)
        #expect(!line.level)
        let record = try input(10, of: plic).record
        #expect((record.line, record.raised, record.taken, record.claimed) == ("plic.source10", 1, 0, 1))
    }

    @Test("a debug read of the claim register claims nothing")
    func debugRead() throws {
        let plic = try controller()
        bench.probe.write(base + 4 * 10, UInt32(1))
        bench.probe.write(base + 0x2000, UInt32(1 << 10))
        try input(10, of: plic).set(true, at: .zero)
        #expect(bench.probe.debugRead(base + 0x20_0004, count: 4) == [10, 0, 0, 0])
        #expect(try input(10, of: plic).claimed == 0)
        #expect(bench.probe.read(base + 0x20_0004, as: UInt32.self) == 10)
    }

    @Test(
        "contexts are counted, or spelled as QEMU spells them",
        arguments: [("", 4), ("MS,MS", 4), ("M,MS", 3), ("M", 1)])
    func contexts(configuration: String, count: Int) throws {
        let plic = try controller(["contexts": .integer(4), "hart-config": .string(configuration)])
        try bench.simulation.elaborate()
        #expect(plic.ports.count { $0 is LineOutput } == count)
    }

    @Test("a hart configuration that is none is refused with the legal letters", arguments: ["MX", "MS,", ",MS"])
    func badConfiguration(configuration: String) throws {
        _ = try controller(["hart-config": .string(configuration)])
        let error = #expect(throws: ElaborationError.self) { try bench.simulation.elaborate() }
        #expect(error?.description.contains("legal are “M”, “S” and “U”") == true)
    }

    @Test("a level interrupt survives restore without a new edge")
    func snapshot() throws {
        let plic = try controller()
        let line = try RecordingLine("meip", of: #require(plic.port(named: "context0") as? LineOutput), in: bench)
        bench.probe.write(base + 4 * 10, UInt32(1))
        bench.probe.write(base + 0x2000, UInt32(1 << 10))
        try input(10, of: plic).set(true, at: .zero)
        let saved = plic.saveState()
        bench.simulation.reset()
        line.clear()
        try plic.restoreState(saved)
        #expect(line.level && line.changes == [])
        #expect(bench.probe.read(base + 0x20_0004, as: UInt32.self) == 10)
    }

    @Test("a snapshot of a controller with other dimensions is refused")
    func otherDimensions() throws {
        let plic = try controller()
        let other = try bench.make(PLIC.self, "other", ["sources": .integer(31)])
        #expect(throws: SnapshotError.self) { try plic.restoreState(other.saveState()) }
    }

    @Test("its node tells contexts, sources and specifiers")
    func deviceTree() throws {
        let plic = try controller()
        let node = plic.deviceTree.node
        #expect(node.compatible == ["sifive,plic-1.0.0", "riscv,plic0"])
        #expect(
            node.properties.contains(
                DeviceTreeProperty("interrupts-extended", .interruptsExtended(["context0", "context1"]))))
        #expect(node.properties.contains(DeviceTreeProperty("riscv,ndev", .cells([95]))))
        #expect(plic.interruptSpecifier(forInput: "source95") == [95])
        #expect(plic.interruptSpecifier(forInput: "source96") == nil)
    }
}
