import Glibc
import TandemCPU
import TandemJSON
import TandemKernel
import TandemMachine
import TandemOS
import TandemTesting
import Testing

@testable import TandemMonitor

@Suite("Monitor: traffic")
struct TrafficCommandTests {
    /// The minimal board with a program that writes to its serial port for ever.
    private func bench() throws -> MonitorBench {
        let program = try GuestAssembler.assemble(
            """
                li   s0, 0x10000000
                auipc s1, 0
            1:  sb   zero, 7(s0)
                lw   t0, 0(s1)
                j    1b
            """, at: 0x8000_0000, xlen: .rv64)
        let platform = try PlatformLibrary(folders: ["platforms"], files: PlatformSource { _ in nil }).load("minimal")
        let machine = try Machine(platform)
        let images = ImageSource { (name) throws(PlatformError) in ImageBytes(program, name: name) }
        try machine.load(BootOptions(firmware: "x.bin"), from: images)
        return try MonitorBench(machine)
    }

    @Test("traffic is counted exactly, told to programs and to people, and reset while the machine runs")
    func counters() throws {
        let bench = try bench()
        _ = bench.machine.run(for: .microseconds(1))
        let rows = try bench.value("query-traffic").array()
        let uart = try #require(rows.first { $0["target"] == "uart0" })
        #expect(uart["initiator"] == "cpu0" && uart["writes"]?.isNull == false && uart["latency"] == 0)
        #expect(bench.type("info traffic").hasPrefix("initiator  target  reads"))
        #expect(bench.type("traffic-reset") == "")
        #expect(bench.type("info traffic") == "")
        #expect(try bench.value("query-traffic") == [])
        _ = bench.machine.run(for: .nanoseconds(3))
        #expect(try bench.value("query-traffic").array().contains { $0["target"] == "ram" && $0["fetches"] == 3 })
    }

    @Test("one question tells time, instructions, traffic, interrupts and skew at one moment")
    func activity() throws {
        let bench = try bench()
        _ = bench.machine.run(for: .microseconds(1))
        let activity = try bench.value("query-activity")
        #expect(activity["machine"] == "minimal" && activity["status"] == "prelaunch")
        #expect(activity["time"] == 1_000_000 && activity["skew"] == 0 && activity["ahead"] == "")
        #expect(activity["harts"]?[0]?["hart"] == "cpu0")
        #expect(activity["harts"]?[0]?["instructions"] == JSONValue(bench.machine.processors[0].instructionsRetired))
        #expect(try activity["traffic"] == bench.value("query-traffic"))
        let lines = try #require(activity["interrupts"]).array()
        #expect(lines.count == bench.machine.interruptRecords.count)
        // Asking is nothing that is counted.
        #expect(try bench.value("query-activity")["traffic"] == activity["traffic"])
    }

    @Test("measuring begins and ends while the machine runs, and tells only the bins that are asked for")
    func series() throws {
        let bench = try bench()
        _ = bench.machine.run(for: .nanoseconds(500))
        #expect(try bench.value("query-traffic-series") == [])
        #expect(bench.type("traffic-measure bin=100ns") == "")
        _ = bench.machine.run(for: .nanoseconds(450))
        let all = try bench.value("query-traffic-series").array()
        let uart = try #require(all.first { $0["target"] == "uart0" })
        #expect(uart["bin"] == 100_000)
        #expect(try #require(uart["bins"]).array().map { $0["number"] } == [5, 6, 7, 8, 9])
        let late = try bench.value("query-traffic-series", #"{"from":8}"#).array()
        #expect(try #require(late.first?["bins"]).array().map { $0["number"] } == [8, 9])
        #expect(bench.type("info traffic-series from=9").contains("cpu0 -> uart0, bins of 100 ns\n"))
        #expect(bench.type("traffic-measure off") == "")
        #expect(try bench.value("query-traffic-series") == [])
        #expect(bench.type("traffic-measure never").contains("a bin cannot be as wide as “never”; expected a time"))
        #expect(bench.type("traffic-measure 0s").contains("a bin cannot be as wide as “0s”"))
    }

    @Test("counting by page begins and ends while the machine runs, and the pages with the most bytes are told first")
    func pages() throws {
        let bench = try bench()
        _ = bench.machine.run(for: .nanoseconds(500))
        #expect(bench.type("info traffic-pages") == "")
        #expect(bench.type("traffic-measure off detail=pages") == "")
        _ = bench.machine.run(for: .nanoseconds(300))
        let rows = try bench.value("query-traffic-pages").array()
        #expect(rows.map { $0["page"] } == [0x8000_0000, 0x1000_0000])
        #expect(rows[0]["fetches"] == 300 && rows[0]["reads"] == 100 && rows[1]["writes"] == 100)
        #expect(try bench.value("query-traffic-pages", #"{"most":1}"#).array().count == 1)
        #expect(bench.type("info traffic-pages").contains("cpu0       0x80000000"))
        #expect(try bench.value("query-traffic-series") == [])
        #expect(bench.type("traffic-measure off") == "")
        #expect(try bench.value("query-traffic-pages") == [])
        #expect(
            bench.type("traffic-measure off detail=side").contains("nothing can be told of “side”; expected some of"))
    }

    @Test("functions and processes are told while the machine runs, those with the most instructions first")
    func work() throws {
        let bench = try bench()
        #expect(bench.type("traffic-measure off detail=functions,processes") == "")
        _ = bench.machine.run(for: .nanoseconds(302))
        let functions = try bench.value("query-functions").array()
        #expect(functions.map { $0["function"] } == ["[0x80000000]"])
        #expect(functions[0]["instructions"] == 302 && functions[0]["device-accesses"] == functions[0]["writes"])
        let processes = try bench.value("query-processes", #"{"most":1}"#).array()
        #expect(processes.map { $0["privilege"] } == ["machine"] && processes[0]["instructions"] == 302)
        #expect(bench.type("info functions").contains("cpu0  [0x80000000]"))
        #expect(bench.type("info processes").contains("cpu0  machine"))
        #expect(bench.type("traffic-reset") == "")
        #expect(try bench.value("query-functions") == [])
    }

    @Test("probes are placed, told and taken away while the machine runs")
    func probes() throws {
        let bench = try bench()
        let file = "/tmp/tandem-probe-\(HostProcess.identifier).csv"
        defer { unlink(file) }
        #expect(bench.type("probe-add u,to=uart0,kind=write,every=2,file=\(file),format=csv") == "")
        #expect(bench.type("probe-add u,file=\(file)").contains("there is a probe “u”"))
        #expect(bench.type("probe-add v,file=\(file),too=ram").contains("a probe has no “too”"))
        _ = bench.machine.run(for: .nanoseconds(100))
        let probe = try #require(try bench.value("query-probes").array().first)
        #expect(probe["name"] == "u" && probe["to"] == "uart0" && probe["done"] == false)
        let seen: UInt64 = try #require(probe["seen"]?.number().integer())
        #expect(seen > 10 && probe["captured"] == JSONValue((seen + 1) / 2))
        #expect(bench.type("info probes").hasPrefix("name  from  to"))
        #expect(bench.type("probe-remove u") == "")
        #expect(bench.type("probe-remove u").contains("there is no probe “u”"))
        let text = String(decoding: try Files.read(file), as: UTF8.self)
        #expect(text.split(separator: "\n").count == Int(seen + 1) / 2 + 1)
    }
}
