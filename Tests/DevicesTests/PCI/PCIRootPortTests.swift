import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemDevices

/// The slot of a root port, as software and monitors use it.
@Suite struct PCIRootPortTests {
    /// A root port at 03.0 with the bus 1 behind it, open for memory at 0x41000000 and for masters.
    private struct World {
        let base: PCIBench
        let port: PCIRootPort
        static let window: UInt64 = 0x4100_0000

        init(_ properties: PropertyValues = [:]) throws {
            base = try PCIBench()
            var properties = properties
            properties.set("addr", .string("3"))
            port = try base.bench.make(PCIRootPort.self, "rp0", properties)
        }

        func start() throws {
            try base.bench.simulation.elaborate()
            base.bench.run(for: .nanoseconds(1))
            open()
        }

        /// One that runs with a device in its slot.
        static func occupied() throws -> (world: World, device: NewDevice) {
            let world = try World()
            let device = try world.make("new")
            try world.start()
            return (world, device)
        }

        func open() {
            base.write(3, 0x18, UInt32(0x0001_0100))
            base.write(3, 0x20, UInt32(0x4100_4100))
            base.write(3, 4, UInt16(7))
        }

        func make(_ name: String, _ properties: PropertyValues = [:]) throws(ElaborationError) -> NewDevice {
            var properties = properties
            properties.set("bus", .link(ModulePath("rp0")))
            return try base.bench.make(NewDevice.self, name, properties)
        }

        @discardableResult
        func plug(_ name: String, _ properties: PropertyValues = [:]) throws(ElaborationError) -> NewDevice {
            try base.bench.simulation.plug { () throws(ElaborationError) in try make(name, properties) }
        }

        func unplug(_ device: NewDevice) { base.bench.simulation.unplug(device) }

        /// Has the device behind at its window, open for memory and as a master.
        func openDevice() {
            base.write(0, 0x10, UInt32(Self.window), bus: 1)
            enableDevice()
        }

        func enableDevice() { base.write(0, 4, UInt16(6), bus: 1) }

        /// Says what the device behind is to move, from its buffer or to it: so many bytes at the start of main memory.
        func prepareTransfer(_ count: UInt32) {
            base.bench.probe.write(Self.window + 0x10, UInt64(0x8000_0000))
            base.bench.probe.write(Self.window + 0x20, count)
        }

        /// What the first word of the configuration space of a device behind says.
        var identity: UInt32 { base.read(0, 0, bus: 1) }
        var status: UInt16 { base.read(3, 0x7a) }
        var isLinkUp: Bool { base.read(3, 0x72, as: UInt16.self) & 0x2000 != 0 }
        func control(_ value: UInt16) { base.write(3, 0x78, value) }
        func acknowledge() { base.write(3, 0x7a, UInt16(0x11f)) }
        /// INTA of 03.0.
        var line: RecordingLine { base.lines[3] }
    }

    /// Everything enabled, power on.
    private let enabled: UInt16 = 0x1039 | 0x100

    @Test("the slot has button, indicators, power controller and surprise, and its number")
    func capabilities() throws {
        let world = try World(["slot": .unsigned(7)])
        try world.start()
        #expect(world.base.read(3, 0, as: UInt32.self) == 0x000c_1b36)
        #expect(world.base.read(3, 0x62, as: UInt16.self) == 0x142)
        #expect(world.base.read(3, 0x74, as: UInt32.self) == 7 << 19 | 0x7b)
        #expect(world.status == 0 && !world.isLinkUp && world.identity == .max)
        let other = try World(["hotplug": .bool(false)])
        _ = try other.make("new")
        try other.start()
        #expect(other.base.read(3, 0x74, as: UInt32.self) == 0)
        #expect(other.isLinkUp && other.identity == 0x0001_1337)
    }

    @Test("a device that comes is present at once, tells software, and works")
    func comes() throws {
        let world = try World()
        try world.start()
        world.control(enabled)
        #expect(world.status == 0x10 && world.line.level)
        world.acknowledge()
        #expect(!world.line.level)
        let device = try world.plug("new")
        #expect(device.address == PCIAddress(device: 0))
        #expect(world.status == 0x148 && world.isLinkUp && world.line.level)
        world.acknowledge()
        #expect(world.status == 0x40 && !world.line.level && world.identity == 0x0001_1337)
        world.openDevice()
        let probe = world.base.bench.probe
        #expect(probe.read(World.window, as: UInt32.self) == 0x3156_444e)
        // A transfer through the port, and no more without its Bus Master Enable.
        probe.write(0x8000_0000, UInt32(0x1234_5678))
        world.prepareTransfer(4)
        probe.write(World.window + 8, UInt32(1))
        world.base.bench.run(for: .microseconds(1))
        #expect(probe.read(World.window + 0x1000, as: UInt32.self) == 0x1234_5678)
        world.base.write(3, 4, UInt16(3))
        probe.write(World.window + 8, UInt32(1))
        world.base.bench.run(for: .microseconds(1))
        #expect(probe.read(World.window + 4, as: UInt32.self) == 4)
    }

    @Test("software that listens is asked, and the device goes when power and indicator are off")
    func goes() throws {
        let (world, device) = try World.occupied()
        #expect(world.status == 0x40 && world.isLinkUp)
        world.control(enabled)
        world.acknowledge()
        #expect(try !world.port.release(device))
        #expect(world.status == 0x41 && world.line.level && world.identity == 0x0001_1337)
        let error = #expect(throws: ElaborationError.self) { try world.port.release(device) }
        #expect(error.map { "\($0)" }?.contains("has been asked to let go of it") == true)
        #expect(world.port.slotState?.leaving == ["new"])
        world.acknowledge()
        // Blinking, then off: first the power, then the light.
        world.control(0x1039 | 0x200)
        world.control(0x1039 | 0x600)
        #expect(world.identity == .max && !world.isLinkUp && world.status & 0x40 != 0)
        #expect(world.base.bench.simulation.takeDeparting().isEmpty)
        world.control(0x1039 | 0x700)
        #expect(world.status & 0x48 == 8 && device.bus == nil && device.address == nil)
        #expect(world.base.bench.simulation.takeDeparting().map(\.path) == ["new"])
        world.unplug(device)
        world.acknowledge()
        #expect(world.status == 0 && !world.line.level)
        // The slot takes another one, which works as soon as it has power.
        try world.plug("other")
        #expect(world.identity == .max && world.status & 8 != 0)
        world.control(enabled)
        #expect(world.identity == 0x0001_1337 && world.isLinkUp)
    }

    @Test(
        "where nobody listens a device is pulled out at once, in the middle of its transfer, line and regions included")
    func surprise() throws {
        let (world, device) = try World.occupied()
        world.openDevice()
        let probe = world.base.bench.probe
        world.prepareTransfer(4096)
        probe.write(World.window + 0xc, UInt32(1))
        probe.write(World.window + 8, UInt32(5))
        world.base.bench.run(for: .microseconds(2))
        #expect(world.line.level)
        #expect(try world.port.release(device))
        world.unplug(device)
        #expect(!world.line.level && world.identity == .max)
        #expect(probe.read(World.window, as: UInt32.self) == .max)
        world.base.bench.run(for: .microseconds(9))
        #expect(world.base.bench.simulation.failure == nil)
        // And back at once.
        try world.plug("new")
        #expect(world.identity == 0x0001_1337 && world.base.read(0, 4, bus: 1, as: UInt16.self) == 0)
    }

    @Test("without power a device keeps nothing, answers nothing and accesses nothing")
    func power() throws {
        let (world, device) = try World.occupied()
        world.openDevice()
        #expect(device.isBusMaster)
        world.control(0x400)
        #expect(world.identity == .max && !device.isBusMaster)
        #expect(world.base.bench.probe.read(World.window, as: UInt32.self) == .max)
        world.enableDevice()
        world.control(0)
        #expect(world.identity == 0x0001_1337 && world.base.read(0, 4, bus: 1, as: UInt16.self) == 0)
    }

    @Test("a reset takes the device that was asked for along; a snapshot goes on waiting for software")
    func snapshot() throws {
        let (world, device) = try World.occupied()
        world.control(enabled)
        world.acknowledge()
        #expect(try !world.port.release(device))
        let saved = try world.base.bench.simulation.save()
        world.control(enabled | 0x400)
        try world.base.bench.simulation.restore(saved)
        #expect(try world.base.bench.simulation.save() == saved)
        #expect(world.port.slotState == PCISlotState(number: 0, isOccupied: true, hasPower: true, leaving: ["new"]))
        #expect(world.status == 0x41 && world.line.level && world.identity == 0x0001_1337)
        world.base.bench.simulation.reset()
        #expect(world.base.bench.simulation.takeDeparting().map(\.path) == ["new"])
        world.open()
        #expect(world.status == 0 && world.identity == .max && !world.line.level)
    }

    @Test("a slot and a bus refuse what cannot be plugged in, and say where it could")
    func refusals() throws {
        func expect(_ text: String, _ body: () throws(ElaborationError) -> Void) {
            let error = #expect(throws: ElaborationError.self) { try body() }
            #expect(error.map { "\($0)" }?.contains(text) == true, "\(error.map { "\($0)" } ?? "")")
        }
        let world = try World()
        _ = try world.make("new")
        try world.start()
        let bench = world.base.bench
        expect("there is no free device on the bus of “rp0”") { () throws(ElaborationError) in try world.plug("two") }
        expect("leads to one device, and “addr” asks for 01.0") { () throws(ElaborationError) in
            try world.plug("two", ["addr": .string("1")])
        }
        expect("the bus “pci” lets nothing come or go while the machine exists") { () throws(ElaborationError) in
            _ = try bench.simulation.plug { () throws(ElaborationError) in try bench.make(NewDevice.self, "two") }
        }
        #expect(bench.simulation.root.find("two") == nil)
        try world.plug("two", ["addr": .string("0.1")])
        #expect(world.base.read(0, 0x0e, bus: 1, as: UInt8.self) == 0x80)

        let fixed = try World(["hotplug": .bool(false)])
        try fixed.start()
        expect("the bus “rp0” lets nothing come or go") { () throws(ElaborationError) in try fixed.plug("new") }
        let inner = try World()
        _ = try inner.base.bench.make(PCIBridge.self, "bridge", ["addr": .string("5")])
        _ = try inner.base.bench.make(PCIRootPort.self, "deep", ["bus": .link(ModulePath("bridge"))])
        expect("a root port stands on the bus of a host bridge") { () throws(ElaborationError) in
            try inner.base.bench.simulation.elaborate()
        }
    }
}
