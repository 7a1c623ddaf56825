import TandemBus
import TandemKernel
import TandemMachine

/// Everything that counts while a machine runs, at one moment: what `tandem top` shows.
enum ActivityCommand {
    private static let shape = CommandShape.record(
        name: "Activity",
        [
            CommandMember("machine", .text, "The name of the platform."),
            CommandMember(
                "status", .choice(name: "RunState", RunControl.State.allCases.map(\.rawValue)),
                "As `query-status` tells it."),
            CommandMember("time", .integer, "Simulated time in picoseconds."),
            CommandMember("host-time", .integer, "Nanoseconds of the host that the machine has run, pauses left out."),
            CommandMember("transactions", .integer, "Accesses that were sent over the bus."),
            CommandMember("delta-cycles", .integer, "Of the kernel."),
            CommandMember("skew", .integer, "The largest between initiators, in picoseconds."),
            CommandMember("ahead", .text, "The initiator that was ahead then; empty while nobody was."),
            CommandMember("late", .text, "The module that was late then."),
            CommandMember(
                "harts",
                .list(
                    .record(
                        name: "HartActivity",
                        [
                            CommandMember("hart", .text),
                            CommandMember("instructions", .integer, "Those that have retired."),
                        ]))),
            CommandMember("traffic", .list(TrafficCommands.rowShape)),
            CommandMember(
                "interrupts",
                .list(
                    .record(
                        name: "InterruptActivity",
                        [
                            CommandMember("line", .text, "What drives it and where it ends."),
                            CommandMember("raised", .integer), CommandMember("taken", .integer),
                            CommandMember("claimed", .integer),
                            CommandMember("answered", .integer, "Rises that a hart has taken, each once."),
                            CommandMember("latency", .integer, "Picoseconds that these waited, in all."),
                            CommandMember("longest-latency", .integer, "Picoseconds that one waited, at most."),
                        ]))),
        ])

    static let command = MonitorCommand(
        machine: "query-activity", human: nil, "Time, instructions, traffic, interrupts and skew at one moment.",
        returns: shape, allowsOutOfBand: true,
        documentation: """
            For those who ask again and again and take differences. `tandem top` is made of it. Asking changes neither \
            the simulation nor its report.
            """
    ) { call in
        let machine = call.machine
        let simulation = machine.simulation
        let skew = simulation.quantum.skewRecord
        return .record([
            "machine": .text(machine.platform.name), "status": .text(call.control.state.rawValue),
            "time": .unsigned(simulation.scheduler.now.picoseconds),
            "host-time": .unsigned(call.control.hostNanosecondsRunning),
            "transactions": .unsigned(
                BusDirectory.of(simulation).initiators.reduce(0) { $0 + $1.transactionCount }),
            "delta-cycles": .unsigned(simulation.scheduler.deltaCount),
            "skew": .unsigned(simulation.quantum.largestSkew.picoseconds), "ahead": .text(skew?.ahead ?? ""),
            "late": .text(skew?.late ?? ""),
            "harts": .list(
                machine.processors.map {
                    .record(["hart": .text($0.path), "instructions": .unsigned($0.instructionsRetired)])
                }),
            "traffic": TrafficCommands.rows(simulation),
            "interrupts": .list(
                machine.interruptRecords.map { record in
                    .record([
                        "line": .text(record.line), "raised": .unsigned(record.raised),
                        "taken": .unsigned(record.taken), "claimed": .unsigned(record.claimed),
                        "answered": .unsigned(record.takenLatency.count),
                        "latency": .unsigned(record.takenLatency.total.picoseconds),
                        "longest-latency": .unsigned(record.takenLatency.longest.picoseconds),
                    ])
                }),
        ])
    }
}
