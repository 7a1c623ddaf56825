import Tandem
import TandemTesting
import Testing

/// The device of `Multiplier.swift` on a board that is described in a file.
struct MultiplierTests {
    static let board = """
        {
            name: "multiplying",
            description: "A hart, memory, a serial port and a multiplier",
            board: { harts: "cpu", memory: "ram", serial: "uart0" },
            modules: {
                bus: { type: "router" },
                cpu: { type: "riscv-hart", count: 1, bus: "bus", "reset-vector": 0x80000000 },
                ram: { type: "ram", size: "1M", at: 0x80000000 },
                uart0: { type: "uart16550", at: 0x10000000, span: 0x100 },
                mul: { type: "multiplier", at: 0x20000000, span: 12, interrupt: "cpu0.meip" },
            },
        }
        """

    @Test("a device in a few lines stands in a platform file as any other")
    func platformFile() throws {
        let platform = try PlatformLoader(PlatformSource(texts: ["board.json5": Self.board])).load("board.json5")
        let bench = try GuestBench(platform, catalog: .standard.adding(Multiplier.Device.self), program: program)
        try bench.console.wait(for: "f", within: .microseconds(10))
        #expect(bench.module("mul", as: Multiplier.Device.self)?.interrupt.raisedCount == 1)
    }

    @Test("a device in a few lines is explained as any other")
    func explained() {
        let declaration = Multiplier.Device.declaration
        #expect(declaration.typeName == "multiplier")
        #expect(declaration.registers.map(\.name) == ["LEFT", "RIGHT", "PRODUCT"])
        #expect(declaration.ports.map(\.name) == ["bus", "interrupt"])
    }

    @Test("example: a conversation with the guest")
    func conversation() throws {
        let echo = """
                li   s0, 0x10000000
                li   a0, '>'
                sb   a0, 0(s0)
            wait:
                lbu  a1, 5(s0)          # LSR.DR: a character has come
                andi a1, a1, 1
                beqz a1, wait
                lbu  a0, 0(s0)
                sb   a0, 0(s0)
                j    wait
            """
        let bench = try GuestBench(.bare(), program: echo)
        try bench.console.wait(for: ">", within: .milliseconds(1))
        bench.console.type("hello\nworld")
        let line = try bench.console.wait(for: "hello", within: .milliseconds(100))
        #expect(line.text == ">hello")
        try bench.console.wait(for: "world", within: .milliseconds(100))
        #expect(bench.console.lines.map(\.text) == [">hello", "world"])
    }
}
