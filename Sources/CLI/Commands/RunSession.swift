import TandemCPU
import TandemDevices
import TandemHost
import TandemKernel
import TandemMachine
import TandemMonitor
import TandemOS
import TandemReport

/// The time in which a machine runs under a command: serial ports are connected, interruptions are heard, the host's
/// resources are measured.
struct RunSession {
    let machine: Machine
    let options: RunOptions
    let surroundings: Surroundings
    let catalog: Catalog
    let commands: () -> CommandCatalog

    init(
        _ machine: Machine, _ options: RunOptions, _ surroundings: Surroundings, catalog: Catalog,
        commands: @escaping () -> CommandCatalog
    ) {
        self.machine = machine
        self.catalog = catalog
        self.commands = commands
        self.options = options
        self.surroundings = surroundings
    }

    func run() throws(PlatformError) -> (RunOutcome, RunReport.Host) {
        let control = RunControl(machine, startsHalted: options.startsHalted)
        control.staysAfterEnd = options.staysAfterEnd
        let lines = try connectSerials()
        try openMonitors(control, lines)
        try openDebugger(control, lines)
        try lines.start()
        try TraceSession(options: options.trace, surroundings: surroundings).begin(machine)
        if !options.debugItems.isEmpty || !options.debugFile.isEmpty {
            control.debugLog.redirect(to: try surroundings.openLog(options.debugFile))
            control.debugLog.log(options.debugItems)
        }
        let perfMap = try openPerfMap()
        let stop = machine.simulation.stopHandle
        let endWatch = surroundings.watchInterrupts { code in
            stop.requestStop(StopRequest(.interrupted, code: code))
        }
        // A line of progress would mix with what the guest writes on the same terminal.
        let isTerminalFree =
            !options.serials.contains(where: \.isStandardStreams)
            && !options.monitors.contains { $0.line.place == .standardStreams }
            && (options.debugItems.isEmpty || !options.debugFile.isEmpty)
            && (!options.trace.isTracing || !options.trace.file.isEmpty)
        let endProgress = isTerminalFree ? surroundings.showProgress(stop, options.limit) : {}
        let profile = try beginProfile()
        let start = ProcessUsage.wallSeconds()
        let outcome = control.run(until: options.limit)
        let seconds = ProcessUsage.wallSeconds() - start
        let shares = profile?.end() ?? []
        endProgress()
        endWatch()
        // The report is for a terminal in its usual mode.
        lines.close()
        try finish(perfMap)
        let host = RunReport.Host(
            seconds: seconds, cpuSeconds: ProcessUsage.cpuSeconds(),
            peakResidentBytes: ProcessUsage.peakResidentBytes(), modules: shares)
        return (outcome, host)
    }

    /// What each monitor works with.
    private func monitorContext(_ control: RunControl, _ lines: HostLines) -> MonitorContext {
        var facilities = MonitorFacilities()
        facilities.version = Version.text
        facilities.say = { surroundings.warn("tandem: \($0)\n") }
        facilities.characterDevices = lines.descriptions
        return MonitorContext(control, commands: commands(), catalog: catalog, facilities: facilities)
    }

    /// Serves the monitors that -qmp, -monitor and shared lines ask for. The control keeps them.
    private func openMonitors(_ control: RunControl, _ lines: HostLines) throws(PlatformError) {
        var served: [(MonitorRequest, CharacterLink)] = []
        for request in options.monitors {
            if let link = try lines.link(request) { served.append((request, link)) }
        }
        for (request, link) in served {
            do throws(CharacterError) {
                _ = try MonitorServer(control, request.face, on: link) { control in
                    monitorContext(control, lines)
                }
            } catch { throw PlatformError([error.diagnosis]) }
        }
    }

    /// Opens the door that -gdb asks for.
    private func openDebugger(_ control: RunControl, _ lines: HostLines) throws(PlatformError) {
        guard let address = options.debuggerAddress else { return }
        if machine.harts.isEmpty {
            throw PlatformError(
                at: "-gdb", "the platform has nothing to debug", expected: "a module of type “riscv-hart”")
        }
        let monitor = monitorContext(control, lines)
        do throws(CharacterError) {
            let server = try GDBServer(control, at: address, monitor: monitor) {
                surroundings.warn("tandem: \($0)\n")
            }
            surroundings.warn("tandem: gdb: a debugger may connect to \(server.address ?? address)\n")
        } catch { throw PlatformError([error.diagnosis]) }
    }

    /// Begins to sample where the host's time goes.
    private func beginProfile() throws(PlatformError) -> HostProfile? {
        guard options.measuresHostTime else { return nil }
        do throws(OSError) { return try HostProfile(machine) } catch {
            throw PlatformError(
                at: "-host-time", "the host's time cannot be sampled: \(error)",
                expected: "a host with threads to spare")
        }
    }

    /// Has the harts name their generated code. What cannot be written is found before the run.
    private func openPerfMap() throws(PlatformError) -> PerfMapFile? {
        guard options.writesPerfMap else { return nil }
        let map = PerfMapFile(surroundings)
        try finish(map)
        for hart in machine.harts { hart.perfMap = map }
        return map
    }

    private func finish(_ map: PerfMapFile?) throws(PlatformError) {
        if let map, let problem = map.write() {
            throw PlatformError(
                at: "-perfmap", "\(map.path) cannot be written: \(problem)", expected: "a writable place")
        }
    }

    /// Connects the serial ports of the board in order; those without an option lead nowhere.
    private func connectSerials() throws(PlatformError) -> HostLines {
        let lines = HostLines(surroundings, options, machine.simulation.stopHandle)
        let paths = machine.plan.serials
        if options.serials.count > max(paths.count, 1) {
            throw PlatformError(
                at: "-serial", "there are \(options.serials.count) back-ends for \(paths.count) serial ports",
                expected: "at most one for each", choices: paths)
        }
        for (path, choice) in zip(paths, options.serials) {
            guard let backend = try lines.backend(choice) else { continue }
            guard let port = machine.module(path)?.ports.lazy.compactMap({ $0 as? CharacterPort }).first else {
                throw PlatformError(
                    at: path, "the module has no serial line", expected: "a UART in board: { serial: … }")
            }
            do throws(ElaborationError) { try port.connect(backend) } catch {
                throw PlatformError([error.diagnosis])
            }
        }
        return lines
    }
}
