import TandemBus
import TandemCPU
import TandemKernel
import TandemTesting
import Testing

@testable import TandemMachine

/// A board with nothing but harts, memory and the reset code.
private func board(harts: UInt64 = 1, isa: String? = nil) -> Platform {
    var platform = Platform("board", board: Board(harts: "cpu", memory: "ram", bootROM: "rom", compatible: ["test"]))
    platform.add("bus", "router")
    platform.add("cpu", "riscv-hart", ["hart-id": "[i]", "bus": "bus"], count: harts)
    if let isa { platform.set("cpu.isa", to: isa, from: "the test") }
    platform.add("rom", "rom", ["size": "4K"], at: 0x1000)
    platform.add("ram", "ram", ["size": "16M"], at: 0x8000_0000)
    return platform
}

private func images(_ files: [String: [UInt8]]) -> ImageSource {
    ImageSource { (name) throws(PlatformError) in
        guard let bytes = files[name] else { throw PlatformError(at: name, "there is no such image") }
        return ImageBytes(bytes, name: name)
    }
}

@Suite struct MachineRunTests {
    /// Stores what the boot ROM hands over, 64 bytes for each hart, and waits for ever.
    private static let reporter = """
        csrr t0, mhartid
        slli t0, t0, 6
        lui t1, 0x80100
        slli t1, t1, 32
        srli t1, t1, 32
        add t1, t1, t0
        sd a0, 0(t1)
        sd a1, 8(t1)
        sd a2, 16(t1)
        ld t2, 0(a2)
        sd t2, 24(t1)
        ld t2, 16(a2)
        sd t2, 32(t1)
        1: wfi
        j 1b
        """

    private func word(_ machine: Machine, _ address: UInt64) throws -> UInt64 {
        let ram = try #require(machine.module("ram") as? Ram)
        return ram.bytes(at: address - 0x8000_0000, count: 8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    @Test("every hart enters the firmware with its id, the device tree and the boot information", arguments: [1, 3])
    func handOver(count: UInt64) throws {
        let program = try GuestAssembler.program(Self.reporter, at: 0x8000_0000, xlen: .rv64)
        let kernel = ELFBuilder(
            entry: 0x8020_0000, segments: [.init(address: 0x8020_0000, bytes: [0x73, 0, 0x50, 0x10])])
        let machine = try Machine(board(harts: count), catalog: .standard)
        try machine.load(
            BootOptions(firmware: "fw.bin", kernel: "kernel.elf", arguments: "quiet", seed: 7),
            from: images(["fw.bin": program.bytes, "kernel.elf": kernel.bytes]))
        let outcome = machine.run()
        #expect(outcome == RunOutcome(.starved, code: 3))
        for hart in 0..<count {
            let at = 0x8010_0000 + 64 * hart
            #expect(try word(machine, at) == hart)
            #expect(try word(machine, at + 24) == BootROM.magic)
            #expect(try word(machine, at + 32) == 0x8020_0000)
        }
        let treeAt = try word(machine, 0x8010_0008)
        let ram = try #require(machine.module("ram") as? Ram)
        let blob = ram.bytes(at: treeAt - 0x8000_0000, count: machine.deviceTree.count)
        let tree = try FlattenedDeviceTree(decoding: blob).root
        #expect(tree.node("chosen")?.strings("bootargs") == ["quiet"])
        #expect(tree.node("chosen")?["rng-seed"]?.count == 32)
        #expect(tree.node("memory@80000000")?.cells("reg") == [0, 0x8000_0000, 0, 0x100_0000])
        #expect(tree.node("cpus")?.children.count == Int(count) + 1)
        #expect(tree.node("cpus/cpu@0")?.strings("riscv,isa-base") == ["rv64i"])
        #expect(tree.node("cpus/cpu@0/interrupt-controller")?.strings("compatible") == ["riscv,cpu-intc"])
    }

    @Test("harts of RV32 enter the firmware with words, and the device tree says what they are")
    func narrowHandOver() throws {
        let source = """
            lui t1, 0x80100
            sw a0, 0(t1)
            sw a1, 4(t1)
            lw t2, 0(a2)
            sw t2, 8(t1)
            lw t2, 8(a2)
            sw t2, 12(t1)
            1: wfi
            j 1b
            """
        let program = try GuestAssembler.program(source, at: 0x8000_0000, xlen: .rv32)
        let firmware = ELFBuilder(
            is64: false, entry: 0x8000_0000, segments: [.init(address: 0x8000_0000, bytes: program.bytes)])
        let kernel = ELFBuilder(
            is64: false, entry: 0x8040_0000, segments: [.init(address: 0x8040_0000, bytes: [0x73, 0, 0x50, 0x10])])
        let wide = ELFBuilder(segments: [.init(address: 0x8000_0000, bytes: [1, 2, 3, 4])])
        let files = ["fw.elf": firmware.bytes, "kernel.elf": kernel.bytes, "wide.elf": wide.bytes]
        let machine = try Machine(board(isa: "rv32gc_zba_sstc"), catalog: .standard)
        try machine.load(BootOptions(firmware: "fw.elf", kernel: "kernel.elf"), from: images(files))
        #expect(machine.run() == RunOutcome(.starved, code: 3))
        let low = try word(machine, 0x8010_0000)
        #expect(low & 0xFFFF_FFFF == 0)
        #expect(try word(machine, 0x8010_0008) == 0x8040_0000 << 32 | BootROM.magic)
        let ram = try #require(machine.module("ram") as? Ram)
        let blob = ram.bytes(at: low >> 32 - 0x8000_0000, count: machine.deviceTree.count)
        let cpu = try #require(try FlattenedDeviceTree(decoding: blob).root.node("cpus/cpu@0"))
        #expect(cpu.strings("riscv,isa") == ["rv32imafdc_zicsr_zifencei_zba_sstc"])
        #expect(cpu.strings("riscv,isa-base") == ["rv32i"])
        #expect(cpu.strings("mmu-type") == ["riscv,sv32"])
        // An image of the other width is refused.
        let error = #expect(throws: PlatformError.self) {
            try Machine(board(isa: "rv32gc"), catalog: .standard).load(
                BootOptions(firmware: "wide.elf"), from: images(files))
        }
        #expect(error?.description.contains("64 bits") == true)
    }

    @Test("the simulated time limit ends a run that never ends")
    func limit() throws {
        let program = try GuestAssembler.program("1: j 1b", at: 0x8000_0000, xlen: .rv64)
        let machine = try Machine(board(), catalog: .standard)
        try machine.load(BootOptions(firmware: "loop.bin"), from: images(["loop.bin": program.bytes]))
        #expect(machine.run(until: .microseconds(10)) == RunOutcome(.timeLimit))
        #expect(machine.simulation.scheduler.now == .microseconds(10))
        let hart = try #require(machine.harts.first)
        #expect((9_900...10_000).contains(hart.instructionsRetired))
    }

    @Test("a restart loads the images again and keeps the rest of memory")
    func restart() throws {
        let program = try GuestAssembler.program(Self.reporter, at: 0x8000_0000, xlen: .rv64)
        let machine = try Machine(board(), catalog: .standard)
        try machine.load(BootOptions(firmware: "fw.bin"), from: images(["fw.bin": program.bytes]))
        _ = machine.run()
        let ram = try #require(machine.module("ram") as? Ram)
        ram.load([1, 2, 3], at: 0)
        ram.load([9], at: 0x80_0000)
        machine.restart()
        #expect(ram.bytes(at: 0, count: program.bytes.count) == program.bytes)
        #expect(ram.bytes(at: 0x80_0000, count: 1) == [9])
        #expect(machine.run().reason == .starved)
        #expect(machine.restartCount == 1)
    }

    static let mistakes: [(BootOptions, String)] = [
        (
            BootOptions(kernel: "k"),
            "-kernel: nothing says which firmware starts the kernel; expected -bios FILE, such as OpenSBI's fw_dynamic.bin, or “-bios none” to start at the kernel"
        ),
        (
            BootOptions(firmware: "none"),
            "-bios: with “none” there is nothing to run; expected -kernel FILE, or a firmware"
        ),
        (
            BootOptions(),
            "board: there is nothing to run; expected an image: “tandem run board FILE”, -bios FILE or -kernel FILE"
        ),
        (
            BootOptions(firmware: "fw", initialRAMDisk: "i"),
            "-initrd: there is no kernel for the initial RAM disk; expected -kernel FILE"
        ),
        (
            BootOptions(firmware: "fw", arguments: "x"),
            "-append: there is no kernel to read the arguments; expected -kernel FILE"
        ),
        (BootOptions(firmware: "gone"), "gone: there is no such image"),
    ]

    @Test("what cannot be started is refused with what to give instead", arguments: mistakes.indices)
    func refusal(index: Int) throws {
        let (options, message) = Self.mistakes[index]
        let machine = try Machine(board(), catalog: .standard)
        let error = try #require(throws: PlatformError.self) {
            try machine.load(options, from: images(["fw": [1, 2, 3, 4], "i": [1], "k": [1]]))
        }
        #expect(error.description == message)
    }

    @Test("two machines run in one process without touching each other")
    func two() throws {
        let program = try GuestAssembler.program(Self.reporter, at: 0x8000_0000, xlen: .rv64)
        let machines = try (0..<2).map { _ in
            let machine = try Machine(board(), catalog: .standard)
            try machine.load(BootOptions(firmware: "fw.bin"), from: images(["fw.bin": program.bytes]))
            return machine
        }
        #expect(machines[1].run() == machines[0].run())
        #expect(machines[0].simulation.scheduler.now == machines[1].simulation.scheduler.now)
    }
}
