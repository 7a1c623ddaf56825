import TandemBus
import TandemJSON
import TandemKernel
import TandemMachine
import TandemMonitor
import TandemReport

/// `tandem run`: platform, images, a run, a report.
struct RunCommand {
    let arguments: Arguments
    let catalog: Catalog
    let commands: () -> CommandCatalog
    let surroundings: Surroundings
    let platformOptions: PlatformOptions
    let options: RunOptions

    init(
        _ arguments: Arguments, _ catalog: Catalog, commands: @escaping () -> CommandCatalog,
        _ surroundings: Surroundings
    ) throws(RunError) {
        platformOptions = try PlatformOptions(
            arguments, command: "run", catalog: catalog, surroundings: surroundings)
        self.arguments = platformOptions.arguments
        self.commands = commands
        self.catalog = catalog
        self.surroundings = surroundings
        options = try RunOptions(self.arguments)
    }

    func run() throws(RunError) -> Int32 {
        let machine = try build()
        if options.trace.wantsHelp {
            surroundings.write(TraceSession.listing(machine))
            return ExitStatus.success
        }
        if !options.dumpDeviceTree.isEmpty { return try dumpDeviceTree(of: machine) }
        return try run(machine)
    }

    private func build() throws(RunError) -> Machine {
        var platform = try platformOptions.platform(options.platform, from: surroundings.library)
        do throws(PlatformError) {
            if let base = options.clockBase {
                let place = arguments.last("rtc")?.place ?? "-rtc"
                let clock = try platformOptions.part(platform.board.clock, place, "clock", platform)
                platform.set("\(clock).base-time", to: "\(start(base) * 1_000_000_000)", from: place)
            }
            try platformOptions.writeConfiguration(options.platform, surroundings)
            let machine = try Machine(platform, catalog: catalog, seed: options.seed)
            machine.simulation.log.sink = ComplaintSink(surroundings)
            machine.restartsOnReset = options.restartsOnReset
            switch options.quantum {
            case .automatic: machine.simulation.quantum.isAutomatic = true
            case .time(let quantum): machine.simulation.quantum.value = quantum
            case nil: break
            }
            machine.simulation.scheduler.orderSeed = options.order
            if options.trafficBin != nil || options.trafficDetail != nil {
                let directory = BusDirectory.of(machine.simulation)
                let bin: SimTime? =
                    switch options.trafficBin {
                    case .off: nil
                    case .width(let width): width
                    case nil: directory.trafficBin
                    }
                try machine.measureTraffic(inBins: bin, options.trafficDetail ?? directory.trafficDetail)
            }
            for probe in machine.platform.traffic.probes + options.probes {
                try machine.add(probe, to: surroundings.openTrace(probe.file))
            }
            if let maxSkew = options.maxSkew { machine.simulation.quantum.maxSkew = maxSkew }
            return machine
        } catch { throw .platform(error) }
    }

    /// Seconds since 1970.
    private func start(_ base: ClockBase) -> UInt64 {
        switch base {
        case .date(let seconds): seconds
        case .utc: surroundings.wallClock(false)
        case .localTime: surroundings.wallClock(true)
        }
    }

    private func dumpDeviceTree(of machine: Machine) throws(RunError) -> Int32 {
        do throws(PlatformError) {
            let blob = try machine.dumpDeviceTree(options.boot)
            try write(blob, to: options.dumpDeviceTree)
            return ExitStatus.success
        } catch { throw .platform(error) }
    }

    private func run(_ machine: Machine) throws(RunError) -> Int32 {
        let session = RunSession(machine, options, surroundings, catalog: catalog, commands: commands)
        var recorder: LineRecorder?
        var outcome: RunOutcome
        let host: RunReport.Host
        do throws(PlatformError) {
            try machine.load(options.boot, from: images)
            if options.reports.contains(where: { if case .waveform = $0 { true } else { false } }) {
                recorder = LineRecorder(machine.simulation)
            }
            (outcome, host) = try session.run()
        } catch { throw .platform(error) }
        for verdict in machine.checkTraffic() where !verdict.holds {
            surroundings.complain("\(verdict.expectation.place): \(verdict.summary)")
            if outcome.code == ExitStatus.success { outcome.code = RunOutcome.hangCode }
        }
        if let failure = outcome.failure { surroundings.complain(failure.description) }
        if outcome.reason == .starved {
            surroundings.complain(
                "nothing can happen any more at \(machine.simulation.scheduler.now): every hart waits for an interrupt that nothing will raise"
            )
        }
        if let order = options.order, outcome.code != ExitStatus.success {
            surroundings.complain(
                "the run ended with \(outcome.code) in an order of its own; to replay it: -order \(order) -seed \(options.seed)"
            )
        }
        if options.reports.isEmpty { return outcome.code }
        let report = RunReport(machine, outcome, host: host)
        do throws(PlatformError) {
            for form in options.reports {
                switch form {
                case .text: surroundings.warn("\n" + report.text)
                case .chromeTrace(let file):
                    try write(Array(JSONWriter(.compact).text(of: report.chromeTrace).utf8), to: file)
                case .waveform(let file):
                    if let recorder { try write(Array(Waveform(recorder, report).text.utf8), to: file) }
                case .page(let file): try write(Array(ReportPage(report.json).text.utf8), to: file)
                case .json(let file): try write(Array(JSONWriter(.pretty).text(of: report.json).utf8), to: file)
                }
            }
        } catch { throw .platform(error) }
        return outcome.code
    }

    /// Files, and the images that are part of the program.
    private var images: ImageSource {
        let open = surroundings.openImage
        return ImageSource { (name) throws(PlatformError) in
            name.hasPrefix(BuiltInImage.prefix) ? try BuiltInImage.open(name) : try open(name)
        }
    }

    private func write(_ bytes: [UInt8], to file: String) throws(PlatformError) {
        if let problem = surroundings.writeFile(file, bytes) {
            throw PlatformError(at: file, "the file cannot be written: \(problem)", expected: "a writable place")
        }
    }
}

/// Shows the messages of a simulation as the program shows its own.
private final class ComplaintSink: LogSink {
    private let surroundings: Surroundings

    init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    func write(_ record: LogRecord) {
        let place = record.place.isEmpty ? "" : "\(record.place): "
        let text = "\(place)\(record.message) (at \(record.time))"
        if record.level == .error {
            surroundings.complain(text)
        } else {
            surroundings.warn("tandem: \(record.level): \(text)\n")
        }
    }
}
