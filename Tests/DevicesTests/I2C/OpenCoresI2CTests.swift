import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@Suite struct OpenCoresI2CTests {
    @Test(
        "a transfer takes its periods of SCL to the picosecond",
        arguments: [(0x90 as UInt8, 10 as UInt64), (0x10, 9), (0x20, 9), (0x40, 1), (0xd0, 11)], [0 as UInt8, 99])
    func time(command: (code: UInt8, periods: UInt64), prescale: UInt8) throws {
        let i2c = try I2CBench()
        let line = try RecordingLine(
            "plic", of: #require(i2c.controller.port(named: "interrupt") as? LineOutput), in: i2c.bench)
        i2c.write(0x00, prescale)
        i2c.write(0x08, 0xc0)
        i2c.write(0x10, command.code)
        #expect(i2c.status & 0x02 != 0)
        i2c.bench.run(for: .milliseconds(1))
        // 20 ns are a cycle of 50 MHz.
        let expected = SimTime.nanoseconds(20 * 5 * (UInt64(prescale) + 1) * command.periods)
        #expect(line.changes == [.init(true, at: expected)])
        i2c.write(0x10, 0x01)
        #expect(!line.level)
    }

    @Test("nobody at an address acknowledges it, and reads give ones")
    func nobody() throws {
        let i2c = try I2CBench()
        #expect(i2c.send([1], to: 0x20) == [false])
        i2c.command(0x90, data: 0x41)
        i2c.command(0x20)
        #expect(i2c.read(0x0c) == 0xff)
        #expect(i2c.status & 0x40 != 0)
        i2c.command(0x40)
        #expect(i2c.status & 0x40 == 0)
    }

    @Test("disabling ends a transfer, and nothing is begun while disabled")
    func disable() throws {
        let i2c = try I2CBench()
        i2c.write(0x10, 0x90)
        i2c.write(0x08, 0)
        #expect(i2c.status == 0)
        i2c.write(0x10, 0x90)
        i2c.bench.run(for: .milliseconds(1))
        #expect(i2c.status == 0)
    }

    @Test("two targets at one address are refused, at the start and when plugged in later; unplugged ones are gone")
    func addresses() throws {
        let i2c = try I2CBench()
        let link: PropertyValue = .link("i2c0")
        let sensor = try i2c.bench.make(TMP102.self, "sensor", ["bus": link])
        let memory = try i2c.bench.make(AT24.self, "memory", ["bus": link, "part": .choice("24c16")])
        try i2c.bench.simulation.elaborate()
        #expect(i2c.send([0], to: 0x48) == [true, true])
        let bus = i2c.controller.i2c
        let error = #expect(throws: ElaborationError.self) { try bus.attach(sensor) }
        #expect(error?.description.contains("0x48 on “i2c0” belongs to “sensor” already") == true)
        bus.detach(sensor)
        #expect(i2c.send([0], to: 0x48) == [false])
        try bus.attach(sensor)
        #expect(i2c.send([0], to: 0x48) == [true, true])
        #expect(memory.i2cAddresses == 0x50...0x57)
    }

    @Test("a target that is unplugged in the middle of a transfer answers no more")
    func unplugged() throws {
        let i2c = try I2CBench()
        let sensor = try i2c.bench.make(TMP102.self, "sensor", ["bus": .link("i2c0")])
        try i2c.bench.simulation.elaborate()
        #expect(i2c.command(0x90, data: 0x90))
        i2c.controller.i2c.detach(sensor)
        #expect(!i2c.command(0x10, data: 1))
        i2c.command(0x40)
    }

    @Test(
        "a target without a bus, or on something else, is refused with the controllers that there are",
        arguments: [nil, "sensor", "nothing"] as [String?])
    func link(bus: String?) throws {
        let i2c = try I2CBench()
        var properties: PropertyValues = [:]
        if let bus { properties.set("bus", .link(ModulePath(bus))) }
        _ = try i2c.bench.make(TMP102.self, "sensor", properties)
        let error = #expect(throws: ElaborationError.self) { try i2c.bench.simulation.elaborate() }
        let message = error?.description ?? ""
        #expect(message.contains(bus == "nothing" ? "there is no module “nothing”" : "legal are “i2c0”"), "\(message)")
    }

    @Test("registers wider than they stand apart are refused")
    func width() throws {
        let bench = SimBench()
        _ = try bench.make(OpenCoresI2C.self, "i2c0", ["register-shift": .integer(1), "register-width": .choice("4")])
        let error = #expect(throws: ElaborationError.self) { try bench.simulation.elaborate() }
        #expect(error?.description.contains("registers of 4 bytes cannot stand 2 bytes apart") == true)
    }

    @Test("a controller and its target go on in the middle of a transfer from a snapshot")
    func snapshot() throws {
        let i2c = try I2CBench()
        let memory = try i2c.bench.make(AT24.self, "memory", ["bus": .link("i2c0"), "write-time": .time(.zero)])
        try i2c.bench.simulation.elaborate()
        i2c.send([0x10, 0xaa, 0xbb], to: 0x50)
        #expect(i2c.command(0x90, data: 0xa0))
        #expect(i2c.command(0x10, data: 0x10))
        #expect(i2c.command(0x90, data: 0xa1))
        i2c.command(0x20)
        let (bus, chip) = (i2c.controller.saveState(), memory.saveState())
        i2c.command(0x20)
        #expect(i2c.read(0x0c) == 0xbb)
        i2c.command(0x40)
        i2c.send([0x11, 0xcc], to: 0x50)
        try i2c.controller.restoreState(bus)
        try memory.restoreState(chip)
        #expect(i2c.read(0x0c) == 0xaa)
        i2c.command(0x28)
        #expect(i2c.read(0x0c) == 0xbb)
    }
}
