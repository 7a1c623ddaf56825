import TandemDevices
import TandemHost
import TandemKernel
import TandemMachine

/// The character lines of a run: those of serial ports, opened as options ask for them and closed together.
final class HostLines {
    private let surroundings: Surroundings
    private let options: RunOptions
    private let stop: StopHandle
    private var backends: [any CharacterBackend] = []
    private var links: [CharacterLink] = []

    init(_ surroundings: Surroundings, _ options: RunOptions, _ stop: StopHandle) {
        self.surroundings = surroundings
        self.options = options
        self.stop = stop
    }

    /// The far end of a serial port; nothing for one that is not connected.
    func backend(_ choice: SerialChoice, id: String) throws(PlatformError) -> (any CharacterBackend)? {
        guard case .line(var line) = choice else { return nil }
        if line.id.isEmpty { line.id = id }
        let backend: any CharacterBackend
        switch line.place {
        case .null: backend = NullBackend()
        case .ring(let size): backend = RingBackend(size: size)
        default:
            let request = LineRequest(
                options: line, option: "-serial", terminalUse: options.isTerminalOfGuest ? .guest : .shared,
                stopHandle: stop)
            switch try surroundings.openLine(request) {
            case .link(let link):
                links.append(link)
                backend = LinkedBackend(link)
            case .backend(let other): backend = other
            }
        }
        backends.append(backend)
        return backend
    }

    /// Lets peers in, and says where they find us.
    func start() throws(PlatformError) {
        for link in links {
            if let address = link.address {
                let verb = link.options.place == .pseudoTerminal ? "open" : "connect to"
                surroundings.warn("tandem: \(link.options.id): a program may \(verb) \(address)\n")
            }
            do throws(CharacterError) { try link.start() } catch { throw PlatformError([error.diagnosis]) }
        }
    }

    /// Ends them all: what waits is sent, and a terminal is in its usual mode again.
    func close() {
        for backend in backends { backend.close() }
    }
}
