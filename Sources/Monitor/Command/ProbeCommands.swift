import TandemBus
import TandemKernel
import TandemMachine
import TandemOS

/// Probes on the bus, while the machine runs.
enum ProbeCommands {
    static let all = [add, remove, list]

    static let description = Property<String>(
        required: "probe", "The probe as for -probe: NAME,file=FILE[,from=…][,to=…][,…].")

    static let add = MonitorCommand(
        "probe-add", "Writes down transactions that pass between modules, from now on.",
        arguments: [description.erased],
        documentation: """
            `from` and `to` are paths of modules, or begin like them and end in `*`. Filters: `address`, `kind` \
            (read+write+fetch), `size`, `response` (any, ok, error), `every`, `limit`; `format` is jsonl, csv or binary. With \
            `trigger-address`, `trigger-kind`, `trigger-size` or `trigger-response` the capture holds the first access that \
            they let through, and those `before` and `after` it. Accesses through direct memory are not seen.
            """
    ) { call in
        do throws(PlatformError) {
            let settings = try ProbeSettings(parsing: call[description], from: "probe-add")
            let file: OutputFile
            do throws(OSError) { file = try OutputFile(settings.file) } catch {
                throw PlatformError(
                    at: settings.file, "the file cannot be written: \(error)", expected: "a writable place")
            }
            try call.machine.add(settings) { file.write($0) }
        } catch {
            throw CommandError(at: "", error.description)
        }
        return .nothing
    }

    static let name = Property<String>(required: "name", "The name of a probe: `info probes`.")

    static let remove = MonitorCommand(
        "probe-remove", "Takes a probe away, and closes its file.", arguments: [name.erased]
    ) { call in
        let directory = BusDirectory.of(call.machine.simulation)
        let names = directory.probes.map(\.name)
        guard directory.removeProbe(call[name]) else {
            throw CommandError(
                at: "probe-remove", "there is no probe “\(call[name])”", choices: names,
                nearest: names.nearest(to: call[name]))
        }
        return .nothing
    }

    static let list = MonitorCommand(
        machine: "query-probes", human: "info probes", "What writes transactions down.",
        returns: .list(
            .record(
                name: "ProbeInfo",
                [
                    CommandMember("name", .text), CommandMember("from", .text), CommandMember("to", .text),
                    CommandMember("seen", .integer, "Accesses that its filter let through."),
                    CommandMember("captured", .integer), CommandMember("triggered", .bool),
                    CommandMember("done", .bool, "Nothing more can come."),
                ]))
    ) { call in
        .list(
            BusDirectory.of(call.machine.simulation).probes.map { probe in
                .record([
                    "name": .text(probe.name), "from": .text(probe.initiator), "to": .text(probe.target),
                    "seen": .unsigned(probe.seen), "captured": .unsigned(probe.captured),
                    "triggered": .bool(probe.isTriggered), "done": .bool(probe.isDone),
                ])
            })
    }
}
