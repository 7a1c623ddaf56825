/// Every command with its operands and options: the parser, the help and the documentation read this.
enum CommandTable {
    static let all = [run, check, list, describe, new, completions, trace, top, bench, diff]

    /// What says what a machine is: for every command that makes one.
    static let machineOptions = [
        OptionDeclaration(
            "machine", "NAME[,PROPERTY=VALUE…]", aliases: ["M"],
            "The platform, instead of the operand, and its properties; dumpdtb=FILE writes the device tree and ends."),
        OptionDeclaration("cpu", "MODEL[,PROPERTY=VALUE…]", "The model of the harts, and properties of them."),
        OptionDeclaration("m", "SIZE", "Main memory; a bare number counts MiB."),
        OptionDeclaration(
            "mem-path", "FILE[,share=on]",
            "The file that holds what is in main memory at the start; with share=on it takes what the guest writes."),
        OptionDeclaration("smp", "N", "The number of harts; also cpus=N,sockets=N,cores=N,threads=N."),
        OptionDeclaration(
            "device", "TYPE[,id=NAME][,PROPERTY=VALUE…]", repeatable: true,
            "Adds a module to the board: properties and connections as in a platform file, at=ADDRESS for its place."),
        OptionDeclaration(
            "object", "TYPE[,id=NAME][,PROPERTY=VALUE…]", repeatable: true,
            "Adds an object beside the board, such as the far end of a serial line."),
        OptionDeclaration(flag: "nodefaults", "Leaves out the modules that the machine has only by default."),
        OptionDeclaration(
            "set", "PATH=VALUE", repeatable: true, "Sets a property of a module, such as ram.read-latency=20ns."),
        OptionDeclaration(
            "readconfig", "FILE", repeatable: true,
            "Reads options from groups such as [device \"uart1\"]; the command line comes after them."),
        OptionDeclaration("writeconfig", "FILE|-", "Writes the options of the machine for -readconfig."),
    ]

    static let run = CommandDeclaration(
        name: "run", summary: "Run software on a platform.", operands: "PLATFORM [IMAGE]", operandCount: 0...2,
        options: machineOptions + [
            OptionDeclaration("bios", "FILE|none", "The firmware: an ELF file or a raw image. IMAGE means the same."),
            OptionDeclaration("kernel", "FILE", "The kernel: a Linux Image, an ELF file or a raw image."),
            OptionDeclaration("initrd", "FILE", "The initial RAM disk."),
            OptionDeclaration("append", "TEXT", "The kernel's command line."),
            OptionDeclaration(
                "symbols", "FILE[,offset=N]", repeatable: true,
                "Names of guest code, for messages and -traffic functions: an ELF file, System.map or /proc/kallsyms."),
            OptionDeclaration(
                "serial", "BACKEND", repeatable: true,
                "Where the next serial port leads: stdio, file:FILE, tcp:[HOST]:PORT, telnet:, unix:PATH, pty, ringbuf, chardev:ID, null, none, or mon:PLACE to share it with a monitor. The first is stdio if not given."
            ),
            OptionDeclaration(
                "chardev", "KIND,id=ID[,…]", repeatable: true,
                "Declares a line: null, stdio, file,path=, socket,host=,port= or path=, pty, ringbuf,size=; mux=on shares it."
            ),
            OptionDeclaration(
                flag: "nographic",
                "The terminal is the guest's: Ctrl-C goes there; Ctrl-a c goes to a monitor and back, Ctrl-a x quits."),
            OptionDeclaration(flag: "no-reboot", "A restart of the guest ends the run."),
            OptionDeclaration(
                "rtc", "base=DATE",
                "What the real-time clock shows at the start: 2026-01-31T12:00:00, or utc or localtime of the host."),
            OptionDeclaration(
                "quantum", "auto|TIME", "How far an initiator may run ahead of simulated time."),
            OptionDeclaration(
                "max-skew", "TIME",
                "The largest skew between initiators that is allowed: the quantum is no longer than it."),
            OptionDeclaration(
                "engine", "translate|interpret",
                "How harts execute: hot code is compiled, which is the default, or all is interpreted. Reports agree."),
            OptionDeclaration(
                "order", "SEED|random",
                "Permutes what may happen in any order, to expose races; says how to replay a run that fails."),
            OptionDeclaration("for", "TIME", "Ends the run after that much simulated time, such as 10ms."),
            OptionDeclaration("seed", "N", "The seed of everything random, 0 if not given."),
            OptionDeclaration(
                "report", "FORM", repeatable: true,
                "What is told at the end: text (standard error), json:FILE, html:FILE (a page for a browser), chrome-trace:FILE (Perfetto), vcd:FILE (waves) or none. Text if not given."
            ),
            OptionDeclaration(
                "traffic-bin", "TIME|off",
                "Measures the traffic of each link over time, in bins of this width such as 1ms, with histograms."),
            OptionDeclaration(
                "traffic", "pages,functions,processes|none",
                "Tells traffic by page of physical memory, and the guest's work by function and address space too."),
            OptionDeclaration(
                "probe", "NAME,file=FILE[,from=…][,to=…][,…]", repeatable: true,
                "Writes transactions down that pass between modules; filters and triggers: docs/report.md."),
            OptionDeclaration(
                "gdb", "tcp::PORT",
                "Lets GDB connect to this port; from other machines with tcp:ADDRESS:PORT, or to unix:PATH. Port 0 is any free one."
            ),
            OptionDeclaration(
                "qmp", "PLACE", repeatable: true,
                "Serves programs the monitor protocol QMP at PLACE: stdio, tcp:HOST:PORT,server,nowait or unix:PATH,server,nowait."
            ),
            OptionDeclaration(
                "monitor", "PLACE", repeatable: true,
                "Serves people a monitor at PLACE, as for -qmp; also telnet:HOST:PORT."),
            OptionDeclaration(
                flag: "no-shutdown", "Keeps the machine when its run has ended, until a monitor says quit."),
            OptionDeclaration(flag: "s", "The same as -gdb tcp::1234."),
            OptionDeclaration(flag: "S", "Does not start: a debugger or a monitor does."),
            OptionDeclaration(
                "d", "ITEMS",
                "Logs in_asm, op, out_asm, exec, cpu, int, mmu, guest_errors, unimp, separated by commas."),
            OptionDeclaration("D", "FILE", "Where -d writes; standard error if not given."),
            OptionDeclaration(
                "trace", "PATTERN[,file=FILE][,format=text|jsonl|binary]", repeatable: true,
                "Traces the events whose names match, such as hart.*; events=FILE for a pattern a line. help lists them."
            ),
            OptionDeclaration(
                "log", "[PATH=]LEVEL", repeatable: true,
                "Which messages of an object are shown: error, warning, info, debug or trace."),
            OptionDeclaration(
                flag: "host-time",
                "Samples where the host's processor time goes, by module; the reports tell it under “host”."),
            OptionDeclaration(
                flag: "perfmap", "Writes /tmp/perf-PID.map, by which the profiler perf names compiled guest code."),
        ],
        examples: [
            ("tandem run virt firmware.elf", "A bare-metal program on the RISC-V virt board."),
            (
                "tandem run virt -bios fw_dynamic.bin -kernel Image -initrd initramfs.cpio.gz -append console=ttyS0 -m 1G",
                "Linux, started by OpenSBI."
            ),
            (
                "tandem run demo -set cpu.frequency=500MHz -report json:traffic.json",
                "The demo at half the clock, its bus traffic as JSON."
            ),
        ])

    static let check = CommandDeclaration(
        name: "check", summary: "Check a platform file without running it.", operands: "PLATFORM", operandCount: 0...1,
        options: machineOptions,
        examples: [("tandem check platforms/virt.json5", "Says what stands on the board, or what is wrong with it.")])

    static let list = CommandDeclaration(
        name: "list", summary: "List the platforms and the module types.", operands: "[platforms|types]",
        operandCount: 0...1, options: [],
        examples: [("tandem list types", "The module types that platform files may name.")])

    static let describe = CommandDeclaration(
        name: "describe", summary: "Explain a module type or a platform: properties, ports, registers, memory map.",
        operands: "TYPE|PLATFORM", operandCount: 0...1,
        options: [
            OptionDeclaration("schema", "platform", "Prints the JSON schema of platform files, for editors.")
        ],
        examples: [
            ("tandem describe uart16550", "What the serial port has and can be told."),
            ("tandem describe --schema platform > platform.schema.json", "Completion and checks in an editor."),
        ])

    static let new = CommandDeclaration(
        name: "new", summary: "Make a package of your own: a device, a platform, a program for it and a test.",
        operands: "NAME", operandCount: 0...1,
        options: [
            OptionDeclaration(
                "path", "FOLDER",
                "Where the package of Tandem is, as seen from the new one; where this program was built, if not given.")
        ],
        examples: [("tandem new mysim && cd mysim && swift test", "A package, built and tested.")])

    static let completions = CommandDeclaration(
        name: "completions", summary: "Print what makes a shell complete the words of tandem.", operands: "bash|zsh",
        operandCount: 0...1, options: [],
        examples: [("source <(tandem completions bash)", "Completion in this shell.")])

    static let trace = CommandDeclaration(
        name: "trace", summary: "Show a binary trace, or compare an instruction trace with QEMU's.", operands: "FILE",
        operandCount: 1...1,
        options: [
            OptionDeclaration("format", "text|jsonl", "The form to show it in; text if not given."),
            OptionDeclaration(
                "compare", "FILE",
                "Compares a log of -d cpu with what qemu-system-riscv64 -d cpu,nochain -accel tcg,one-insn-per-tb=on wrote."
            ),
            OptionDeclaration(
                "from", "ADDRESS", "Where the comparison begins; 0x80000000, behind the boot ROM, if not given."),
        ],
        examples: [
            ("tandem trace run.trace -format jsonl", "The events of a binary trace as JSON."),
            ("tandem trace ours.log -compare qemu.log", "The first instruction at which the two differ."),
        ])

    static let top = CommandDeclaration(
        name: "top", summary: "Show what a machine that runs is doing: live at a terminal, once in a pipe.",
        operands: "unix:PATH|HOST:PORT", operandCount: 0...1,
        options: [
            OptionDeclaration("interval", "TIME", "How often the view is renewed, such as 500ms; 1s if not given."),
            OptionDeclaration(
                "sort", "ORDER", "The order of links: bandwidth, accesses, latency or name; bandwidth if not given."),
            OptionDeclaration(flag: "once", "Prints one table, as in a pipe: rates are those of the whole run."),
        ],
        examples: [
            (
                "tandem run demo -qmp unix:/tmp/qmp,server,nowait & tandem top unix:/tmp/qmp",
                "Time, harts, links and interrupts of a machine; h explains the keys."
            )
        ])

    static let bench = CommandDeclaration(
        name: "bench", summary: "Measure the simulator itself.", operands: "MODE [N [OPS]]", operandCount: 0...3,
        options: [],
        examples: [
            ("tandem bench timed1", "One line: mode, size, operations, seconds, rate, memory."),
            ("tandem bench traffic", "What measuring traffic changes, which is nothing, and what it costs."),
        ])

    static let diff = CommandDeclaration(
        name: "diff", summary: "Compare two reports, and say by how much they differ.", operands: "A.json B.json",
        operandCount: 0...2,
        options: [
            OptionDeclaration(
                "threshold", "[PATTERN=]PERCENT", repeatable: true,
                "How much numbers may differ, such as 5%; of places that match the pattern, such as traffic*=5%."),
            OptionDeclaration(
                "ignore", "PATTERN", repeatable: true, "Places that may differ as they like, such as stateHash."),
            OptionDeclaration(flag: "host", "Compares what depends on the host too."),
            OptionDeclaration(flag: "all", "Shows the differences that are allowed too."),
        ],
        examples: [
            (
                "tandem diff before.json after.json -threshold 'traffic*=1%' -ignore stateHash",
                "Ends with 1 if any traffic differs by more than 1 %, or anything else at all."
            )
        ])
}
