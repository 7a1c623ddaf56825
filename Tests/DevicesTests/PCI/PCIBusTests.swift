import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemDevices

@Suite struct PCIBusTests {
    /// A host bridge with a function at 04.0.
    private func world() throws -> (PCIBench, PCISample) {
        let world = try PCIBench()
        let sample = try world.bench.make(PCISample.self, "sample", ["addr": .string("4")])
        try world.bench.simulation.elaborate()
        return (world, sample)
    }

    @Test("the configuration spaces stand side by side, and where no function answers there are ones")
    func scan() throws {
        let (world, _) = try world()
        #expect(world.read(0, 0, as: UInt32.self) == 0x0008_1b36)
        #expect(world.read(4, 0, as: UInt32.self) == 0x0002_1337)
        #expect(world.read(3, 0, as: UInt32.self) == .max)
        #expect(world.read(4, 0, bus: 7, as: UInt32.self) == .max)
        #expect(world.read(0, 9, as: UInt16.self) == 0)
        #expect(world.read(0, 10, as: UInt16.self) == 0x0600)
        #expect(world.bench.probe.response == .ok)
        // Bytes 0x100 to 0xfff belong to PCI Express.
        #expect(world.read(4, 0x100, as: UInt64.self) == .max)
        world.bench.probe.read(world.place(4, 0xffe), count: 4)
        #expect(world.bench.probe.response == .addressError)
        world.bench.probe.read(world.place(4, 0), count: 3)
        #expect(world.bench.probe.response == .burstError)
        #expect(world.bench.probe.debugRead(world.place(4, 0), count: 4) == [0x37, 0x13, 0x02, 0x00])
    }

    @Test("CONFIG_ADDRESS and CONFIG_DATA reach the same spaces")
    func ports() throws {
        let (world, _) = try world()
        let probe = world.bench.probe
        #expect(probe.read(PCIBench.config + 4, as: UInt32.self) == .max)
        probe.write(PCIBench.config, UInt32(0x8000_2000))
        #expect(probe.read(PCIBench.config, as: UInt32.self) == 0x8000_2000)
        #expect(probe.read(PCIBench.config + 4, as: UInt32.self) == 0x0002_1337)
        #expect(probe.read(PCIBench.config + 6, as: UInt16.self) == 2)
        probe.write(PCIBench.config, UInt32(0xffff_20ff))
        #expect(probe.read(PCIBench.config, as: UInt32.self) == 0x80ff_20fc)
        // Other sizes do not reach CONFIG_ADDRESS.
        probe.write(PCIBench.config, UInt16(0))
        #expect(probe.read(PCIBench.config, as: UInt32.self) == 0x80ff_20fc)
        probe.write(PCIBench.config, UInt32(0x8000_203c))
        probe.write(PCIBench.config + 4, UInt8(0x5a))
        #expect(world.read(4, 0x3c, as: UInt8.self) == 0x5a)
    }

    @Test("regions appear where software puts them, move, vanish, and end no other")
    func regions() throws {
        let (world, _) = try world()
        let probe = world.bench.probe
        world.write(4, 0x10, UInt32(0x4000_0000))
        world.write(4, 0x14, UInt32(0x1000))
        world.write(4, 0x18, UInt64(0x4_0000_0000))
        #expect(probe.read(0x4000_0000, as: UInt32.self) == .max)
        world.write(4, 4, UInt16(3))
        probe.write(0x4000_0010, UInt32(0x1234))
        probe.write(PCIBench.io + 0x1000, UInt8(0x77))
        probe.write(0x4_0000_0ffc, UInt32(0x5678))
        #expect(probe.response == .ok)
        #expect(probe.read(0x4000_0010, as: UInt32.self) == 0x1234)
        world.write(4, 0x10, UInt32(0x7fff_f000))
        #expect(probe.read(0x4000_0010, as: UInt32.self) == .max)
        #expect(probe.read(0x7fff_f010, as: UInt32.self) == 0x1234)
        #expect(probe.read(PCIBench.io + 0x1000, as: UInt8.self) == 0x77)
        #expect(probe.read(0x4_0000_0ffc, as: UInt32.self) == 0x5678)
        world.write(4, 4, UInt16(2))
        #expect(probe.read(PCIBench.io + 0x1000, as: UInt8.self) == 0xff)
        world.write(4, 4, UInt16(0))
        #expect(probe.read(0x7fff_f010, as: UInt32.self) == .max)
    }

    @Test(
        "of regions that overlap the lowest address is seen, and no place of a region hurts anybody",
        arguments: [
            0, 0x1000, 0x4000_0000, 0x7fff_f000, 0x8000_0000, 0xffff_f000,
        ] as [UInt64])
    func overlap(place: UInt64) throws {
        let world = try PCIBench()
        for index in 1...3 { _ = try world.bench.make(PCISample.self, "sample\(index)") }
        try world.bench.simulation.elaborate()
        for device in UInt8(1)...3 {
            world.write(device, 4, UInt16(7))
            world.write(device, 0x10, UInt32(truncatingIfNeeded: place))
            world.write(device, 0x14, UInt32(truncatingIfNeeded: place) | 1)
            world.write(device, 0x18, place << 32 | place)
            world.write(device, 0x20, UInt32(truncatingIfNeeded: place))
        }
        let probe = world.bench.probe
        #expect(probe.read(0x8000_0000, as: UInt32.self) == 0)
        #expect(probe.response == .ok)
        guard 0x4000_0000..<0x8000_0000 ~= place else { return }
        for device in UInt8(1)...3 {
            probe.write(place, UInt32(device))
            #expect(probe.read(place, as: UInt32.self) == UInt32(device))
            // The next one comes to light with what it was told before: nothing.
            world.write(device, 4, UInt16(0))
            #expect(probe.read(place, as: UInt32.self) == (device < 3 ? 0 : .max))
        }
    }

    @Test(
        "a pin arrives at the line that the device number says, until software disables it or enables messages"
    )
    func pins() throws {
        let world = try PCIBench()
        let samples = try (4...6).map {
            try world.bench.make(PCISample.self, "sample\($0)", ["addr": .string("\($0)")])
        }
        let lines = world.lines
        try world.bench.simulation.elaborate()
        for (index, sample) in samples.enumerated() {
            sample.setInterrupt(true, at: .nanoseconds(UInt64(index)))
        }
        #expect(lines.map(\.level) == [true, true, true, false])
        #expect(world.read(4, 6, as: UInt16.self) & 8 == 8)
        world.write(4, 4, UInt16(0x400))
        #expect(lines.map(\.level) == [false, true, true, false])
        #expect(world.read(4, 6, as: UInt16.self) & 8 == 8)
        world.write(4, 4, UInt16(0))
        #expect(lines[0].level)
        // MSI enabled.
        world.write(5, 0x48 + 2, UInt16(1))
        #expect(!lines[1].level)
        samples[2].setInterrupt(false, at: .zero)
        #expect(lines.map(\.level) == [true, false, false, false])
    }

    @Test(
        "without Bus Master Enable an access gets an address error; with it, it is counted under the function's name"
    )
    func masters() throws {
        let (world, sample) = try world()
        #expect(sample.send(0x55, to: 0x8000_0000) == .addressError)
        #expect(world.ram.bytes(at: 0, count: 1) == [0])
        world.write(4, 4, UInt16(4))
        #expect(sample.send(0x55, to: 0x8000_0000) == .ok)
        #expect(world.ram.bytes(at: 0, count: 1) == [0x55])
        let rows = BusDirectory.of(world.bench.simulation).traffic.filter { $0.initiator == "sample" }
        #expect(rows.map(\.writeBytes).reduce(0, +) >= 4)
        #expect(rows.first { $0.target == "ram" }?.writeBytes == 4)
        // Nobody is there.
        #expect(sample.send(0x55, to: 0x1_0000_0000) == .addressError)
        #expect(world.read(4, 6, as: UInt16.self) & 0x2000 != 0)
        world.write(4, 0x44, UInt8(3))
        #expect(sample.send(0x66, to: 0x8000_0000) == .addressError)
    }

    @Test(
        "an MSI is a write of the vector, held back by its mask and dropped when messages are turned off"
    )
    func messages() throws {
        let (world, sample) = try world()
        world.write(4, 4, UInt16(4))
        world.write(4, 0x4c, UInt64(0x8000_0100))
        world.write(4, 0x54, UInt16(0x40))
        world.write(4, 0x58, UInt32(0b10))
        world.write(4, 0x4a, UInt16(0x21))
        func words() -> UInt32 { world.bench.probe.read(0x8000_0100) }
        sample.signal(1, at: world.bench.now)
        world.bench.run(for: .microseconds(1))
        #expect(words() == 0)
        #expect(world.read(4, 0x5c, as: UInt32.self) == 0b10)
        world.write(4, 0x58, UInt32(0))
        world.bench.run(for: .microseconds(1))
        #expect(words() == 0x41)
        #expect(world.read(4, 0x5c, as: UInt32.self) == 0)
        sample.setInterrupt(true, at: world.bench.now)
        world.bench.run(for: .microseconds(1))
        #expect(words() == 0x40)
        world.bench.probe.write(0x8000_0100, UInt32(0))
        sample.setInterrupt(false, at: world.bench.now)
        sample.setInterrupt(true, at: world.bench.now)
        world.write(4, 0x4a, UInt16(0))
        world.bench.run(for: .microseconds(1))
        #expect(words() == 0)
    }

    @Test("MSI-X has a table in a region, a mask for each vector and one for all")
    func table() throws {
        let (world, sample) = try world()
        let probe = world.bench.probe
        #expect(world.read(4, 0x62, as: UInt16.self) == 7)
        #expect(world.read(4, 0x64, as: UInt32.self) == 4)
        #expect(world.read(4, 0x68, as: UInt32.self) == 0x84)
        world.write(4, 0x20, UInt32(0x4000_0000))
        world.write(4, 4, UInt16(6))
        let entry: UInt64 = 0x4000_0000 + 5 * 16
        #expect(probe.read(entry + 12, as: UInt32.self) == 1)
        probe.write(entry, UInt64(0x8000_0203))
        probe.write(entry + 8, UInt32(0xabcd))
        world.write(4, 0x62, UInt16(0xc000))
        sample.signal(5, at: world.bench.now)
        world.bench.run(for: .microseconds(1))
        #expect(probe.read(0x4000_0080, as: UInt64.self) == 1 << 5)
        probe.write(entry + 12, UInt32(0))
        world.bench.run(for: .microseconds(1))
        #expect(probe.read(0x8000_0200, as: UInt32.self) == 0)
        world.write(4, 0x62, UInt16(0x8000))
        world.bench.run(for: .microseconds(1))
        #expect(probe.read(0x8000_0200, as: UInt32.self) == 0xabcd)
        #expect(probe.read(0x4000_0080, as: UInt64.self) == 0)
        probe.write(entry, UInt16(1))
        #expect(probe.response == .burstError)
        sample.signal(8, at: world.bench.now)
        sample.signal(2047, at: world.bench.now)
        world.bench.run(for: .microseconds(1))
    }

    @Test("a bridge leads to a bus of its own: numbers, windows, pins and masters")
    func bridge() throws {
        let world = try PCIBench()
        // The order in which they are described does not matter.
        let sample = try world.bench.make(
            PCISample.self, "sample", ["bus": .link(ModulePath("bridge")), "addr": .string("3")])
        _ = try world.bench.make(PCIBridge.self, "bridge", ["addr": .string("6")])
        let lines = world.lines
        try world.bench.simulation.elaborate()
        #expect(world.read(6, 0x0e, as: UInt8.self) == 1)
        #expect(world.read(3, 0, bus: 2, as: UInt32.self) == .max)
        world.write(6, 0x18, UInt32(0x0004_0200))
        #expect(world.read(3, 0, bus: 2, as: UInt32.self) == 0x0002_1337)
        #expect(world.read(3, 0, bus: 3, as: UInt32.self) == .max)
        #expect(sample.bus?.number == 2)
        world.write(3, 0x10, UInt32(0x4120_0000), bus: 2)
        world.write(3, 0x14, UInt32(0x2000), bus: 2)
        world.write(3, 0x18, UInt64(0x4_0000_0000), bus: 2)
        world.write(3, 4, UInt16(7), bus: 2)
        let probe = world.bench.probe
        #expect(probe.read(0x4120_0000, as: UInt32.self) == .max)
        world.write(6, 0x20, UInt32(0x4120_4120))
        world.write(6, 0x1c, UInt16(0x2020))
        world.write(6, 0x24, UInt32(0x0001_0001))
        world.write(6, 0x28, UInt64(0x4_0000_0004))
        world.write(6, 4, UInt16(3))
        probe.write(0x4120_0000, UInt32(0x42))
        #expect(probe.read(0x4120_0000, as: UInt32.self) == 0x42)
        probe.write(PCIBench.io + 0x2000, UInt8(0x43))
        #expect(probe.read(PCIBench.io + 0x2000, as: UInt8.self) == 0x43)
        probe.write(0x4_0000_0000, UInt32(0x44))
        #expect(probe.read(0x4_0000_0000, as: UInt32.self) == 0x44)
        // INTA of device 3 is INTD of device 6, which arrives at line (6 + 3) mod 4.
        sample.setInterrupt(true, at: .zero)
        #expect(lines.map(\.level) == [false, true, false, false])
        #expect(sample.send(1, to: 0x8000_0000) == .addressError)
        world.write(6, 4, UInt16(7))
        #expect(sample.send(1, to: 0x8000_0000) == .ok)
        // A reset of the bus behind.
        world.write(6, 0x3e, UInt16(0x40))
        #expect(!lines[1].level)
        #expect(probe.read(0x4120_0000, as: UInt32.self) == .max)
        #expect(world.read(3, 4, bus: 2, as: UInt16.self) == 0)
        #expect(world.read(6, 4, as: UInt16.self) == 7)
        world.write(6, 4, UInt16(0))
    }

    @Test(
        "mistakes in addresses and buses are told with what is legal",
        arguments: [
            (["addr": .string("20")], "“20” is no address"),
            (["addr": .string("0")], "belongs to “pci.root” already"),
            (["bus": .link(ModulePath("ram"))], "controls no PCI bus"),
            (["bus": .link(ModulePath("nobody"))], "there is no module “nobody”"),
        ] as [(PropertyValues, String)])
    func mistakes(properties: PropertyValues, message: String) throws {
        let world = try PCIBench()
        _ = try world.bench.make(PCISample.self, "sample", properties)
        let error = #expect(throws: ElaborationError.self) { try world.bench.simulation.elaborate() }
        #expect(error.map { "\($0)" }?.contains(message) == true, "\(error.map { "\($0)" } ?? "")")
    }

    @Test("a bridge behind itself is refused")
    func circle() throws {
        let world = try PCIBench()
        _ = try world.bench.make(PCIBridge.self, "a", ["bus": .link(ModulePath("b"))])
        _ = try world.bench.make(PCIBridge.self, "b", ["bus": .link(ModulePath("a"))])
        #expect(throws: ElaborationError.self) { try world.bench.simulation.elaborate() }
    }

    @Test(
        "functions of one device know of each other, and free devices are found around those that are asked for"
    )
    func addresses() throws {
        let world = try PCIBench()
        let samples = try [nil, "1", "3.0", "3.1", nil].enumerated().map { index, address in
            var properties = PropertyValues()
            if let address { properties.set("addr", .string(address)) }
            return try world.bench.make(PCISample.self, "sample\(index)", properties)
        }
        try world.bench.simulation.elaborate()
        #expect(samples.map { $0.address?.description } == ["02.0", "01.0", "03.0", "03.1", "04.0"])
        #expect(world.read(3, 0x0e, as: UInt8.self) == 0x80)
        #expect(world.read(1, 0x0e, as: UInt8.self) == 0)
        world.bench.simulation.reset()
        #expect(world.read(3, 0x0e, as: UInt8.self) == 0x80)
    }

    @Test("a reset takes regions and lines away; a snapshot brings them back without an edge")
    func snapshot() throws {
        let (world, sample) = try world()
        let line = world.lines[0]
        world.write(4, 0x10, UInt32(0x4000_0000))
        world.write(4, 4, UInt16(7))
        sample.setInterrupt(true, at: world.bench.now)
        world.bench.run(for: .nanoseconds(1))
        let saved = (world.host.saveState(), sample.saveState())
        world.bench.simulation.reset()
        #expect(!line.level)
        #expect(world.bench.probe.read(0x4000_0000, as: UInt32.self) == .max)
        #expect(world.read(4, 4, as: UInt16.self) == 0)
        line.clear()
        try world.host.restoreState(saved.0)
        try sample.restoreState(saved.1)
        #expect(world.bench.probe.read(0x4000_0000, as: UInt32.self) == 0)
        #expect(sample.isBusMaster && line.level && line.changes.isEmpty)
        sample.setInterrupt(false, at: world.bench.now)
        #expect(!line.level)
    }
}
