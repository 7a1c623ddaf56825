import TandemBus
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@Suite struct SiFiveGPIOTests {
    private let bench = SimBench()
    private let base: UInt64 = 0x1006_0000

    private func controller(_ properties: PropertyValues = [:]) throws -> SiFiveGPIO {
        let gpio = try bench.make(SiFiveGPIO.self, "gpio", properties)
        try bench.map(gpio.bus, at: base, size: 0x1000)
        return gpio
    }

    private func input(_ name: String, of gpio: SiFiveGPIO) throws -> LineInput {
        try #require(gpio.port(named: name) as? LineInput)
    }

    private func line(_ name: String, of gpio: SiFiveGPIO) throws -> RecordingLine {
        try RecordingLine("at-\(name)", of: #require(gpio.port(named: name) as? LineOutput), in: bench)
    }

    private func read(_ offset: UInt64) -> UInt32 { bench.probe.read(base + offset) }
    private func write(_ offset: UInt64, _ value: UInt32) { bench.probe.write(base + offset, value) }

    @Test("an input is seen while it is enabled; nobody at the pin leaves it to the pull-up")
    func inputs() throws {
        let gpio = try controller()
        try input("in3", of: gpio).set(true, at: .zero)
        #expect(read(0x00) == 0)
        write(0x04, 0xffff_ffff)
        #expect(read(0x00) == 0x8)
        write(0x10, 0x18)
        #expect(read(0x00) == 0x18)
        try input("in3", of: gpio).set(false, at: .zero)
        #expect(read(0x00) == 0x10)
    }

    @Test("an output drives its pin, inverted if told so, and is read back through its input")
    func outputs() throws {
        let gpio = try controller()
        let pin = try line("out5", of: gpio)
        write(0x0c, 1 << 5)
        #expect(!pin.level)
        write(0x08, 1 << 5)
        write(0x04, 1 << 5)
        #expect(pin.level && read(0x00) == 1 << 5)
        write(0x40, 1 << 5)
        #expect(!pin.level && read(0x00) == 0)
        try input("in5", of: gpio).set(true, at: .zero)
        #expect(read(0x00) == 0, "the chip's level wins")
    }

    @Test(
        "an edge or a level is pending until it is cleared, enabled or not, and a level comes back",
        arguments: [
            (0x18 as UInt64, [false, true] as [Bool], false), (0x20, [true, false], false),
            (0x28, [false, true], true), (0x30, [true, false], true),
        ])
    func interrupts(enable: UInt64, levels: [Bool], comesBack: Bool) throws {
        let gpio = try controller()
        let interrupt = try line("interrupt9", of: gpio)
        let bit: UInt32 = 1 << 9
        try input("in9", of: gpio).set(levels[0], at: .zero)
        write(0x04, bit)
        for pending: UInt64 in [0x1c, 0x24, 0x2c, 0x34] { write(pending, bit) }
        #expect(read(enable + 4) & bit == 0)
        try input("in9", of: gpio).set(levels[1], at: .nanoseconds(30))
        #expect(read(enable + 4) & bit == bit && interrupt.changes.isEmpty)
        write(enable, bit)
        #expect(interrupt.level)
        write(enable + 4, bit)
        #expect(interrupt.level == comesBack)
        try input("in9", of: gpio).set(levels[0], at: .nanoseconds(40))
        write(enable + 4, bit)
        #expect(!interrupt.level)
    }

    @Test("an interrupt rises at the time of the pin's driver")
    func time() throws {
        let gpio = try controller()
        let interrupt = try line("interrupt0", of: gpio)
        write(0x04, 1)
        write(0x18, 1)
        try input("in0", of: gpio).set(true, at: .nanoseconds(70))
        #expect(interrupt.changes == [.init(true, at: .nanoseconds(70))])
    }

    @Test("a hardware function takes the pin over where it is selected", arguments: [0, 1])
    func functions(number: Int) throws {
        let gpio = try controller()
        let pin = try line("out2", of: gpio)
        try input(number == 0 ? "functionA2" : "functionB2", of: gpio).set(true, at: .zero)
        write(0x3c, UInt32(number) << 2)
        #expect(!pin.level)
        write(0x38, 1 << 2)
        #expect(pin.level)
        write(0x3c, UInt32(1 - number) << 2)
        #expect(!pin.level)
    }

    @Test("pins that there are not read zero and keep nothing")
    func missing() throws {
        _ = try controller(["pins": .integer(4)])
        for offset: UInt64 in [0x04, 0x08, 0x0c, 0x18, 0x40] {
            write(offset, 0xffff_ffff)
            #expect(read(offset) == 0xf)
        }
        #expect(read(0x34) & ~0xf == 0)
    }

    @Test("a line that is connected holds its pin low from the start, whatever the pull-up says")
    func connected() throws {
        let gpio = try controller()
        let lever = try bench.make(LineSwitch.self, "button")
        try #require(lever.port(named: "out") as? LineOutput).connect(to: input("in1", of: gpio))
        try bench.simulation.elaborate()
        write(0x04, 3)
        write(0x10, 3)
        #expect(read(0x00) == 1)
    }

    @Test("a pin that is wired to another one is heard there, through a gate too, at once")
    func loop() throws {
        let gpio = try controller()
        try #require(gpio.port(named: "out1") as? LineOutput).connect(to: input("in0", of: gpio))
        let gate = try bench.make(LineGate.self, "gate", ["function": .choice("not")])
        try #require(gpio.port(named: "out2") as? LineOutput).connect(
            to: #require(gate.port(named: "in0") as? LineInput))
        try #require(gate.port(named: "out") as? LineOutput).connect(to: input("in3", of: gpio))
        try bench.simulation.elaborate()
        bench.run(for: .nanoseconds(1))
        write(0x04, 0xf)
        write(0x08, 6)
        #expect(read(0x00) == 0x8)
        write(0x0c, 6)
        #expect(read(0x00) == 0x7)
        write(0x0c, 4)
        #expect(read(0x00) == 0x4)
    }

    @Test("a pin that drives the function behind itself the other way round ends the run with a name")
    func chase() throws {
        let gpio = try controller()
        try #require(gpio.port(named: "out2") as? LineOutput).connect(to: input("functionA2", of: gpio))
        try bench.simulation.elaborate()
        write(0x38, 4)
        #expect(bench.run(for: .nanoseconds(1)) == .timeReached)
        write(0x40, 4)
        guard case .failed(let error) = bench.run(for: .nanoseconds(1)) else {
            Issue.record("the run goes on")
            return
        }
        #expect(error.description.hasPrefix("\(gpio.path): a pin hears its own output and never comes to rest"))
    }

    @Test("a restored controller goes on with its lines, without edges")
    func restored() throws {
        let gpio = try controller()
        let (pin, interrupt) = (try line("out0", of: gpio), try line("interrupt1", of: gpio))
        write(0x08, 1)
        write(0x0c, 1)
        write(0x30, 2)
        #expect(pin.level && interrupt.level)
        let saved = gpio.saveState()
        bench.simulation.reset()
        #expect(!pin.level && !interrupt.level)
        pin.clear()
        try gpio.restoreState(saved)
        #expect(pin.level && interrupt.level && pin.changes.isEmpty)
        write(0x0c, 0)
        #expect(!pin.level)
    }
}
