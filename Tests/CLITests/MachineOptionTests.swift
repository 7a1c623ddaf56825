import TandemBus
import TandemCPU
import TandemKernel
import TandemMachine
import TandemOS
import Testing

@testable import TandemCLI

@Suite struct MachineOptionTests {
    @Test(
        "help is one word away wherever there is a list",
        arguments: [
            ("run -device help", "  uart16550 "), ("run -device help", "serial\n"),
            ("run -device uart16550,help", "Registers"), ("run -device riscv-hart,?", "sifive-u54"),
            ("run -machine help", "also riscv-virt"), ("run -machine virt,help", "harts (-smp)"),
            ("run -machine virt,help", "timebase-frequency"), ("run -cpu help", "sifive-u34"),
            ("run virt -cpu help", "rv32"), ("run -cpu sifive-u54,help", "mmu=sv39"),
            ("run -serial help", "file:FILE"), ("run -m help", "counts MiB"), ("check -set help", "PATH=VALUE"),
        ])
    func help(line: String, text: String) {
        let bench = CommandBench()
        #expect(bench.run(line.split(separator: " ").map(String.init)) == 0)
        #expect(bench.output.contains(text), "\(bench.output)")
        #expect(bench.errors.isEmpty)
    }

    @Test("a machine is found by its alias")
    func alias() {
        let bench = CommandBench()
        #expect(bench.run("check", "riscv-virt") == 0)
        #expect(bench.output.hasPrefix("virt: "))
    }

    @Test("harts are counted as sockets, cores and threads too")
    func harts() throws {
        func count(_ text: String) -> String {
            do throws(PlatformError) {
                return try HartCount(GivenOption("smp", text, from: "-smp")).text
            } catch { return error.description }
        }
        #expect(count("4") == "4")
        #expect(count("cpus=4,maxcpus=4") == "4")
        #expect(count("sockets=2,cores=3") == "6")
        #expect(count("cpus=6,sockets=2,cores=3,threads=1") == "6")
        #expect(
            count("5,cores=2")
                == "-smp: sockets × cores × threads are 2 harts, and not 5; expected numbers that agree, or cpus=N alone"
        )
        #expect(count("2,maxcpus=4").hasPrefix("-smp: harts cannot be added later"))
        #expect(count("2,dies=1").hasPrefix("-smp: there is no “dies” of harts; legal are “cpus”"))
    }

    private static let file = """
        # Two serial ports and slow memory.
        [machine]
          type = "virt"
          timebase-frequency = "1MHz"
        [memory]
          size = "64M"
        [smp-opts]
          cpus = 2
        [cpu]
          model = "sifive-u54"
        [device "uart1"]
          driver = "uart16550"
          at = "0x10010000"
          span = "0x100"
          interrupt = "plic.source12"
        [rtc]
          base = "2026-02-01"
        [set "ram"]
          read-latency = "5ns"
        """

    @Test("a file of options makes the machine that the same options make, and the command line comes after it")
    func readConfiguration() {
        let bench = CommandBench(texts: ["b.ini": Self.file])
        #expect(bench.run("check", "-readconfig", "b.ini", "-writeconfig", "out.ini") == 0)
        #expect(bench.output == "virt: 16 modules, nothing wrong\n", "\(bench.errors)")
        let written = String(decoding: bench.files["out.ini"] ?? [], as: UTF8.self)
        for line in [
            "type = \"virt\"", "size = \"64M\"", "[device \"uart1\"]", "driver = \"uart16550\"", "[set \"ram\"]",
        ] {
            #expect(written.contains(line), "\(written)")
        }
        #expect(bench.run("check", "-readconfig", "out.ini", "-writeconfig", "again.ini") == 0, "\(bench.errors)")
        #expect(bench.files["again.ini"] == bench.files["out.ini"])
        #expect(bench.run("check", "-readconfig", "b.ini", "-smp", "4", "-m", "32") == 0)
        #expect(bench.output == "virt: 18 modules, nothing wrong\n")
        #expect(bench.run("run", "-readconfig", "b.ini", "-machine", "dumpdtb=x.dtb") == 0, "\(bench.errors)")
        #expect(bench.files["x.dtb"]?.isEmpty == false)
    }

    @Test(
        "a mistake in a file of options has its line and its fix",
        arguments: [
            ("[machin]", "b.ini:1:1: there is no group “machin”; did you mean “machine”?"),
            ("[machine", "b.ini:1:1: the bracket of “[machine” is not closed; expected [GROUP] or [GROUP \"ID\"]"),
            ("[device \"a]\n", "b.ini:1:1: the name in “[device \"a]” is not closed; expected [GROUP \"ID\"]"),
            ("size = 1", "b.ini:1:1: “size” stands in no group; expected [GROUP] on a line before it"),
            ("[memory]\n  sice = 1", "b.ini:1:1: the group “memory” has no “size”; expected size = \"…\" below it"),
            (
                "[memory]\n  size = \"1M",
                "b.ini:2:3: the quotation marks of \"1M do not match; expected NAME = \"VALUE\""
            ),
            (
                "[memory]\nsize = 1M\nsize = 2M",
                "b.ini:3:1: “size” is given twice, first at b.ini:2:1; expected one value"
            ),
            (
                "[memory]\nmuch",
                "b.ini:2:1: “much” is no line of a configuration; expected [GROUP], [GROUP \"ID\"] or NAME = \"VALUE\""
            ),
            (
                "[device \"a\"]\nat = 1",
                "b.ini:1:1: the group “device” has no “driver”; expected driver = \"…\" below it"
            ),
            ("[device \"a\"]\ndriver = uart", "b.ini:1:1: there is no module type “uart”; did you mean “uart16550”?"),
            ("[memory]\nsize = 12Q", "b.ini:2:1: the property “size” of “ram” cannot be “12Q”; expected a size"),
            (
                "[memory \"a\"]\nsize = 1M",
                "b.ini:1:1: there is one group “memory”, and it has no name; expected [memory]"
            ),
            ("[set]\nsize = 1M", "b.ini:1:1: nothing says which module is meant; expected [set \"MODULE\"]"),
            ("[smp-opts]\ncpus = 1000", "b.ini:1:1: the machine “virt” cannot have 1000 harts; expected 1 to 512"),
        ])
    func configurationMistake(text: String, message: String) {
        let bench = CommandBench(texts: ["b.ini": text])
        #expect(bench.run("check", "virt", "-readconfig", "b.ini") == 2)
        #expect(bench.errors.hasPrefix("tandem: error: \(message)"), "\(bench.errors)")
    }

    @Test("-mem-path gives main memory the contents of a file, and what is wrong with it is told")
    func memoryFile() throws {
        let file = "/tmp/tandem-memory,\(HostProcess.identifier)-\(UInt64.random(in: 0...UInt64.max))"
        let option = file.replacing(",", with: ",,")
        defer { try? Files.removeAll(file) }
        let bench = CommandBench()
        #expect(bench.run("check", "minimal", "-mem-path", option) == 2)
        #expect(
            bench.errors.hasPrefix(
                "tandem: error: -mem-path: the property “mem-path” of “ram”: there is no file “\(file)”"),
            "\(bench.errors)"
        )
        #expect(bench.run("check", "minimal", "-mem-path", "\(option),share=on", "-writeconfig", "c.ini") == 0)
        #expect(Files.size(file) == 1 << 20)
        #expect(bench.run("check", "-readconfig", "c.ini") == 0, "\(bench.errors)")
        #expect(bench.run("check", "minimal", "-m", "2", "-mem-path", option) == 2)
        #expect(bench.run("check", "-readconfig", "c.ini", "-mem-path", "\(option),shared") == 2)
        #expect(bench.errors.contains("-mem-path: there is no “shared” of a memory's file; did you mean “share”?"))
        #expect(bench.run("check", "minimal", "-mem-path", "") == 2)
        #expect(bench.errors.contains("-mem-path: there is no name of a file; expected FILE or FILE,share=on"))
    }

    @Test("a file of options that is not there is told")
    func missing() {
        let bench = CommandBench()
        #expect(bench.run("check", "virt", "-readconfig", "gone.ini") == 2)
        #expect(
            bench.errors == "tandem: error: -readconfig: the file “gone.ini” cannot be read; expected a readable file\n"
        )
    }

    @Test("-nodefaults leaves out what the machine has only by default")
    func defaults() {
        let bench = CommandBench(texts: [
            "b.json5": """
            { include: "(built-in)/virt.json5", name: "b", machine: { defaults: ["rtc"] } }
            """
        ])
        bench.files["virt.json5"] = nil
        let virt = StandardPlatforms.files.first { $0.file == "virt.json5" }?.text ?? ""
        bench.files["./(built-in)/virt.json5"] = Array(virt.utf8)
        bench.files["(built-in)/virt.json5"] = Array(virt.utf8)
        #expect(bench.run("check", "b.json5", "-nodefaults") == 0, "\(bench.errors)")
        #expect(bench.output == "b: 13 modules, nothing wrong\n")
    }

    @Test(
        "completions know the commands, their options, the machines, the models and the types",
        arguments: ["bash", "zsh"])
    func completions(shell: String) {
        let bench = CommandBench()
        #expect(bench.run("completions", shell) == 0)
        for word in ["describe", "-readconfig", "riscv-virt", "sifive-u54", "uart16550", "aclint-mtimer"] {
            #expect(bench.output.contains(word), "\(word)")
        }
    }
}
