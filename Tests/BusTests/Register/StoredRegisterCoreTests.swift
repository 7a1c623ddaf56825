import TandemBus
import TandemKernel
import TandemTesting
import Testing

/// A queue behind a register, with a level that is computed, a start bit that clears itself, and a limit that is kept legal.
struct HookedCore: StoredRegisterCore {
    enum Register: Int, RegisterName { case data, level, control, limit }

    static let schema = SnapshotSchema("hooked")
    static let registers = RegisterTable<Register>(
        size: 0x10,
        [
            RegisterRow(.data, "DATA", offset: 0, width: 4),
            RegisterRow(.level, "LEVEL", offset: 4, width: 4, .readOnly),
            RegisterRow(
                .control, "CONTROL", offset: 8, width: 4,
                fields: [
                    RegisterField("START", bit: 0), RegisterField("DONE", bit: 1, .writeOneToClear),
                    RegisterField("RUNS", bits: 8...15, .counter),
                ]),
            RegisterRow(.limit, "LIMIT", offset: 12, width: 4, reset: 4),
        ])

    var file = RegisterFile(Self.registers)
    var queue: [UInt64] = []

    init() {}

    mutating func willRead(_ register: Register, at index: Int) {
        switch register {
        case .data: file[.data] = queue.first ?? 0
        case .level: file[.level] = UInt64(queue.count)
        case .control, .limit: break
        }
    }

    mutating func didRead(_ register: Register, at index: Int, _ value: UInt64) {
        if register == .data, !queue.isEmpty { queue.removeFirst() }
    }

    func willWrite(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) -> UInt64 {
        register == .limit ? min(value, 8) : value
    }

    mutating func didWrite(_ register: Register, at index: Int, from before: UInt64) {
        switch register {
        case .data: if UInt64(queue.count) < file[.limit] { queue.append(file[.data]) }
        case .control where file[.control] & 1 != 0:
            file[.control] = file[.control] & ~1 | 2
            file.advance(.control)
        case .control, .level, .limit: break
        }
    }

    func encode(to writer: inout SnapshotWriter) {
        file.encode(to: &writer)
        writer.write(each: queue) { $0.write($1) }
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        file = try RegisterFile(from: &reader, Self.registers)
        queue = try reader.read(each: { reader throws(SnapshotError) in try reader.read() })
    }
}

private final class HookedDevice: Module, CatalogModule, BusTarget {
    static let declaration = ModuleDeclaration(
        "hooked", category: "test", summary: "Hooks", registers: HookedCore.registers.declarations)
    let bus: TargetSocket
    private let block = RegisterBlock(HookedCore.registers)
    private(set) var core = HookedCore()

    override init(_ context: ModuleContext) {
        bus = TargetSocket("bus", context)
        super.init(context)
        bus.serve(self)
    }

    func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        block.transport(&transaction, core: &core)
    }
    func debugTransport(_ transaction: inout Transaction) -> Int { block.debugTransport(&transaction, core: core) }
    func saveState() -> ModuleState { ModuleState(core) }
    func restoreState(_ state: ModuleState) throws(SnapshotError) {
        core = try state.decode(as: HookedCore.self, at: path)
    }
    override func reset(_ phase: ResetPhase) { if case .enter = phase { core = HookedCore() } }
}

@Suite("Registers with hooks, and registers by name")
struct StoredRegisterCoreTests {
    private let bench = SimBench()

    private func device() throws -> HookedDevice {
        let device = HookedDevice(bench.context("device"))
        try bench.map(device.bus, at: 0, size: 0x10)
        return device
    }

    @Test("hooks run before and after reads and writes")
    func hooks() throws {
        _ = try device()
        for value in 1...6 as ClosedRange<UInt32> { bench.probe.write(0, value) }
        #expect(bench.probe.read(4, as: UInt32.self) == 4)
        #expect(bench.probe.read(0, as: UInt32.self) == 1 && bench.probe.read(0, as: UInt32.self) == 2)
        #expect(bench.probe.read(4, as: UInt32.self) == 2)
        bench.probe.write(12, UInt32(100))
        #expect(bench.probe.read(12, as: UInt32.self) == 8)
        bench.probe.write(8, UInt32(1))
        bench.probe.write(8, UInt32(0x101))
        #expect(bench.probe.read(8, as: UInt32.self) == 0x202)
    }

    @Test("a device with hooks conforms: debug reads leave its queue alone")
    func conformance() throws {
        let device = HookedDevice(bench.context("device"))
        #expect(try DeviceConformance(device, device.bus, HookedCore.registers, in: bench).checkAll() == [])
        #expect(CoreConformance.checkReset(HookedCore()) == [])
    }

    @Test("registers are read by name, with their fields, and nothing changes")
    func read() throws {
        let device = try device()
        bench.probe.write(0, UInt32(7))
        bench.probe.write(8, UInt32(0x501))
        let before = device.saveState()
        let registers = try #require(ModuleRegisters(of: device))
        #expect(registers.values.map(\.name) == ["DATA", "LEVEL", "CONTROL", "LIMIT"])
        #expect(registers.values.map(\.value) == [7, 1, 0x602, 4])
        #expect(registers.values[2].fields.map(\.name) == ["START", "DONE", "RUNS"])
        #expect(registers.values[2].fields.map(\.value) == [0, 1, 6])
        #expect(registers.values[0].fields.isEmpty)
        #expect(device.saveState() == before)
        #expect(bench.probe.bus.traffic.map(\.reads) == [0])
    }

    @Test("a field is written alone: fields that a one would clear or start stay as they are")
    func writeField() throws {
        let device = try device()
        bench.probe.write(8, UInt32(0x501))
        let registers = try #require(ModuleRegisters(of: device))
        let control = registers.declarations[2]
        #expect(registers.write(9, to: control.fields[2], of: control) == .ok)
        #expect(device.core.file[.control] == 0x902, "DONE stays")
        #expect(registers.write(1, to: control.fields[1], of: control) == .ok)
        #expect(device.core.file[.control] == 0x900)
        #expect(registers.write(3, to: registers.declarations[3]) == .ok)
        #expect(device.core.file[.limit] == 3)
        #expect(bench.probe.bus.traffic.map(\.writes) == [1])
    }

    @Test("arrays show the elements that differ from their reset value; modules without registers have none")
    func arrays() throws {
        let device = SampleDevice(bench.context("sample"))
        let registers = try #require(ModuleRegisters(of: device))
        #expect(registers.values.map(\.name) == ["WIDE", "CONTROL", "STATUS", "FIFO"])
        device.core.file[.table, at: 2] = 9
        let table = registers.values.first { $0.name == "TABLE" }
        #expect(table?.index == 2 && table?.value == 9)
        #expect(ModuleRegisters(of: bench.probe) == nil)
        #expect(ModuleRegisters(of: bench.router) == nil)
    }
}
