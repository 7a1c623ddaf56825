import TandemCPU
import TandemKernel
import TandemMachine
import TandemOS
import Testing

@testable import TandemMonitor

@Suite struct HumanMonitorTests {
    /// Two harts at their reset; memory holds the program.
    private func bench() throws -> MonitorBench {
        let bench = try MonitorBench(
            try debuggedMachine("li a0, 5\n1: addi a0, a0, 1\nj 1b\n.word 0x41424344", harts: 2))
        let hart = bench.machine.harts[0]
        hart.setIntegerRegister(2, 0x8000_0000)
        return bench
    }

    @Test(
        "a line is performed and answered",
        arguments: [
            ("", ""), ("   ", ""), ("info status", "VM status: paused (prelaunch)\n"), ("p 1+2*3", "0x7\n"),
            ("p/d 10 - 12", "-2\n"), ("print $sp", "0x80000000\n"), ("p ($sp + 0x10) >> 4 & ~1", "0x8000000\n"),
            ("p 'A'", "0x41\n"), ("p/c 0x41", "'A'\n"), ("p 0b101 | 2 ^ 3", "0x5\n"), ("p/x $pc", "0x1000\n"),
            ("p -1", "0xffffffffffffffff\n"),
            ("p 7 % 4 + 16 / 3", "0x8\n"), ("p $mhartid", "0x0\n"),
            ("x/2i 0x80000000", "0000000080000000: addi a0, zero, 5\n"),
            ("xp/2xw 0x80000000", "0000000080000000: 0x00500513"),
            ("x/1i $sp", "0000000080000000: addi a0, zero, 5\n"),
            ("x/4c 0x8000000c", "000000008000000c: 'D' 'C' 'B' 'A'\n"),
            ("xp/1xg 0x80000000", "0000000080000000: 0x"),
            ("x/1xw address=0x8000000c", "000000008000000c: 0x41424344\n"),
            ("cpu 1", ""), ("info name", "board\n"), ("info version", "Tandem 1.2.3\n"),
            ("info memory_size_summary", "base-memory: 16777216\n"), ("info chardevs", "serial0: filename=stdio\n"),
            ("info mtree", "address-space: bus, seen by cpu0, cpu1\n"), ("info mtree -f", "address-space: bus"),
            ("info qom-tree", "/machine (container)\n  /bus (router)\n"), ("info qom-tree ram", "/ram (ram)\n"),
            ("info qtree", "dev: router, id \"bus\"\n"), ("info roms", "addr=0000000080000000 size="),
            ("info registers", "cpu0: machine mode"), ("info registers 1", "cpu1: machine mode"),
            ("info registers -a", "cpu0: machine mode"), ("info registers cpu1", "cpu1: machine mode"),
            ("info cpus", "hart  object"),
            ("info time", "simulated:    0 s\n"),
            ("info irq", ""), ("info traffic", ""), ("qom-get ram size", "16777216\n"),
            ("qom-list ram", "type (string)\n"),
            ("device-list-properties ram", "size (size)"), ("help cont", "cont|c\nLets the machine go on, or start.\n"),
            ("? p", "print|p[/format] expression\n"), ("help info", "info chardevs"),
            ("gva2gpa 0x80000000", "gpa: 0x80000000\n"),
            ("sum 0x8000000c 4", "16507\n"), ("call ram", ""),
        ])
    func answers(line: String, answer: String) throws {
        let found = try bench().type(line)
        if answer.isEmpty { #expect(!found.hasPrefix("error")) } else { #expect(found.hasPrefix(answer), "\(found)") }
    }

    @Test(
        "a line that is wrong is refused with the place and what was expected",
        arguments: [
            ("nonsense", "there is no command “nonsense”; “help” lists them"),
            ("conr", "there is no command “conr”; “help” lists them; did you mean “cont”"),
            ("=", "“=” does not begin with the name of a command"), ("info", "“info” of what?; legal are"),
            ("info statu", "there is no command “info statu”; “help” lists them; did you mean “info status”"),
            ("stop now", "stop, column 6: “now” is too much; expected no arguments"),
            ("x", "x: the argument “address” is missing"), ("x/3", "x: the argument “address” is missing"),
            ("x/3q 0", "x/3q: “q” is neither a form nor a size"), ("x/0x 0", "x/0x: the count 0 is not possible"),
            ("x/99999999999999999999x 0", "x/99999999999999999999x: the count"),
            ("stop/3", "stop: the command has no format"),
            ("x 0x80000000 5", "x, column 14: “5” is too much; expected at most format, address"),
            ("p", "print: the argument “expression” is missing"),
            ("p 1+", "column 5: the end of the line stands where a value must"),
            ("p (1", "column 3: the parenthesis has no partner"), ("p $foo", "column 3: there is no register “$foo”"),
            ("p $pd", "column 3: there is no register “$pd”; did you mean “$pc”"),
            ("p foo", "column 3: there is no symbol “foo”"), ("p 0x", "column 3: “0x” is no number of 64 bits"),
            ("p 99999999999999999999", "column 3: “99999999999999999999” is no number of 64 bits"),
            ("p 1/0", "column 4: a division by zero"), ("p ]", "column 3: “]” stands where a value must"),
            ("x 0x10", "0x10: cpu0 can read nothing at this address"),
            ("xp 0x7fffffffc", "0x7fffffffc: nothing can be read at this physical address"),
            ("cpu 2", "cpu-index: there is no hart 2; expected 0 to 1"), ("cpu -1", "cpu-index: there is no hart"),
            ("info registers 7", "cpu-index: there is no hart 7"),
            ("memsave 0x80000000", "memsave: the argument “size” is missing"),
            ("memsave 0x80000000 0 /tmp/x", "memsave, column 20: the argument “size” cannot be 0"),
            ("memsave 0x80000000 16 \"/tmp/x", "column 23: the quotation mark has no partner"),
            ("memsave 0x80000000 16 /nowhere/x", "/nowhere/x: the file cannot be written"),
            ("pmemsave -8 16 /tmp/x", "pmemsave: 16 bytes from 0xfffffffffffffff8 are no range of addresses"),
            ("dump-guest-memory /tmp/x 5", "dump-guest-memory: “begin” and “length” go together"),
            (
                "dump-guest-memory /tmp/x 0 5",
                "dump-guest-memory: 5 bytes from 0x0 are not RAM; legal are “0x80000000…0x80ffffff”"
            ),
            ("sim-time clock=x", "sim-time, column 10: the argument “clock” cannot be “x”"),
            ("sim-time virtual virtual", "sim-time, column 18: “virtual” is too much"),
            ("qom-get ram", "qom-get: the argument “property” is missing"),
            ("qom-set ram size 5", "ram: the property “size” of “ram” may only be set at construction"),
            ("qom-set ram size", "qom-set: the argument “value” is missing"),
            ("call ram foo", "/machine/ram: the object has no command “foo”"),
            ("system_powerdown", "system_powerdown: the machine has no power button"),
            ("step 1parsec", "step, column 6: the argument “time” cannot be “1parsec”"),
        ])
    func errors(line: String, message: String) throws {
        let found = try bench().type(line)
        #expect(found.hasPrefix("error: " + message), "\(found)")
    }

    @Test("expressions that nest too deep are refused")
    func depth() throws {
        let bench = try bench()
        #expect(bench.type("p " + String(repeating: "(", count: 5000)).contains("nests deeper than 64 levels"))
        #expect(bench.type("p " + String(repeating: "-", count: 5000)).contains("nests deeper than 64 levels"))
    }

    @Test("memory goes to files as it is")
    func files() throws {
        let bench = try bench()
        let path = "/tmp/tandem-monitor-\(HostProcess.identifier)-\(UInt32.random(in: 0...UInt32.max))"
        defer { try? Files.removeAll(path) }
        #expect(bench.type("memsave 0x80000000 16 \(path)") == "")
        #expect(try Files.read(path) == bench.machine.harts[0].readVirtual(0x8000_0000, count: 16))
        #expect(bench.type("pmemsave 0x80000004 3 \"\(path)\"") == "")
        #expect(try Files.read(path) == bench.machine.harts[0].readVirtual(0x8000_0004, count: 3))
        #expect(bench.type("dump-guest-memory \(path) 0x80000000 0x2000") == "")
        let core = try Files.read(path)
        #expect(Array(core.prefix(5)) == [0x7F] + Array("ELF".utf8) + [2])
        #expect(core[16] == 4)
        #expect(Array(core.suffix(0x2000).prefix(16)) == bench.machine.harts[0].readVirtual(0x8000_0000, count: 16))
        #expect(bench.type("dumpdtb \(path)") == "")
        #expect(try Files.read(path) == bench.machine.deviceTree)
    }

    @Test("the log of the harts is led to a file, switched on and off, while the machine runs")
    func log() throws {
        let bench = try bench()
        let path = "/tmp/tandem-log-\(HostProcess.identifier)-\(UInt32.random(in: 0...UInt32.max))"
        defer { try? Files.removeAll(path) }
        #expect(bench.type("log").hasSuffix("logged: none\n"))
        #expect(bench.type("logfile \(path)") == "")
        #expect(bench.type("log exec,in_asm") == "")
        #expect(bench.type("log").hasSuffix("logged: in_asm,exec\n"))
        #expect(bench.machine.run(until: .nanoseconds(100)).reason == .timeLimit)
        #expect(bench.type("log none") == "")
        // The file is closed, and so written, when the log leads elsewhere.
        #expect(bench.type("logfile /dev/null") == "")
        let text = String(decoding: try Files.read(path), as: UTF8.self)
        #expect(text.contains("in_asm 0x80000000") && text.contains("exec 0x80000000"), "\(text)")
        #expect(bench.type("log guest_errors,exec") == "")
        #expect(bench.type("log").hasSuffix("logged: exec,guest_errors,unimp\n"))
        #expect(bench.machine.simulation.log.admits(.debug))
        #expect(bench.type("log none") == "" && !bench.machine.simulation.log.admits(.debug))
        #expect(bench.type("log exce").contains("did you mean “exec”"))
        #expect(bench.type("logfile /nowhere/x").hasPrefix("error: /nowhere/x: the file cannot be written"))
    }

    @Test("every command for people says how it is written")
    func help() throws {
        let bench = try bench()
        let list = bench.type("help")
        for command in bench.context.commands.commands {
            guard let name = command.humanName else { continue }
            #expect(list.contains(name))
            #expect(bench.type("help \(name)").hasPrefix(name), "\(name)")
            #expect(command.signature.summary.hasSuffix("."))
            for argument in command.signature.arguments {
                #expect(argument.documentation.hasSuffix("."), "\(name) \(argument.name)")
            }
        }
    }

    @Test("a session shows a prompt after each line, and complaints of the framing as errors")
    func session() throws {
        let bench = try bench()
        defer { withExtendedLifetime(bench) {} }
        let session = HMPSession(bench.context)
        #expect(String(decoding: session.takeOutput(), as: UTF8.self).hasSuffix("commands\n(tandem) "))
        session.receive([LineFraming.Mark.line] + Array("p 1".utf8)[...])
        #expect(String(decoding: session.takeOutput(), as: UTF8.self) == "0x1\n(tandem) ")
        session.receive([LineFraming.Mark.complaint] + Array("too long".utf8)[...])
        #expect(String(decoding: session.takeOutput(), as: UTF8.self) == "error: too long\n(tandem) ")
    }
}

@Suite struct LineFramingTests {
    private func lines(_ bytes: [UInt8], piece: Int) -> [String] {
        var framing = LineFraming()
        var lines: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            lines += framing.take(Array(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        return (lines + framing.end()).map { ($0[0] == 1 ? "!" : "") + String(decoding: $0.dropFirst(), as: UTF8.self) }
    }

    @Test(
        "lines end as sockets and terminals end them",
        arguments: [
            (Array("a\nb\r\nc\r\u{0}d".utf8), ["a", "b", "c", "d"]), (Array("\n\n".utf8), ["", ""]),
        ] as [([UInt8], [String])])
    func cuts(bytes: [UInt8], expected: [String]) {
        for piece in [1, 2, 5, 1000] { #expect(lines(bytes, piece: piece) == expected) }
    }

    @Test("a line that is too long takes one complaint, and the next one is understood")
    func tooLong() {
        let flood = [UInt8](repeating: UInt8(ascii: "a"), count: 20_000) + Array("\nok\n".utf8)
        #expect(lines(flood, piece: 1024) == ["!a line is longer than 8192 bytes", "ok"])
    }
}
