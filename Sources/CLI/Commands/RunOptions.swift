import TandemBus
import TandemCPU
import TandemHost
import TandemKernel
import TandemMachine
import TandemMonitor
import TandemOS

/// The options of `run`, read and checked before anything is built.
struct RunOptions: Equatable {
    var platform = ""
    /// Where the device tree goes instead of running; empty to run.
    var dumpDeviceTree = ""
    var boot = BootOptions()
    /// What each serial port leads to; further ports lead nowhere.
    var serials: [SerialChoice] = [.stdio]
    /// Whether the terminal belongs to the guest: Ctrl-C goes to it, Ctrl-a x quits.
    var isTerminalOfGuest = false
    var restartsOnReset = true
    /// The start of the real-time clock; nothing for the module's own default.
    var clockBase: ClockBase?
    /// How traffic is measured over time; nothing for what the platform says.
    var trafficBin: TrafficBin?
    /// What is told of traffic beyond counters; nothing for what the platform says.
    var trafficDetail: TrafficDetail?
    /// What writes transactions down, besides the platform's own.
    var probes: [ProbeSettings] = []
    /// Nothing for what the platform says.
    var quantum: QuantumChoice?
    /// Nothing for what the platform says.
    var maxSkew: SimTime?
    /// The seed that permutes legal orders; nothing for first in, first out.
    var order: UInt64?
    var limit: SimTime = .never
    var seed: UInt64 = 0
    var reports: [ReportForm] = [.text]
    /// Where monitors are served, and for whom.
    var monitors: [MonitorRequest] = []
    /// Whether the machine is kept when its run has ended, until a monitor says quit.
    var staysAfterEnd = false
    /// Where a debugger is waited for.
    var debuggerAddress: SocketAddress?
    /// Whether a debugger starts the run.
    var startsHalted = false
    var debugItems: HartLogOptions = []
    /// What -trace and -log say.
    var trace = TraceOptions()
    /// Where debug output goes; empty for standard error.
    var debugFile = ""
    /// Whether generated code is named for a profiler.
    var writesPerfMap = false
    var measuresHostTime = false

    init(_ arguments: Arguments) throws(RunError) {
        do throws(PlatformError) { try readPlatform(arguments) } catch { throw .platform(error) }
        do throws(UsageError) {
            try readOperands(arguments)
            try readOptions(arguments)
        } catch { throw .usage(error) }
    }

    private mutating func readOptions(_ arguments: Arguments) throws(UsageError) {
        boot.kernel = arguments["kernel"] ?? ""
        boot.initialRAMDisk = arguments["initrd"] ?? ""
        boot.arguments = arguments["append"] ?? ""
        isTerminalOfGuest = arguments.has("nographic")
        restartsOnReset = !arguments.has("no-reboot")
        startsHalted = arguments.has("S")
        staysAfterEnd = arguments.has("no-shutdown")
        writesPerfMap = arguments.has("perfmap")
        measuresHostTime = arguments.has("host-time")
        try readLines(arguments)
        try readTimes(arguments)
        try readReports(arguments)
        try readDebugging(arguments)
        boot.seed = seed
    }

    /// Reads what -chardev declares and where -serial leads.
    private mutating func readLines(_ arguments: Arguments) throws(UsageError) {
        var declared: [CharacterOptions] = []
        for text in arguments.all("chardev") {
            do throws(CharacterError) {
                let line = try CharacterOptions(parsingDeclaration: text)
                if declared.contains(where: { $0.id == line.id }) {
                    throw CharacterError(at: "-chardev", "there are two lines called “\(line.id)”")
                }
                declared.append(line)
            } catch { throw Self.error(error.description) }
        }
        let given = arguments.all("serial")
        let monitorTexts = arguments.all("monitor")
        try readMonitors(arguments, declared)
        let hasMonitorAtStreams = monitors.contains { $0.line.place == .standardStreams }
        if !given.isEmpty {
            serials = []
            for text in given { serials.append(try SerialChoice(text, declared)) }
        } else if isTerminalOfGuest, monitorTexts.isEmpty, !hasMonitorAtStreams {
            // As QEMU has it: the terminal is both console and monitor.
            serials = [try SerialChoice("mon:stdio", declared)]
        } else if hasMonitorAtStreams {
            // A monitor there takes the place of the serial port that nobody asked for.
            serials = [.line(CharacterOptions(.null))]
        }
        nameSerials()
        try checkLines(declared)
    }

    /// Calls lines without a name after their ports, and gives those with “mon:” their monitor.
    private mutating func nameSerials() {
        for index in serials.indices {
            guard case .line(var line) = serials[index] else { continue }
            let isDeclared = !line.id.isEmpty
            if !isDeclared { line.id = "serial\(index)" }
            serials[index] = .line(line)
            if line.isShared, !isDeclared { monitors.append(MonitorRequest(.human, line, option: "-serial")) }
        }
    }

    /// Nobody else can have the program's streams, or a line that is not shared.
    private func checkLines(_ declared: [CharacterOptions]) throws(UsageError) {
        let used = serials.compactMap { if case .line(let line) = $0 { line } else { nil } } + monitors.map(\.line)
        var ofStreams: [String] = []
        for line in used where line.place == .standardStreams && !ofStreams.contains(line.id) {
            ofStreams.append(line.id)
        }
        if ofStreams.count > 1 {
            throw Self.error(
                "only one serial port or monitor can have stdio; “-serial mon:stdio” gives it to a port and a monitor")
        }
        for line in declared {
            let ports = serials.filter { if case .line(let other) = $0 { other.id == line.id } else { false } }.count
            let users = used.filter { $0.id == line.id }.count
            if ports > 1 || users > 1 && !line.isShared {
                throw Self.error(
                    "the line “\(line.id)” leads to \(users) places; expected one, or a serial port and a monitor with mux=on"
                )
            }
        }
    }

    /// Reads where monitors are served.
    private mutating func readMonitors(
        _ arguments: Arguments, _ declared: [CharacterOptions]
    ) throws(UsageError) {
        for (option, face) in [("qmp", MonitorServer.Face.machine), ("monitor", .human)] {
            for (index, text) in arguments.all(option).enumerated() where text != "none" {
                var line = try CharacterOptions(text, of: "-\(option)", declared)
                switch line.place {
                case .null, .file, .ring:
                    throw Self.error("-\(option) cannot be “\(text)”; expected a place with somebody who types")
                default: break
                }
                if line.isShared, face == .machine {
                    throw Self.error("-qmp cannot be “\(text)”; expected a line that nobody shares")
                }
                if line.id.isEmpty { line.id = index == 0 ? face.rawValue : "\(face.rawValue)\(index)" }
                monitors.append(MonitorRequest(face, line, option: "-\(option)"))
            }
        }
    }

    static func error(_ problem: String) -> UsageError { UsageError(problem, command: "run") }

    private mutating func readPlatform(_ arguments: Arguments) throws(PlatformError) {
        for text in arguments.all("probe") { probes.append(try ProbeSettings(parsing: text, from: "-probe")) }
        for option in arguments.given("machine") {
            let machine = try MachineOption(option)
            if !machine.name.isEmpty { platform = machine.name }
            if !machine.dumpDeviceTree.isEmpty { dumpDeviceTree = machine.dumpDeviceTree }
        }
    }

    private mutating func readOperands(_ arguments: Arguments) throws(UsageError) {
        var operands = arguments.operands[...]
        // A machine that a file names gives way to an operand.
        let isNamed = !platform.isEmpty && arguments.last("machine")?.place == "-machine"
        if isNamed, operands.count > 1 {
            throw Self.error("the platform is named twice, by -machine and as “\(operands[0])”; expected one of them")
        }
        if !isNamed, let first = operands.first, platform.isEmpty || operands.count > 1 {
            platform = first
            operands.removeFirst()
        }
        if platform.isEmpty {
            throw Self.error("no platform is named; expected “tandem run PLATFORM”, such as “tandem run virt FILE”")
        }
        for text in arguments.all("symbols") {
            guard let file = SymbolFile(parsing: text) else {
                throw Self.error("-symbols cannot be “\(text)”; expected FILE or FILE,offset=NUMBER")
            }
            boot.symbols.append(file)
        }
        boot.firmware = arguments["bios"] ?? ""
        if let image = operands.first {
            if arguments.last("bios")?.place == "-bios" {
                throw Self.error("the firmware is named twice, by -bios and as “\(image)”; expected one of them")
            }
            boot.firmware = image
        }
    }

    private mutating func readTimes(_ arguments: Arguments) throws(UsageError) {
        if let text = arguments["seed"] {
            guard let value = Self.number(text) else {
                throw Self.error("-seed cannot be “\(text)”; expected a number of 64 bits")
            }
            seed = value
        }
        if let text = arguments["order"] {
            // Where the seed comes from outside, it is told when the run fails.
            guard let value = text == "random" ? .random(in: 0..<1 << 32) : Self.number(text) else {
                throw Self.error("-order cannot be “\(text)”; expected a number of 64 bits, or random")
            }
            order = value
        }
        if let text = arguments["for"] { limit = try Self.time(text, "-for") }
        if let text = arguments["quantum"] {
            quantum = text == "auto" ? .automatic : .time(try Self.time(text, "-quantum"))
        }
        if let text = arguments["traffic-bin"] {
            let width = text == "off" ? nil : try Self.time(text, "-traffic-bin")
            if width == .zero { throw Self.error("-traffic-bin cannot be “\(text)”; expected a time such as “1ms”") }
            trafficBin = width.map { .width($0) } ?? .off
        }
        if let text = arguments["traffic"] {
            guard let detail = TrafficDetail(parsing: text) else {
                throw Self.error("-traffic cannot be “\(text)”; expected \(TrafficDetail.expectation)")
            }
            trafficDetail = detail
        }
        if let text = arguments["max-skew"] { maxSkew = try Self.time(text, "-max-skew") }
        if let option = arguments.last("rtc") { clockBase = try ClockBase(option.value, option.place) }
    }

    private mutating func readReports(_ arguments: Arguments) throws(UsageError) {
        let forms = arguments.all("report")
        if forms.isEmpty { return }
        reports = []
        for text in forms {
            switch text {
            case "text": reports.append(.text)
            case "none": break
            default:
                let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
                guard parts.count == 2, let form = ReportForm.files.first(where: { $0.name == parts[0] }) else {
                    throw Self.error(
                        "-report cannot be “\(text)”; expected text, json:FILE, html:FILE, chrome-trace:FILE, vcd:FILE or none"
                    )
                }
                reports.append(form.make(parts[1]))
            }
        }
    }

    private mutating func readDebugging(_ arguments: Arguments) throws(UsageError) {
        if arguments.has("s") { debuggerAddress = .tcp(port: 1234) }
        if let text = arguments["gdb"] {
            guard let address = GDBServer.address(text) else {
                throw Self.error(
                    "-gdb cannot be “\(text)”; expected tcp::PORT, such as tcp::1234, tcp:ADDRESS:PORT or unix:PATH")
            }
            debuggerAddress = address
        }
        if debuggerAddress == nil, monitors.isEmpty {
            let others = "-gdb, -qmp or -monitor beside it"
            if startsHalted { throw Self.error("with -S nothing would ever start the guest; expected \(others)") }
            if staysAfterEnd {
                throw Self.error("with -no-shutdown nothing would ever end the run; expected \(others)")
            }
        }
        if let text = arguments["d"] {
            let choices = HartLogOptions.named.map(\.name)
            for item in text.split(separator: ",").map(String.init) {
                guard let row = HartLogOptions.named.first(where: { $0.name == item }) else {
                    let near = choices.nearest(to: item)
                    let hint = near.isEmpty ? "" : "; did you mean \(Diagnosis.list(near, last: "or"))?"
                    throw Self.error(
                        "-d does not know “\(item)”\(hint); legal are \(Diagnosis.list(choices, last: "and"))")
                }
                debugItems.insert(row.option)
            }
        }
        debugFile = arguments["D"] ?? ""
        trace = try TraceOptions(arguments)
    }

    private static func time(_ text: String, _ option: String) throws(UsageError) -> SimTime {
        guard let time = try? SimTime(parsing: text) else {
            throw error("\(option) cannot be “\(text)”; expected a time such as “10us” or “2s”")
        }
        return time
    }

    private static func number(_ text: String) -> UInt64? {
        text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
    }
}

/// What the real-time clock shows at the start.
enum ClockBase: Equatable {
    /// Seconds since 1970.
    case date(UInt64)
    /// The host's time when the run begins.
    case utc
    /// The same, as clocks on the wall show it there.
    case localTime

    /// Reads `base=…,clock=vm`, which was given at `place`.
    init(_ text: String, _ place: String) throws(UsageError) {
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        var base: ClockBase?
        for word in words {
            switch word {
            case "base=utc": base = .utc
            case "base=localtime": base = .localTime
            // The clock counts simulated time, as QEMU's “vm” does.
            case "clock=vm": break
            case _ where word.hasPrefix("base="):
                guard let seconds = CalendarDate.seconds(String(word.dropFirst(5))), seconds < 1 << 33 else {
                    fallthrough
                }
                base = .date(seconds)
            default:
                throw RunOptions.error(
                    "\(place) cannot be “\(text)”; expected base=utc, base=localtime or base=DATE, such as base=2026-01-31 or base=2026-01-31T12:00:00"
                )
            }
        }
        guard let base else { throw RunOptions.error("\(place) says nothing of the start; expected base=…") }
        self = base
    }
}

/// A monitor that is asked for: for whom, and where.
struct MonitorRequest: Equatable {
    var face: MonitorServer.Face
    var line: CharacterOptions
    /// The option that asked for it.
    var option: String

    init(_ face: MonitorServer.Face, _ line: CharacterOptions, option: String) {
        self.face = face
        self.line = line
        // An answer that is lost would confuse a peer; one that does not read is cut off. The console has no such worries.
        if !line.isShared { self.line.overflow = .disconnect }
        self.option = option
    }
}

/// What -quantum says.
enum QuantumChoice: Equatable {
    case automatic
    case time(SimTime)
}

/// What -traffic-bin says.
enum TrafficBin: Equatable {
    case off
    case width(SimTime)
}

/// A form of the report at the end.
enum ReportForm: Equatable {
    case text
    case json(String)
    /// A page for a browser.
    case page(String)
    /// Trace events, which Perfetto shows.
    case chromeTrace(String)
    /// A value change dump of lines and links.
    case waveform(String)

    /// The forms that go into a file, by the word before it.
    static let files: [(name: String, make: @Sendable (String) -> ReportForm)] = [
        ("json", { .json($0) }), ("html", { .page($0) }), ("chrome-trace", { .chromeTrace($0) }),
        ("vcd", { .waveform($0) }),
    ]
}
