import TandemBus
import TandemCPU
import TandemDevices
import TandemKernel
import Testing

@testable import TandemMachine

/// A platform of containers with memories of one name, and what may be said about it.
private func board() -> Platform {
    var platform = Platform("board", board: Board(harts: "cpu", memory: "left.ram"))
    platform.add("bus", "router")
    platform.add("cpu", "riscv-hart", ["bus": "bus", "timebase": "timer"], count: 1)
    platform.modules.append(ModuleDescription("left", type: nil))
    platform.add("left.ram", "ram", ["size": "1M"], at: 0x8000_0000)
    platform.modules.append(ModuleDescription("right", type: nil))
    platform.add("right.ram", "ram", ["size": "1M"], at: 0x9000_0000)
    platform.add("right.timer", "aclint-mtimer", at: 0x200_0000, span: 0x8000)
    platform.machine.properties = [
        MachineProperty("read-latency", of: ["left.ram.read-latency", "right.ram.read-latency"])
    ]
    platform.machine.memory = .kibibytes(4)...ByteSize.mebibytes(64)
    platform.machine.harts = 1...4
    return platform
}

private func message(_ change: (inout Platform) throws(PlatformError) -> Void) -> String {
    do throws(PlatformError) {
        var platform = board()
        try change(&platform)
        _ = try Machine(platform)
        return "nothing wrong"
    } catch { return error.description }
}

private func device(_ text: String, _ platform: inout Platform) throws(PlatformError) {
    try platform.add(.device, OptionList(parsing: text, from: "-device"), catalog: .standard, from: "-device")
}

@Suite struct PlatformOptionTests {
    @Test("a link finds its module by the end of its path, where nothing else ends so")
    func partialPaths() throws {
        let machine = try Machine(board())
        #expect(machine.plan.module("cpu0")?.properties["timebase"] == .link("right.timer"))
        #expect(try machine.simulation.root.resolve("timer", from: "x") === machine.module("right.timer"))
        #expect(try machine.simulation.root.resolve("/right/ram", from: "x") === machine.module("right.ram"))
        let error = #expect(throws: ElaborationError.self) { try machine.simulation.root.resolve("ram", from: "x") }
        #expect(
            error?.description
                == "x: “ram” may be 2 modules; expected more of the path; legal are “left.ram” and “right.ram”")
    }

    @Test("a device of the command line stands on the board as one of the platform file does")
    func devices() throws {
        var platform = board()
        try device("uart16550,id=uart1,at=0x10010000,span=0x100,timed=off", &platform)
        try device("driver=ram,size=64K,addr=0x20000000,bus=bus", &platform)
        let machine = try Machine(platform)
        #expect(machine.module("uart1") is UART16550)
        #expect(machine.plan.module("uart1")?.properties["timed"] == .bool(false))
        #expect(machine.plan.module("ram-0")?.windows.first?.start == 0x2000_0000)
    }

    @Test("a model of a processor sets what it is known for, and properties behind it count")
    func processors() throws {
        var platform = board()
        try platform.setProcessor(
            OptionList(parsing: "sifive-u54,mmu=none", from: "-cpu"), catalog: .standard, from: "-cpu")
        let machine = try Machine(platform)
        #expect(machine.plan.module("cpu0")?.properties["mmu"] == .choice("none"))
        #expect(machine.harts.first?.extensions.isaString(xlen: .rv64).hasPrefix("rv64imafdc_zicntr") == true)
        #expect(
            board().processors(.standard).map { $0.names[0] } == [
                "rv64", "rv32", "sifive-u54", "sifive-u34", "riscv-hart",
            ])
        platform.machine.processors = ["rv32"]
        #expect(platform.processors(.standard).map { $0.names[0] } == ["rv32"])
    }

    @Test("a property of the machine sets those of its modules")
    func machineProperties() throws {
        var platform = board()
        try platform.setMachine("read-latency", to: "7ns", from: "-machine")
        let machine = try Machine(platform)
        for path in ["left.ram", "right.ram"] {
            #expect(machine.plan.module(path)?.properties["read-latency"] == .time(.nanoseconds(7)))
        }
    }

    static let mistakes: [(@Sendable (inout Platform) throws(PlatformError) -> Void, String)] = [
        (
            { (p) throws(PlatformError) in try device("", &p) },
            "-device: no type is named; expected TYPE,id=NAME,property=value; “-device help” lists the types"
        ),
        (
            { (p) throws(PlatformError) in try device("uart16650,id=a", &p) },
            "-device: there is no module type “uart16650”; did you mean “uart16550”?"
        ),
        (
            { (p) throws(PlatformError) in try device("uart16550,id=bus,at=0", &p) },
            "-device: there is a module “bus” already, of type “router”; expected a name of its own"
        ),
        (
            { (p) throws(PlatformError) in try device("uart16550,id=1x,at=0", &p) },
            "-device: a module cannot be called “1x”; expected a name of letters, digits, “-” and “_” that begins with a letter"
        ),
        (
            { (p) throws(PlatformError) in try device("uart16550,id=a", &p) },
            "-device: nothing says where “a” stands in the memory map; expected at=ADDRESS, with span=SIZE where no property “size” says it"
        ),
        (
            { (p) throws(PlatformError) in try device("uart16550,id=a,id=b", &p) },
            "-device: “id” is given twice in “uart16550,id=a,id=b”; expected one value"
        ),
        (
            { (p) throws(PlatformError) in try device("uart16550,=b", &p) },
            "-device: “uart16550,=b” has a value without a name; expected NAME=VALUE between the commas"
        ),
        (
            { (p) throws(PlatformError) in try device("uart16550,id=a,at=0x10000000,span=0x100,timd=on", &p) },
            "-device: “a” of type “uart16550” has no property or connection “timd”; did you mean “timed”?; legal are "
        ),
        (
            { (p) throws(PlatformError) in try device("uart16550,id=a,at=0x80000100,span=0x100", &p) },
            "-device: “a” at 0x80000100–0x800001ff overlaps “left.ram” at 0x80000000–0x800fffff (left.ram) on “bus” at priority 0; expected ranges apart, or a priority for one of them"
        ),
        (
            { (p) throws(PlatformError) in try device("uart16550,id=a,at=0,span=1,bus=left.ram", &p) },
            "-device: “a” cannot stand on “left.ram”; expected the path of a router; legal are “bus”"
        ),
        (
            { (p) throws(PlatformError) in
                try p.add(
                    .object, OptionList(parsing: "ram,id=a", from: "-object"), catalog: .standard, from: "-object")
            }, "-object: “ram” is no object; expected “-device ram,…”"
        ),
        (
            { (p) throws(PlatformError) in
                try p.setProcessor(OptionList(parsing: "rv46", from: "-cpu"), catalog: .standard, from: "-cpu")
            }, "-cpu: the machine “board” has no processor “rv46”; did you mean “rv64”"
        ),
        (
            { (p) throws(PlatformError) in try p.setMachine("red-latency", to: "1ns", from: "-machine") },
            "-machine: the machine “board” has no property “red-latency”; did you mean “read-latency”?; legal are “read-latency”"
        ),
        (
            { (p) throws(PlatformError) in p.set("left.ram.size", to: "128M", from: "-m") },
            "-m: the machine “board” cannot have 128 MiB of memory; expected 4 KiB to 64 MiB"
        ),
        (
            { (p) throws(PlatformError) in p.set("cpu.count", to: "5", from: "-smp") },
            "-smp: the machine “board” cannot have 5 harts; expected 1 to 4"
        ),
        (
            { (p) throws(PlatformError) in p.set("cpu.timebase", to: "right.ram", from: "-set") },
            "-set: the property “timebase” of “cpu0”: “right.ram” is of type “ram”; expected a module that is a “timebase”; legal are “right.timer”"
        ),
        (
            { (p) throws(PlatformError) in p.set("cpu.timebase", to: "ram", from: "-set") },
            "-set: “ram” may be 2 modules; expected more of the path; legal are “left.ram” and “right.ram”"
        ),
        (
            { (p) throws(PlatformError) in
                p.machine.properties.append(MachineProperty("x", of: ["left.ram.sice"], place: "b.json5:1:1"))
            },
            "b.json5:1:1: “left.ram” has no property “sice”; did you mean “size”?; legal are “size”, “read-latency”"
        ),
    ]

    private static let choices = """
        {
        machine: { properties: { size: { description: "d", choices: {
            small: {},
            large: { ram: { size: "2M" }, spare: { type: "ram", size: "4K", at: 0x70000000 } },
            none: { ram: null },
        } } } },
        modules: { bus: { type: "router" }, ram: { type: "ram", size: "1M", at: 0x80000000 } }
        }
        """

    private static func choosing(_ text: String = choices) throws(PlatformError) -> Platform {
        try PlatformLoader(PlatformSource(texts: ["b.json5": text])).load("b.json5")
    }

    @Test(
        "a property of the machine chooses between modules",
        arguments: [
            (nil, ["ram"], "1 MiB"), ("small", ["ram"], "1 MiB"), ("large", ["ram", "spare"], "2 MiB"),
            ("none", [], ""),
        ]
            as [(String?, [String], String)])
    func choice(name: String?, modules: [String], size: String) throws {
        var platform = try Self.choosing()
        if let name { try platform.setMachine("size", to: name, from: "-machine") }
        let machine = try Machine(platform)
        #expect(platform.modules.map(\.path) == ["bus"] + modules)
        #expect(machine.plan.module("ram")?.properties["size"].map { "\($0)" } ?? "" == size)
        if let name { try platform.setMachine("size", to: name, from: "-machine") }
        #expect(platform.modules.map(\.path) == ["bus"] + modules)
    }

    @Test("a module that the user has taken away stays away, whatever is chosen")
    func choiceOfRest() throws {
        var platform = try Self.choosing()
        platform.modules.removeAll { $0.path == "ram" }
        try platform.setMachine("size", to: "large", from: "-machine")
        #expect(platform.modules.map(\.path) == ["bus", "spare"])
    }

    @Test("what cannot be chosen is told with what can")
    func wrongChoice() throws {
        var platform = try Self.choosing()
        var error = #expect(throws: PlatformError.self) {
            try platform.setMachine("size", to: "larg", from: "-machine")
        }
        #expect(
            error?.description
                == "-machine: “size” of the machine “b” cannot be “larg”; did you mean “large”?; legal are “small”, “large” and “none”"
        )
        try platform.setMachine("size", to: "none", from: "-machine")
        error = #expect(throws: PlatformError.self) { try platform.setMachine("size", to: "large", from: "-machine") }
        #expect(error?.description == "-machine: “size” is “none” already; expected one choice")
        for (text, message) in [
            (
                "choices: {}",
                "b.json5:2:43: the choices of “size” cannot be an object; expected an object of modules by choice"
            ),
            (
                "choices: { a: { ram: 1 } }",
                "b.json5:2:55: the module “ram” cannot be 1; expected an object { type: …, … }"
            ),
        ] {
            let file = """
                {
                machine: { properties: { size: { \(text) } } },
                modules: { bus: { type: "router" }, ram: { type: "ram", size: "1M", at: 0x80000000 } }
                }
                """
            let error = #expect(throws: PlatformError.self) { try Self.choosing(file) }
            #expect(error?.description == message)
        }
    }

    @Test("what cannot be added or set names the object, the place and the fix", arguments: mistakes.indices)
    func mistake(index: Int) {
        let (change, expected) = Self.mistakes[index]
        #expect(message(change).hasPrefix(expected))
    }
}
