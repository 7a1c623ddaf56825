import Testing

@testable import TandemCLI
@testable import TandemKernel

@Suite struct CommandLineTests {
    private func arguments(_ words: String...) throws(UsageError) -> Arguments {
        try Arguments(words, of: CommandTable.run)
    }

    @Test("options have one dash or two, and their value behind a blank or an equals sign")
    func spelling() throws {
        let one = try arguments("virt", "-kernel", "k", "-set", "a.b=1", "-set", "c.d=2", "x.elf")
        let two = try arguments("virt", "--kernel=k", "--set", "a.b=1", "--set=c.d=2", "--", "x.elf")
        #expect(one == two)
        #expect(one.operands == ["virt", "x.elf"])
        #expect(one.all("set") == ["a.b=1", "c.d=2"])
        #expect(try arguments("-M", "virt") == arguments("-machine", "virt"))
    }

    static let mistakes: [(line: String, message: String)] = [
        ("", "“tandem run” needs"),
        ("run", "no platform is named; expected “tandem run PLATFORM”, such as “tandem run virt FILE”"),
        ("runn virt", "there is no command “runn”; did you mean “run”?"),
        ("run virt -kernl x", "“tandem run” has no option “-kernl”; did you mean “-kernel”?"),
        ("run virt --zzz", "“tandem run” has no option “--zzz”"),
        ("run virt -kernel", "the option -kernel needs a value: FILE"),
        ("run virt -m 1G -m 2G", "the option -m was given twice"),
        ("run demo -traffic pages -traffic functions", "the option -traffic was given twice"),
        ("run virt -nographic=1", "the option -nographic takes no value, but has “1”"),
        ("run virt a.elf b.elf", "“b.elf” is one operand too many; expected PLATFORM [IMAGE]"),
        ("run virt a.elf -bios b.elf", "the firmware is named twice, by -bios and as “a.elf”; expected one of them"),
        (
            "run virt a.elf -machine demo",
            "the platform is named twice, by -machine and as “virt”; expected one of them"
        ),
        ("run virt -serial tty", "-serial: there is no place “tty”; did you mean “pty”?"),
        ("run virt -serial stdio -serial stdio", "only one serial port or monitor can have stdio"),
        ("run virt -for soon", "-for cannot be “soon”; expected a time such as “10us” or “2s”"),
        ("run virt -quantum 3", "-quantum cannot be “3”; expected a time such as “10us” or “2s”"),
        ("run virt -order x", "-order cannot be “x”; expected a number of 64 bits, or random"),
        ("run virt -max-skew 3", "-max-skew cannot be “3”; expected a time such as “10us” or “2s”"),
        ("run virt -seed x", "-seed cannot be “x”; expected a number of 64 bits"),
        (
            "run virt -rtc base=2026-02-29",
            "-rtc cannot be “base=2026-02-29”; expected base=utc, base=localtime or base=DATE, such as base=2026-01-31 or base=2026-01-31T12:00:00"
        ),
        ("run virt -rtc clock=vm", "-rtc says nothing of the start; expected base=…"),
        ("run virt -rtc base=utc,clock=host", "-rtc cannot be “base=utc,clock=host”; expected base=utc"),
        ("completions fish", "there are no completions for “fish”; expected bash or zsh"),
        ("completions", "no shell is named; expected bash or zsh"),
        ("run -device uart16650,help", "-device: there is no module type “uart16650”; did you mean “uart16550”?"),
        ("run -machine vrit,help", "vrit: there is no such platform"),
        ("run -cpu rv46,help", "-cpu: there is no processor “rv46”; did you mean “rv64”"),
        (
            "run virt -report xml",
            "-report cannot be “xml”; expected text, json:FILE, html:FILE, chrome-trace:FILE, vcd:FILE or none"
        ),
        (
            "run virt -gdb 1234",
            "-gdb cannot be “1234”; expected tcp::PORT, such as tcp::1234, tcp:ADDRESS:PORT or unix:PATH"
        ),
        ("run virt -S", "with -S nothing would ever start the guest; expected -gdb, -qmp or -monitor beside it"),
        (
            "run virt -d in_asm,exce",
            "-d does not know “exce”; did you mean “exec”?; legal are “in_asm”, “op”, “out_asm”, “exec”, “cpu”, “int”, “mmu”, “guest_errors” and “unimp”"
        ),
        ("check", "“tandem check” needs a platform"),
        ("list typs", "“tandem list” cannot list “typs”; did you mean “types”?"),
        ("describe", "“tandem describe” needs a module type or a platform"),
        ("describe rma", "there is no module type and no platform “rma”; did you mean “ram”?"),
        ("describe --schema module", "there is a schema of “platform” only"),
        ("bench nothing", "there is no benchmark “nothing”"),
        ("bench timed1 many", "“many” is no number of N or OPS"),
    ]

    @Test("a mistake in the command line is exit code 2 and says what was expected", arguments: mistakes.dropFirst())
    func mistake(line: String, message: String) {
        let bench = CommandBench()
        #expect(bench.run(line.split(separator: " ").map(String.init)) == 2)
        #expect(bench.errors.hasPrefix("tandem: \(message)"), "\(bench.errors)")
        #expect(bench.errors.contains("--help”."))
        #expect(bench.output.isEmpty)
    }

    @Test(
        "an option that may not be repeated is refused by its name when it is given twice, by any of its spellings",
        arguments: CommandTable.all.map(\.name))
    func twice(name: String) throws {
        let command = try #require(CommandTable.all.first { $0.name == name })
        for option in command.options where !option.isRepeatable {
            let value = option.value == nil ? [] : ["x"]
            for other in [option.name] + option.aliases {
                let words = ["-\(option.name)"] + value + ["--\(other)"] + value
                let error = #expect(throws: UsageError.self) { try Arguments(words, of: command) }
                #expect(error?.problem == "the option -\(option.name) was given twice", "\(words)")
            }
        }
    }

    @Test("without a command the help goes to standard error")
    func nothing() {
        let bench = CommandBench()
        #expect(bench.run([]) == 2)
        #expect(bench.errors.contains("tandem run PLATFORM [IMAGE]"))
    }

    @Test("every command explains itself, with options and examples", arguments: CommandTable.all.map(\.name))
    func help(name: String) throws {
        let bench = CommandBench()
        #expect(bench.run(name, "--help") == 0)
        let command = try #require(CommandTable.all.first { $0.name == name })
        for option in command.options { #expect(bench.output.contains(option.usage)) }
        for example in command.examples { #expect(bench.output.contains(example.line)) }
        #expect(bench.output.split(separator: "\n").allSatisfy { $0.count <= 120 })
        let text = bench.output
        #expect(bench.run("help", name) == 0)
        #expect(bench.output == text)
    }

    @Test("the version is one line")
    func version() {
        let bench = CommandBench()
        #expect(bench.run("--version") == 0)
        #expect(bench.output == "tandem 0.1.0\n")
    }

    @Test(
        "a bare number for -m counts MiB, as with QEMU",
        arguments: [("512", "512M"), ("1G", "1G"), ("size=64", "64M"), ("12Q", "12Q"), ("", "")])
    func memory(given: String, read: String) {
        #expect(PlatformOptions.size(given) == read)
    }

    @Test(
        "dates are counted from 1970",
        arguments: [
            ("1970-01-01", 0), ("2000-02-29T00:00:01", 951_782_401), ("2026-01-31T12:00:00", 1_769_860_800),
            ("2100-03-01", 4_107_542_400),
        ] as [(String, UInt64)])
    func dates(text: String, seconds: UInt64) {
        #expect(CalendarDate.seconds(text) == seconds)
    }

    @Test(
        "what is no date is refused",
        arguments: [
            "", "1969-12-31", "2026-13-01", "2026-1-31", "2100-02-29", "2026-01-31T24:00:00", "2026-01-31T1:0:0",
        ])
    func badDates(text: String) {
        #expect(CalendarDate.seconds(text) == nil)
    }
}
