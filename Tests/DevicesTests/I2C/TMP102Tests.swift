import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@Suite struct TMP102Tests {
    private let i2c: I2CBench
    private let sensor: TMP102
    private let alert: RecordingLine

    init() throws {
        i2c = try I2CBench()
        sensor = try i2c.bench.make(TMP102.self, "sensor", ["bus": .link("i2c0")])
        alert = try RecordingLine("alert", of: #require(sensor.port(named: "alert") as? LineOutput), in: i2c.bench)
        try i2c.bench.simulation.elaborate()
    }

    private func register(_ number: UInt8) -> UInt16 {
        let bytes = i2c.exchange([number], 2, with: 0x48) ?? []
        return bytes.reduce(0) { $0 << 8 | UInt16($1) }
    }

    private func set(_ number: UInt8, _ value: UInt16) {
        i2c.send([number, UInt8(value >> 8), UInt8(truncatingIfNeeded: value)], to: 0x48)
    }

    private func heat(_ millidegrees: Int) throws {
        try sensor.properties.set("temperature", to: .typed(.integer(Int64(millidegrees))))
    }

    /// To the end of the next conversion at 4 Hz, and the transfer on the bus behind it.
    private func convert() { i2c.bench.run(for: .milliseconds(250)) }

    @Test("registers start as the data sheet says; the temperature is there after the first conversion")
    func start() {
        #expect(register(0) == 0)
        #expect(register(1) == 0x60a0)
        #expect(register(2) == 0x4b00)
        #expect(register(3) == 0x5000)
        i2c.bench.run(for: .milliseconds(26))
        #expect(register(0) == 0x1900)
    }

    // Tables 3 and 4 of the data sheet.
    @Test(
        "temperatures are coded in 12 and in 13 bits",
        arguments: [
            (0, 0x0000 as UInt16, 0x0001 as UInt16), (25_000, 0x1900, 0x0c81), (250, 0x0040, 0x0021),
            (-250, 0xffc0, 0xffe1), (-25_000, 0xe700, 0xf381), (-55_000, 0xc900, 0xe481), (80_000, 0x5000, 0x2801),
            (127_937, 0x7fe0, 0x3ff1), (127_938, 0x7ff0, 0x3ff9), (150_000, 0x7ff0, 0x4b01), (-1, 0xfff0, 0xfff9),
        ])
    func codes(millidegrees: Int, narrow: UInt16, wide: UInt16) throws {
        try heat(millidegrees)
        convert()
        #expect(register(0) == narrow)
        set(1, 0x60b0)
        convert()
        #expect(register(0) == wide)
    }

    @Test("a temperature that is set counts from the end of the next conversion on")
    func conversion() throws {
        i2c.bench.run(for: .milliseconds(30))
        try heat(50_000)
        i2c.bench.run(for: .milliseconds(240))
        #expect(register(0) == 0x1900)
        i2c.bench.run(for: .milliseconds(10))
        #expect(register(0) == 0x3200)
    }

    @Test("in comparator mode ALERT is low from T_HIGH to below T_LOW, and AL says the same")
    func comparator() throws {
        convert()
        #expect(alert.level)
        try heat(80_000)
        convert()
        #expect(!alert.level && register(1) & 0x20 == 0)
        try heat(75_000)
        convert()
        #expect(!alert.level)
        try heat(74_900)
        convert()
        #expect(alert.level && register(1) & 0x20 != 0)
    }

    @Test("in interrupt mode both crossings alert until a register is read")
    func interrupts() throws {
        set(1, 0x62a0)
        try heat(90_000)
        convert()
        #expect(!alert.level)
        #expect(register(0) == 0x5a00)
        #expect(alert.level)
        convert()
        #expect(alert.level)
        try heat(20_000)
        convert()
        #expect(!alert.level)
        _ = register(1)
        #expect(alert.level)
    }

    @Test("the fault queue takes that many conversions in a row", arguments: [(0, 1), (1, 2), (2, 4), (3, 6)])
    func faults(code: UInt16, count: Int) throws {
        set(1, 0x60a0 | code << 11)
        i2c.bench.run(for: .milliseconds(30))
        try heat(100_000)
        for _ in 1..<count {
            convert()
            #expect(alert.level)
        }
        convert()
        #expect(!alert.level)
    }

    @Test("with POL set, ALERT is high while it alerts")
    func polarity() throws {
        set(1, 0x64a0)
        #expect(!alert.level)
        try heat(100_000)
        convert()
        #expect(alert.level)
    }

    @Test("in shutdown nothing is converted but once when asked for; OS says when it is over")
    func oneShot() throws {
        set(1, 0x61a0)
        try heat(30_000)
        convert()
        #expect(register(0) == 0)
        #expect(register(1) & 0x8000 != 0)
        set(1, 0xe1a0)
        #expect(register(1) & 0x8000 == 0)
        i2c.bench.run(for: .milliseconds(26))
        #expect(register(0) == 0x1e00)
        #expect(register(1) & 0x8000 != 0)
        try heat(40_000)
        convert()
        #expect(register(0) == 0x1e00)
    }

    @Test("a sensor at rest costs no events")
    func rest() {
        i2c.bench.run(for: .seconds(1))
        #expect(i2c.bench.simulation.run() == .starved)
    }

    @Test("the state survives a snapshot, and only switching on resets the chip")
    func state() throws {
        set(2, 0x1000)
        try heat(90_000)
        convert()
        let saved = sensor.saveState()
        i2c.bench.simulation.reset(.warm)
        #expect(sensor.saveState() == saved)
        i2c.bench.simulation.reset(.cold)
        #expect(alert.level)
        try sensor.restoreState(saved)
        #expect(!alert.level && sensor.saveState() == saved)
    }
}
