import Testing

@testable import TandemMachine

/// Platforms that are wrong in a way that shows only when their modules are made and connected: with the standard types.
@Suite struct WrongMachineTests {
    private static func board(_ modules: String) -> String {
        """
        { modules: {
        bus: { type: "router" },
        cpu: { type: "riscv-hart", count: 1, bus: "bus" },
        plic: { type: "plic", at: 0xC000000, span: 0x600000 },
        uart0: { type: "uart16550", at: 0x10000000, span: 0x100 },
        i2c0: { type: "i2c-ocores", at: 0x10020000, span: 0x1000 },
        left: { modules: { ram: { type: "ram", size: "1M", at: 0x80000000, on: "bus" } } },
        right: { modules: { ram: { type: "ram", size: "1M", at: 0x90000000, on: "bus" } } },
        \(modules)
        } }
        """
    }

    static let mistakes: [Mistake] = [
        Mistake(
            "a link to a module without the interface", board("t: { type: \"tmp102\", bus: \"uart0\" }"),
            "b.json5:9:27: the property “bus” of “t”: “uart0” is of type “uart16550”; expected a module that is a “i2c-controller”; legal are “i2c0”"
        ),
        Mistake(
            "a link that may be two modules", board("h: { type: \"riscv-hart\", bus: \"bus\", timebase: \"ram\" }"),
            "b.json5:9:48: “ram” may be 2 modules; expected more of the path; legal are “left.ram” and “right.ram”"),
        Mistake(
            "a link that must be given", board("log: { type: \"char-memory\" }"),
            "b.json5:9:1: the property “device” of “log” must be given: The serial port at the other end; expected the path of a module such as “soc.plic”"
        ),
        Mistake(
            "a property that nobody sets", board("log: { type: \"char-memory\", device: \"uart0\", sent: 3 }"),
            "b.json5:9:52: the property “sent” of “log” can only be read; expected a reader: the module computes it"),
        Mistake(
            "two targets at one address of a bus",
            board("a: { type: \"tmp102\", bus: \"i2c0\" }, b: { type: \"tmp102\", bus: \"i2c0\" }"),
            "b.json5:9:37: b: the address 0x48 on “i2c0” belongs to “a” already; expected an address of its own for each target"
        ),
        Mistake(
            "two far ends at one serial port",
            board("a: { type: \"char-memory\", device: \"uart0\" }, b: { type: \"char-memory\", device: \"uart0\" }"),
            "b.json5:9:46: b: “uart0” leads elsewhere already; expected a serial port without a far end"),
        Mistake(
            "routers in a circle",
            board(
                "x: { type: \"router\", at: 0, span: 0x1000, on: \"y\" }, y: { type: \"router\", at: 0, span: 0x1000, on: \"x\" }"
            ),
            "b.json5:9:75: x: the region “y” leads back to this router; expected routers that do not form a circle"),
        Mistake(
            "an instruction set that is none", board("h: { type: \"riscv-hart\", bus: \"bus\", isa: \"rv65gc\" }"),
            "b.json5:9:43: the property “isa” of “h”: ISA string 'rv65gc': 'rv65' must be rv32 or rv64"),
        Mistake(
            "an extension that there is not", board("h: { type: \"riscv-hart\", bus: \"bus\", isa: \"rv64gcv\" }"),
            "b.json5:9:43: the property “isa” of “h”: ISA string 'rv64gcv': 'v' is not an extension of this hart; known are g, i, m, a, f, d, c, b, zicbom, zicbop, zicboz, zicntr, zicsr, zifencei, zihintpause, zihpm, zawrs, zba, zbb, zbs, smaia, ssaia, sstc, svade, svadu, svinval, svnapot, svpbmt"
        ),
        Mistake(
            "a file of memory that cannot be made",
            board("m: { type: \"ram\", size: \"4K\", at: 0xA0000000, \"mem-path\": \"/gone/m\" }"),
            "b.json5:9:59: the property “mem-path” of “m”: there is no file “/gone/m”; expected a file of 4 KiB, or “mem-share” to make one"
        ),
        Mistake(
            "two regions at odds in an alias", board("m: { type: \"alias\", at: 0xA0000000, span: 0x1000 }"),
            "b.json5:9:1: the property “size” of “m” must be given: How many bytes of the other it shows; expected a size such as “512M”, “4KiB” or “0x1000”\nb.json5:9:1: the socket “m.of” is not bound; expected “of” with the target that it reaches, such as “bus”"
        ),
        Mistake(
            "one line driven twice by one output",
            board(
                "u: { type: \"uart16550\", at: 0xB0000000, span: 0x100, interrupt: [\"plic.source1\", \"plic.source1\"] }"
            ), "b.json5:9:65: u.interrupt: the output already drives “plic.source1”; expected one connection"),
        Mistake(
            "a file that includes itself", "{ include: \"b.json5\" }",
            "b.json5:1:12: “b.json5” includes itself; expected includes without a circle: b.json5 → b.json5"),
        Mistake(
            "a file that is not there", "{ include: \"gone.json5\" }",
            "b.json5:1:12: the platform file “gone.json5” cannot be read; expected a readable JSON5 file"),
    ]

    @Test("a machine that cannot be made is refused with the object, the place and the fix", arguments: mistakes)
    func message(_ mistake: Mistake) {
        #expect(Self.error(mistake.file) == mistake.message)
    }

    private static func error(_ file: String) -> String {
        do throws(PlatformError) {
            let platform = try PlatformLoader(PlatformSource(texts: ["b.json5": file])).load("b.json5")
            _ = try Machine(platform)
            return "no mistake"
        } catch { return error.description }
    }
}
