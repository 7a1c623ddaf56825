import Tandem
import TandemTesting
import Testing

/// What `docs/concepts/machines.md` shows.
struct MachineExamples {
    static let file = """
        {
            name: "pocket",
            description: "One or two harts, at most 16 MiB",
            machine: {
                alias: ["pocket-1"],
                memory: { min: "64K", max: "16M" },
                harts: { max: 2 },
                properties: { "memory-latency": { of: ["ram.read-latency", "ram.write-latency"] } },
            },
            board: { harts: "cpu", memory: "ram", serial: "uart0" },
            modules: {
                bus: { type: "router" },
                cpu: { type: "riscv-hart", count: 1, bus: "bus", "hart-id": "[i]", "reset-vector": 0x80000000 },
                ram: { type: "ram", size: "1M", at: 0x80000000 },
                uart0: { type: "uart16550", at: 0x10000000, span: 0x100 },
            },
        }
        """

    private func pocket() throws -> Platform {
        try PlatformLoader(PlatformSource(texts: ["pocket.json5": Self.file])).load("pocket.json5")
    }

    @Test("example: a machine has limits, and properties of its own")
    func limits() throws {
        var platform = try pocket()
        try platform.setMachine("memory-latency", to: "20ns", from: "-machine")
        platform.set("cpu.count", to: "2", from: "-smp")
        let bench = try GuestBench(platform, program: "1: j 1b")
        #expect(bench.machine.harts.count == 2)
        #expect(try bench.machine.module("ram")?.properties.value(of: "write-latency") == .time(.nanoseconds(20)))

        platform.set("ram.size", to: "1G", from: "-m")
        let error = #expect(throws: PlatformError.self) { try Machine(platform) }
        #expect(
            error?.description == "-m: the machine “pocket” cannot have 1 GiB of memory; expected 64 KiB to 16 MiB")
    }
}
