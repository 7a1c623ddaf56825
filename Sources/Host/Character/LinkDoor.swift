import Synchronization
import TandemOS

/// Where the peers of a link come from, one after the other.
enum LinkDoor: Sendable {
    /// One peer, there from the beginning.
    case open(CharacterStream)
    case listening(LinkListener)
    case connecting(SocketAddress, first: CharacterStream?, retry: Int?)
    case terminal(LinkTerminal)

    /// How long nobody is waited for after something went wrong, in milliseconds.
    static let pause = 1000

    /// Waits for the next peer. Nothing if there is none yet: ask again, unless the link is to end.
    func next(after count: UInt32, _ poll: Poll) throws(OSError) -> CharacterStream? {
        switch self {
        case .open(let stream): return stream
        case .listening(let listener): return try listener.next(poll)
        case .connecting(let address, let first, let retry):
            if count == 0, let first { return first }
            var none: [Poll.Entry] = []
            if count > 0 { try poll.wait(&none, milliseconds: retry) }
            do throws(OSError) {
                guard let connection = try Socket.connect(to: address, milliseconds: 10_000, poll: poll) else {
                    return nil
                }
                return CharacterStream(connection)
            } catch {
                try poll.wait(&none, milliseconds: retry)
                return nil
            }
        case .terminal(let terminal): return try terminal.next(poll)
        }
    }

    /// Whether another peer may come after `count` of them.
    func mayOpen(after count: UInt32) -> Bool {
        switch self {
        case .open: count == 0
        case .connecting(_, _, let retry): count == 0 || retry != nil
        case .listening, .terminal: true
        }
    }
}

/// A socket that listens, shared by the link and its thread.
final class LinkListener: Sendable {
    let listener: SocketListener
    /// A peer that was waited for before the thread began.
    private let first = Mutex<CharacterStream?>(nil)

    init(_ address: SocketAddress) throws(OSError) { listener = try SocketListener(address) }

    /// Waits for the first peer, for as long as it takes.
    func awaitFirst() throws(OSError) -> CharacterStream {
        let stream = CharacterStream(try listener.accept())
        first.withLock { $0 = stream }
        return stream
    }

    func next(_ poll: Poll) throws(OSError) -> CharacterStream? {
        if let stream = first.withLock({ $0.take() }) { return stream }
        var entries = [Poll.Entry(listener.descriptor.number)]
        try poll.wait(&entries)
        return entries[0].ready.isEmpty ? nil : CharacterStream(try listener.accept())
    }
}

/// A pseudo terminal, whose peer is whoever has it open.
final class LinkTerminal: Sendable {
    let path: String
    private let controller: OwnedDescriptor

    init() throws(OSError) {
        let terminal = try PseudoTerminal()
        try terminal.becomeLine()
        path = terminal.path
        // Ours alone: the others open the terminal, not its controlling end.
        let controller = try terminal.controller.duplicate()
        try controller.becomeNonBlocking()
        self.controller = OwnedDescriptor(controller)
    }

    /// The host tells nobody when the terminal is opened: one has to look.
    func next(_ poll: Poll) throws(OSError) -> CharacterStream? {
        var entries = [Poll.Entry(controller.number, [])]
        try poll.wait(&entries, milliseconds: 0)
        if entries[0].ready.isEmpty { return CharacterStream(shared: controller) }
        var none: [Poll.Entry] = []
        try poll.wait(&none, milliseconds: 50)
        return nil
    }
}
