import TandemDevices
import TandemJSON
import TandemKernel
import TandemTesting
import Testing

@testable import TandemCLI

@Suite("tandem run: traffic over time, expectations, comparison")
struct TrafficCommandTests {
    private func report(_ bench: CommandBench, _ words: String...) throws -> JSONValue {
        #expect(bench.run(["run", "demo", "-report", "json:r.json"] + words) == 0, "\(bench.errors)")
        return try JSON5Reader(.json).read(bench.files["r.json"] ?? [])
    }

    /// Everything but what depends on the host.
    private func rest(_ report: JSONValue, without names: [String] = []) throws -> [JSONMember] {
        try report.members().filter { $0.key != "host" && !names.contains($0.key) }
    }

    @Test("the demo is measured with the same bins with and without direct memory, compiled and interpreted")
    func series() throws {
        let bench = CommandBench()
        let plain = try report(bench)
        #expect(plain["series"] == [] && plain["outstanding"] == [])
        let measured = try report(bench, "-traffic-bin", "20us")
        let names = ["series", "outstanding", "skewSeries"]
        #expect(try rest(plain, without: names) == rest(measured, without: names))
        #expect(plain["skewSeries"] == .null && measured["skewSeries"]?["binPicoseconds"] == 20_000_000)
        let series = try #require(measured["series"]).array()
        #expect(series.count == (try #require(measured["traffic"]).array().count) && series.count > 5)
        for (link, row) in zip(series, try #require(measured["traffic"]).array()) {
            #expect(link["initiator"] == row["initiator"] && link["target"] == row["target"])
            let columns = try #require(link["columns"]).array().map { try $0.string() }
            let bins = try #require(link["bins"]).array().map { try $0.array() }
            for name in ["reads", "writes", "fetches", "readBytes", "writeBytes", "fetchBytes", "errors"] {
                let column = try #require(columns.firstIndex(of: name))
                let sum = try bins.reduce(0 as UInt64) { $0 + (try $1[column].number().integer() ?? 0) }
                #expect(row[name] == JSONValue(sum), "\(name)")
            }
        }
        let ways = [["-set", "cpu.dmi=false"], ["-engine", "interpret"], ["-quantum", "3us"]]
        for way in ways {
            #expect(bench.run(["run", "demo", "-report", "json:r.json", "-traffic-bin", "20us"] + way) == 0)
            let other = try JSON5Reader(.json).read(bench.files["r.json"] ?? [])
            #expect(other["series"] == measured["series"], "\(way)")
            #expect(other["stateHash"] == measured["stateHash"], "\(way)")
        }
    }

    @Test("the benchmark of traffic finds every report equal and prints its tables")
    func benchmark() {
        let bench = CommandBench()
        #expect(bench.run("bench", "traffic", "1", "4096") == 0, "\(bench.output)\(bench.errors)")
        for heading in ["What must be equal", "What it costs", "How far timing models hold"] {
            #expect(bench.output.contains("### \(heading)"))
        }
        let lines = bench.output.split(separator: "\n")
        #expect(lines.count { $0.hasSuffix("| equal |") } == 2 * TrafficBench.equal.count)
        let models = lines.filter { line in TrafficBench.models.contains { line.hasPrefix("| \($0.title) ") } }
        #expect(models.count == TrafficBench.models.count)
        // No error of time, of latencies and of queueing, and no bin that differs.
        #expect(models.allSatisfy { $0.matches(of: #/\d \| 0 (?=\|)/#).count == 3 && $0.contains("| 0 of ") })
        // Harts that compete do wait.
        #expect(models.map { !$0.contains("| 0.000 | 0 | 0 of ") } == [false, false, false, true, true])
        #expect(bench.run("bench", "traffic", "0") == 2 && bench.errors.contains("from 1 to 1000 rounds"))
    }

    @Test("the report says how modules are connected, over routers within routers")
    func topology() throws {
        let ways = try #require(try report(CommandBench())["topology"]).array().map { row in
            try ["from", "to", "origin"].map { try row.member($0).string() }.joined(separator: " ")
        }
        #expect(ways.prefix(2) == ["cpu0 bus initiator", "dma bus initiator"], "\(ways)")
        for way in ["bus ram router", "bus uart0 router", "bus pci.memory-space router"] {
            #expect(ways.count { $0 == way } == 1, "\(way) in \(ways)")
        }
    }

    @Test(
        "traffic is counted by page, the same with and without direct memory, in each engine, and in sum that of the links"
    )
    func pages() throws {
        let bench = CommandBench()
        let plain = try report(bench)
        #expect(plain["pages"] == [])
        let measured = try report(bench, "-traffic", "pages", "-traffic-bin", "20us", "-report", "text")
        let added = ["series", "skewSeries", "outstanding", "pages"]
        #expect(try rest(plain, without: added) == rest(measured, without: added))
        #expect(bench.errors.contains("initiator  page "))
        let rows = try #require(measured["traffic"]).array()
        for record in try #require(measured["pages"]).array() {
            let columns = try #require(record["columns"]).array().map { try $0.string() }
            for name in columns.dropFirst() {
                let column = try #require(columns.firstIndex(of: name))
                func sum(_ values: [JSONValue]) throws -> UInt64 {
                    try values.reduce(0) { $0 + (try $1.number().integer() ?? 0) }
                }
                let links = rows.filter { $0["initiator"] == record["initiator"] }
                let counted = try sum(try links.map { try #require($0[name]) })
                let pages = try #require(record["pages"]).array().map { try $0.array()[column] }
                #expect(try sum(pages) == counted, "\(name)")
                let heat = try #require(record["heat"]?["rows"]).array().map { try $0.array()[column + 1] }
                #expect(try sum(heat) == counted, "\(name) over time")
            }
        }
        for way in [["-set", "cpu.dmi=false"], ["-engine", "interpret"], ["-quantum", "3us"]] {
            let words = ["run", "demo", "-report", "json:r.json", "-traffic", "pages", "-traffic-bin", "20us"]
            #expect(bench.run(words + way) == 0)
            let other = try JSON5Reader(.json).read(bench.files["r.json"] ?? [])
            #expect(other["pages"] == measured["pages"], "\(way)")
        }
    }

    @Test(
        "functions and processes are told, the same with and without direct memory, in each engine, and in sum all there was"
    )
    func work() throws {
        let bench = CommandBench(texts: ["names.txt": "80000000 T firmware_start\n0000000000000000 T hidden\nnoise\n"])
        let plain = try report(bench)
        #expect(plain["functions"] == [] && plain["processes"] == [])
        let measured = try report(
            bench, "-traffic", "functions,processes", "-symbols", "names.txt", "-report", "text")
        let added = ["functions", "processes"]
        #expect(try rest(plain, without: added) == rest(measured, without: added))
        #expect(bench.errors.contains("hart  function ") && bench.errors.contains("hart  root  space  privilege "))
        func sum(_ rows: JSONValue?, _ name: String) throws -> UInt64 {
            try #require(rows).array().reduce(0) { $0 + (try #require($1[name]).number().integer() ?? 0) }
        }
        let traffic = try #require(measured["traffic"]).array().filter { $0["initiator"] == "cpu0" }
        for name in ["reads", "writes", "readBytes", "writeBytes"] {
            let counted = try sum(JSONValue(traffic), name)
            #expect(try sum(measured["functions"], name) == counted && sum(measured["processes"], name) == counted)
        }
        let names = try #require(measured["functions"]).array().map { try #require($0["function"]).string() }
        #expect(names.contains("firmware_start") && !names.contains("hidden"), "\(names)")
        for way in [["-set", "cpu.dmi=false"], ["-engine", "interpret"], ["-quantum", "3us"]] {
            let words = ["run", "demo", "-report", "json:r.json", "-traffic", "functions,processes"]
            #expect(bench.run(words + ["-symbols", "names.txt"] + way) == 0)
            let other = try JSON5Reader(.json).read(bench.files["r.json"] ?? [])
            for name in added { #expect(other[name] == measured[name], "\(way)") }
        }
        #expect(bench.run("run", "demo", "-symbols", "none.txt") == 2)
        #expect(bench.run("run", "demo", "-symbols", "names.txt,offset=x") == 2)
        #expect(bench.errors.contains("-symbols cannot be “names.txt,offset=x”; expected FILE or FILE,offset=NUMBER"))
    }

    @Test(
        "what is told of traffic is said by the platform or an option, which may take it back, and nonsense is refused")
    func detail() throws {
        let bench = expecting("detail: 'pages'")
        #expect(bench.run("run", "p.json5", "-report", "json:r.json") == 0, "\(bench.errors)")
        let report = try JSON5Reader(.json).read(bench.files["r.json"] ?? [])
        let first = try #require(report["pages"]?.array().first)
        #expect(first["heat"]?.isNull == true && report["series"] == [])
        #expect(bench.run("run", "p.json5", "-traffic", "none", "-report", "json:r.json") == 0)
        #expect(try JSON5Reader(.json).read(bench.files["r.json"] ?? [])["pages"] == [])
        #expect(bench.run("run", "demo", "-traffic", "pages,pgs") == 2)
        #expect(bench.errors.contains("-traffic cannot be “pages,pgs”; expected some of “pages"))
    }

    /// A platform that expects something of the demo's traffic.
    private func expecting(_ section: String) -> CommandBench {
        CommandBench(texts: ["p.json5": "{ include: \"(built-in)/demo.json5\", traffic: { \(section) } }"])
    }

    @Test("expectations that hold leave the exit code alone; one that does not makes it 3 and is named with its place")
    func expectations() throws {
        let good = "{ from: 'cpu0', to: 'uart0', writes: { min: 1 }, errors: 0, longestLatency: { max: '1us' } }"
        let window = "{ to: 'ram', bytes: { min: 4 }, after: '0us', before: '100us' }"
        let bench = expecting("bin: '50us', expect: [\(good), \(window), { bandwidth: { max: '100G' } }]")
        #expect(bench.run("run", "p.json5", "-report", "json:r.json", "-report", "text") == 0, "\(bench.errors)")
        #expect(bench.errors.contains("traffic: 5 of 5 expectations hold\n"))
        let report = try JSON5Reader(.json).read(bench.files["r.json"] ?? [])
        let rows = try #require(report["expectations"]).array()
        #expect(rows.count == 5 && rows.allSatisfy { $0["holds"] == true })
        #expect(rows[0]["expectation"] == "cpu0 -> uart0: writes at least 1")

        let bad = expecting("expect: { from: 'cpu*', to: 'uart0', writes: 7, reads: { max: '64K' } }")
        #expect(bad.run("run", "p.json5", "-report", "json:r.json") == 3)
        #expect(
            bad.errors.hasPrefix("tandem: error: p.json5:1:") && bad.errors.contains("cpu* -> uart0: writes 7; it is "),
            "\(bad.errors)")
        #expect(try JSON5Reader(.json).read(bad.files["r.json"] ?? [])["exitCode"] == 3)
    }

    static let wrongSections: [(section: String, message: String)] = [
        ("expect: { from: 'cpu9', writes: 1 }", "no module “cpu9” makes accesses; did you mean “cpu0”?"),
        ("expect: { to: 'uart7', writes: 1 }", "no module “uart7” serves accesses"),
        ("expect: { to: 'uart0' }", "the expectation says nothing that could fail; legal are"),
        ("expect: { wirtes: 1 }", "an expectation has no member “wirtes”; did you mean “writes”?"),
        ("expect: { writes: 'many' }", "“writes” cannot be \"many\"; expected a number"),
        ("expect: { latency: 5 }", "“latency” cannot be 5; expected a time"),
        ("expect: { reads: { min: 2, max: 1 } }", "“min” not greater than “max”"),
        ("expect: { reads: 1, after: '2ms', before: '1ms' }", "before it begins at"),
        ("bin: '1ms', expect: { reads: 1, before: '1500us' }", "the window ends at 1.5 ms, within a bin of 1 ms"),
        ("bin: '0s'", "“bin” cannot be \"0s\"; expected a time"),
        ("detail: ['pages', 'sites']", "“detail” cannot be \"sites\"; expected some of"),
    ]

    @Test("what cannot be expected is said before the run, with its place and what is legal", arguments: wrongSections)
    func mistakes(section: String, message: String) {
        let bench = expecting(section)
        #expect(bench.run("run", "p.json5") == 2)
        #expect(bench.errors.contains("p.json5:1:") && bench.errors.contains(message), "\(bench.errors)")
    }

    @Test("a width of bins that does not go with a window, and measuring that is off although needed, are refused")
    func options() {
        let bench = expecting("bin: '50us', expect: { reads: { min: 0 }, before: '100us' }")
        #expect(bench.run("run", "p.json5", "-traffic-bin", "50us", "-report", "none") == 0, "\(bench.errors)")
        #expect(bench.run("run", "p.json5", "-traffic-bin", "30us") == 2)
        #expect(bench.errors.contains("within a bin of 30 us"))
        #expect(bench.run("run", "p.json5", "-traffic-bin", "off") == 2)
        #expect(bench.errors.contains("it cannot be known without measuring"))
        #expect(bench.run("run", "demo", "-traffic-bin", "0s") == 2)
        #expect(bench.errors.contains("-traffic-bin cannot be “0s”; expected a time"))
    }

    // MARK: Pictures

    @Test("a trace for Perfetto has a sample for each bin, in order, and zero where nothing was carried")
    func chromeTrace() throws {
        let bench = CommandBench()
        let forms = ["-report", "json:r.json", "-report", "chrome-trace:t.json"]
        #expect(bench.run(["run", "demo", "-traffic-bin", "20us"] + forms) == 0, "\(bench.errors)")
        let report = try JSON5Reader(.json).read(bench.files["r.json"] ?? [])
        let trace = try JSON5Reader(.json).read(bench.files["t.json"] ?? [])
        let events = try #require(trace["traceEvents"]).array()
        #expect(trace["displayTimeUnit"] == "ns" && events.count > 20)
        var times: [String: Double] = [:]
        var read: UInt64 = 0
        // The trace event format: metadata names the processes of the counters, which have a time in microseconds.
        var processes: [JSONValue] = []
        for event in events {
            #expect(try event.members().prefix(4).map(\.key).sorted() == ["name", "ph", "pid", "tid"].sorted())
            if event["ph"] == "M" { processes.append(try #require(event["pid"])) }
            if event["ph"] == "C" { #expect(processes.contains(try #require(event["pid"]))) }
            #expect(event["ph"] == "M" || event["ph"] == "C")
            #expect(try event["args"]?.members().isEmpty == false)
        }
        for event in events where event["ph"] == "C" {
            let name = try #require(event["name"]).string()
            let time = try #require(Double(event["ts"]?.number().literal ?? ""))
            #expect(time > times[name] ?? -1, "\(name)")
            times[name] = time
            let values = try #require(event["args"]).members()
            #expect(!values.isEmpty)
            if name == "cpu0 -> ram bytes" { read += try #require(event["args"]?["read"]?.number().integer()) }
        }
        let ram = try #require(report["traffic"]).array().first { $0["initiator"] == "cpu0" && $0["target"] == "ram" }
        #expect(ram?["readBytes"] == JSONValue(read))
        #expect(events.filter { $0["ph"] == "M" }.count == 2)
    }

    @Test(
        "a waveform declares every connected line and every link, in order of time, with the changes that the report counts"
    )
    func waveform() throws {
        let bench = CommandBench()
        let forms = ["-report", "json:r.json", "-report", "vcd:w.vcd"]
        #expect(bench.run(["run", "demo", "-traffic-bin", "20us"] + forms) == 0, "\(bench.errors)")
        let report = try JSON5Reader(.json).read(bench.files["r.json"] ?? [])
        let lines = String(decoding: bench.files["w.vcd"] ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(lines[1] == "$timescale 1 ps $end")
        var codes: [String: String] = [:]
        var scope: [String] = []
        var rises: [String: UInt64] = [:]
        var time: UInt64 = 0
        var isBody = false
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            if words[0] == "$scope" { scope.append(words[2]) }
            if words[0] == "$upscope" { scope.removeLast() }
            if words[0] == "$var" { codes[words[3]] = (scope + [words[4]]).joined(separator: ".") }
            if words[0] == "$end" { isBody = true }
            if let mark = line.first, mark == "#" {
                let next = try #require(UInt64(line.dropFirst()))
                #expect(next >= time)
                time = next
            } else if isBody, line.hasPrefix("1") {
                rises[try #require(codes[String(line.dropFirst())]), default: 0] += 1
            }
        }
        #expect(scope.isEmpty && codes.values.contains("traffic.cpu0->uart0"))
        for row in try #require(report["interrupts"]).array() {
            // “uart0.interrupt -> plic.source10”: the input is the end of the line.
            let name = try #require(row["line"]).string().split(separator: " ").last.map(String.init) ?? ""
            guard codes.values.contains(name) else { continue }
            #expect(row["raised"] == JSONValue(rises[name] ?? 0), "\(name)")
        }
        #expect(rises.count > 1)
    }

    @Test("a probe writes down what its filter lets through, changes nothing, and its capture is read back")
    func probe() throws {
        let bench = CommandBench()
        let plain = try report(bench)
        let probe = "console,from=cpu0,to=uart0,kind=write,address=0x10000000"
        let probed = try report(
            bench, "-probe", probe + ",file=c.jsonl", "-probe", "b" + probe + ",file=c.bin,format=binary", "-probe",
            "c" + probe + ",file=c.csv,format=csv,limit=3", "-probe",
            "t,file=t.csv,format=csv,trigger-address=0x100000,trigger-kind=write,before=2,after=5")
        #expect(try rest(probed) == rest(plain))
        let lines = String(decoding: bench.files["c.jsonl"] ?? [], as: UTF8.self).split(separator: "\n")
        var text = ""
        for line in lines {
            let record = try JSON5Reader(.json).read(Array(line.utf8))
            #expect(record["object"] == "cpu0" && record["target"] == "uart0" && record["command"] == "write")
            let value: UInt8 = try #require(record["value"]?.number().integer())
            text.unicodeScalars.append(Unicode.Scalar(value))
        }
        #expect(text.hasPrefix(bench.consoles[0].text.prefix(20)) || text.contains("PASS"), "\(text)")
        #expect(bench.run("trace", "c.bin", "-format", "jsonl") == 0, "\(bench.errors)")
        #expect(bench.output == String(decoding: bench.files["c.jsonl"] ?? [], as: UTF8.self))
        let table = String(decoding: bench.files["c.csv"] ?? [], as: UTF8.self).split(separator: "\n")
        #expect(table.count == 4)
        #expect(table[0] == "time,initiator,target,command,address,bytes,value,response,latency,privilege")
        // The last write ends the run: nothing comes after it.
        let around = String(decoding: bench.files["t.csv"] ?? [], as: UTF8.self).split(separator: "\n")
        #expect(around.count >= 2 && around[around.count - 1].contains(",test,write,0x100000,"), "\(around)")
    }

    static let wrongProbes: [(text: String, message: String)] = [
        ("from=cpu0,file=x", "the probe has no name"), ("p", "nothing says where the capture goes"),
        ("p,file=x,form=cpu0", "a probe has no “form”; did you mean “from”"),
        ("p,file=x,from=cpu7", "no module “cpu7” makes accesses; did you mean “cpu0”"),
        ("p,file=x,address=9-3", "“address” cannot be “9-3”; expected a number, or the first and the last"),
        ("p,file=x,kind=read+exec", "“kind” cannot be “read+exec”; expected some of them"),
        ("p,file=x,format=xml", "“format” cannot be “xml”; legal are"),
        ("p,file=x,every=0", "“every” cannot be “0”; expected a whole number from 1 on"),
        ("p,file=x,before=3", "“before” counts from a trigger, and there is none"),
    ]

    @Test("a probe that is described wrongly is refused, with what is legal", arguments: wrongProbes)
    func wrongProbe(text: String, message: String) {
        let bench = CommandBench()
        #expect(bench.run("run", "demo", "-probe", text) == 2)
        #expect(bench.errors.contains("-probe: ") && bench.errors.contains(message), "\(bench.errors)")
    }

    // MARK: Comparison

    static let before = """
        {"platform":"virt","transactions":100,"stateHash":"aa","traffic":[
          {"initiator":"cpu0","target":"ram","reads":1000},{"initiator":"cpu0","target":"uart0","reads":4}],
          "host":{"mips":5}}
        """
    static let after = """
        {"platform":"other","transactions":103,"stateHash":"bb","traffic":[
          {"initiator":"dma","target":"ram","reads":7},{"initiator":"cpu0","target":"ram","reads":900}],
          "host":{"mips":6}}
        """

    @Test("rows are compared by what they are about, and a row more or less moves nothing")
    func rows() {
        let bench = CommandBench(texts: ["a.json": Self.before, "b.json": Self.after])
        #expect(bench.run("diff", "a.json", "b.json") == 1)
        for line in [
            "transactions                         100     103   +3.00 %",
            "traffic[cpu0 -> ram].reads          1000     900  -10.00 %",
            "traffic[cpu0 -> uart0].reads           4       -      gone",
            "traffic[dma -> ram].reads              -       7       new",
        ] { #expect(bench.output.contains(line), "\(bench.output)") }
        #expect(!bench.output.contains("mips") && bench.output.hasSuffix("0 differ as far as they may, 9 by more\n"))
        #expect(bench.run("diff", "a.json", "a.json") == 0)
        #expect(bench.run("diff", "a.json", "b.json", "-host") == 1 && bench.output.contains("host.mips"))
    }

    static let limits: [(options: [String], code: Int32)] = [
        (["-threshold", "10%"], 1), (["-threshold", "10%", "-ignore", "traffic*", "-ignore", "stateHash"], 0),
        (["-threshold", "transactions=2.9%", "-ignore", "traffic*", "-ignore", "stateHash"], 1),
        (["-threshold", "transactions=3%", "-ignore", "traffic*", "-ignore", "stateHash"], 0),
        (["-ignore", "*"], 0), (["-ignore", "*", "-all"], 0),
    ]

    @Test("thresholds say what may differ, by place", arguments: limits)
    func thresholds(options: [String], code: Int32) {
        let bench = CommandBench(texts: ["a.json": Self.before, "b.json": Self.after])
        #expect(bench.run(["diff", "a.json", "b.json"] + options) == code, "\(bench.output)")
        #expect(bench.output.contains("(allowed)") == options.contains("-all"))
    }

    @Test(
        "files that are no reports, and thresholds that are none, are refused",
        arguments: [
            (["a.json"], "needs two reports"), (["a.json", "c.json"], "c.json: the report cannot be read"),
            (["a.json", "bad.json"], "bad.json:1:"), (["a.json", "list.json"], "a report is an object, not an array"),
            (["a.json", "a.json", "-threshold", "5"], "-threshold cannot be “5”; expected a part such as 5%"),
        ])
    func refused(words: [String], message: String) {
        let bench = CommandBench(texts: ["a.json": Self.before, "bad.json": "{", "list.json": "[]"])
        #expect(bench.run(["diff"] + words) == 2)
        #expect(bench.errors.contains(message), "\(bench.errors)")
    }
}
