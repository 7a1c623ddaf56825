import TandemKernel

extension Platform {
    /// The least that a program needs, to add devices to: a hart `cpu0` that starts at the first byte of 1 MiB of memory
    /// `ram` at 0x8000_0000, a serial port `uart0` at 0x1000_0000, and the router `bus` between them. No boot ROM, no
    /// interrupt controller: a device drives the hart, as in `["interrupt": "cpu0.meip"]`.
    ///
    /// - Parameter isa: base and extensions, as the property of the hart.
    public static func bare(_ name: String = "bare", isa: String = "rv64gc") -> Platform {
        var platform = Platform(name, board: Board(harts: "cpu", memory: "ram", serials: ["uart0"]))
        platform.add("bus", "router")
        platform.add(
            "cpu", "riscv-hart",
            [
                "bus": "bus", "reset-vector": 0x8000_0000, "isa": .string(isa),
                "mmu": isa.hasPrefix("rv32") ? "sv32" : "sv57",
            ],
            count: 1)
        platform.add("ram", "ram", ["size": "1M"], at: 0x8000_0000)
        platform.add("uart0", "uart16550", at: 0x1000_0000, span: 0x100)
        return platform
    }
}
