import Tandem
import Testing

/// What `docs/concepts/memory-map.md` shows.
struct MemoryMapExamples {
    final class Device: Module, BusTarget {
        let bus: TargetSocket

        override init(_ context: ModuleContext) {
            bus = TargetSocket("bus", context)
            super.init(context)
            bus.serve(self)
        }

        func transport(_ transaction: inout Transaction, delay: inout SimTime) { transaction.response = .ok }
    }

    @Test("example: a container, an alias, and the map as it is declared and seen")
    func map() throws {
        let simulation = Simulation()
        let top = simulation.root
        let bus = InitiatorSocket("bus", in: Module(ModuleContext(name: "cpu", parent: top)))
        let router = Router(ModuleContext(name: "router", parent: top))
        bus.bind(to: router.in)
        let ram = try Ram(ModuleContext(name: "ram", parent: top, properties: ["size": .size(.kibibytes(64))]))
        let device = Device(ModuleContext(name: "device", parent: top))
        let group = Container(ModuleContext(name: "group", parent: top))
        let low = Alias(
            ModuleContext(
                name: "low", parent: top, properties: ["size": .size(.kibibytes(4)), "offset": .unsigned(0x8000)]))

        try group.map(Region(start: 0x0, size: 0x100, target: device.bus))
        try low.of.bind(to: ram.bus)
        try router.map(Region(start: 0x1000_0000, size: 0x1000, target: group.in))
        try router.map(Region(start: 0x8000_0000, size: 0x1_0000, target: ram.bus))
        try router.map(Region(start: 0, size: 0x1000, target: low.in, priority: -1))
        try simulation.elaborate()

        let space = AddressSpace.all(of: simulation)[0]
        #expect(space.tree.children.map(\.kind) == [.alias, .container, .ram])
        #expect(space.flat.map(\.name) == ["ram", "device", "ram"])
        #expect(space.flat.map(\.start) == [0, 0x1000_0000, 0x8000_0000])
    }

    final class Remapper: Module, AddressTranslator {
        let input: TargetSocket
        let output: PassingSocket
        private var translation: Translation?
        /// Where the addresses from 0 to 0xFFFF lead.
        var base: UInt64 = 0x8000_0000 { didSet { translation?.invalidate() } }

        override init(_ context: ModuleContext) {
            input = TargetSocket("in", context)
            output = PassingSocket("out", context)
            super.init(context)
            translation = Translation(from: input, to: output, by: self)
        }

        func translate(_ address: UInt64, _ attributes: Attributes) -> TranslatedWindow? {
            guard address <= 0xFFFF else { return nil }
            let isMachine = attributes.privilege == 3
            // What depends on the privilege of an access must be asked each time.
            return TranslatedWindow(0...0xFFFF, to: base, allowsWrite: isMachine, allowsDirectMemory: false)
        }

        func translationFailed(_ fault: TranslationFault, delay: SimTime) {}
    }

    @Test("example: a translation of one's own")
    func translation() throws {
        let simulation = Simulation()
        let top = simulation.root
        let bus = InitiatorSocket("bus", in: Module(ModuleContext(name: "cpu", parent: top)))
        let remapper = Remapper(ModuleContext(name: "remapper", parent: top))
        let router = Router(ModuleContext(name: "router", parent: top))
        let ram = try Ram(ModuleContext(name: "ram", parent: top, properties: ["size": .size(.kibibytes(64))]))
        bus.bind(to: remapper.input)
        try remapper.output.bind(to: router.in)
        try router.map(Region(start: 0x9000_0000, size: 0x1_0000, target: ram.bus))
        try simulation.elaborate()

        remapper.base = 0x9000_0000
        var delay = SimTime.zero
        try bus.write(UInt32(7), at: 0x10, delay: &delay)
        #expect(ram.bytes(at: 0x10, count: 1) == [7])
        #expect(bus.traffic.map(\.target) == ["ram"])
        #expect(throws: AccessError.self) { try bus.read(UInt8.self, at: 0x1_0000, delay: &delay) }
    }
}
