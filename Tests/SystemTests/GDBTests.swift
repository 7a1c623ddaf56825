import Testing

/// The real debugger on the real program: what a user of `-gdb` and `-S` sees.
struct GDBTests {
    /// Debugs an image with these commands, to the end of the guest. The output is GDB's; then the guest's, then
    /// “exit” and our exit code.
    private static func debug(_ image: String, _ options: [String] = [], _ commands: [String]) throws -> Program {
        try debug(["virt", image] + options, symbols: image, commands)
    }

    /// The same for any machine; `python` is a script for GDB's own interpreter, which comes after the commands.
    private static func debug(
        _ machine: [String], symbols: String = "", report: String = "none", _ commands: [String], python: String = ""
    ) throws -> Program {
        // GDB starts when the program has said where it listens; a pipe with a name carries that without waiting twice.
        let script = """
            folder=$(mktemp -d) || exit 1
            trap 'kill $guest 2>/dev/null; rm -rf "$folder"' EXIT
            tandem=$1 gdb=$2 image=$3 report=$4 python=$5; shift 5
            options=(); while [ "$1" != -- ]; do options+=("$1"); shift; done; shift
            mkfifo "$folder/errors"
            printf '%s\\n' "$python" >"$folder/script.py"
            "$tandem" run "${options[@]}" -nographic -report "$report" -gdb tcp::0 -S \\
                >"$folder/output" 2>"$folder/errors" &
            guest=$!
            exec 3<"$folder/errors"
            read -r line <&3 || exit 1
            if [ -n "$image" ]; then set -- -ex "file $image" -ex "target remote ${line##* }" "$@"
            else set -- -ex "set architecture riscv:rv64" -ex "target remote ${line##* }" "$@"; fi
            "$gdb" -q -nx -batch -ex "set confirm off" -ex "set pagination off" -ex "set remotetimeout 60" \\
                "$@" -x "$folder/script.py" 2>&1
            wait $guest; code=$?
            cat "$folder/output"
            echo "exit $code"
            """
        let words = commands.flatMap { ["-ex", $0] }
        return try Program.run(
            "/bin/bash",
            ["-c", script, "bash", Peer.tandem.required(), Peer.gdb.required(), symbols, report, python] + machine
                + ["--"] + words,
            limit: 300)
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
        #expect(run.output.contains("there is no command “nonsense”"), "\(run.output)")
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

    @Test(
        "GDB watches a variable of four harts, in both engines, and says who wrote what",
        .needs(.tandem, .gdb, .crossCompiler), arguments: ["translate", "interpret"])
    func watch(engine: String) throws {
        let image = try BareMetal.image("harts.elf")
        let script = """
            import gdb
            gdb.execute("watch *(long *)&counter")
            values = []
            threads = set()
            for _ in range(12):
                gdb.execute("continue", to_string=True)
                values.append(int(gdb.parse_and_eval("*(long *)&counter")))
                threads.add(gdb.selected_thread().num)
            print("values", values)
            gdb.execute("delete")
            gdb.execute("rwatch *(long *)&counter")
            gdb.execute("continue")
            gdb.execute("delete")
            gdb.execute("continue")
            """
        let run = try Self.debug(
            ["virt", image, "-smp", "4", "-engine", engine], symbols: image, ["break work", "continue", "delete"],
            python: script)
        #expect(run.lines.contains("values [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]"), "\(run.output)")
        #expect(run.output.contains("hit Hardware read watchpoint"), "\(run.output)")
        #expect(run.lines.contains("Value = 12"), "\(run.output)")
        #expect(run.lines.contains("counter under the lock: 2000"), "\(run.output)")
        #expect(run.lines.contains("exit 0"), "\(run.output)")
    }

    @Test("GDB restarts the guest, detaches from it, and reads physical memory", .needs(.tandem, .gdb, .crossCompiler))
    func restart() throws {
        let run = try Self.debug(
            BareMetal.image("hello.elf"), [],
            [
                "break main", "continue", "monitor system_reset", "maintenance flush register-cache",
                "printf \"again %lx\\n\", (long)$pc", "continue", "printf \"main %d\\n\", $pc >= (long)&main",
                "maintenance packet Qqemu.PhyMemMode:1", "x/wx 0x80000000", "maintenance packet Qqemu.PhyMemMode:0",
                "monitor info status", "detach",
            ])
        for line in ["again 1000", "main 1", "hello, world", "exit 0"] {
            #expect(run.lines.contains { $0 == line }, "“\(line)” in\n\(run.output)")
        }
    }

    /// Debian's kernel under GDB: OpenSBI, the entry of the kernel, its virtual addresses, and on to the end.
    @Test(
        "GDB follows Debian from OpenSBI into the kernel, and what it does changes nothing",
        .needs(.tandem, .gdb, .guest))
    func linux() throws {
        let guest = try Peer.guest.required()
        let machine = [
            "virt", "-bios", "\(guest)/fw_dynamic.bin", "-kernel", "\(guest)/Image", "-initrd",
            "\(guest)/initramfs.cpio.gz", "-append", "console=ttyS0", "-m", "1G", "-smp", "4",
        ]
        let script = """
            import gdb
            def value(text): return int(gdb.parse_and_eval(text)) & (2**64 - 1)
            def run(text): return gdb.execute(text, to_string=True)
            run("hbreak *0x80000000")
            run("continue")
            print("firmware %x %d" % (value("$pc"), value("$priv")))
            run("delete")
            run("hbreak *0x80200000")
            run("continue")
            print("kernel %x %d" % (value("$pc"), value("$priv")))
            run("delete")
            # Calls of the kernel to the firmware, until they come from virtual addresses.
            run("hbreak *%d" % (value("$mtvec") & ~3))
            while True:
                run("continue")
                if value("$mepc") >> 38 == 2**26 - 1: break
            run("delete")
            print("cause %d from S %d" % (value("$mcause"), value("$mstatus") >> 11 & 3))
            run("hbreak *%d" % (value("$mepc") + 4))
            run("continue")
            print("virtual %d mode %d" % (value("$pc") >> 38, value("$priv")))
            print("satp %d" % (value("$satp") >> 60))
            print("threads %d" % len(gdb.selected_inferior().threads()))
            before = value("$pc")
            run("stepi 50")
            print("moved %d" % (value("$pc") != before))
            run("delete")
            run("continue")
            """
        let folder = Repository.scratch
        let plain = try Tandem.run(machine + ["-nographic", "-report", "json:\(folder)/gdb-plain.json"])
        let run = try Self.debug(machine, report: "json:\(folder)/gdb-debugged.json", [], python: script)
        for line in [
            "firmware 80000000 3", "kernel 80200000 1", "cause 9 from S 1", "virtual 67108863 mode 1", "threads 4",
            "moved 1", "TANDEM-GUEST-READY", "exit 0",
        ] {
            #expect(run.lines.contains { $0 == line }, "“\(line)” in\n\(run.lines.prefix(60).joined(separator: "\n"))")
        }
        #expect(plain.exitCode == 0)
        // A hart that goes on after a stop is a cycle more of the kernel, and nothing else.
        let reports = try ["plain", "debugged"].map {
            try RunReport(file: "\(folder)/gdb-\($0).json").repeatable.split(separator: "\n")
                .filter { !$0.contains("\"deltaCycles\"") }
        }
        #expect(reports[0] == reports[1])
    }

    /// What the kernel says of its own symbols, as an object for GDB; the command that loads it.
    private static func kernelSymbols(_ machine: [String]) throws -> String {
        let kallsyms = "\(Repository.scratch)/kallsyms"
        // The shell of the guest's first program reads what is typed when it has said that it is there.
        let script = """
            folder=$(mktemp -d) || exit 1
            trap 'kill $guest 2>/dev/null; rm -rf "$folder"' EXIT
            mkfifo "$folder/keys" "$folder/screen"
            "$@" <"$folder/keys" >"$folder/screen" 2>/dev/null &
            guest=$!
            exec 3>"$folder/keys" 4<"$folder/screen"
            while read -r line <&4; do case $line in TANDEM-GUEST-READY*) break ;; esac; done
            echo "grep -E ' (_start|linux_banner|jiffies_64|do_sys_openat2|__riscv_sys_reboot)$' /proc/kallsyms; exit" >&3
            cat <&4
            """
        let arguments = ["-c", script, "bash", try Peer.tandem.required(), "run"] + machine
        let run = try Program.run("/bin/bash", arguments + ["-nographic", "-report", "none"])
        try write(Array(run.output.utf8), to: kallsyms)
        let symbols = try Program.run(
            "\(Repository.root)/Scripts/kernel-symbols", [kallsyms, "\(Repository.scratch)/kernel.o"])
        guard symbols.exitCode == 0 else { throw ProgramFailure(text: "\(symbols.errors)\n\(run.output.suffix(2000))") }
        return String(symbols.output.drop { $0.isNewline }.prefix { !$0.isNewline })
    }

    @Test(
        "GDB stops Debian's kernel at its functions and at changes of its variables, by their names",
        .needs(.tandem, .gdb, .guest, .crossCompiler))
    func kernel() throws {
        let guest = try Peer.guest.required()
        func machine(_ words: String) -> [String] {
            [
                "virt", "-bios", "\(guest)/fw_dynamic.bin", "-kernel", "\(guest)/Image", "-initrd",
                "\(guest)/initramfs.cpio.gz", "-append", "console=ttyS0\(words)", "-m", "1G",
            ]
        }
        let symbols = try Self.kernelSymbols(machine(" tandem.shell"))
        let run = try Self.debug(
            machine(""),
            [
                symbols, "hbreak do_sys_openat2", "continue", "info symbol $pc", "x/s &linux_banner",
                "printf \"mode %d\\n\", $priv", "delete", "watch *(long *)&jiffies_64", "continue", "continue",
                "delete",
                "continue",
            ])
        let shown = run.lines.prefix(60).joined(separator: "\n")
        #expect(run.lines.contains { $0.hasPrefix("do_sys_openat2 in section .kernel") }, "\(shown)")
        #expect(run.output.contains(":\t\"Linux version "), "\(shown)")
        #expect(run.lines.contains("mode 1"), "\(shown)")
        // Each tick adds one.
        func values(_ title: String) -> [Int] {
            run.lines.filter { $0.hasPrefix(title) }.compactMap { Int($0.dropFirst(title.count)) }
        }
        #expect(values("Old value = ").map { $0 + 1 } == values("New value = "), "\(shown)")
        #expect(values("Old value = ").count == 2, "\(shown)")
        #expect(run.lines.contains("TANDEM-GUEST-READY") && run.lines.contains("exit 0"), "\(shown)")
    }

    @Test(
        "an instruction trace agrees with QEMU's", .needs(.tandem, .qemu, .crossCompiler),
        arguments: ["hello", "atomics"])
    func trace(name: String) throws {
        let image = try BareMetal.image("\(name).elf")
        let (ours, theirs) = ("\(Repository.scratch)/\(name)-ours.log", "\(Repository.scratch)/\(name)-theirs.log")
        let run = try Tandem.run(["virt", image, "-nographic", "-report", "none", "-d", "cpu", "-D", ours])
        #expect(run.exitCode == 0, "\(run.errors)")
        _ = try QEMU.run(["-bios", "none", "-kernel", image, "-singlestep", "-d", "cpu,nochain", "-D", theirs])
        let comparison = try Program.run(Peer.tandem.required(), ["trace", ours, "-compare", theirs])
        #expect(comparison.exitCode == 0, "\(comparison.output)\(comparison.errors)")
        #expect(comparison.output.hasPrefix("equal for "), "\(comparison.output)")
    }
}
