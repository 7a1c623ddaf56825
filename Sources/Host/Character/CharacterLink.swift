public import TandemKernel
public import TandemOS

/// A line to a peer on the host: a terminal, a file, a program at a socket. It serves one peer at a time; the next waits.
///
/// ```
/// peer ─► thread ─► CharacterClient ─► InboxPort ─► simulation    nothing is read while nobody takes more
/// peer ◄─ send ◄─── simulation                                    without waiting, unless the policy says so
/// peer ◄─ thread                                                  what the peer had no room for
/// ```
/// So what is held for a peer is bounded in both directions, however it behaves.
public final class CharacterLink {
    /// Who gets the special keys of a terminal.
    public enum TerminalUse: Sendable {
        /// Ctrl-C and its kin go to the guest; Ctrl-a x ends the run.
        case guest
        /// Ctrl-C ends the run, as in any program; Ctrl-a x does too.
        case shared
    }

    /// Bytes that are kept at most for a peer that does not keep up.
    public static let backlogLimit = 256 << 10
    /// The same for a peer that is cut off at the limit: it would miss an answer.
    public static let answerLimit = 16 << 20

    public let options: CharacterOptions
    /// Where the peer finds us, with the port or the name that the host chose; nothing where it need not look.
    public let address: String?
    /// The same for programs, where it is a socket.
    public let socketAddress: SocketAddress?
    private let loop: LinkLoop
    private let terminal: TerminalMode?
    private var clients: [any CharacterClient] = []
    private var thread: HostThread?
    private var isClosed = false

    /// Opens the line. Peers are served after `start`. What the host refuses is an error of `option`.
    public convenience init(
        _ options: CharacterOptions, option: String, use: TerminalUse = .shared, stop: StopHandle
    ) throws(CharacterError) {
        do throws(OSError) {
            switch options.place {
            case .null, .ring: preconditionFailure("A line that leads nowhere, or into memory, has no peer.")
            case .standardStreams:
                // A reader that goes away, as in `tandem run … | head`, ends the output; the report is still written.
                Signal.brokenPipe.ignore()
                try self.init(
                    options, input: .standardInput, output: .standardOutput, use: options.isShared ? .guest : use,
                    stop: stop)
            case .file(let path, let appends, let inputPath):
                var input: OwnedDescriptor?
                if let inputPath { input = OwnedDescriptor(try FileDescriptor(opening: inputPath, .read)) }
                let output = try FileDescriptor(opening: path, appends ? .append : .create)
                let stream = CharacterStream(input: input, output: output)
                try self.init(options, .open(stream), terminal: nil, endsAtLine: false, hasKeys: false, stop: stop)
            case .server(let address, _):
                let listener = try LinkListener(address)
                try self.init(
                    options, .listening(listener), terminal: nil, address: listener.listener.address.description,
                    socketAddress: listener.listener.address, stop: stop)
            case .client(let address, let retry):
                // Without retries nobody would come later.
                let first = retry == nil ? CharacterStream(try Socket.connect(to: address)) : nil
                try self.init(options, .connecting(address, first: first, retry: retry), terminal: nil, stop: stop)
            case .pseudoTerminal:
                let terminal = try LinkTerminal()
                try self.init(options, .terminal(terminal), terminal: nil, address: terminal.path, stop: stop)
            }
        } catch {
            throw CharacterError(
                at: option, "\(options.place) cannot be opened: \(error)",
                expected: Self.expectation(options.place))
        }
    }

    /// A line on two descriptors, as on standard input and output.
    public convenience init(
        _ options: CharacterOptions, input: consuming FileDescriptor, output: consuming FileDescriptor,
        use: TerminalUse, stop: StopHandle
    ) throws(OSError) {
        let input = OwnedDescriptor(input)
        // A script that drives -nographic through a pipe can quit as a user can.
        let hasKeys = input.isTerminal || use == .guest
        let terminal =
            input.isTerminal
            ? try TerminalMode(raw: input.number, specialKeys: use == .guest ? .arrive : .raiseSignals) : nil
        try self.init(
            options, .open(CharacterStream(input: input, output: output)), terminal: terminal, hasKeys: hasKeys,
            stop: stop)
    }

    private init(
        _ options: CharacterOptions, _ door: LinkDoor, terminal: TerminalMode?, address: String? = nil,
        socketAddress: SocketAddress? = nil, endsAtLine: Bool = true, hasKeys: Bool = false, stop: StopHandle
    ) throws(OSError) {
        self.options = options
        self.address = address
        self.socketAddress = socketAddress
        self.terminal = terminal
        let isStream = if case .open = door { true } else { false }
        let keys = LinkKeys(
            isActive: hasKeys || options.isShared, isShared: options.isShared, focus: 0,
            lineEnd: isStream ? "\n" : "\r\n",
            stop: stop)
        let output = try CharacterOutput(
            options.overflow,
            backlogLimit: options.overflow == .disconnect ? Self.answerLimit : Self.backlogLimit,
            endsAtLine: endsAtLine, isTelnet: options.isTelnet, stop: stop)
        loop = try LinkLoop(door, output, keys, isTelnet: options.isTelnet)
    }

    deinit { close() }

    private static func expectation(_ place: CharacterPlace) -> String {
        switch place {
        case .server(.tcp, _): "a free port, and an address of this machine in digits"
        case .server(.unix, _): "a path of at most 107 bytes in a folder that can be written, at which nobody listens"
        case .client(_, nil): "somebody who listens there, or reconnect=SECONDS"
        case .file: "a file that can be written"
        default: ""
        }
    }

    // MARK: Life

    /// Adds somebody who uses the line, before it starts. The first hears what is typed; the others when Ctrl-a c says so.
    public func add(_ client: any CharacterClient) {
        precondition(thread == nil && !isClosed, "The users of a line are known before it starts.")
        precondition(clients.isEmpty || options.isShared, "Only a line that is shared has several users.")
        clients.append(client)
        client.linkOpened()
    }

    /// Waits for the first peer, if the line is a server that `waits`. Before it starts.
    public func awaitPeer() throws(CharacterError) {
        guard case .server(_, waits: true) = options.place else { return }
        do throws(OSError) { try loop.awaitFirst() } catch {
            throw CharacterError(at: options.id, "nobody can connect to \(options.place): \(error)")
        }
    }

    /// Starts to serve peers. A line that nobody uses needs no thread.
    public func start() throws(CharacterError) {
        precondition(thread == nil, "A line starts once.")
        if clients.isEmpty { return }
        do throws(OSError) {
            let (loop, clients) = (loop, clients)
            thread = try HostThread(name: "tandem-\(options.place.threadName)") { loop.run(clients) }
        } catch {
            for client in clients { client.linkClosed() }
            throw CharacterError(at: options.id, "\(options.place) cannot be served: \(error)")
        }
    }

    /// Ends the line: stops reading, sends what waits unless the peer does not take it within a second, and gives a terminal
    /// its old mode back. Further calls do nothing.
    public func close() {
        if isClosed { return }
        isClosed = true
        loop.finish()
        thread?.join()
        thread = nil
        loop.output.flush()
        terminal?.restore()
        clients = []
    }

    // MARK: The peer

    /// Whether a peer is there.
    public var isOpen: Bool { loop.output.isOpen }
    /// Bytes that a slow peer has not received.
    public var lost: UInt64 { loop.output.lost }

    /// Sends a character to whoever is there.
    public func send(_ character: UInt8) { loop.attend(loop.output.append(character)) }

    /// Sends bytes at once to that peer, if it is still there.
    public func send(_ bytes: [UInt8], to peer: UInt32) { loop.attend(loop.output.append(bytes, to: peer)) }

    /// Sends what was gathered.
    public func flush() { loop.output.flush() }

    /// Ends the connection with that peer when everything is sent to it.
    public func dismiss(_ peer: UInt32) { loop.dismiss(peer) }

    /// A client takes more, or has answered.
    public func wake() { loop.wake() }

    /// Whether the peer sees the keys that it sends only when we send them back, and its lines end in CR LF: a terminal, a
    /// telnet client, a pseudo terminal.
    public var wantsEcho: Bool { terminal != nil || options.isTelnet || options.place == .pseudoTerminal }
}

extension CharacterPlace {
    fileprivate var threadName: String {
        switch self {
        case .standardStreams: "stdio"
        case .file: "file"
        case .server, .client: "socket"
        case .pseudoTerminal: "pty"
        case .null, .ring: "none"
        }
    }
}
