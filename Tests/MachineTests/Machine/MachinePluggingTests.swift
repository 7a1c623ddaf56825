import TandemBus
import TandemCPU
import TandemDevices
import TandemKernel
import TandemTesting
import Testing

@testable import TandemMachine

/// A board whose bus takes modules while it exists, with a program that writes to 0x10010000 for ever.
private func machine(accepts: Bool = true, rests: Bool = false) throws -> Machine {
    var platform = Platform("board", board: Board(harts: "cpu", memory: "ram"))
    platform.add("bus", "router", ["hotplug": .bool(accepts)])
    platform.add("cpu", "riscv-hart", ["bus": "bus", "reset-vector": 0x8000_0000, "mmu": "none"], count: 1)
    platform.add("plic", "plic", at: 0xC00_0000, span: 0x60_0000)
    platform.add("uart0", "uart16550", ["timed": false], at: 0x1000_0000, span: 0x100)
    platform.add("i2c0", "i2c-ocores", at: 0x1002_0000, span: 0x1000)
    platform.add("spi0", "sifive-spi", ["selects": 2, "memory-mapped": false])
    platform.add("ram", "ram", ["size": "1M"], at: 0x8000_0000)
    let machine = try Machine(platform)
    let program = try GuestAssembler.assemble(
        rests
            ? "1: wfi; j 1b"
            : """
                la   t0, trap
                csrw mtvec, t0
                li   a0, 0x10010000
                li   a1, 'x'
            loop:
                sb   a1, 0(a0)
                addi a2, a2, 1
                j    loop
                .align 2
            trap:
                addi a3, a3, 1
                csrr t0, mepc
                addi t0, t0, 4
                csrw mepc, t0
                mret
            """, at: 0x8000_0000, xlen: .rv64)
    try machine.load(
        BootOptions(firmware: "p.bin"), from: ImageSource { _ in ImageBytes(program, name: "p.bin") })
    return machine
}

private func add(_ text: String, _ addition: Platform.Addition = .device, to machine: Machine) throws(PlatformError) {
    try machine.add(addition, OptionList(parsing: text, from: "add"), from: "add")
}

@Suite struct MachinePluggingTests {
    @Test("a device that comes is reached from then on, one that goes leaves a hole, and reports forget it")
    func device() throws {
        let machine = try machine()
        _ = machine.run(for: .microseconds(50))
        try add("uart16550,id=uart1,at=0x10010000,span=0x100,timed=off,interrupt=plic.source3", to: machine)
        try add("char-memory,id=log,device=uart1,size=16", .object, to: machine)
        let memory = try #require(machine.module("log") as? CharacterMemory)
        _ = machine.run(for: .microseconds(50))
        #expect(memory.kept == [UInt8](repeating: UInt8(ascii: "x"), count: 16))
        let directory = BusDirectory.of(machine.simulation)
        #expect(directory.traffic.contains { $0.target == "uart1" && $0.writes > 100 })
        guard case .unsigned(let count)? = try memory.properties.value(of: "sent") else { return }
        #expect(directory.traffic.first { $0.target == "uart1" }?.writes == count)

        var message = #expect(throws: PlatformError.self) { try machine.remove(.device, "uart1", from: "del") }?
            .description
        #expect(message == "del: “uart1” cannot go: “log” refers to it; expected that one to go first")
        message = #expect(throws: PlatformError.self) { try machine.remove(.device, "log", from: "del") }?.description
        #expect(message == "del: “log” of type “char-memory” is no device; expected “object_del”")
        try machine.remove(.object, "log", from: "del")
        try machine.remove(.device, "uart1", from: "del")
        #expect(machine.module("uart1") == nil && machine.plan.module("uart1") == nil)
        #expect(!directory.traffic.contains { $0.target == "uart1" })
        #expect(!directory.lines.contains { $0.path.hasPrefix("uart1") })
        #expect(try !machine.simulation.save().sections.contains { $0.path == "uart1" || $0.path == "log" })
        _ = machine.run(for: .microseconds(50))
        #expect(machine.simulation.scheduler.now == .microseconds(150))
    }

    @Test("devices come and go at the same place again and again, and the run does not mind")
    func often() throws {
        let machine = try machine()
        for _ in 0..<20 {
            _ = machine.run(for: .microseconds(3))
            try add("uart16550,id=uart1,at=0x10010000,span=0x100,timed=off,interrupt=plic.source3", to: machine)
            _ = machine.run(for: .microseconds(3))
            try machine.remove(.device, "uart1", from: "del")
        }
        #expect(machine.simulation.failure == nil)
    }

    @Test("a chip stands on an I2C bus from the moment when it is plugged, and no longer than until it goes")
    func chip() throws {
        let machine = try machine(accepts: false, rests: true)
        _ = machine.run(for: .microseconds(50))
        let bus = try #require(machine.module("i2c0") as? any I2CController).i2c
        try add("tmp102,id=sensor,bus=i2c0,address=0x49", to: machine)
        #expect(bus.targets.map(\.path) == ["sensor"])
        let message = #expect(throws: PlatformError.self) { try add("tmp102,id=b,bus=i2c0,address=0x49", to: machine) }?
            .description
        #expect(message?.contains("belongs to “sensor” already") == true)
        #expect(machine.module("b") == nil)
        _ = machine.run(for: .milliseconds(60))
        try machine.remove(.device, "sensor", from: "del")
        #expect(bus.targets.isEmpty)
        _ = machine.run(for: .milliseconds(60))
        #expect(machine.simulation.failure == nil)
    }

    @Test("a flash stands at its select line from the moment when it is plugged, and no longer than until it goes")
    func flash() throws {
        let machine = try machine(accepts: false, rests: true)
        _ = machine.run(for: .microseconds(50))
        let bus = try #require(machine.module("spi0") as? any SPIController).spi
        func identification() -> [UInt8] {
            bus.select(2, at: machine.simulation.scheduler.now)
            defer { bus.select(0, at: machine.simulation.scheduler.now) }
            return [0x9f, 0, 0, 0].map { bus.exchange($0, lanes: 1, at: machine.simulation.scheduler.now) }
        }
        #expect(identification() == [0xff, 0xff, 0xff, 0xff])
        for _ in 0..<2 {
            try add("spi-nor,id=flash,bus=spi0,select=1,size=1M", to: machine)
            #expect(identification() == [0xff, 0xef, 0x40, 0x14])
            let message = #expect(throws: PlatformError.self) {
                try add("spi-nor,id=b,bus=spi0,select=1", to: machine)
            }?
            .description
            #expect(message?.contains("leads to “flash” already") == true)
            #expect(machine.module("b") == nil)
            _ = machine.run(for: .microseconds(50))
            try machine.remove(.device, "flash", from: "del")
            #expect(identification() == [0xff, 0xff, 0xff, 0xff])
        }
        #expect(machine.simulation.failure == nil)
    }

    @Test("what comes and goes while nothing runs changes nothing for the rest")
    func neutrality() throws {
        let (one, two) = (try machine(), try machine())
        for machine in [one, two] { _ = machine.run(for: .microseconds(20)) }
        try add("char-memory,id=log,device=uart0", .object, to: one)
        try one.remove(.object, "log", from: "del")
        for machine in [one, two] { _ = machine.run(for: .microseconds(20)) }
        #expect(try one.simulation.save().sections == two.simulation.save().sections)
    }

    static let refusals: [(String, String)] = [
        (
            "plic,id=p,at=0x20000000,span=0x600000",
            "add: a “plic” must be there when the machine is made; expected “-device” on the command line, or a type that may come later; legal are "
        ),
        (
            "uart16550,id=u,at=0x10010000,span=0x100",
            "add: the bus “bus” lets nothing come or go while the machine exists; expected “hotplug” of “bus” to be on"
        ),
        ("uart16550,id=u,at=0x80000000,span=0x100", "add: “u” at 0x80000000–0x800000ff overlaps “ram”"),
        ("uart16550,id=ram,at=0,span=1", "add: there is a module “ram” already"),
        (
            "tmp102,id=t,bus=uart0",
            "add: the property “bus” of “t”: “uart0” is of type “uart16550”; expected a module that is a “i2c-controller”; legal are “i2c0”"
        ),
        ("tmp102,id=t,bus=i2c9", "add: there is no module “i2c9”; did you mean “i2c0”?"),
    ]

    @Test("what cannot come is refused with the object, the place and the fix", arguments: refusals.indices)
    func refusal(index: Int) throws {
        let (text, expected) = Self.refusals[index]
        let machine = try machine(accepts: false)
        let error = #expect(throws: PlatformError.self) { try add(text, to: machine) }
        #expect(error?.description.hasPrefix(expected) == true, "\(error?.description ?? "")")
    }

    @Test("what cannot go is refused with the object and the reason")
    func staying() throws {
        let machine = try machine()
        func message(_ name: String) -> String {
            #expect(throws: PlatformError.self) { try machine.remove(.device, name, from: "del") }?.description ?? ""
        }
        #expect(
            message("plic").hasPrefix(
                "del: “plic” of type “plic” stays as long as the machine; expected a module that may go; legal are “uart0”"
            ))
        #expect(
            message("cpu0")
                == "del: “cpu0” is a part of something and cannot go alone; expected a module with an entry of its own in the platform"
        )
        #expect(message("uart9").hasPrefix("del: there is no module “uart9”; did you mean “uart0”"))
    }
}
