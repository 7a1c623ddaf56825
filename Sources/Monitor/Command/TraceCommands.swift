import TandemKernel
import TandemMachine

/// What is traced and logged, while the machine runs.
enum TraceCommands {
    static let all = [switchEvent, list, level]

    static let pattern = Property<String>(
        required: "name", "The name of an event, or a pattern: * stands for any characters, ? for one.")

    enum Option: String, PropertyChoice {
        case on, off
    }

    static let option = Property<Option>(required: "option", "Whether it is traced.")

    static let switchEvent = MonitorCommand(
        "trace-event", "Switches trace events on or off.", arguments: [pattern.erased, option.erased],
        documentation: "Records go where `-trace file=` says; to standard error if it says nothing."
    ) { call in
        try call.machine.simulation.trace.set(call[pattern], call[option] == .on)
        return .nothing
    }

    static let list = MonitorCommand(
        machine: "query-trace-events", human: "info trace-events", "The events that objects of the machine may tell.",
        returns: .list(.any)
    ) { call in
        .list(
            call.machine.simulation.trace.events.map { event, isOn in
                .record([
                    "name": .text(event.name), "state": .text(isOn ? "on" : "off"),
                    "arguments": .text(event.fields.map(\.name).joined(separator: " ")),
                ])
            })
    }

    static let object = Property<String>(
        required: "object", "The path of an object; all for what has no level of its own.")
    static let levelName = Property<LogLevel>(required: "level", "The least important level that is let through.")

    static let level = MonitorCommand(
        "log-level", "Says which messages of an object, and of those in it, are shown.",
        arguments: [object.erased, levelName.erased]
    ) { call in
        let log = call.machine.simulation.log
        let path = call[object]
        if path == "all" {
            log.threshold = call[levelName]
            return .nothing
        }
        guard call.machine.module(path) != nil else {
            throw CommandError(
                at: "log-level", "there is no object “\(path)”", expected: "the path of an object, or all")
        }
        log.setLevel(call[levelName], of: path)
        return .nothing
    }
}
