import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

/// Both domains of an APLIC, its wires, and its messages to IMSICs.
@Suite struct APLICTests {
    private final class Receiver: Module, CatalogModule, InterruptMessageReceiver {
        static let declaration = ModuleDeclaration("receiver", category: "test", summary: "For tests")

        struct Message: Equatable {
            var identity: UInt32
            var level: InterruptLevel
            var time: SimTime
        }
        var messages: [Message] = []

        func messageArrived(_ identity: UInt32, at level: InterruptLevel, at time: SimTime) {
            messages.append(Message(identity: identity, level: level, time: time))
        }

        func saveState() -> ModuleState { .stateless }
        func restoreState(_ state: ModuleState) {}
    }

    private static let machine: UInt64 = 0xc00_0000
    private static let supervisor: UInt64 = 0xd00_0000

    private struct World {
        let bench = SimBench()
        let aplic: APLIC
        let harts: [Receiver]
        /// Records what is written to a given address.
        let target: RecordingTarget?

        init(messages: Bool, targetAt address: UInt64? = nil) throws {
            target = address == nil ? nil : RecordingTarget(bench.context("target"))
            if let target, let address { try bench.map(target.bus, at: address, size: 4, priority: 1) }
            if messages {
                let imsic = try bench.make(IMSIC.self, "imsic", ["harts": .integer(2)])
                try bench.map(imsic.machine, at: 0x2400_0000, size: 0x2000, name: "machine")
                try bench.map(imsic.supervisor, at: 0x2800_0000, size: 0x2000, name: "supervisor")
                harts = [Receiver(bench.context("cpu0")), Receiver(bench.context("cpu1"))]
                for (index, hart) in harts.enumerated() { try imsic.attach(hart, hart: UInt64(index)) }
            } else {
                harts = []
            }
            aplic = try bench.make(
                APLIC.self, "aplic",
                messages ? ["harts": .integer(2), "imsic": .link("imsic")] : ["harts": .integer(2)])
            (aplic.port(named: "msi") as? InitiatorSocket)?.bind(to: bench.router.in)
            try bench.map(aplic.machine, at: APLICTests.machine, size: 0x8000, name: "aplic-machine")
            try bench.map(aplic.supervisor, at: APLICTests.supervisor, size: 0x8000, name: "aplic-supervisor")
            try bench.simulation.elaborate()
        }

        func write(_ address: UInt64, _ value: UInt32) {
            bench.probe.delay = .zero
            bench.probe.write(address, value)
        }

        func read(_ address: UInt64) -> UInt32 {
            bench.probe.delay = .zero
            return bench.probe.read(address, as: UInt32.self)
        }

        func input(_ source: Int) throws -> LineInput {
            try #require(aplic.port(named: "source\(source)") as? LineInput)
        }

        func level(_ name: String) throws -> Bool { try #require(aplic.port(named: name) as? LineOutput).level }

        /// Delegates source 10 and has it be level-sensitive in the child, for hart 1.
        func delegate(mode: UInt32 = 6, target: UInt32 = 1 << 18 | 3) {
            write(APLICTests.machine + 4 * 10, 0x400)
            write(APLICTests.supervisor + 4 * 10, mode)
            write(APLICTests.supervisor + 0x3000 + 4 * 10, target)
            write(APLICTests.supervisor + 0x1edc, 10)
            write(APLICTests.supervisor, 0x100)
        }
    }

    @Test("a source that the root delegates signals the harts of the child, until it is claimed and falls")
    func direct() throws {
        let world = try World(messages: false)
        world.write(Self.supervisor + 4 * 10, 6)
        #expect(world.read(Self.supervisor + 4 * 10) == 0, "it is not delegated yet")
        world.delegate()
        world.write(Self.supervisor + 0x4020, 1)
        try world.input(10).set(true, at: .zero)
        #expect(try world.level("seip1") && !world.level("seip0") && !world.level("meip1"))
        #expect(world.read(Self.supervisor + 0x403c) == 10 << 16 | 3)
        #expect(try world.level("seip1") && world.input(10).claimed == 1, "a level stays pending")
        try world.input(10).set(false, at: .zero)
        #expect(try !world.level("seip1") && world.read(Self.supervisor + 0x403c) == 0)
        // Taken back, it is the root's, and what the child knew is gone.
        try world.input(10).set(true, at: .zero)
        world.write(Self.machine + 4 * 10, 6)
        #expect(world.read(Self.supervisor + 4 * 10) == 0 && world.read(Self.supervisor + 0x1e00) == 0)
        world.write(Self.machine + 0x1edc, 10)
        world.write(Self.machine + 0x3000 + 4 * 10, 1)
        world.write(Self.machine + 0x4000, 1)
        world.write(Self.machine, 0x100)
        #expect(try world.level("meip0") && !world.level("seip1"))
    }

    @Test("a trace tells accesses to the registers of both domains, each by its socket")
    func trace() throws {
        let world = try World(messages: false)
        let sink = RecordingTraceSink()
        world.bench.simulation.trace.sink = sink
        try world.bench.simulation.trace.set("bus.register", true)
        for domain in [Self.machine, Self.supervisor] { world.write(domain, 0x100) }
        #expect(sink.records.map(\.place) == ["aplic.machine", "aplic.supervisor"])
        #expect(sink.records.allSatisfy { $0.values[2] == .text("domaincfg") && $0.values[3] == .number(0x100) })
    }

    @Test("a source leaves as a message to the page of its hart, 50 ns later, and once for each rise")
    func messages() throws {
        let world = try World(messages: true)
        world.write(Self.machine + 0x1bc0, 0x24000)
        world.write(Self.machine + 0x1bc4, 0x1000)
        world.write(Self.machine + 0x1bc8, 0x28000)
        world.delegate(target: 1 << 18 | 77)
        try world.input(10).set(true, at: .zero)
        world.bench.run(for: .microseconds(1))
        #expect(world.harts[1].messages == [.init(identity: 77, level: .supervisor, time: .nanoseconds(50))])
        #expect(world.harts[0].messages.isEmpty)
        #expect(world.read(Self.supervisor + 0x1c00) == 0)
        // Software asks again while the wire is high, and again when it is not (§4.9.2).
        world.write(Self.supervisor + 0x2000, 10)
        world.bench.run(for: .microseconds(1))
        #expect(world.harts[1].messages.count == 2)
        try world.input(10).set(false, at: world.bench.now)
        world.write(Self.supervisor + 0x2000, 10)
        world.bench.run(for: .microseconds(1))
        #expect(world.harts[1].messages.count == 2)
    }

    @Test("genmsi sends a message of its own behind all others, and is busy until then (§4.5.15)")
    func extempore() throws {
        let world = try World(messages: true)
        world.write(Self.machine + 0x1bc0, 0x24000)
        world.write(Self.machine + 0x1bc4, 0x1000)
        world.write(Self.machine + 4 * 3, 4)
        world.write(Self.machine + 0x3000 + 4 * 3, 5)
        world.write(Self.machine + 0x1edc, 3)
        world.write(Self.machine, 0x100)
        world.write(Self.machine + 0x3000, 9)
        #expect(world.read(Self.machine + 0x3000) == 0x1009)
        try world.input(3).set(true, at: .zero)
        world.bench.run(for: .microseconds(1))
        #expect(world.read(Self.machine + 0x3000) == 9)
        #expect(world.harts[0].messages.map(\.identity) == [5, 9])
        #expect(world.harts[0].messages.allSatisfy { $0.level == .machine })
    }

    @Test(
        "a page's number is made of base, group and index (§4.9.1)",
        arguments: [
            // base, shift of the index, bits of it, bits of the group, its shift, hart index, address
            (0x24000, 0, 1, 0, 0, 1, 0x2400_1000), (0x24000, 3, 4, 0, 0, 9, 0x2404_8000),
            (0x24000, 0, 2, 1, 4, 6, 0x3400_2000), (0x24000, 0, 0, 0, 0, 1, 0x2400_0000),
        ] as [(UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt64)])
    func addresses(
        base: UInt32, shift: UInt32, bits: UInt32, groupBits: UInt32, groupShift: UInt32, hart: UInt32, address: UInt64
    ) throws {
        let world = try World(messages: true, targetAt: address)
        world.write(Self.machine + 0x1bc0, base)
        world.write(Self.machine + 0x1bc4, groupShift << 24 | shift << 20 | groupBits << 16 | bits << 12)
        world.write(Self.machine + 0x3000, hart << 18 | 21)
        world.bench.run(for: .microseconds(1))
        #expect(world.target?.accesses.count == 1)
    }

    @Test("state, delivery and messages on their way survive a snapshot", arguments: [false, true])
    func snapshot(messages: Bool) throws {
        func world() throws -> World {
            let world = try World(messages: messages)
            world.write(Self.machine + 0x1bc8, 0x28000)
            world.write(Self.machine + 0x1bc4, 0x1000)
            world.delegate()
            world.write(Self.supervisor + 0x4020, 1)
            try world.input(10).set(true, at: .zero)
            return world
        }
        let first = try world()
        let saved = try first.bench.simulation.save()
        let second = try World(messages: messages)
        try second.bench.simulation.restore(saved)
        #expect(try second.bench.simulation.save() == saved)
        second.bench.run(for: .microseconds(1))
        if messages {
            #expect(second.harts[1].messages == [.init(identity: 3, level: .supervisor, time: .nanoseconds(50))])
        } else {
            #expect(try second.level("seip1") && second.read(Self.supervisor + 0x403c) == 10 << 16 | 3)
        }
    }

    @Test("a snapshot of another size or another delivery is refused")
    func otherSnapshot() throws {
        let (direct, messages) = (try World(messages: false), try World(messages: true))
        #expect(throws: SnapshotError.self) { try direct.aplic.restoreState(messages.aplic.saveState()) }
        #expect(throws: SnapshotError.self) { try messages.aplic.restoreState(direct.aplic.saveState()) }
    }

    @Test("a reset forgets everything but the wires")
    func reset() throws {
        let world = try World(messages: false)
        world.delegate()
        world.write(Self.supervisor + 0x4020, 1)
        try world.input(10).set(true, at: .zero)
        for phase in [ResetPhase.enter(.warm), .hold, .exit] { world.aplic.reset(phase) }
        #expect(try !world.level("seip1") && world.read(Self.supervisor) == 0x8000_0000)
        world.delegate()
        world.write(Self.supervisor + 0x4020, 1)
        #expect(try world.level("seip1"), "the wire is high as before")
    }

    @Test("an “imsic” that is none is refused with what is expected")
    func noController() throws {
        let bench = SimBench()
        let aplic = try bench.make(APLIC.self, "aplic", ["imsic": .link("probe")])
        (aplic.port(named: "msi") as? InitiatorSocket)?.bind(to: bench.router.in)
        let error = #expect(throws: ElaborationError.self) { try bench.simulation.elaborate() }
        #expect(error?.description.contains("receives no interrupts as messages") == true)
    }
}
