import TandemKernel
public import TandemMachine
public import TandemOS

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

    /// Where peers connect to; nothing where none can.
    public var address: SocketAddress? { link.address }

    private unowned let control: RunControl
    private let face: Face
    private let makeContext: (RunControl) -> MonitorContext
    private let link: PeerLink
    private var thread: HostThread?
    private var session: Session?
    private var connection: UInt32 = 0
    private var isAwaited: Bool

    private enum Session {
        case machine(QMPSession)
        case human(HMPSession)
    }

    /// Listens or connects. Each session gets a context of its own.
    public init(
        _ control: RunControl, _ face: Face, at endpoint: MonitorEndpoint,
        context: @escaping (RunControl) -> MonitorContext
    ) throws(OSError) {
        self.control = control
        self.face = face
        makeContext = context
        isAwaited = endpoint.waits
        let place: PeerLink.Place =
            switch endpoint.place {
            case .standardStreams: .standardStreams
            case .listening(let address): .listening(address)
            case .connecting(let address): .connecting(address)
            }
        link = try PeerLink(place) {
            switch face {
            case .machine: QMPFraming()
            case .human: LineFraming()
            }
        }
        if isAwaited { control.awaitClient() }
        thread = try link.start(face.rawValue, port: control.admit(self, name: face.rawValue))
    }

    deinit {
        link.finish()
        thread?.join()
    }

    public func receive(_ bytes: [UInt8]) {
        switch PeerMessage(bytes) {
        case .connected(let number):
            connection = number
            let context = makeContext(control)
            session = face == .machine ? .machine(QMPSession(context)) : .human(HMPSession(context))
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
            link.ready(number)
        case .closed(let number) where number == connection: session = nil
        case .received, .closed, nil: break
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
