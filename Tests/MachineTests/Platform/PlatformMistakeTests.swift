import Testing

@testable import TandemKernel
@testable import TandemMachine

/// A platform file with one mistake, and the whole message about it.
struct Mistake: CustomTestStringConvertible, Sendable {
    let name: String
    let file: String
    let message: String
    var testDescription: String { name }

    init(_ name: String, _ file: String, _ message: String) {
        self.name = name
        self.file = file
        self.message = message
    }
}

/// What is around the module with the mistake.
private func board(_ module: String) -> String {
    """
    { modules: {
    bus: { type: "router" },
    ram: { type: "ram", size: "1M", at: 0x80000000 },
    plic: { type: "plic", at: 0xC000000, span: 0x600000 },
    \(module)
    } }
    """
}

@Suite struct PlatformMistakeTests {
    static let mistakes = [
        Mistake(
            "a syntax error", "{ modules: {\n  bus: { type: \"router\" }\n  ram: 1 } }",
            "b.json5:3:3: expected ',' or '}' after a member, found 'r'"),
        Mistake(
            "no object", "[1]",
            "b.json5:1:1: a platform file holds an object, not an array; expected { name: …, modules: { … } }"),
        Mistake(
            "an unknown member", "{ modulse: {} }",
            "b.json5:1:3: a platform has no member “modulse”; did you mean “modules”?; legal are “name”, “description”, “include”, “machine”, “board”, “simulation”, “traffic”, “firmware” and “modules”"
        ),
        Mistake(
            "nothing on it", "{}", "b.json5:1:1: the platform has no modules; expected modules: { NAME: { type: … } }"),
        Mistake(
            "no time", "{ simulation: { maxSkew: 3 }, modules: {} }",
            "b.json5:1:26: “maxSkew” of the simulation cannot be 3; expected a time such as “10us” in quotes"
        ),
        Mistake(
            "no type", "{ modules: { bus: {} } }",
            "b.json5:1:14: the module “bus” has no type; expected type: NAME, or modules: { … } for a container"),
        Mistake(
            "an unknown type", board("uart: { type: \"uart16650\" }"),
            "b.json5:5:15: there is no module type “uart16650”; did you mean “uart16550”?"),
        Mistake(
            "an unknown property",
            board("uart: { type: \"uart16550\", at: 0x10000000, span: 0x100, \"fifo-deph\": 1 }"),
            "b.json5:5:57: “uart” of type “uart16550” has no property or connection “fifo-deph”; did you mean “fifo-depth”?; legal are “clock-frequency”, “fifo-depth” and “interrupt”"
        ),
        Mistake(
            "a value of the wrong kind", board("uart: { type: \"uart16550\", \"fifo-depth\": true }"),
            "b.json5:5:42: the property “fifo-depth” of “uart” cannot be on; expected a non-negative integer of 32 bits"
        ),
        Mistake(
            "a value out of range", board("uart: { type: \"uart16550\", \"fifo-depth\": 65 }"),
            "b.json5:5:42: the property “fifo-depth” of “uart” cannot be 65; expected an integer from 1 to 64"),
        Mistake(
            "a size with a bad suffix", board("more: { type: \"ram\", size: \"12Q\", at: 0x90000000 }"),
            "b.json5:5:28: the property “size” of “more” cannot be “12Q”; expected a size such as “512M”, “4KiB” or “0x1000”"
        ),
        Mistake(
            "a size that is missing", board("more: { type: \"ram\" }"),
            "b.json5:5:1: the property “size” of “more” must be given: how much there is; expected a size such as “512M”, “4KiB” or “0x1000”"
        ),
        Mistake(
            "a choice that does not exist", board("cpu: { type: \"riscv-hart\", bus: \"bus\", engine: \"interpet\" }"),
            "b.json5:5:48: the property “engine” of “cpu” cannot be “interpet”; did you mean “interpret”?; legal are “interpret” and “translate”"
        ),
        Mistake(
            "two regions that overlap", board("more: { type: \"ram\", size: \"1M\", at: 0x800ff000 }"),
            "b.json5:5:34: “more” at 0x800ff000–0x801fefff overlaps “ram” at 0x80000000–0x800fffff (b.json5:3:33) on “bus” at priority 0; expected ranges apart, or a priority for one of them"
        ),
        Mistake(
            "an unbound socket", board("cpu: { type: \"riscv-hart\" }"),
            "b.json5:5:1: the socket “cpu.bus” is not bound; expected “bus” with the target that it reaches, such as “bus”"
        ),
        Mistake(
            "a socket bound to nothing", board("cpu: { type: \"riscv-hart\", bus: \"buss\" }"),
            "b.json5:5:33: there is no module “buss”; did you mean “bus”?"),
        Mistake(
            "a socket bound to a line", board("cpu: { type: \"riscv-hart\", bus: \"plic.source1\" }"),
            "b.json5:5:33: “plic.source1” is a line input; expected a target socket; legal are “plic.bus”"),
        Mistake(
            "an interrupt wired to nothing", board("uart: { type: \"uart16550\", interrupt: \"\" }"),
            "b.json5:5:39: a connection reaches nothing; expected a line input such as “MODULE.PORT”"),
        Mistake(
            "an interrupt wired to an unknown port",
            board("uart: { type: \"uart16550\", interrupt: \"plic.sorce10\" }"),
            "b.json5:5:39: “plic” of type “plic” has no port “sorce10”; legal are “source[i]”"),
        Mistake(
            "an interrupt wired to an unknown module",
            board("uart: { type: \"uart16550\", interrupt: \"pilc.source10\" }"),
            "b.json5:5:39: there is no module “pilc”; did you mean “plic”?"),
        Mistake(
            "an interrupt wired to a module with several inputs",
            board("uart: { type: \"uart16550\", interrupt: \"plic\" }"),
            "b.json5:5:39: “plic” has several ports that fit; expected “plic.PORT”; legal are “plic.source[i]”"),
        Mistake(
            "a connection at the wrong end", board("other: { type: \"plic\", source1: \"plic.source1\" }"),
            "b.json5:5:33: “other.source1” is a line input and cannot reach anything; expected the connection at its other end, the initiator or the line output"
        ),
        Mistake(
            "a back-end in the file", board("uart: { type: \"uart16550\", terminal: \"stdio\" }"),
            "b.json5:5:38: “uart.terminal” is a back-end and cannot be connected in a platform; expected an option of the command line such as “-serial stdio”"
        ),
        Mistake(
            "a link to nothing", board("cpu: { type: \"riscv-hart\", bus: \"bus\", timebase: \"mtimr\" }"),
            "b.json5:5:50: there is no module “mtimr”; legal are “bus”, “ram”, “plic” and “cpu”"),
        Mistake(
            "no span", board("uart: { type: \"uart16550\", at: 0x10000000 }"),
            "b.json5:5:28: nothing says how much address space “uart” takes; expected “span” beside “at”, such as span: 0x1000"
        ),
        Mistake(
            "an address that is no number", board("uart: { type: \"uart16550\", at: \"here\", span: 1 }"),
            "b.json5:5:32: “at” cannot be “here”; expected a number such as 0x10000000, a size such as “64K”, or an index expression such as “[0x1000*i]”"
        ),
        Mistake(
            "a span without an address", board("uart: { type: \"uart16550\", span: 1 }"),
            "b.json5:5:28: “span” of “uart” means nothing without “at”; expected “at” with an address beside it"),
        Mistake(
            "a timing without an address",
            board("uart: { type: \"uart16550\", timing: { \"read-latency\": \"1ns\" } }"),
            "b.json5:5:28: “timing” of “uart” means nothing without “at”; expected “at” with an address beside it"),
        Mistake(
            "an unknown timing",
            board("uart: { type: \"uart16550\", at: 0, span: 1, timing: { \"read-latncy\": \"1ns\" } }"),
            "b.json5:5:54: the timing of “uart” has no member “read-latncy”; did you mean “read-latency”?; legal are “read-latency”, “write-latency”, “clock”, “bytes-per-cycle” and “time-per-byte”"
        ),
        Mistake(
            "a timing of the wrong kind",
            board("uart: { type: \"uart16550\", map: [{ at: 0, span: 1, timing: { clock: true } }] }"),
            "b.json5:5:69: the property “clock” of “uart” cannot be on; expected a frequency such as “1GHz”"
        ),
        Mistake(
            "a range past the end", board("uart: { type: \"uart16550\", at: 0xFFFFFFFFFFFFF000, span: 0x2000 }"),
            "b.json5:5:28: “uart” cannot take 8 KiB from 0xfffffffffffff000 on; expected at least one byte, and an end within 64 bits"
        ),
        Mistake(
            "a router that is none", board("uart: { type: \"uart16550\", at: 0x10000000, span: 1, on: \"ram\" }"),
            "b.json5:5:57: “uart” cannot stand on “ram”; expected the path of a router; legal are “bus”"),
        Mistake(
            "an array meant as a module",
            board(
                "cpu: { type: \"riscv-hart\", count: 2, bus: \"bus\" },\nt: { type: \"timer\", mtip0: \"cpu.mtip\" }"),
            "b.json5:6:28: “cpu” is an array of 2; expected one of its modules, “cpu0” to “cpu1”, or “cpu[i]”"),
        Mistake(
            "an index without an array", board("t: { type: \"timer\", \"mtip[i]\": \"plic.source[i]\" }"),
            "b.json5:5:32: nothing says how far “i” runs in “plic.source[i]”; expected an array directly before “[i]”"),
        Mistake(
            "a count of nothing", board("cpu: { type: \"riscv-hart\", count: 0, bus: \"bus\" }"),
            "b.json5:5:35: “cpu” cannot have the count 0; expected a number from 1 to 4096"),
        Mistake(
            "harts of one name",
            """
            { board: { harts: "cpu" }, modules: {
                bus: { type: "router" },
                cpu: { type: "riscv-hart", count: 2, "hart-id": 3, bus: "bus" } } }
            """,
            "b.json5:3:53: “cpu1” has the hart-id 3, as “cpu0” has; expected a number of its own for each hart, such as “[i]” in an array"
        ),
        Mistake(
            "a part that nobody plays",
            "{ board: { memory: \"dram\" }, modules: { ram: { type: \"ram\", size: 4096 } } }",
            "b.json5:1:20: there is no module “dram”; did you mean “ram”?"),
        Mistake(
            "a name with a blank", "{ modules: { \"my ram\": { type: \"ram\" } } }",
            "b.json5:1:14: a module cannot be called “my ram”; expected a name of letters, digits, “-” and “_” that begins with a letter"
        ),
        Mistake(
            "a key twice", "{ modules: { a: { type: \"router\" }, a: { type: \"router\" } } }",
            "b.json5:1:37: duplicate key 'a'; it was first given at 1:14"),
    ]

    @Test(
        "a mistake in a platform file is found with its place, what was expected and the legal choices",
        arguments: mistakes)
    func message(_ mistake: Mistake) {
        #expect(Self.error(mistake.file) == mistake.message)
    }

    @Test("at least thirty kinds of wrong platforms are told with the object, the place and the fix")
    func thirty() {
        let whole = (Self.mistakes + WrongMachineTests.mistakes).filter { mistake in
            let fixes = ["; expected ", "; did you mean ", "; legal are "]
            return mistake.message.hasPrefix("b.json5:") && mistake.message.contains("“")
                && fixes.contains { mistake.message.contains($0) }
        }
        #expect(Set(whole.map(\.name)).count >= 30)
        #expect(Set(whole.map(\.message)).count == whole.count)
    }

    @Test("several mistakes are reported at once, in the order of the file")
    func several() {
        let text = Self.error(
            board("uart: { type: \"uart16550\", interrupt: \"plik.source1\", baud: 3 },\ncpu: { type: \"riscv-hart\" }")
        )
        #expect(
            text.split(separator: "\n").map { $0.split(separator: " ")[0] } == [
                "b.json5:5:39:", "b.json5:5:55:", "b.json5:6:1:",
            ])
    }

    @Test("a mistake in an array is reported once, not for each of its modules")
    func onceForArrays() {
        let text = Self.error(board("cpu: { type: \"riscv-hart\", count: 4, buss: \"bus\" }"))
        #expect(text.split(separator: "\n").count == 2)
    }

    static func error(_ file: String) -> String {
        do throws(PlatformError) {
            let platform = try PlatformLoader(PlatformSource(texts: ["b.json5": file])).load("b.json5")
            var planner = Planner(platform, catalog: Sketch.catalog)
            _ = try planner.plan()
            return "no mistake"
        } catch {
            return error.description
        }
    }
}
