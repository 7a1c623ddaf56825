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
    let commands: CommandCatalog

    init(
        _ machine: Machine, _ options: RunOptions, _ surroundings: Surroundings, catalog: Catalog,
        commands: CommandCatalog
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
        try openDebugger(control)
        try openMonitors(control)
        let lines = try connectSerials()
        try openDebugLog()
        control.isLogOpen = !options.debugItems.isEmpty
        let perfMap = try openPerfMap()
        let stop = machine.simulation.stopHandle
        let endWatch = surroundings.watchInterrupts { code in
            stop.requestStop(StopRequest(.interrupted, code: code))
        }
        // A line of progress would mix with what the guest writes on the same terminal.
        let isTerminalFree =
            !options.serials.contains(where: \.isStandardStreams)
            && !options.monitors.contains { $0.endpoint.place == .standardStreams }
            && (options.debugItems.isEmpty || !options.debugFile.isEmpty)
        let endProgress = isTerminalFree ? surroundings.showProgress(stop, options.limit) : {}
        let start = ProcessUsage.wallSeconds()
        let outcome = control.run(until: options.limit)
        let seconds = ProcessUsage.wallSeconds() - start
        endProgress()
        endWatch()
        // The report is for a terminal in its usual mode.
        lines.close()
        try finish(perfMap)
        let host = RunReport.Host(
            seconds: seconds, cpuSeconds: ProcessUsage.cpuSeconds(),
            peakResidentBytes: ProcessUsage.peakResidentBytes())
        return (outcome, host)
    }

    /// Serves the monitors that -qmp and -monitor ask for. The control keeps them.
    private func openMonitors(_ control: RunControl) throws(PlatformError) {
        var facilities = MonitorFacilities()
        facilities.version = Version.text
        facilities.say = { surroundings.warn("tandem: \($0)\n") }
        facilities.characterDevices = zip(machine.plan.serials.indices, options.serials).map { index, choice in
            MonitorFacilities.CharacterDevice(label: "serial\(index)", place: choice.place)
        }
        let shared = facilities
        for request in options.monitors {
            do throws(OSError) {
                let server = try MonitorServer(control, request.face, at: request.endpoint) {
                    MonitorContext($0, commands: commands, catalog: catalog, facilities: shared)
                }
                guard let address = server.address else { continue }
                let wait = request.endpoint.waits ? ", who is waited for" : ""
                surroundings.warn("tandem: \(request.face.rawValue): a client may connect to \(address)\(wait)\n")
            } catch {
                throw PlatformError(
                    at: request.option, "the monitor cannot be served: \(error)",
                    expected: "a free port or path, and an address of this machine in digits")
            }
        }
    }

    /// Opens the door that -gdb asks for.
    private func openDebugger(_ control: RunControl) throws(PlatformError) {
        guard let address = options.debuggerAddress else { return }
        if machine.harts.isEmpty {
            throw PlatformError(
                at: "-gdb", "the platform has nothing to debug", expected: "a module of type “riscv-hart”")
        }
        do throws(OSError) {
            let server = try GDBServer(control, at: address) { surroundings.warn("tandem: \($0)\n") }
            surroundings.warn("tandem: gdb: a debugger may connect to \(server.address ?? address)\n")
        } catch {
            throw PlatformError(
                at: "-gdb", "nobody can connect to \(address): \(error.errno)",
                expected: "a free port, and an address of this machine in digits")
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

    /// Has the harts write what -d asks for.
    private func openDebugLog() throws(PlatformError) {
        if options.debugItems.isEmpty { return }
        let append = try surroundings.openLog(options.debugFile)
        for hart in machine.harts {
            hart.debugLog.options = options.debugItems
            hart.debugLog.sink = { append($0 + "\n") }
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
        for (index, (path, choice)) in zip(paths, options.serials).enumerated() {
            guard let backend = try lines.backend(choice, id: "serial\(index)") else { continue }
            guard let port = machine.module(path)?.ports.lazy.compactMap({ $0 as? CharacterPort }).first else {
                throw PlatformError(
                    at: path, "the module has no serial line", expected: "a UART in board: { serial: … }")
            }
            do throws(ElaborationError) { try port.connect(backend) } catch {
                throw PlatformError([error.diagnosis])
            }
        }
        try lines.start()
        return lines
    }
}
