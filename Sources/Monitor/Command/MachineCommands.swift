import TandemCPU
import TandemHost
import TandemKernel
import TandemMachine
import TandemOS

/// The commands that stop a machine, let it go on, restart it and end it; and its clocks.
enum MachineCommands {
    static let all = [stop, cont, step, reset, powerDown, quit, status, time, debugger]

    static let stop = MonitorCommand(
        "stop", aliases: ["s"], "Stops the machine: processors, timers and clocks together.",
        documentation: """
            Simulated time stands until `cont`; what the guest does is the same as without the stop. Input that arrives \
            meanwhile waits.
            """
    ) { call in
        call.control.stop()
        return .nothing
    }

    static let cont = MonitorCommand(
        "cont", aliases: ["c"], "Lets the machine go on, or start.",
        documentation: "Refused where the run has ended; see `system_reset`."
    ) { call in
        try call.control.resume()
        return .nothing
    }

    static let span = Property<SimTime?>(
        "time", default: nil, "How long; one instruction of the selected hart if not given.")

    static let step = MonitorCommand(
        "step", "Lets a machine that stands go on for a span of simulated time.", arguments: [span.erased],
        documentation: """
            With several harts the span bounds what they do at a time, as a shorter quantum would. `STOP` tells that it \
            is over.
            """
    ) { call in
        let harts = call.machine.harts
        let instruction = harts.isEmpty ? .nanoseconds(1) : harts[call.context.selectedHart].instructionTime
        try call.control.step(for: max(call[span] ?? instruction, .picoseconds(1)))
        return .nothing
    }

    static let reset = MonitorCommand(
        "system_reset", "Restarts the machine as its reset line does.",
        documentation: """
            Images are loaded again, other memory keeps its contents, simulated time goes on. A machine that stands goes \
            on standing. With `-no-reboot` the run ends.
            """
    ) { call in
        call.control.reset()
        return .nothing
    }

    static let powerDown = MonitorCommand(
        "system_powerdown", "Presses the power button, on which the guest may switch itself off.",
        documentation: "Needs a module that is a power button; without one, `quit` ends the run."
    ) { call in
        try call.control.powerDown()
        return .nothing
    }

    static let quit = MonitorCommand(
        "quit", aliases: ["q"], "Ends the run; reports are written.", allowsOutOfBand: true
    ) { call in
        call.control.quit()
        return .nothing
    }

    static let place = Property<String>("place", default: "tcp::1234", "Where, as for -gdb.")

    static let debugger = MonitorCommand(
        machine: nil, human: "gdbserver", "Lets GDB connect, if no place for it was named at the start.",
        arguments: [place.erased], returns: .text
    ) { call in
        if let address = call.control.debuggerAddress {
            throw CommandError(at: "gdbserver", "a debugger may connect to \(address) already")
        }
        guard !call.machine.harts.isEmpty else {
            throw CommandError(at: "gdbserver", "the machine has nothing to debug", expected: "a hart")
        }
        guard let address = GDBServer.address(call[place]) else {
            throw CommandError(
                at: "gdbserver", "“\(call[place])” is no place for a debugger",
                expected: "tcp::PORT, tcp:ADDRESS:PORT or unix:PATH")
        }
        let server = try GDBServer(
            call.control, at: address, monitor: call.context, say: call.context.facilities.say)
        return .text("waiting for a debugger at \(server.address ?? address)")
    }

    static let status = MonitorCommand(
        machine: "query-status", human: "info status", "Whether the machine runs, and if not, why.",
        returns: .record(
            name: "StatusInfo",
            [
                CommandMember("running", .bool, "Whether simulated time moves."),
                CommandMember(
                    "status", .choice(name: "RunState", RunControl.State.allCases.map(\.rawValue)), "The state."),
            ]),
        allowsOutOfBand: true,
        text: { value in
            guard value["running"] == false, case .text(let state)? = value["status"] else {
                return "VM status: running"
            }
            return "VM status: paused" + (state == "paused" ? "" : " (\(state))")
        }
    ) { call in
        .record([
            "running": .bool(call.control.state == .running), "status": .text(call.control.state.rawValue),
        ])
    }

    /// The clocks of the seed, under its names.
    enum Clock: String, PropertyChoice {
        case realtime, virtual, host
        case virtualRealtime = "virtual-rt"
    }

    static let clock = Property<Clock>("clock", default: .virtual, "Which clock.")

    static let time = MonitorCommand(
        "sim-time", "The time of one of four clocks, in nanoseconds.", arguments: [clock.erased],
        returns: .record(name: "SimTime", [CommandMember("time_ns", .integer, "The time in nanoseconds.")]),
        allowsOutOfBand: true,
        documentation: """
            - `virtual`: simulated time; it stands while the machine does.
            - `virtual-rt`: how long the machine has run by the host's clock, pauses left out.
            - `realtime`: the host's clock since an arbitrary beginning; it never stands.
            - `host`: the host's time of day since 1970.
            """
    ) { call in
        let time =
            switch call[clock] {
            case .virtual: call.machine.simulation.scheduler.now.picoseconds / 1000
            case .virtualRealtime: call.control.hostNanosecondsRunning
            case .realtime: HostClock.monotonic.nanoseconds
            case .host: HostClock.realtime.nanoseconds
            }
        return .record(["time_ns": .unsigned(time)])
    }
}
