import Tandem
import Testing

/// What `docs/concepts/registers.md` shows.
struct RegisterExamples {
    struct DoorCore: StoredRegisterCore {
        enum Register: Int, RegisterName { case control, status, code }

        static let schema = SnapshotSchema("door")
        static let registers = RegisterTable<Register>(
            size: 0x10,
            [
                RegisterRow(
                    .control, "CONTROL", offset: 0x0, width: 4,
                    fields: [RegisterField("OPEN", bit: 0, .writeOnly), RegisterField("ENABLE", bit: 1)]),
                RegisterRow(
                    .status, "STATUS", offset: 0x4, width: 4,
                    fields: [
                        RegisterField("OPENED", bit: 0, .writeOneToClear),
                        RegisterField("TIMES", bits: 8...15, .counter),
                    ]),
                RegisterRow(.code, "CODE", offset: 0x8, width: 4, .writeOnce, reset: 0x1234),
            ])

        var file = RegisterFile(Self.registers)

        mutating func didWrite(_ register: Register, at index: Int, from before: UInt64) {
            guard register == .control, file[.control] & 3 == 3 else { return }
            file[.control] = 2
            file[.status] |= 1
            file.advance(.status)
        }
    }

    final class Door: Module, CatalogModule, BusTarget {
        static let declaration = ModuleDeclaration(
            "door", category: "example", summary: "A door", registers: DoorCore.registers.declarations)
        let bus: TargetSocket
        private let block = RegisterBlock(DoorCore.registers)
        private var core = DoorCore()

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
            core = try state.decode(as: DoorCore.self, at: path)
        }
    }

    @Test("example: a core with hooks and a counter, and its registers by name")
    func door() throws {
        let simulation = Simulation()
        let bus = InitiatorSocket("bus", in: Module(ModuleContext(name: "cpu", parent: simulation.root)))
        let door = Door(ModuleContext(name: "door", parent: simulation.root))
        bus.bind(to: door.bus)
        try simulation.elaborate()
        var delay = SimTime.zero
        for _ in 0..<2 { try bus.write(UInt32(3), at: 0, delay: &delay) }
        try bus.write(UInt32(0x1111), at: 8, delay: &delay)
        try bus.write(UInt32(0x2222), at: 8, delay: &delay)
        #expect(try bus.read(UInt32.self, at: 8, delay: &delay) == 0x1111)

        guard let registers = ModuleRegisters(of: door) else { return }
        #expect(registers.values.map(\.name) == ["CONTROL", "STATUS", "CODE"])
        #expect(registers.values[1].fields.map(\.value) == [1, 2])  // OPENED, TIMES
    }
}

extension RegisterExamples.DoorCore {
    func encode(to writer: inout SnapshotWriter) { file.encode(to: &writer) }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        file = try RegisterFile(from: &reader, Self.registers)
    }
}
