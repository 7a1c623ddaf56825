import TandemBus
import TandemKernel
import TandemTesting
import Testing

/// A core with an example of everything: a 64-bit register in halves, a byte register, an array, a gap, and interleaved
/// arrays far away.
struct SampleCore: RegisterCore {
    enum Register: Int, RegisterName { case wide, control, status, fifo, table, threshold, claim }

    static let schema = SnapshotSchema("sample")
    static let registers = table()

    static func table(
        endianness: Endianness = .little, unassigned: UnassignedPolicy = .error, splits: Bool = true,
        enables: Bool = true
    ) -> RegisterTable<Register> {
        RegisterTable(
            size: 0x40_0000, endianness: endianness, unassigned: unassigned, splitsWideAccesses: splits,
            allowsByteEnables: enables,
            [
                RegisterRow(.wide, "WIDE", offset: 0, width: 8, sizes: [.word, .double], reset: 0x1122_3344_5566_7788),
                RegisterRow(
                    .control, "CONTROL", offset: 8, width: 4, sizes: [.byte, .half, .word],
                    fields: [
                        RegisterField("enable", bit: 0), RegisterField("mode", bits: 4...7, reset: 3),
                        RegisterField("busy", bit: 31, .readOnly, reset: 1),
                    ]),
                RegisterRow(.status, "STATUS", offset: 12, width: 4, .writeOneToClear, reset: 0xff),
                RegisterRow(.fifo, "FIFO", offset: 16, width: 1, .clearOnRead, reset: 0x41),
                RegisterRow(.table, "TABLE", offset: 0x100, width: 4, count: 8),
                RegisterRow(.threshold, "THRESHOLD", offset: 0x20_0000, width: 4, count: 16, stride: 0x1000),
                RegisterRow(.claim, "CLAIM", offset: 0x20_0004, width: 4, count: 16, stride: 0x1000, .clearOnRead),
            ])
    }

    var file = RegisterFile(Self.registers)

    init() {}
    mutating func read(_ register: Register, at index: Int) -> UInt64 { file.read(register, at: index) }
    mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        file.write(register, at: index, value, mask: mask)
    }
    func encode(to writer: inout SnapshotWriter) { file.encode(to: &writer) }
    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        file = try RegisterFile(from: &reader, Self.registers)
    }
}

final class SampleDevice: Module, CatalogModule, BusTarget {
    static let declaration = ModuleDeclaration(
        "sample", category: "test", summary: "A sample", registers: SampleCore.registers.declarations)
    let bus: TargetSocket
    let block: RegisterBlock<SampleCore.Register>
    var core = SampleCore()

    override convenience init(_ context: ModuleContext) { self.init(context, SampleCore.registers) }
    init(_ context: ModuleContext, _ table: RegisterTable<SampleCore.Register>) {
        bus = TargetSocket("bus", context)
        block = RegisterBlock(table)
        super.init(context)
        bus.serve(self)
    }
    func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        block.transport(&transaction, core: &core)
    }
    func debugTransport(_ transaction: inout Transaction) -> Int { block.debugTransport(&transaction, core: core) }
    override func reset(_ phase: ResetPhase) { if case .enter = phase { core = SampleCore() } }
    func saveState() -> ModuleState { ModuleState(core) }
    func restoreState(_ state: ModuleState) throws(SnapshotError) { core = try state.decode(at: path) }
}

@Suite("Register blocks")
struct RegisterBlockTests {
    let bench = SimBench()
    let device: SampleDevice
    var probe: ProbeInitiator { bench.probe }

    init() throws { device = try Self.make(bench, SampleCore.registers) }

    static func make(_ bench: SimBench, _ table: RegisterTable<SampleCore.Register>) throws -> SampleDevice {
        let device = SampleDevice(bench.context("device"), table)
        try bench.map(device.bus, at: 0, size: 0x1000_0000)
        return device
    }

    @Test("a 64-bit register is reached as a whole and in halves")
    func halves() {
        #expect(probe.read(0) as UInt64 == 0x1122_3344_5566_7788)
        #expect(probe.read(0) as UInt32 == 0x5566_7788)
        #expect(probe.read(4) as UInt32 == 0x1122_3344)
        probe.write(4, UInt32(0xaaaa_bbbb))
        #expect(device.core.file[.wide] == 0xaaaa_bbbb_5566_7788)
        probe.read(0, count: 2)
        #expect(probe.response == .burstError)
    }

    @Test("a part of a register is written alone")
    func parts() {
        probe.write(8, UInt8(0xa1))
        #expect(device.core.file[.control] == 0x8000_00a1)
        probe.write(10, UInt16(0xffff))
        #expect(probe.read(8) as UInt32 == 0x8000_00a1)
        #expect(probe.read(11) as UInt8 == 0x80)
    }

    @Test(
        "sizes and alignments that a register does not support are burst errors without side effects",
        arguments: [
            (1, 2), (2, 4), (2, 8), (4, 8), (9, 2), (9, 4), (12, 1), (12, 2), (14, 4), (16, 2), (0x102, 4), (8, 3),
        ])
    func burstErrors(offset: UInt64, count: Int) {
        let before = device.core
        probe.read(offset, count: count)
        #expect(probe.response == .burstError || (offset == 16 && probe.response == .addressError))
        probe.write(offset, bytes: [UInt8](repeating: 0xff, count: count))
        #expect(probe.response.isError && device.core == before)
    }

    @Test("an access across registers is split in ascending order")
    func splitting() {
        #expect(probe.read(8) as UInt64 == 0x0000_00ff_8000_0030)
        #expect(probe.write(8, UInt64(0x0000_000f_0000_0001)) == .ok)
        #expect(device.core.file[.control] == 0x8000_0001 && device.core.file[.status] == 0xf0)
        #expect(probe.read(0, count: 16).count == 16 && probe.response == .ok)
        #expect(probe.write(0x104, bytes: (1...12).map { UInt8($0) }) == .ok)
        #expect(device.core.file[.table, at: 3] == 0x0c0b_0a09)
    }

    @Test("a split access is refused as a whole where one part is illegal")
    func splitRefused() {
        let before = device.core
        #expect(probe.write(12, UInt64.max) == .burstError || probe.response == .addressError)
        #expect(probe.write(0x11c, UInt64(1)).isError)
        #expect(device.core == before)
    }

    @Test("without splitting a wider access is a burst error")
    func noSplitting() throws {
        let bench = SimBench()
        _ = try Self.make(bench, SampleCore.table(splits: false))
        bench.probe.read(8, count: 8)
        #expect(bench.probe.response == .burstError)
    }

    @Test("where there is no register an access is an error or gives zeros, as the table says")
    func unassigned() throws {
        for offset: UInt64 in [0x20, 0x120, 0x20_0008, 0x21_0000, 0x3f_fffc, 0x40_0000] {
            probe.read(offset, count: 4)
            #expect(probe.response == .addressError)
        }
        let bench = SimBench()
        _ = try Self.make(bench, SampleCore.table(unassigned: .zero))
        #expect(bench.probe.read(0x20, count: 4) == [0, 0, 0, 0] && bench.probe.response == .ok)
        #expect(bench.probe.write(0x20_0008, UInt32(1)) == .ok)
        bench.probe.read(0x40_0000, count: 4)
        #expect(bench.probe.response == .addressError, "beyond the block")
        #expect(bench.probe.read(16, count: 4) == [0x41, 0, 0, 0], "a register and the gap behind it")
    }

    @Test("interleaved arrays are found by their stride")
    func interleaved() {
        for context in 0..<16 {
            probe.write(0x20_0000 + UInt64(context) * 0x1000, UInt32(context + 1))
            device.core.file[.claim, at: context] = UInt64(context) << 8
        }
        #expect((0..<16).allSatisfy { device.core.file[.threshold, at: $0] == UInt64($0 + 1) })
        #expect(probe.read(0x20_5004) as UInt32 == 5 << 8)
        #expect(probe.read(0x20_5004) as UInt32 == 0)
        #expect(probe.read(0x20_5000) as UInt64 == 6)
    }

    @Test("byte enables select the bytes that are read and written")
    func byteEnables() throws {
        probe.write(0x100, bytes: [1, 2, 3, 4], byteEnables: [0xff, 0, 0, 0xff])
        #expect(device.core.file[.table] == 0x0400_0001)
        #expect(probe.read(0x100, count: 4, byteEnables: [0, 0, 0, 0xff]) == [0xee, 0xee, 0xee, 4])
        // A register of which no byte is enabled is not read at all.
        _ = probe.read(16, count: 1, byteEnables: [0])
        #expect(device.core.file[.fifo] == 0x41)
        let bench = SimBench()
        _ = try Self.make(bench, SampleCore.table(enables: false))
        bench.probe.read(8, count: 4, byteEnables: [0xff, 0])
        #expect(bench.probe.response == .byteEnableError)
        bench.probe.read(8, count: 4, byteEnables: [0xff])
        #expect(bench.probe.response == .ok)
    }

    @Test("registers do not stream")
    func streaming() {
        probe.read(0x100, count: 8, streamingWidth: 4)
        #expect(probe.response == .burstError)
    }

    @Test("a big-endian block has the most significant byte first")
    func bigEndian() throws {
        let bench = SimBench()
        let device = try Self.make(bench, SampleCore.table(endianness: .big))
        #expect(bench.probe.read(0, count: 8) == [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88])
        #expect(bench.probe.read(0, count: 4) == [0x11, 0x22, 0x33, 0x44])
        bench.probe.write(11, UInt8(0xa1))
        #expect(device.core.file[.control] == 0x8000_00a1)
        bench.probe.write(0x100, bytes: [1, 2, 3, 4], byteEnables: [0xff, 0, 0, 0])
        #expect(device.core.file[.table] == 0x0100_0000)
    }

    @Test("a debug read shows every byte and changes nothing")
    func debugRead() {
        #expect(probe.debugRead(16, count: 1) == [0x41])
        #expect(probe.debugRead(6, count: 4) == [0x22, 0x11, 0x30, 0])
        #expect(probe.debugRead(14, count: 8) == [0, 0, 0x41], "up to the gap")
        #expect(device.core == SampleCore())
        #expect(probe.debugWrite(8, bytes: [1]) == 0 && device.core == SampleCore())
    }

    @Test("the sample conforms")
    func conformance() throws {
        let bench = SimBench()
        let device = SampleDevice(bench.context("device"))
        #expect(try DeviceConformance(device, device.bus, SampleCore.registers, in: bench).checkAll() == [])
        #expect(CoreConformance.checkReset(SampleCore()) == [])
        #expect(CoreConformance.checkSnapshotRoundTrip(SampleCore()) == [])
    }

    @Test("the conformance checks find a core that does not do what its table says")
    func nonconformance() {
        var core = SampleCore()
        core.file[.status] = 1
        #expect(CoreConformance.checkReset(core).count == 1)
        #expect(CoreConformance.checkReset(core, except: [.status]) == [])
    }

    @Test("the table documents itself, in the order of the offsets")
    func documentation() throws {
        let rows = SampleCore.registers.declarations
        #expect(rows.map(\.name) == ["WIDE", "CONTROL", "STATUS", "FIFO", "TABLE", "THRESHOLD", "CLAIM"])
        #expect(rows.map(\.mode) == ["rw", "mixed", "w1c", "rc", "rw", "rw", "rc"])
        #expect(rows[1].fields.map(\.name) == ["enable", "mode", "busy"] && rows[1].resetValue == 0x8000_0030)
    }
}
