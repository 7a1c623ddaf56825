import TandemBus
import TandemCPU
import TandemKernel
import TandemTesting
import Testing

@testable import TandemMachine

/// The flashes of `virt`, as guests use them.
@Suite struct FlashTests {
    /// Erases the first block, writes a function there, calls it, clears bits of it, and calls it again.
    private static let program = """
        lui s1, 0x20000
        lui s2, 0x80100
        slli s2, s2, 32
        srli s2, s2, 32
        li a1, 0x00200020
        sw a1, 0(s1)
        li a1, 0x00d000d0
        sw a1, 0(s1)
        jal ra, wait
        # addi a0, zero, 42
        li a2, 0x02a00513
        mv a3, s1
        jal ra, write
        # jalr zero, 0(ra)
        li a2, 0x00008067
        addi a3, s1, 4
        jal ra, write
        jal ra, call
        sw a0, 0(s2)
        # addi a0, zero, 10
        li a2, 0x00a00513
        mv a3, s1
        jal ra, write
        jal ra, call
        sw a0, 4(s2)
        rest: wfi
        j rest
        write: li a1, 0x00400040
        sw a1, 0(a3)
        sw a2, 0(a3)
        wait: lw a1, 0(s1)
        andi a1, a1, 0x80
        beqz a1, wait
        li a1, 0x00ff00ff
        sw a1, 0(s1)
        jalr zero, 0(ra)
        call: fence.i
        jalr zero, 0(s1)
        """

    @Test(
        "a guest programs a flash and runs from it, in both engines",
        arguments: ["interpret", "translate"], ["1", "1000"])
    func runs(engine: String, threshold: String) throws {
        var platform = try StandardPlatformTests.library.load("virt")
        for (name, value) in [
            ("cpu.engine", engine), ("cpu.hot-threshold", threshold), ("flash0.erase-time", "5us"),
            ("flash0.program-time", "1us"),
        ] { platform.set(name, to: value, from: "the test") }
        let machine = try Machine(platform)
        let program = try GuestAssembler.program(Self.program, at: 0x8000_0000, xlen: .rv64)
        try machine.load(
            BootOptions(firmware: "fw"),
            from: ImageSource { (name) throws(PlatformError) in ImageBytes(program.bytes, name: name) })
        _ = machine.run()
        let ram = try #require(machine.module("ram") as? Ram)
        #expect(ram.bytes(at: 0x10_0000, count: 8) == [42, 0, 0, 0, 10, 0, 0, 0])
        #expect(machine.simulation.scheduler.now >= .microseconds(8))
    }

    @Test("the flashes of virt cost nothing while nobody uses them")
    func cost() throws {
        let machine = try Machine(StandardPlatformTests.library.load("virt"))
        let flashes = ["flash0", "flash1"].compactMap { machine.module($0) as? Memory }
        #expect(flashes.map(\.residentBytes) == [0, 0])
        #expect(flashes.map(\.size) == [32 << 20, 32 << 20])
    }
}
