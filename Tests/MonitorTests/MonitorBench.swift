import TandemJSON
import TandemKernel
import TandemMachine
import TandemOS
import Testing

@testable import TandemMonitor

/// A machine that stands, with a monitor of each face and no sockets.
struct MonitorBench {
    let machine: Machine
    let control: RunControl
    let context: MonitorContext
    let session: QMPSession

    init(
        _ machine: Machine, commands: CommandCatalog = .standard, catalog: Catalog = .standard,
        lines: [MonitorFacilities.CharacterDevice] = [.init(label: "serial0", place: "stdio")],
        isNegotiated: Bool = true
    ) throws {
        self.machine = machine
        control = RunControl(machine, startsHalted: true)
        var facilities = MonitorFacilities()
        facilities.version = "1.2.3"
        facilities.characterDevices = lines
        context = MonitorContext(control, commands: commands, catalog: catalog, facilities: facilities)
        session = QMPSession(context)
        if isNegotiated {
            _ = session.takeOutput()
            #expect(ask(#"{"execute":"qmp_capabilities"}"#) == #"{"return":{}}"#)
        }
    }

    /// What the session answers to bytes, a line each.
    func ask(_ text: String) -> String {
        var framing = QMPFraming()
        for message in framing.take(Array(text.utf8)) + framing.end() { session.receive(message[...]) }
        return lines()
    }

    /// What waits to be sent.
    func lines() -> String {
        String(decoding: session.takeOutput(), as: UTF8.self).split(separator: "\r\n").joined(separator: "\n")
    }

    /// The value that a command returns.
    func value(_ command: String, _ arguments: String = "{}") throws -> JSONValue {
        let answer = try JSON5Reader(.json).read(ask(#"{"execute":"\#(command)","arguments":\#(arguments)}"#))
        return try #require(answer["return"], "\(answer)")
    }

    /// What people are shown.
    func type(_ line: String) -> String {
        do { return try HumanMonitor.perform(line, in: context) } catch { return "error: \(error)\n" }
    }
}
