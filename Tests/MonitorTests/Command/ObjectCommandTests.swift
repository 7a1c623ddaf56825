import TandemDevices
import TandemJSON
import TandemKernel
import TandemMachine
import TandemTesting
import Testing

@testable import TandemMonitor

/// A user's module with a property that may change, a command, and a button to switch off with.
private final class Panel: Module, CatalogModule, PowerButton {
    static let label = Property<String>("label", default: "none", when: .anyTime, "What stands on it.")
    static let times = Property<UInt64>("times", default: 1, range: 1...10, "How often.")
    static let press = ModuleCommand(
        "press", of: Panel.self, "Presses the key.", arguments: [times.erased], returns: .integer
    ) { panel, arguments in
        panel.presses += arguments[times]
        return .unsigned(panel.presses)
    }
    static let jam = ModuleCommand("jam", of: Panel.self, "Fails.") { _, _ in throw Jammed() }

    private struct Jammed: Error, CustomStringConvertible { var description: String { "the key is stuck" } }

    static let declaration = ModuleDeclaration(
        "panel", category: "test", summary: "A panel", properties: [label.erased], commands: [press, jam])

    var presses: UInt64 = 0
    func pressPowerButton() { presses += 100 }
    func saveState() -> ModuleState { .stateless }
    func restoreState(_ state: ModuleState) throws(SnapshotError) {}
}

@Suite struct ObjectCommandTests {
    private func bench() throws -> MonitorBench {
        var platform = Platform("panels", board: Board())
        platform.add("box", "router")
        platform.add("panel", "panel")
        let catalog = Catalog.standard.adding(Panel.self)
        return try MonitorBench(try Machine(platform, catalog: catalog), catalog: catalog)
    }

    @Test("commands of an object are listed, checked and performed, in both faces")
    func call() throws {
        let bench = try bench()
        #expect(bench.type("call panel") == "command  summary\npress    Presses the key.\njam      Fails.\n")
        #expect(bench.type("call panel press") == "1\n")
        #expect(bench.type("call panel press times=3") == "4\n")
        #expect(try bench.value("call", #"{"object":"/machine/panel","command":"press","times":2}"#) == 6)
        #expect(
            bench.type("call panel press times=11")
                == "error: press, column 18: the argument “times” cannot be “11”; expected an integer from 1 to 10\n")
        #expect(bench.type("call panel press often=1").contains("there is no argument “often”"))
        #expect(bench.type("call panel prss").contains("the object has no command “prss”; did you mean “press”"))
        #expect(bench.type("call panel jam") == "error: the key is stuck\n")
        #expect(bench.type("call box press").contains("expected an object that has commands"))
    }

    @Test("a property that may be set at any time is set through either face, checked")
    func set() throws {
        let bench = try bench()
        #expect(bench.type("qom-set panel label a text with blanks") == "")
        #expect(try bench.value("qom-get", #"{"path":"panel","property":"label"}"#) == "a text with blanks")
        #expect(
            try bench.value("qom-set", #"{"path":"panel","property":"label","value":"b"}"#) == JSONValue(members: [:]))
        #expect(bench.type("qom-get panel label") == "b\n")
        #expect(
            bench.ask(#"{"execute":"qom-set","arguments":{"path":"panel","property":"label","value":5}}"#).contains(
                "cannot be 5"))
    }

    @Test("system_powerdown presses every power button, and says so")
    func powerButton() throws {
        let bench = try bench()
        #expect(bench.type("system_powerdown") == "")
        #expect((bench.machine.module("panel") as? Panel)?.presses == 100)
    }

    @Test("a machine without harts and memory is refused what needs them, with what is missing")
    func noHarts() throws {
        let bench = try bench()
        for line in ["x 0", "info registers", "p $pc", "gdbserver", "dump-guest-memory /tmp/x", "cpu 0", "sum 0 4"] {
            #expect(bench.type(line).hasPrefix("error: "), "\(line)")
        }
        for line in ["info cpus", "info mtree", "info roms", "info status", "p 1", "info time", "info traffic"] {
            #expect(!bench.type(line).hasPrefix("error: "), "\(line)")
        }
    }
}
