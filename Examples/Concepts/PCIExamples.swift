import Tandem
import TandemTesting
import Testing

/// What `docs/concepts/pci.md` and `docs/tutorial/pci-device.md` show.
struct PCIExamples {
    struct LampCore: SnapshotPayload {
        static let schema = SnapshotSchema("lamp")
        var brightness: UInt8 = 0

        init() {}
        func encode(to writer: inout SnapshotWriter) { writer.write(brightness) }
        init(from reader: inout SnapshotReader) throws(SnapshotError) { brightness = try reader.read() }
    }

    final class Lamp: PCIFunction, CatalogModule, BusTarget {
        static let declaration = ModuleDeclaration(
            "lamp", category: PCIFunction.category, summary: "A lamp on a PCI bus")
        private(set) var core = LampCore()

        init(_ context: ModuleContext) {
            super.init(
                context,
                PCIHeader(
                    vendor: 0x1337, device: 0x0100, classCode: 0x00_ff00, pin: .a,
                    regions: [PCIRegion(0, .memory32, size: 16)]))
            region(0).serve(self)
        }

        func transport(_ transaction: inout Transaction, delay: inout SimTime) {
            if transaction.command == .write { core.brightness = transaction.data.load(as: UInt8.self) }
            setInterrupt(core.brightness == 255, at: now + delay)
            transaction.response = .ok
        }

        override func reset(_ phase: ResetPhase) {
            if case .enter = phase { core = LampCore() }
            super.reset(phase)
        }

        func saveState() -> ModuleState { state(with: core) }
        func restoreState(_ state: ModuleState) throws(SnapshotError) { core = try restore(state, as: LampCore.self) }
    }

    struct Adder: DeviceCore, PCIDeviceCore {
        enum Register: Int, RegisterName { case add, sum }
        static let schema = SnapshotSchema("adder")
        static let header = PCIHeader(
            vendor: 0x1337, device: 0x0101, classCode: 0x00_ff00, pin: .a, regions: [PCIRegion(0, .memory32, size: 16)])
        static let declaration = declare(summary: "Adds, and asks for an interrupt from 100 on")
        static let registers = RegisterTable<Register>(
            size: 8, [.init(.add, "ADD", offset: 0, width: 4), .init(.sum, "SUM", offset: 4, width: 4, .readOnly)])
        var file = RegisterFile(registers)
        var isInterruptAsserted: Bool { file[.sum] >= 100 }
        mutating func didWrite(_: Register, at _: Int, from _: UInt64) { file[.sum] += file[.add] }
    }

    /// A host bridge with room for configuration and memory, and `function` at 04.0, whose region stands at 0x40000000.
    private func bench<Function: PCIFunction & CatalogModule>(
        _ type: Function.Type
    ) throws -> (bench: SimBench, function: Function) {
        let bench = SimBench()
        let host = try bench.make(PCIHost.self, "pci")
        try host.dma.bind(to: bench.router.in)
        let function = try bench.make(type, "function", ["addr": .string("4")])
        for (port, start, size) in [("ecam", 0x3000_0000, 0x1000_0000), ("memory", 0x4000_0000, 0x1000)]
            as [(String, UInt64, UInt64)]
        {
            let socket = try #require(host.port(named: port) as? TargetSocket)
            try bench.map(socket, at: start, size: size, offset: port == "ecam" ? 0 : start, name: port)
        }
        try bench.simulation.elaborate()
        return (bench, function)
    }

    @Test("example: a core of registers is a whole function, with its interrupt, its reset and its snapshot")
    func adder() throws {
        let (bench, adder) = try bench(Adder.Function.self)
        let configuration: UInt64 = 0x3000_0000 + 4 << 15
        #expect(bench.probe.read(configuration, as: UInt32.self) == 0x0101_1337)
        bench.probe.write(configuration + 0x10, UInt32(0x4000_0000))
        bench.probe.write(configuration + 0x04, UInt16(2))
        for _ in 0..<2 { bench.probe.write(0x4000_0000, UInt32(60)) }
        #expect(bench.probe.read(0x4000_0004, as: UInt32.self) == 120)
        #expect(bench.probe.read(configuration + 0x06, as: UInt16.self) & 8 == 8)
        let saved = adder.saveState()
        bench.simulation.reset()
        #expect(adder.core.file[.sum] == 0)
        try adder.restoreState(saved)
        #expect(bench.probe.read(0x4000_0004, as: UInt32.self) == 120)
    }

    @Test("example: software finds a function, places its region, and reaches it there")
    func lamp() throws {
        let (bench, lamp) = try bench(Lamp.self)
        let configuration: UInt64 = 0x3000_0000 + 4 << 15
        #expect(bench.probe.read(configuration, as: UInt32.self) == 0x0100_1337)
        bench.probe.write(configuration + 0x10, UInt32(0x4000_0000))
        bench.probe.write(configuration + 0x04, UInt16(2))
        bench.probe.write(0x4000_0000, UInt8(255))
        #expect(lamp.core.brightness == 255)
        #expect(bench.probe.read(configuration + 0x06, as: UInt16.self) & 8 == 8)
    }
}
