public import TandemHost
import TandemKernel
public import TandemMachine

/// Serves a monitor at one place: programs speak QMP there, or people type commands. One peer at a time, any number one
/// after the other; each has a session of its own. Peers are served on a thread of the host: whatever they do or leave
/// undone, the simulation waits for none.
public final class MonitorServer: ControlClient {
    /// Whom it is for.
    public enum Face: String, Sendable {
        /// Programs: QMP.
        case machine = "qmp"
        /// People: HMP.
        case human = "monitor"
    }

    private unowned let control: RunControl
    private let face: Face
    private let makeContext: (RunControl) -> MonitorContext
    private let link: PeerLink
    private var session: Session?
    private var connection: UInt32 = 0
    private var isAwaited = false

    private enum Session {
        case machine(QMPSession)
        case human(HMPSession)
    }

    /// Serves the peers of a line, each of which gets a session with a context of its own. A line that a serial port shares
    /// is started and closed by whoever opened it.
    public init(
        _ control: RunControl, _ face: Face, on line: CharacterLink,
        context: @escaping (RunControl) -> MonitorContext
    ) throws(CharacterError) {
        self.control = control
        self.face = face
        makeContext = context
        let hasEditor = face == .human && line.wantsEcho
        link = PeerLink(line) {
            switch face {
            case .machine: QMPFraming()
            case .human: if hasEditor { RawFraming() } else { LineFraming() }
            }
        }
        if case .server(_, waits: true) = line.options.place, !line.options.isShared { isAwaited = true }
        if isAwaited { control.awaitClient() }
        try link.start(control.admit(self, name: line.options.id.isEmpty ? face.rawValue : line.options.id))
    }

    deinit { link.finish() }

    public func receive(_ bytes: [UInt8]) {
        switch PeerMessage(bytes) {
        case .connected(let number):
            connection = number
            let context = makeContext(control)
            switch face {
            case .machine: session = .machine(QMPSession(context))
            case .human: session = .human(HMPSession(context, link.link))
            }
            flush()
            if isAwaited {
                isAwaited = false
                control.clientCame()
            }
        case .received(let number, let message) where number == connection:
            // Events that the command causes are heard meanwhile: the session is not held during the command.
            switch session {
            case .machine(let session): session.receive(message)
            case .human(let session): session.receive(message)
            case nil: break
            }
            flush()
            // At the end a peer that has said its last word is kept until it has heard of the end.
            if !control.isEnding { link.ready(number) }
        case .closed(let number) where number == connection: session = nil
        case .focused(let number) where number == connection:
            if case .human(let session) = session { session.show() }
            flush()
        case .received, .closed, .focused, nil: break
        }
    }

    public func hear(_ event: MonitorEvent) {
        guard case .machine(let session) = session else { return }
        session.hear(event)
        flush()
    }

    public func end(_ outcome: RunOutcome) {
        flush()
        session = nil
        link.finish()
    }

    private func flush() {
        let output =
            switch session {
            case .machine(let session): session.takeOutput()
            case .human(let session): session.takeOutput()
            case nil: [UInt8]()
            }
        if !output.isEmpty { link.send(output, to: connection) }
    }
}
