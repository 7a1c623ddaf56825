import Testing

@testable import TandemCLI

/// `-trace`, `-log`, `-d` and `tandem trace`, on the demo platform.
@Suite struct TraceOptionTests {
    private let bench = CommandBench()

    private func text(_ file: String) -> String { String(decoding: bench.files[file] ?? [], as: UTF8.self) }

    @Test("a trace is written in each of its forms, and the binary one is read back")
    func forms() {
        for form in ["text", "jsonl", "binary"] {
            let code = bench.run(
                "run", "demo", "-report", "none", "-for", "100us", "-trace", "serial.*,file=out.\(form),format=\(form)",
                "-trace", "hart.exception")
            #expect(code == 0, "\(bench.errors)")
        }
        #expect(text("out.text").contains(" serial.send character=0x"), "\(text("out.text").prefix(300))")
        #expect(text("out.jsonl").contains("\"event\":\"serial.send\",\"character\":"))
        #expect(bench.run("trace", "out.binary") == 0)
        #expect(bench.output == text("out.text"))
        #expect(bench.run("trace", "out.binary", "-format", "jsonl") == 0)
        #expect(bench.output == text("out.jsonl"))
        #expect((bench.files["out.binary"] ?? []).count < (bench.files["out.text"] ?? []).count / 3)
    }

    @Test("patterns come from a file too, and - switches off")
    func events() {
        bench.files["patterns"] = Array("# some\n*\n-hart.*\n-bus.*\n-line.*\n-simulation.*\n".utf8)
        #expect(bench.run("run", "demo", "-report", "none", "-for", "100us", "-trace", "events=patterns,file=out") == 0)
        let events = Set(text("out").split(separator: "\n").compactMap { $0.split(separator: " ").dropFirst(3).first })
        #expect(events.isSubset(of: ["serial.send", "serial.take"]) && !events.isEmpty, "\(events)")
    }

    @Test("the events of a machine are listed")
    func help() {
        #expect(bench.run("run", "demo", "-trace", "help") == 0)
        #expect(bench.output.contains("bus.access(initiator, command, address, bytes, value, response)"))
    }

    @Test(
        "a wrong option is named with what is legal",
        arguments: [
            (["-trace", "serial.sent"], "no trace event is called “serial.sent”"),
            (["-trace", "format=yaml"], "-trace does not know the format “yaml”"),
            (["-trace", "fle=x"], "did you mean “file”?"),
            (["-trace", "*,format=binary"], "expected file=FILE"),
            (["-trace", "events=nowhere"], "the file “nowhere” cannot be read"),
            (["-log", "loud"], "expected PATH=LEVEL or LEVEL"),
            (["-log", "uart9=debug"], "there is no object “uart9”"),
            (["-d", "cpuu"], "-d does not know “cpuu”; did you mean “cpu”?"),
        ])
    func wrong(options: [String], message: String) {
        #expect(bench.run(["run", "demo"] + options) == 2)
        #expect(bench.errors.contains(message), "\(bench.errors)")
    }

    @Test("a file that is no trace is named with the byte at which reading stopped")
    func foreign() {
        bench.files["notes"] = Array("hello".utf8)
        #expect(bench.run("trace", "notes") == 2)
        #expect(bench.errors.contains("notes: byte 0: this is no binary trace"), "\(bench.errors)")
        #expect(bench.run("trace", "nothing") == 2)
    }

    @Test("-d cpu logs each instruction, and guest_errors goes with it")
    func debugging() {
        #expect(bench.run("run", "demo", "-report", "none", "-for", "1us", "-d", "cpu,guest_errors", "-D", "log") == 0)
        #expect(text("log").contains(": cpu 0x"), "\(text("log").prefix(300))")
    }
}
