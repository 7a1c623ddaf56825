import TandemCPU
import TandemDevices
import TandemHost
import TandemJSON
import TandemKernel
import TandemMachine
import TandemTesting
import Testing

@testable import TandemCLI

@Suite struct RunCommandTests {
    /// A program for the finisher of `virt`: writes a word to it.
    private static func finisher(_ word: UInt32) throws -> [UInt8] {
        try GuestAssembler.assemble(
            "li t0, 0x100000\nli t1, \(word)\nsw t1, 0(t0)\n1: j 1b", at: 0x8000_0000, xlen: .rv64)
    }

    private func bench(_ image: [UInt8]) -> CommandBench {
        let bench = CommandBench()
        bench.files["x.bin"] = image
        return bench
    }

    @Test(
        "the guest's exit code is the program's",
        arguments: [(0x5555, 0, "power-off"), (0x3333, 1, "guest-failure"), (0x2A_3333, 42, "guest-failure")]
            as [(UInt32, Int32, String)])
    func exitCode(word: UInt32, code: Int32, reason: String) throws {
        let bench = try bench(Self.finisher(word))
        #expect(bench.run("run", "virt", "x.bin", "-report", "json:r.json", "-report", "text") == code)
        let report = try JSON5Reader(.json).read(bench.files["r.json"] ?? [])
        #expect(report["exitReason"]?.summary == "\"\(reason)\"")
        #expect(report["exitCode"] == JSONValue(code))
        #expect(bench.errors.contains("virt: \(reason) after "))
        #expect(bench.output.isEmpty)
    }

    @Test("a guest that restarts is restarted, or ends the run with -no-reboot")
    func reboot() throws {
        // The first time it finds 0 in memory and leaves 1; after the restart it finds 1 and switches off.
        let program = try GuestAssembler.assemble(
            """
            li t0, 0x100000
            li t2, 0x80100000
            lw t3, 0(t2)
            bnez t3, 2f
            li t3, 1
            sw t3, 0(t2)
            li t1, 0x7777
            sw t1, 0(t0)
            1: j 1b
            2: li t1, 0x5555
            sw t1, 0(t0)
            j 1b
            """, at: 0x8000_0000, xlen: .rv64)
        let bench = bench(program)
        #expect(bench.run("run", "virt", "x.bin", "-report", "json:r.json") == 0)
        let report = try JSON5Reader(.json).read(bench.files["r.json"] ?? [])
        #expect(report["exitReason"] == "power-off")
        #expect(report["restarts"] == 1)
        #expect(bench.run("run", "virt", "x.bin", "-no-reboot", "-report", "json:r.json") == 0)
        let other = try JSON5Reader(.json).read(bench.files["r.json"] ?? [])
        #expect(other["exitReason"] == "reset")
    }

    @Test("-for ends the run at that time, with code 0")
    func limit() throws {
        let bench = try bench(GuestAssembler.assemble("1: j 1b", at: 0x8000_0000, xlen: .rv64))
        #expect(bench.run("run", "virt", "x.bin", "-for", "5us", "-report", "json:r.json") == 0)
        let report = try JSON5Reader(.json).read(bench.files["r.json"] ?? [])
        #expect(report["exitReason"] == "time-limit")
        #expect(report["simulatedPicoseconds"] == 5_000_000)
        #expect(report["simulatedSeconds"] == 5e-6)
    }

    @Test("a guest for which nothing can happen any more is code 3, with a sentence")
    func starved() throws {
        let bench = try bench(GuestAssembler.assemble("1: wfi\nj 1b", at: 0x8000_0000, xlen: .rv64))
        #expect(bench.run("run", "virt", "x.bin") == 3)
        #expect(bench.errors.contains("error: nothing can happen any more at "))
    }

    /// A program that goes wrong, and what the run says.
    static let hangs: [(program: String, message: String)] = [
        (
            "li t0, 0x40000000\njr t0",
            "first “instructionAccessFault” at 0x40000000, value 0x40000000, last “instructionAccessFault” at 0x0, value 0x0"
        ),
        (
            "li t0, 0x10000000\nlw t1, 0(t0)",
            "first “loadAccessFault” at 0x80000004, value 0x10000000, last “instructionAccessFault” at 0x0, value 0x0"
        ),
        (
            "la t0, 1f\ncsrw mtvec, t0\n.balign 4\n1: ecall",
            "first “callFromMachine” at 0x8000000c, value 0x0, last “callFromMachine” at 0x8000000c, value 0x0"
        ),
    ]

    @Test(
        "a guest that jumps into a hole, uses a wrong width, or loops in traps is code 3, with the first trap",
        arguments: hangs)
    func hang(program: String, message: String) throws {
        let bench = try bench(GuestAssembler.assemble(program, at: 0x8000_0000, xlen: .rv64))
        #expect(bench.run("run", "virt", "x.bin", "-report", "json:r.json") == 3)
        let report = try JSON5Reader(.json).read(bench.files["r.json"] ?? [])
        #expect(report["exitReason"] == "guest-hang")
        #expect(
            bench.errors.contains("the guest hangs: 16 traps in a row without a retired instruction; \(message) (at "),
            "\(bench.errors)")
    }

    @Test("the demo passes, and two runs agree in everything but what depends on the host")
    func demo() throws {
        let bench = CommandBench()
        var reports: [[JSONMember]] = []
        for _ in 0..<2 {
            #expect(bench.run("run", "demo", "-report", "json:r.json") == 0)
            let report = try JSON5Reader(.json).read(bench.files["r.json"] ?? [])
            reports.append(try report.members().filter { $0.key != "host" })
        }
        #expect(reports[0] == reports[1])
        #expect(
            reports[0].map(\.key) == [
                "platform", "simulatedSeconds", "simulatedPicoseconds", "instructions", "transactions", "deltaCycles",
                "maxSkewSeconds", "skew", "orderSeed", "exitReason", "exitCode", "restarts", "stateHash", "traffic",
                "pageWalks", "interrupts", "links", "expectations", "series", "pages", "processes", "functions",
                "skewSeries", "outstanding", "topology",
            ])
        #expect(bench.consoles[0].text.contains("PASS "))
    }

    @Test("a run that fails in an order of its own says what to pass to replay it")
    func order() throws {
        let bench = try bench(Self.finisher(0x1_3333))
        #expect(bench.run("run", "virt", "x.bin", "-order", "7", "-seed", "3", "-report", "json:r.json") == 1)
        #expect(bench.errors.contains("to replay it: -order 7 -seed 3"), "\(bench.errors)")
        #expect(try JSON5Reader(.json).read(bench.files["r.json"] ?? [])["orderSeed"] == 7)
        let random = try self.bench(Self.finisher(0x1_3333))
        #expect(random.run("run", "virt", "x.bin", "-order", "random", "-report", "none") == 1)
        #expect(random.errors.contains("to replay it: -order "))
        let passing = try self.bench(Self.finisher(0x5555))
        #expect(passing.run("run", "virt", "x.bin", "-order", "7", "-report", "none") == 0)
        #expect(passing.errors.isEmpty)
    }

    @Test("the report says which bound on skew holds, and what was found")
    func skew() throws {
        let bench = try bench(Self.finisher(0x5555))
        let report = ["-report", "json:r.json", "-report", "text"]
        #expect(bench.run(["run", "virt", "x.bin", "-smp", "2", "-max-skew", "2us"] + report) == 0)
        let skew = try JSON5Reader(.json).read(bench.files["r.json"] ?? [])["skew"]
        #expect(skew?["boundSeconds"] == 2e-06)
        #expect(skew?["ahead"] != nil && skew?["late"] != nil)
        #expect(bench.errors.contains("at most 2 us is allowed\n"), "\(bench.errors)")
    }

    @Test("-report none writes nothing; the last form counts for no other")
    func noReport() throws {
        let bench = try bench(Self.finisher(0x5555))
        #expect(bench.run("run", "virt", "x.bin", "-report", "none") == 0)
        #expect(bench.errors.isEmpty)
    }

    @Test("serial ports are asked for in order, with what the options say")
    func serials() throws {
        let bench = try bench(Self.finisher(0x5555))
        #expect(bench.run("run", "virt", "x.bin", "-nographic", "-report", "none") == 0)
        #expect(bench.requests.map(\.options.place) == [.standardStreams])
        #expect(bench.requests[0].terminalUse == .guest)
        #expect(bench.run("run", "demo", "x.bin", "-serial", "null", "-serial", "file:out", "-report", "none") == 0)
        #expect(bench.requests.dropFirst().map(\.options.place) == [.file(output: "out", appends: false, input: nil)])
        #expect(bench.run("run", "virt", "x.bin", "-serial", "null", "-serial", "null") == 2)
        #expect(
            bench.errors
                == "tandem: error: -serial: there are 2 back-ends for 1 serial ports; expected at most one for each; legal are “uart0”\n"
        )
    }

    @Test("dumpdtb writes the device tree and runs nothing")
    func deviceTree() throws {
        let bench = CommandBench()
        #expect(bench.run("run", "-machine", "virt,dumpdtb=v.dtb", "-smp", "2", "-m", "1G") == 0)
        let tree = try FlattenedDeviceTree(decoding: bench.files["v.dtb"] ?? []).root
        #expect(tree.node("memory@80000000")?.cells("reg") == [0, 0x8000_0000, 0, 0x4000_0000])
        #expect(tree.node("cpus")?.children.count == 3)
    }

    static let mistakes: [(line: String, message: String)] = [
        (
            "run vrit",
            "vrit: there is no such platform; expected a file, or a name; did you mean “virt”?; legal are “demo”, “micro”, “minimal”, “server” and “virt”"
        ),
        (
            "run gone/b.json5",
            "gone/b.json5: the platform file cannot be read; expected a readable file, or the name of a platform; legal are “demo”, “micro”, “minimal”, “server” and “virt”"
        ),
        (
            "run virt",
            "virt: there is nothing to run; expected an image: “tandem run virt FILE”, -bios FILE or -kernel FILE"
        ),
        ("run virt gone.elf", "gone.elf: the image cannot be read: no such file; expected a readable file"),
        (
            "run virt -kernel x.bin",
            "-kernel: nothing says which firmware starts the kernel; expected -bios FILE, such as OpenSBI's fw_dynamic.bin, or “-bios none” to start at the kernel"
        ),
        (
            "run virt x.bin -m 12Q",
            "-m: the property “size” of “ram” cannot be “12Q”; expected a size such as “512M”, “4KiB” or “0x1000”"
        ),
        ("run virt x.bin -smp 0", "-smp: “cpu” cannot have the count “0”; expected a number from 1 to 4096"),
        (
            "run virt x.bin -engine fast",
            "-engine: the property “engine” of “cpu0” cannot be “fast”; legal are “translate” and “interpret”"
        ),
        (
            "run virt x.bin -set ram.sice=1",
            "-set ram.sice: “ram” of type “ram” has no property or connection “sice”; did you mean “size”?; legal are “size”, “read-latency”, “write-latency”, “mem-path” and “mem-share”"
        ),
        (
            "run virt x.bin -set ram.size",
            "-set: “ram.size” sets nothing; expected MODULE.PROPERTY=VALUE, such as ram.size=512M"
        ),
        (
            "run minimal x.bin -rtc base=2026-01-01",
            "-rtc: the platform “minimal” does not say which module this is about; expected board: { clock: NAME } in the platform file"
        ),
        (
            "run virt x.bin -report json:/gone/r.json",
            "/gone/r.json: the file cannot be written: No such file or directory; expected a writable place"
        ),
        (
            "run virt x.bin -gdb tcp:gone:1",
            "-gdb: tcp:gone:1,server=on cannot be opened: bind of 'gone:1' failed: invalid argument (EINVAL); expected a free port, and an address of this machine in digits"
        ),
        ("run virt -bios builtin:x", "builtin:x: there is no such image in the program; legal are “builtin:demo”"),
        (
            "check vrit",
            "vrit: there is no such platform; expected a file, or a name; did you mean “virt”?; legal are “demo”, “micro”, “minimal”, “server” and “virt”"
        ),
    ]

    @Test("a mistake in a platform or an image is exit code 2 and says what and where", arguments: mistakes)
    func mistake(line: String, message: String) throws {
        let bench = try bench(Self.finisher(0x5555))
        #expect(bench.run(line.split(separator: " ").map(String.init)) == 2)
        #expect(bench.errors.split(separator: "\n").first == "tandem: error: \(message)")
    }

    @Test("check says what stands on a board; list and describe know the standard types")
    func inspection() throws {
        let bench = CommandBench()
        #expect(bench.run("check", "virt", "-smp", "4") == 0)
        #expect(bench.output == "virt: 17 modules, nothing wrong\n")
        #expect(bench.run("list") == 0)
        for word in ["demo", "minimal", "virt", "uart16550", "riscv-hart", "router"] {
            #expect(bench.output.contains("  \(word) "), "\(word)")
        }
        #expect(bench.run("describe", "uart16550") == 0)
        #expect(bench.output.hasPrefix("uart16550 (serial): "))
        #expect(bench.output.contains("Registers") && bench.output.contains("clock-frequency"))
        #expect(bench.run("describe", "virt") == 0)
        let ram = bench.output.split(separator: "\n").first { $0.contains("0x80000000–0x87ffffff ") }
        #expect(ram?.hasSuffix("  ram, 128 MiB on bus") == true)
        #expect(bench.output.contains("plic.source10"))
    }

    @Test("the schema of platform files is JSON that knows every type")
    func schema() throws {
        let bench = CommandBench()
        #expect(bench.run("describe", "--schema", "platform") == 0)
        let schema = try JSON5Reader(.json).read(bench.output)
        let types = schema["$defs"]?["modules"]?["additionalProperties"]?["properties"]?["type"]?["enum"]
        #expect(try types?.array().map { try $0.string() } == CommandBench().catalog.names)
    }

    @Test("-perfmap names the common code and every compiled piece, START SIZE name in hexadecimal")
    func perfMap() throws {
        let loop = "li t0, 0x100000\nli t1, 0x5555\nli t2, 3000\n1: addi t2, t2, -1\nbnez t2, 1b\nsw t1, 0(t0)\n2: j 2b"
        let bench = try bench(GuestAssembler.assemble(loop, at: 0x8000_0000, xlen: .rv64))
        #expect(bench.run("run", "virt", "x.bin", "-perfmap", "-report", "none") == 0)
        let lines = String(decoding: bench.files["/tmp/perf-0.map"] ?? [], as: UTF8.self).split(separator: "\n")
        for line in lines {
            let fields = line.split(separator: " ", maxSplits: 2)
            try #require(fields.count == 3, "\(line)")
            let size = try #require(UInt(fields[1], radix: 16), "\(line)")
            #expect(UInt(fields[0], radix: 16) != nil && size > 0, "\(line)")
        }
        #if arch(x86_64)
            let names = lines.compactMap { $0.split(separator: " ").last }
            guard !names.isEmpty else { return }
            #expect(names.prefix(2) == ["tandem_enter_unit", "tandem_leave_unit"])
            // `li t2, 3000` takes two instructions, as does `li t1, 0x5555`.
            #expect(names.contains("guest_0x80000014"), "\(names)")
        #endif
    }

    @Test("-perfmap that cannot be written is found before the run")
    func perfMapFails() throws {
        let bench = try bench(Self.finisher(0x5555))
        bench.unwritable = ["/tmp/perf-0.map"]
        #expect(bench.run("run", "virt", "x.bin", "-perfmap") == 2)
        #expect(
            bench.errors
                == "tandem: error: -perfmap: /tmp/perf-0.map cannot be written: No space left on device; expected a writable place\n"
        )
    }

    @Test("-d writes what the harts do where -D says")
    func debugLog() throws {
        let bench = try bench(Self.finisher(0x5555))
        #expect(bench.run("run", "virt", "x.bin", "-d", "in_asm,exec", "-D", "log", "-report", "none") == 0)
        let log = String(decoding: bench.files["log"] ?? [], as: UTF8.self)
        #expect(log.contains("cpu0: exec 0x1000"))
        #expect(log.contains("cpu0: in_asm"))
    }

    @Test("what links carried and how long accesses queued is in the report, the same in both engines and every run")
    func links() throws {
        let program = try GuestAssembler.assemble(
            """
            li t0, 0x10000000
            li t1, 300
            1: lbu t2, 5(t0)
            addi t1, t1, -1
            bnez t1, 1b
            csrr t3, mhartid
            2: bnez t3, 2b
            li t1, 10000
            3: addi t1, t1, -1
            bnez t1, 3b
            li t0, 0x100000
            li t1, 0x5555
            sw t1, 0(t0)
            4: j 4b
            """, at: 0x8000_0000, xlen: .rv64)
        let platform = """
            { board: { harts: "cpu", memory: "ram", serial: "uart0" }, modules: {
              bus: { type: "router", arbitration: "first-come", links: "per-target" },
              cpu: { type: "riscv-hart", count: 2, "hart-id": "[i]", "reset-vector": 0x80000000, bus: "bus" },
              test: { type: "sifive-test", at: 0x100000, span: 0x1000 },
              uart0: { type: "uart16550", at: 0x10000000, span: 0x100,
                       timing: { "read-latency": "700ns", "bytes-per-cycle": 4, clock: "10MHz" } },
              ram: { type: "ram", size: "1M", at: 0x80000000 },
            } }
            """
        var reports: [JSONValue] = []
        for engine in ["interpret", "translate", "translate"] {
            let bench = bench(program)
            bench.files["slow.json5"] = Array(platform.utf8)
            let words = ["-quantum", "1us", "-engine", engine, "-report", "json:r.json", "-report", "text"]
            #expect(bench.run(["run", "slow.json5", "x.bin"] + words) == 0, "\(bench.errors)")
            let report = try JSON5Reader(.json).read(bench.files["r.json"] ?? [])
            reports.append(try #require(report["links"]))
            #expect(bench.errors.contains("bus → uart0 "), "\(bench.errors)")
        }
        #expect(reports[1] == reports[0] && reports[2] == reports[0])
        guard case .array(let links) = reports[0].content else { throw CancellationError() }
        let serial = try #require(links.first { $0["link"] == "bus → uart0" })
        #expect(serial["accesses"] == 600)
        #expect(serial["busySeconds"] == 480e-6)
        #expect(serial["queued"] != 0)
    }
}
