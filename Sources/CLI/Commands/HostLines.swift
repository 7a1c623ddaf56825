import TandemDevices
import TandemHost
import TandemKernel
import TandemMachine
import TandemMonitor

/// The character lines of a run, opened as options ask for them, shared where these say so, and closed together.
final class HostLines {
    private let surroundings: Surroundings
    private let options: RunOptions
    private let stop: StopHandle
    private var backends: [any CharacterBackend] = []
    private var opened: [(id: String, line: OpenedLine)] = []
    /// Lines that have a serial port: those of monitors alone are started by them.
    private var serialLinks: [CharacterLink] = []
    private var rings: [(id: String, ring: RingBackend)] = []

    init(_ surroundings: Surroundings, _ options: RunOptions, _ stop: StopHandle) {
        self.surroundings = surroundings
        self.options = options
        self.stop = stop
    }

    /// The far end of a serial port; nothing for one that is not connected.
    func backend(_ choice: SerialChoice) throws(PlatformError) -> (any CharacterBackend)? {
        guard case .line(let line) = choice else { return nil }
        let backend: any CharacterBackend
        switch line.place {
        case .null: backend = NullBackend()
        case .ring(let size):
            let ring = RingBackend(size: size)
            rings.append((line.id, ring))
            backend = ring
        default:
            switch try open(line, for: "-serial") {
            case .link(let link):
                serialLinks.append(link)
                backend = LinkedBackend(link)
            case .backend(let other): backend = other
            }
        }
        backends.append(backend)
        return backend
    }

    /// The line of a monitor; nothing where the surroundings have none of the host's.
    func link(_ request: MonitorRequest) throws(PlatformError) -> CharacterLink? {
        switch try open(request.line, for: request.option) {
        case .link(let link): return link
        case .backend: return nil
        }
    }

    private func open(_ line: CharacterOptions, for option: String) throws(PlatformError) -> OpenedLine {
        if let found = opened.first(where: { $0.id == line.id }) { return found.line }
        let request = LineRequest(
            options: line, option: option, terminalUse: options.isTerminalOfGuest ? .guest : .shared, stopHandle: stop)
        let new = try surroundings.openLine(request)
        opened.append((line.id, new))
        if case .link(let link) = new, let address = link.address {
            let verb = line.place == .pseudoTerminal ? "open" : "connect to"
            let wait = if case .server(_, waits: true) = line.place { ", which is waited for" } else { "" }
            surroundings.warn("tandem: \(line.id): a program may \(verb) \(address)\(wait)\n")
        }
        return new
    }

    /// Lets peers of serial ports in, and waits for those that are to be waited for.
    func start() throws(PlatformError) {
        for link in serialLinks {
            do throws(CharacterError) {
                try link.awaitPeer()
                try link.start()
            } catch { throw PlatformError([error.diagnosis]) }
        }
    }

    /// Ends them all: what waits is sent, and a terminal is in its usual mode again.
    func close() {
        for backend in backends { backend.close() }
        for case (_, .link(let link)) in opened { link.close() }
    }

    /// What monitors tell of the lines.
    var descriptions: [MonitorFacilities.CharacterDevice] {
        var descriptions: [MonitorFacilities.CharacterDevice] = []
        for case .line(let line) in options.serials + options.monitors.map({ .line($0.line) })
        where !descriptions.contains(where: { $0.label == line.id }) {
            var device = MonitorFacilities.CharacterDevice(
                label: line.id, place: "\(line.place)", ring: rings.first { $0.id == line.id }?.ring)
            for case (line.id, .link(let link)) in opened {
                device.link = link
                if line.place == .pseudoTerminal, let path = link.address { device.place = "pty:\(path)" }
            }
            descriptions.append(device)
        }
        return descriptions
    }
}
