import Tandem
import Testing

/// What `docs/concepts/routers.md` and `docs/concepts/direct-memory.md` show.
struct RouterExamples {
    @Test("example: two memories behind one router, one of them seen twice")
    func map() throws {
        let simulation = Simulation()
        let top = simulation.root
        let cpu = Module(ModuleContext(name: "cpu", parent: top))
        let bus = InitiatorSocket("bus", in: cpu)
        let router = Router(ModuleContext(name: "router", parent: top, properties: ["latency": .time(.nanoseconds(2))]))
        let ram = try Ram(ModuleContext(name: "ram", parent: top, properties: ["size": .size(.kibibytes(64))]))
        let scratch = try Ram(ModuleContext(name: "scratch", parent: top, properties: ["size": .size(4096)]))
        bus.bind(to: router.in)
        try router.map(Region(start: 0x1000, size: 0x1000, target: scratch.bus))
        try router.map(Region(start: 0x8000_0000, size: 0x1_0000, target: ram.bus, name: "ram"))
        try router.map(Region(start: 0xC000_0000, size: 0x1000, target: ram.bus, offset: 0xF000, name: "ram's end"))
        try simulation.elaborate()

        var delay = SimTime.zero
        try bus.write(UInt32(7), at: 0x8000_F010, delay: &delay)
        #expect(try bus.read(UInt32.self, at: 0xC000_0010, delay: &delay) == 7)
        #expect(delay == .nanoseconds(4))  // the router's latency, twice
        #expect(throws: AccessError.self) { try bus.read(UInt8.self, at: 0x5000, delay: &delay) }
    }

    @Test("example: direct memory is clipped by the router, and counts like any access")
    func direct() throws {
        let simulation = Simulation()
        let top = simulation.root
        let cpu = Module(ModuleContext(name: "cpu", parent: top))
        let bus = InitiatorSocket("bus", in: cpu)
        let router = Router(ModuleContext(name: "router", parent: top))
        let ram = try Ram(ModuleContext(name: "ram", parent: top, properties: ["size": .size(.kibibytes(64))]))
        bus.bind(to: router.in)
        try router.map(Region(start: 0x8000_0000, size: 0x1000, target: ram.bus))
        try simulation.elaborate()

        guard let grant = bus.directMemory(at: 0x8000_0010, for: .write) else { return }
        #expect(grant.start == 0x8000_0000)
        #expect(grant.end == 0x8000_0FFF)  // what is visible of the memory's 64 KiB

        var delay = SimTime.zero
        var value: UInt32 = 7
        if grant.contains(0x8000_0020, count: 4) {
            grant.write(at: 0x8000_0020, from: &value, count: 4, delay: &delay)
        }
        #expect(ram.bytes(at: 0x20, count: 4) == [7, 0, 0, 0])
        #expect(bus.traffic.map(\.writeBytes) == [4])
    }
}
