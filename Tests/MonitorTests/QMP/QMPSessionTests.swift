import TandemJSON
import TandemKernel
import TandemMachine
import Testing

@testable import TandemMonitor

@Suite struct QMPSessionTests {
    private static let loop = "1: addi a0, a0, 1\nj 1b"

    private func bench(isNegotiated: Bool = true) throws -> MonitorBench {
        try MonitorBench(try debuggedMachine(Self.loop), isNegotiated: isNegotiated)
    }

    @Test("a session greets, and knows nothing but the negotiation before it is over")
    func negotiation() throws {
        let bench = try bench(isNegotiated: false)
        #expect(
            bench.lines()
                == #"{"QMP":{"version":{"qemu":{"major":1,"minor":2,"micro":3},"package":"Tandem 1.2.3"},"capabilities":["oob"]}}"#
        )
        #expect(
            bench.ask(#"{"execute":"query-status"}"#)
                == #"{"error":{"class":"CommandNotFound","desc":"Expecting capabilities negotiation with 'qmp_capabilities'"}}"#
        )
        #expect(
            bench.ask(#"{"execute":"qmp_capabilities","arguments":{"enable":["x"]},"id":1}"#)
                == #"{"error":{"class":"GenericError","desc":"qmp_capabilities: the capability “x” is not available; legal are “oob”"},"id":1}"#
        )
        #expect(bench.ask(#"{"execute":"qmp_capabilities","arguments":{"enable":["oob"]}}"#) == #"{"return":{}}"#)
        #expect(bench.ask(#"{"execute":"qmp_capabilities"}"#).contains("already complete"))
        #expect(
            bench.ask(#"{"exec-oob":"query-status","id":7}"#)
                == #"{"return":{"running":false,"status":"prelaunch"},"id":7}"#)
        #expect(bench.ask(#"{"exec-oob":"cont"}"#).contains("does not support out-of-band"))
    }

    @Test(
        "whatever is wrong is answered with its class, its place and what was expected",
        arguments: [
            ("hello\n", "GenericError", "JSON parse error, 1:1: expected a value, found 'hello'"),
            ("[]", "GenericError", "QMP input must be a JSON object"),
            ("{}", "GenericError", "QMP input lacks member 'execute'"),
            (#"{"execute":5}"#, "GenericError", "1:12: QMP input member 'execute' must be a string"),
            (#"{"execute":"stop","x":1}"#, "GenericError", "1:19: QMP input member 'x' is unexpected"),
            (#"{"exec-oob":"stop"}"#, "GenericError", "1:2: QMP input member 'exec-oob' is unexpected"),
            (#"{"execute":"stop","arguments":[]}"#, "GenericError", "QMP input member 'arguments' must be an object"),
            (
                #"{"execute":"query-statu"}"#, "CommandNotFound",
                "The command query-statu has not been found; did you mean “query-status” or “query-name”?"
            ),
            (#"{"execute":"stop","execute":"cont"}"#, "GenericError", "JSON parse error"),
            (
                #"{"execute":"stop","arguments":{"a":1}}"#, "GenericError",
                "stop, 1:36: there is no argument “a”; expected no arguments"
            ),
            (
                #"{"execute":"sim-time","arguments":{"clock":"virtua"}}"#, "GenericError",
                "sim-time, 1:44: the argument “clock” cannot be “virtua”; did you mean “virtual” or “virtual-rt”?; legal are “realtime”, “virtual”, “host” and “virtual-rt”"
            ),
            (
                #"{"execute":"sim-time","arguments":{"clock":3}}"#, "GenericError",
                "sim-time, 1:44: the argument “clock” cannot be 3"
            ),
            (
                #"{"execute":"sim-time","arguments":{"clock":null}}"#, "GenericError",
                "1:44: the argument “clock” cannot be null"
            ),
            (#"{"execute":"qom-get"}"#, "GenericError", "qom-get: the argument “path” is missing; expected a text"),
            (
                #"{"execute":"human-monitor-command","arguments":{"command-line":"stop","cpu-index":-1}}"#,
                "GenericError",
                "human-monitor-command, 1:83: the argument “cpu-index” cannot be -1; expected a non-negative integer"
            ),
            (
                #"{"execute":"human-monitor-command","arguments":{"command-line":"stop","cpu-index":1e99}}"#,
                "GenericError",
                "1:83: the argument “cpu-index” cannot be 1e99"
            ),
            (
                #"{"execute":"qom-get","arguments":{"path":"nobody","property":"type"}}"#, "DeviceNotFound",
                "nobody: there is no module “nobody”"
            ),
        ])
    func errors(message: String, kind: String, description: String) throws {
        let answer = try JSON5Reader(.json).read(try bench().ask(message))
        #expect(answer["error"]?["class"] == JSONValue(kind))
        let found = try #require(answer["error"]?["desc"]).string()
        #expect(found.hasPrefix(description), "\(found)")
    }

    @Test("the id of a question, whatever it is, comes back with the answer")
    func ids() throws {
        let bench = try bench()
        for id in ["1", "null", #""a""#, #"{"x":[1,2]}"#] {
            #expect(bench.ask(#"{"execute":"stop","id":\#(id)}"#) == #"{"return":{},"id":\#(id)}"#)
            #expect(bench.ask(#"{"execute":"none","id":\#(id)}"#).hasSuffix(#","id":\#(id)}"#))
        }
    }

    @Test("events bear the time and what belongs to them")
    func events() throws {
        let bench = try bench()
        bench.session.hear(MonitorEvent(.reset, .guestReset))
        let event = try JSON5Reader(.json).read(bench.lines())
        #expect(event["event"] == "RESET")
        #expect(event["data"] == ["guest": true, "reason": "guest-reset"])
        let seconds: UInt64 = try #require(event["timestamp"]?["seconds"]).integer()
        let microseconds: UInt64 = try #require(event["timestamp"]?["microseconds"]).integer()
        #expect(seconds > 1_600_000_000 && microseconds < 1_000_000)
    }

    /// Commands whose effects end the machine or reach outside of it.
    private static let arguments = [
        "qom-list": #"{"path":"/machine/cpu0"}"#, "qom-get": #"{"path":"ram","property":"size"}"#,
        "device-list-properties": #"{"typename":"ram"}"#, "human-monitor-command": #"{"command-line":"info status"}"#,
        "call": #"{"object":"ram"}"#,
    ]

    @Test("every question yields what its declaration promises")
    func shapes() throws {
        let bench = try bench()
        for command in bench.context.commands.commands {
            guard let name = command.machineName,
                name.hasPrefix("query-") || Self.arguments[name] != nil || name.hasPrefix("qom-list")
            else { continue }
            let text = Self.arguments[name] ?? "{}"
            let arguments = try JSON5Reader(.json).read(text).arguments()
            let value = try command.perform(in: bench.context, arguments)
            #expect(command.signature.result.admits(value), "\(name): \(value)")
            #expect(try bench.value(name, text) == (value == .nothing ? JSONValue(members: [:]) : JSONValue(value)))
        }
    }

    @Test("the schema names every command and event, and every type that they name")
    func schema() throws {
        let bench = try bench()
        let entries = try bench.value("query-qmp-schema").array()
        var names: Set<String> = []
        for entry in entries { names.insert(try entry.member("name").string()) }
        for command in bench.context.commands.commands {
            if let name = command.machineName { #expect(names.contains(name)) }
        }
        for kind in MonitorEvent.Kind.all { #expect(names.contains(kind.name)) }
        for entry in entries {
            for key in ["arg-type", "ret-type", "element-type"] {
                if let type = entry[key] { #expect(names.contains(try type.string()), "\(entry)") }
            }
            guard let members = entry["members"] else { continue }
            for member in try members.array() {
                if let type = member["type"] { #expect(names.contains(try type.string())) }
            }
        }
    }

    @Test("properties are listed, read and set, and those that may not be set say so")
    func objects() throws {
        let bench = try bench()
        #expect(try bench.value("qom-get", #"{"path":"/machine/ram","property":"size"}"#) == 16_777_216)
        #expect(try bench.value("qom-get", #"{"path":"/machine","property":"ram"}"#) == "/machine/ram")
        #expect(try bench.value("qom-get", #"{"path":"ram","property":"type"}"#) == "ram")
        let answer = bench.ask(#"{"execute":"qom-set","arguments":{"path":"ram","property":"size","value":"32M"}}"#)
        #expect(answer.contains("the property “size” of “ram” may only be set at construction"))
        #expect(
            bench.ask(#"{"execute":"qom-get","arguments":{"path":"ram","property":"siz"}}"#).contains(
                "did you mean “size”"))
    }

    @Test("the clocks stand with the machine, or do not, each by its meaning")
    func clocks() throws {
        let bench = try bench()
        #expect(try bench.value("sim-time") == ["time_ns": 0])
        #expect(try bench.value("sim-time", #"{"clock":"virtual-rt"}"#) == ["time_ns": 0])
        let one: UInt64 = try bench.value("sim-time", #"{"clock":"realtime"}"#).member("time_ns").integer()
        let other: UInt64 = try bench.value("sim-time", #"{"clock":"realtime"}"#).member("time_ns").integer()
        #expect(one < other)
        #expect(bench.type("sim-time") == "time_ns: 0\n")
        #expect(bench.type("sim-time clock=virtual") == "time_ns: 0\n")
    }

    @Test("a user's command and a command of a user's object appear with their help in both faces")
    func customCommands() throws {
        let command = MonitorCommand("answer", "Yields an answer.", returns: .integer) { _ in 42 }
        let bench = try MonitorBench(
            try debuggedMachine(Self.loop), commands: .standard.adding(command), catalog: .standard)
        #expect(try bench.value("answer") == 42)
        #expect(bench.type("answer") == "42\n")
        #expect(bench.type("help answer") == "answer\nYields an answer.\n")
        #expect(try bench.value("query-commands").array().contains(["name": "answer"]))
    }
}
