import Testing

/// The real debugger on the real program: what a user of `-gdb` and `-S` sees.
struct GDBTests {
    /// Debugs an image with these commands, to the end of the guest. The output is GDB's; then the guest's, then
    /// “exit” and our exit code.
    private static func debug(_ image: String, _ options: [String] = [], _ commands: [String]) throws -> Program {
        // GDB starts when the program has said where it listens; a pipe with a name carries that without waiting twice.
        let script = """
            folder=$(mktemp -d) || exit 1
            trap 'kill $guest 2>/dev/null; rm -rf "$folder"' EXIT
            tandem=$1 gdb=$2 image=$3; shift 3
            options=(); while [ "$1" != -- ]; do options+=("$1"); shift; done; shift
            mkfifo "$folder/errors"
            "$tandem" run virt "$image" -nographic -report none -gdb tcp::0 -S "${options[@]}" \\
                >"$folder/output" 2>"$folder/errors" &
            guest=$!
            exec 3<"$folder/errors"
            read -r line <&3 || exit 1
            "$gdb" -q -nx -batch -ex "set confirm off" -ex "set pagination off" -ex "set remotetimeout 60" \\
                -ex "file $image" -ex "target remote ${line##* }" "$@" 2>&1
            wait $guest; code=$?
            cat "$folder/output"
            echo "exit $code"
            """
        let words = commands.flatMap { ["-ex", $0] }
        return try Program.run(
            "/bin/bash",
            ["-c", script, "bash", Peer.tandem.required(), Peer.gdb.required(), image] + options + ["--"] + words,
            limit: 120)
    }

    @Test(
        "GDB breaks at a symbol, steps, reads and writes registers and memory, and runs the guest to its end",
        .needs(.tandem, .gdb, .crossCompiler))
    func session() throws {
        let run = try Self.debug(
            BareMetal.image("hello.elf"), [],
            [
                "printf \"start %lx\\n\", (long)$pc", "break *main", "continue",
                "printf \"at main: %d\\n\", $pc == (long)&main",
                "set $before = (long)$pc", "stepi", "printf \"moved: %d\\n\", $pc != $before",
                "set $t6 = 0x123456789abcdef0", "printf \"t6 %lx\\n\", $t6",
                "set {long}0x80100000 = 0x1122334455667788", "x/gx 0x80100000",
                "printf \"mode %d\\n\", $priv", "set $mscratch = 77", "printf \"mscratch %d\\n\", $mscratch",
                "printf \"float %d\\n\", sizeof($fa0)", "monitor info time", "monitor nonsense",
                "delete", "hbreak finish", "continue", "backtrace 1", "delete", "continue",
            ])
        for line in [
            "start 1000", "at main: 1", "moved: 1", "t6 123456789abcdef0", "0x80100000:\t0x1122334455667788", "mode 3",
            "mscratch 77", "float 8", "[Inferior 1 (Remote target) exited normally]", "hello, world", "exit 0",
        ] { #expect(run.lines.contains { $0 == line }, "“\(line)” in\n\(run.output)") }
        #expect(run.output.contains("unknown command “nonsense”"), "\(run.output)")
        #expect(run.output.contains("in finish ()"), "\(run.output)")
    }

    @Test(
        "GDB sees RV32 as it is: registers, addresses and CSRs of 32 bits, doubles of 64",
        .needs(.tandem, .gdb, .crossCompiler))
    func narrow() throws {
        let run = try Self.debug(
            GuestWidth.bits32.image("hello.elf"), GuestWidth.bits32.options,
            [
                "printf \"start %lx\\n\", (long)$pc", "break *main", "continue",
                "printf \"at main: %d\\n\", (unsigned)$pc == (unsigned)&main", "stepi",
                "set $t6 = 0x89abcdef", "printf \"t6 %x of %d\\n\", $t6, sizeof($t6)",
                "set {int}0x80100000 = 0x11223344", "x/wx 0x80100000", "set $mscratch = -1",
                "printf \"mscratch %x\\n\", $mscratch", "printf \"misa %lx\\n\", $misa >> 30",
                "printf \"mcycleh %d\\n\", sizeof($mcycleh)", "printf \"float %d\\n\", sizeof($fa0)",
                "show architecture", "delete", "continue",
            ])
        for line in [
            "start 1000", "at main: 1", "t6 89abcdef of 4", "0x80100000:\t0x11223344", "mscratch ffffffff", "misa 1",
            "mcycleh 4", "float 8", "[Inferior 1 (Remote target) exited normally]", "hello, world", "exit 0",
        ] { #expect(run.lines.contains { $0 == line }, "“\(line)” in\n\(run.output)") }
        #expect(run.output.contains("riscv:rv32"), "\(run.output)")
    }

    @Test("GDB sees every hart as a thread and leaves them alone", .needs(.tandem, .gdb, .crossCompiler))
    func harts() throws {
        let run = try Self.debug(
            BareMetal.image("harts.elf"), ["-smp", "4"],
            ["break work", "continue", "continue", "info threads", "thread 3", "stepi", "detach"])
        for hart in 0..<4 {
            #expect(run.output.contains("Thread \(hart + 1) \"cpu\(hart)\" (cpu\(hart),"), "\(run.output)")
        }
        #expect(run.lines.contains("counter under the lock: 2000"), "\(run.output)")
        #expect(run.lines.contains("exit 0"), "\(run.output)")
    }
}
