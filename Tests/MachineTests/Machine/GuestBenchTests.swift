import TandemBus
import TandemDevices
import TandemKernel
import TandemMachine
import TandemTesting
import Testing

/// Counts rings; the line is high while there are any that nobody has cleared.
private struct BellCore: DeviceCore {
    enum Register: Int, RegisterName { case ring, count, status }
    static let schema = SnapshotSchema("bell")
    static let summary = "A bell"
    static let registers = RegisterTable<Register>(
        words: [.ring: .writeOnly, .count: .readOnly, .status: .writeOneToClear])
    var file = RegisterFile(registers)
    var isInterruptAsserted: Bool { file[.status] != 0 }

    mutating func didWrite(_ register: Register, at _: Int, from _: UInt64) {
        guard register == .ring else { return }
        file[.count] += 1
        file[.status] = 1
    }
}

/// Says “tick” and a number every 100 instructions or so, for ever.
private let talker = """
        li   s0, 0x10000000
        li   s1, '0'
    again:
        la   a1, text
    1:  lbu  a0, 0(a1)
        beqz a0, 2f
    3:  lbu  a2, 5(s0)
        andi a2, a2, 0x20
        beqz a2, 3b
        sb   a0, 0(s0)
        addi a1, a1, 1
        j    1b
    2:  sb   s1, 0(s0)
        addi s1, s1, 1
        li   a0, 10
        sb   a0, 0(s0)
        li   a0, 100
    4:  addi a0, a0, -1
        bnez a0, 4b
        j    again
    text: .asciz "tick "
    """

@Suite struct GuestBenchTests {
    private let catalog = Catalog.standard.adding(BellCore.Device.self)

    @Test("a console waits in simulated time for a text within a line, and for no longer than that")
    func waiting() throws {
        let bench = try GuestBench(.bare(), program: talker)
        let first = try bench.console.wait(for: "tick 1", within: .seconds(1))
        #expect(first.text == "tick 1")
        let second = try bench.console.wait(for: "tick", within: .seconds(1))
        #expect(second.text == "tick" && second.time > first.time)
        // The rest of the line of before is still to come.
        #expect(try bench.console.wait(for: "2", within: .seconds(1)).text == "tick 2")
        #expect(bench.console.lines.prefix(2).map(\.text) == ["tick 0", "tick 1"])
        #expect(bench.console.lines.last?.text == "tick 2")
        // What has come already is found without a run.
        let again = try GuestBench(.bare(), program: talker)
        again.run(for: .milliseconds(20))
        let now = again.machine.simulation.scheduler.now
        #expect(try again.console.wait(for: "tick 1", within: .zero).time == first.time)
        #expect(again.machine.simulation.scheduler.now == now)
    }

    @Test("waiting changes nothing of what the machine does")
    func neutrality() throws {
        let (one, two) = (try GuestBench(.bare(), program: talker), try GuestBench(.bare(), program: talker))
        for number in 0..<5 { try one.console.wait(for: "tick \(number)", within: .seconds(1)) }
        for bench in [one, two] { _ = bench.machine.run(until: .milliseconds(50)) }
        #expect(one.console.lines == two.console.lines)
        let sections = try [one, two].map { try $0.machine.simulation.save().sections }
        for (first, second) in zip(sections[0], sections[1]) { #expect(first == second, "\(first.path)") }
    }

    @Test("what does not come is told with the last lines, and so is a run that has ended")
    func failing() throws {
        let bench = try GuestBench(.bare(), program: talker)
        let error = #expect(throws: ConsoleError.self) {
            try bench.console.wait(for: "tock", within: .milliseconds(5))
        }
        let message = error?.description ?? ""
        #expect(
            message.hasPrefix("uart0 @ 5 ms: “tock” did not come within 5 ms; the last lines are\n  ["), "\(message)")
        #expect(message.contains(" ms] tick "), "\(message)")
        let broken = try GuestBench(.bare(), program: "csrw mtvec, zero; unimp")
        let end = #expect(throws: ConsoleError.self) { try broken.console.wait(for: "x", within: .seconds(1)) }
        #expect(end?.outcome.reason == .guestHang)
        #expect(
            end?.description.contains("before the run ended: guest-hang, code 3; nothing came") == true, "\(end as Any)"
        )
    }

    @Test("a console needs a serial port that leads nowhere else")
    func port() throws {
        let bench = try GuestBench(.bare(), program: "1: j 1b")
        let twice = #expect(throws: PlatformError.self) { try Console(of: bench.machine) }
        #expect(twice?.description.contains("a second back-end is connected") == true)
        let other = #expect(throws: PlatformError.self) { try Console(of: bench.machine, at: "ram") }
        #expect(other?.description == "ram: there is no serial port of that name; legal are “uart0”")
    }

    @Test("a device of registers drives its line, shows its registers, is reset and saved as any other")
    func registers() throws {
        let platform = Platform.bare().adding("bell", "bell", ["interrupt": "cpu0.meip"], at: 0x2000_0000, span: 12)
        let ringer = "lui s0, 0x20000; li a0, 1; 1: sw a0, 0(s0); j 1b"
        let bench = try GuestBench(platform, catalog: catalog, program: ringer)
        bench.run(for: .nanoseconds(100))
        let bell = try #require(bench.module("bell", as: BellCore.Device.self))
        #expect(bell.interrupt.level && bell.interrupt.raisedCount == 1)
        let registers = try #require(ModuleRegisters(of: bell))
        #expect(registers.values.map(\.name) == ["RING", "COUNT", "STATUS"])
        let count = registers.values[1].value
        #expect(count > 10)

        let saved = try bench.machine.simulation.save()
        let twin = try GuestBench(platform, catalog: catalog, program: ringer)
        try twin.machine.simulation.restore(saved)
        let twinBell = try #require(twin.module("bell", as: BellCore.Device.self))
        #expect(twinBell.core == bell.core && twinBell.interrupt.level)
        #expect(registers.write(1, to: registers.declarations[2]) == .ok)
        #expect(!bell.interrupt.level)

        bench.machine.restart()
        #expect(bell.core == BellCore() && !bell.interrupt.level)
    }

    @Test("a device of registers comes and goes as any other")
    func plugging() throws {
        let bench = try GuestBench(.bare().withHotplug, catalog: catalog, program: "1: j 1b")
        bench.run(for: .microseconds(1))
        let option = try OptionList(parsing: "bell,id=bell,at=0x20000000,span=12,interrupt=cpu0.meip", from: "test")
        try bench.machine.add(.device, option, from: "test")
        #expect(bench.module("bell", as: BellCore.Device.self) != nil)
        try bench.machine.remove(.device, "bell", from: "test")
        #expect(bench.machine.module("bell") == nil)
    }

    @Test("the bare platform runs programs of RV32 too")
    func narrow() throws {
        let bench = try GuestBench(.bare(isa: "rv32gc"), program: "lui s0, 0x10000; li a0, 'n'; sb a0, 0(s0); 1: j 1b")
        try bench.console.wait(for: "n", within: .microseconds(10))
    }
}

extension Platform {
    fileprivate var withHotplug: Platform {
        var platform = self
        platform.set("bus.hotplug", to: "on")
        return platform
    }
}
