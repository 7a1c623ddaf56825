import Glibc
import Testing

/// The real debugger against the release binary.
struct GDBTests {
    @Test(
        "GDB breaks at a symbol, steps, reads and writes registers and memory, and runs the guest to its end",
        .needs(.tandem, .gdb, .crossCompiler))
    func session() throws {
        let image = try BareMetal.image("hello.elf")
        let console = "\(Repository.scratch)/gdb-console.txt"
        // Another port for every process, so that two runs of the tests do not meet.
        let port = 20_000 + Int(getpid()) % 40_000
        let tandem = try Peer.tandem.required()
        let start =
            "shell \(tandem) run virt \(image) -nographic -report none -S -gdb tcp::\(port) "
            + "< /dev/null > \(console) 2>&1 &"
        let commands = [
            "set arch riscv:rv64", start, "target remote 127.0.0.1:\(port)", "print/x $pc", "break main", "continue",
            "print $pc == $pc", "set $t0 = 0x1234", "print/x $t0", "stepi", "print/x *(int *)main",
            "set *(int *)0x80700000 = 0x5678", "print/x *(int *)0x80700000", "info threads", "delete", "continue",
        ]
        let gdb = try Program.run(
            Peer.gdb.required(), ["-nx", "-batch"] + commands.flatMap { ["-ex", $0] } + [image], limit: 60)
        #expect(
            gdb.output.contains("= 0x1000\n"), "the first instruction is the boot ROM's: \(gdb.output)\(gdb.errors)")
        #expect(gdb.output.contains("Breakpoint 1, "), "\(gdb.output)\(gdb.errors)")
        #expect(gdb.output.contains("= 0x1234\n"), "\(gdb.output)")
        #expect(gdb.output.contains("= 0x5678\n"), "\(gdb.output)")
        #expect(gdb.output.contains("Thread 1 "), "\(gdb.output)")
        #expect(gdb.output.contains("exited normally"), "\(gdb.output)")
        #expect(try String(decoding: bytes(of: console), as: UTF8.self).contains("hello, world"))
    }
}
