import TandemBus
import TandemKernel
import TandemTesting
import Testing

@testable import TandemDevices

/// `newdev`, `edu` and `pci-testdev` as their drivers see them.
@Suite struct TeachingDeviceTests {
    private let registers: UInt64 = 0x4000_0000

    /// A device at 04.0 with its memory at 0x40000000 and its ports at 0x1000, as bus master.
    private func world<Device: PCIFunction & CatalogModule>(
        _ type: Device.Type, _ properties: PropertyValues = [:]
    ) throws -> (PCIBench, Device) {
        let world = try PCIBench()
        var properties = properties
        properties.set("addr", .string("4"))
        let device = try world.bench.make(type, "device", properties)
        try world.bench.simulation.elaborate()
        start(world)
        return (world, device)
    }

    private func start(_ world: PCIBench) {
        world.write(4, 0x10, UInt32(registers))
        world.write(4, 0x14, UInt32(0x1000))
        world.write(4, 4, UInt16(7))
    }

    private var ports: UInt64 { PCIBench.io + 0x1000 }

    private func word(_ world: PCIBench, _ offset: UInt64) -> UInt32 {
        world.bench.probe.read(registers + offset)
    }

    // MARK: newdev

    @Test("newdev is 1337:0001 of class 00ff, with memory, ports and one message")
    func identity() throws {
        let (world, _) = try world(NewDevice.self)
        #expect(world.read(4, 0, as: UInt32.self) == 0x0001_1337)
        #expect(world.read(4, 0x0a, as: UInt16.self) == 0x00ff)
        #expect(word(world, 0) == 0x3156_444e)
        #expect(world.bench.probe.read(ports, as: UInt32.self) == 0x3156_444e)
        #expect(world.read(4, 0x34, as: UInt8.self) == 0x40)
        let (other, _) = try self.world(NewDevice.self, ["msi": .bool(false)])
        #expect(other.read(4, 0x34, as: UInt8.self) == 0)
    }

    @Test("the buffer is the same through memory and, byte by byte, through ports")
    func buffer() throws {
        let (world, _) = try world(NewDevice.self)
        let probe = world.bench.probe
        probe.write(registers + 0x1ffe, UInt16(0x4241))
        probe.write(ports + 0x2c, UInt32(0xffe))
        #expect((0..<2).map { _ in probe.read(ports + 0x30, as: UInt8.self) } == [0x41, 0x42])
        #expect(probe.read(ports + 0x2c, as: UInt32.self) == 0)
        probe.write(ports + 0x30, UInt8(0x43))
        #expect(probe.read(registers + 0x1000, as: UInt64.self) == 0x43)
        #expect(probe.debugRead(ports + 0x30, count: 1) == [0])
        #expect(probe.read(ports + 0x2c, as: UInt32.self) == 1)
    }

    @Test(
        "a transfer moves every byte in both directions and asks for an interrupt",
        arguments: [1, 63, 64, 65, 4096])
    func transfer(count: Int) throws {
        let (world, _) = try world(NewDevice.self)
        let line = world.lines[0]
        let probe = world.bench.probe
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
        probe.write(0x8000_0100, bytes: bytes)
        probe.write(registers + 0x10, UInt64(0x8000_0100))
        probe.write(registers + 0x20, UInt32(count))
        probe.write(registers + 8, UInt32(5))
        #expect(word(world, 4) == 1 && !line.level)
        // Parameters hold still while it lasts.
        probe.write(registers + 0x10, UInt64(1))
        world.bench.run(for: .microseconds(7))
        #expect(word(world, 4) == 2 && line.level)
        #expect(word(world, 0x24) == UInt32(count))
        probe.write(registers + 4, UInt32(2))
        #expect(!line.level)
        probe.write(registers + 0x10, UInt64(0))
        probe.write(registers + 0x18, UInt64(0x8001_0000))
        probe.write(registers + 8, UInt32(7))
        world.bench.run(for: .microseconds(7))
        #expect(line.changes.map(\.level) == [true, false, true])
        #expect(probe.read(0x8001_0000, count: count + 1) == bytes + [0])
        let rows = BusDirectory.of(world.bench.simulation).traffic.filter { $0.initiator == "device" }
        #expect(rows.map(\.readBytes) == [UInt64(count)] && rows.map(\.writeBytes) == [UInt64(count)])
    }

    @Test(
        "what cannot be moved ends with ERROR, and nothing else happens",
        arguments: [
            (0x1_0000_0000, 0, 64), (0x1_0000_0000, 0, 4096), (0x8000_0000, 4000, 97),
            (0x8000_0000, 1 << 40, 1),
            (0x8000_0000, 0, 0xffff_ffff), (.max, 0, 4096), (0x8000_0000, .max, 1),
            (0x800f_fff0, 0, 4096),
            (0x4000_0ff0, 0, 64), (0x4000_0000, 0, 64),
        ] as [(UInt64, UInt64, UInt32)])
    func hostile(address: UInt64, offset: UInt64, count: UInt32) throws {
        let (world, _) = try world(NewDevice.self, ["dma-mask": .unsigned(.max)])
        let probe = world.bench.probe
        probe.write(registers + 0x10, address)
        probe.write(registers + 0x18, offset)
        probe.write(registers + 0x20, count)
        probe.write(registers + 8, UInt32(1))
        world.bench.run(for: .microseconds(10))
        #expect(word(world, 4) == 4)
        probe.write(registers + 0x20, UInt32(0))
        probe.write(registers + 8, UInt32(1))
        #expect(word(world, 4) == (offset <= 4096 ? 2 : 4))
    }

    @Test(
        "bus addresses lose the bits that the mask does not have; without Bus Master Enable there is no transfer"
    )
    func mask() throws {
        let (world, _) = try world(NewDevice.self)
        let probe = world.bench.probe
        probe.write(0x8000_0000, UInt8(0x99))
        probe.write(registers + 0x10, UInt64(0xabc_8000_0000))
        probe.write(registers + 0x20, UInt32(1))
        probe.write(registers + 8, UInt32(1))
        world.bench.run(for: .microseconds(1))
        #expect(word(world, 4) == 2 && word(world, 0x1000) == 0x99)
        world.write(4, 4, UInt16(3))
        probe.write(registers + 8, UInt32(1))
        world.bench.run(for: .microseconds(1))
        #expect(word(world, 4) == 4)
    }

    @Test("ten thousand interrupts are ten thousand edges, by line and by message")
    func interrupts() throws {
        let (world, _) = try world(NewDevice.self)
        let line = world.lines[0]
        let probe = world.bench.probe
        func ring(_ count: Int) {
            for _ in 0..<count {
                probe.write(registers + 0xc, UInt32(1))
                world.bench.run(for: .nanoseconds(200))
                probe.write(registers + 4, UInt32(8))
            }
        }
        probe.write(registers + 8, UInt32(4))
        ring(10_000)
        #expect(line.changes.count == 20_000)
        world.write(4, 0x44, UInt64(0x8000_0000))
        world.write(4, 0x4c, UInt16(0x17))
        world.write(4, 0x42, UInt16(1))
        ring(10_000)
        #expect(line.changes.count == 20_000)
        let row = BusDirectory.of(world.bench.simulation).traffic.first { $0.initiator == "device" }
        #expect(row?.writes == 10_000 && row?.writeBytes == 40_000)
        #expect(probe.read(0x8000_0000, as: UInt32.self) == 0x17)
    }

    @Test("a device that answers its own messages keeps the host going")
    func storm() throws {
        let (world, _) = try world(NewDevice.self)
        let probe = world.bench.probe
        // The message rings the doorbell again and again; software's acknowledgement starts it.
        world.write(4, 0x44, registers + 4)
        world.write(4, 0x4c, UInt16(8))
        world.write(4, 0x42, UInt16(1))
        probe.write(registers + 8, UInt32(4))
        for _ in 0..<100 {
            probe.write(registers + 0xc, UInt32(1))
            world.bench.run(for: .microseconds(1))
        }
        #expect(word(world, 4) == 0)
        #expect(world.bench.now == .microseconds(100))
    }

    @Test("a snapshot in the middle of a transfer goes on where it was; a reset ends it")
    func snapshot() throws {
        let (world, device) = try world(NewDevice.self)
        let probe = world.bench.probe
        probe.write(0x8000_0000, bytes: [UInt8](repeating: 0x42, count: 4096))
        probe.write(registers + 0x10, UInt64(0x8000_0000))
        probe.write(registers + 0x20, UInt32(4096))
        probe.write(registers + 8, UInt32(1))
        world.bench.run(for: .microseconds(3))
        #expect(word(world, 0x24) == 1856)
        let saved = device.saveState()
        device.reset(.enter(.warm))
        device.reset(.hold)
        #expect(word(world, 0) == .max)
        #expect(device.saveState() != saved)
        try device.restoreState(saved)
        #expect(device.saveState() == saved)
        world.bench.run(for: .microseconds(4))
        #expect(word(world, 4) == 2)
        #expect(probe.read(registers + 0x1ff8, as: UInt64.self) == 0x4242_4242_4242_4242)
        #expect(throws: SnapshotError.self) {
            try device.restoreState(.payload(NewDeviceCore.schema, [1, 2, 3]))
        }
    }

    // MARK: edu and pci-testdev

    @Test("edu does what its document says: inversion, factorial, interrupts")
    func edu() throws {
        let (world, _) = try world(Edu.self)
        let line = world.lines[0]
        let probe = world.bench.probe
        #expect(world.read(4, 0, as: UInt32.self) == 0x11e8_1234)
        #expect(word(world, 0) == 0x0100_00ed)
        probe.write(registers + 4, UInt32(0x1234_5678))
        #expect(word(world, 4) == ~0x1234_5678)
        probe.write(registers + 0x20, UInt32(0x80))
        for (number, factorial) in [(5, 120), (0, 1), (12, 479_001_600), (13, 1_932_053_504), (40, 0)]
            as [(UInt32, UInt32)]
        {
            probe.write(registers + 8, number)
            #expect(word(world, 0x20) & 1 == 1)
            world.bench.run(for: .microseconds(1))
            #expect(
                word(world, 8) == factorial && word(world, 0x20) & 1 == 0 && word(world, 0x24) == 1
                    && line.level)
            probe.write(registers + 0x64, UInt32(1))
            #expect(!line.level)
        }
        probe.write(registers + 0x60, UInt32(0x30))
        probe.write(registers + 0x64, UInt32(0x10))
        #expect(word(world, 0x24) == 0x20 && line.level)
        probe.write(registers, UInt8(1))
        #expect(probe.response == .burstError)
    }

    @Test(
        "edu moves data in both directions, and ends what does not lie in its buffer",
        arguments: [1, 100, 4096])
    func eduTransfer(count: Int) throws {
        let (world, _) = try world(Edu.self, ["dma_mask": .unsigned(0xffff_ffff)])
        let probe = world.bench.probe
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 11 + 5) }
        func move(_ source: UInt64, _ destination: UInt64, _ count: Int, _ command: UInt64) {
            for (index, value) in [source, destination, UInt64(count), command].enumerated() {
                probe.write(registers + 0x80 + UInt64(index) * 8, value)
            }
            world.bench.run(for: .microseconds(8))
        }
        probe.write(0x8000_0000, bytes: bytes)
        move(0x8000_0000, 0x4_0000, count, 5)
        #expect(probe.read(registers + 0x98, as: UInt64.self) == 4)
        #expect(word(world, 0x24) == 0x100)
        move(0x4_0000, 0x8000_2000, count, 3)
        #expect(probe.read(0x8000_2000, count: count) == bytes)
        for (source, destination, count) in [
            (0x8000_0000, 0x4_0fff, 2), (0x8000_0000, 0x3_ffff, 1), (0x1_0000_0000, 0x4_0000, 64),
        ] as [(UInt64, UInt64, Int)] {
            move(source, destination, count, 1)
            #expect(probe.read(registers + 0x98, as: UInt64.self) == 0)
        }
    }

    @Test("pci-testdev counts the writes that a test asks for, in memory and in ports")
    func testDevice() throws {
        let (world, device) = try world(PCITestDevice.self)
        for (start, name) in [
            (registers, "mmio-datamatch-eventfd"), (ports, "portio-datamatch-eventfd"),
        ] {
            let probe = world.bench.probe
            #expect(probe.read(start, as: UInt64.self) == 0)
            probe.write(start, UInt8(2))
            #expect(probe.read(start + 1, as: UInt8.self) == 1)
            let place = start + UInt64(probe.read(start + 4, as: UInt32.self))
            let value = UInt8(truncatingIfNeeded: probe.read(start + 8, as: UInt32.self))
            probe.write(place, value)
            probe.write(place, value &+ 1)
            probe.write(place, UInt16(value))
            #expect(probe.read(start + 12, as: UInt32.self) == 1)
            let text = (0..<name.utf8.count).map { probe.read(start + 16 + UInt64($0), as: UInt8.self) }
            #expect(String(decoding: text, as: UTF8.self) == name)
            probe.write(start, UInt8(3))
            #expect(probe.read(start + 1, as: UInt8.self) == 0)
        }
        let saved = device.saveState()
        world.bench.simulation.reset()
        try device.restoreState(saved)
        #expect(device.saveState() == saved)
    }
}
