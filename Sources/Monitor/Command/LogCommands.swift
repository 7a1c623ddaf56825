import TandemCPU
import TandemKernel
import TandemMachine
import TandemOS

/// The debug log (`-d`, `-D`) while the machine runs.
enum LogCommands {
    static let all = [log, file]

    static let items = Property<[String]>("items", default: [], "What to log, as for -d; “none” for nothing.")

    static let log = MonitorCommand(
        machine: nil, human: "log", "Changes what the harts log, or says what they do.", arguments: [items.erased],
        returns: .text,
        documentation: """
            Code that is translated already is logged as it is executed, not as it was translated. Without `-D` and \
            `logfile` the log goes to standard error.
            """
    ) { call in
        let debugLog = call.control.debugLog
        if call[items].isEmpty {
            let active = HartLogOptions.named.filter { debugLog.options.contains($0.option) }
            return .text(
                CommandText.table(HartLogOptions.named.map { [$0.name, $0.meaning] })
                    + "logged: \(active.isEmpty ? "none" : active.map(\.name).joined(separator: ","))\n")
        }
        var options: HartLogOptions = []
        for item in call[items] where item != "none" {
            let names = HartLogOptions.named.map(\.name)
            guard let row = HartLogOptions.named.first(where: { $0.name == item }) else {
                throw CommandError(
                    at: "log", "there is nothing to log that is called “\(item)”", choices: names + ["none"],
                    nearest: names.nearest(to: item))
            }
            options.insert(row.option)
        }
        debugLog.log(options)
        return .nothing
    }

    static let path = Property<String>(required: "filename", "The file; one that is there is replaced.")

    static let file = MonitorCommand(
        machine: nil, human: "logfile", "Leads the log of the harts to a file.", arguments: [path.erased]
    ) { call in
        let path = call[path]
        let file = try GuestMemory.telling(path) { () throws(OSError) in try OutputFile(path) }
        call.control.debugLog.redirect { file.write($0) }
        return .nothing
    }
}
