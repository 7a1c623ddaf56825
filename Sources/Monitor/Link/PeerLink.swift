import Synchronization
import TandemKernel
import TandemOS

/// A place at which peers are served, one after the other, and the thread that serves them.
///
/// ```
/// peer ─► thread ─► InboxPort ─► client       one message at a time: no more is read before `ready`
/// peer ◄─ thread ◄─ send ◄────── client       nothing is read before all of it is sent
/// ```
/// So what is held for a peer is bounded, however it behaves, and a slow one never keeps the simulation waiting. What it
/// does not read of events is bounded too: at `backlogLimit` it is cut off.
final class PeerLink: Sendable {
    /// Where peers come from.
    enum Place: Equatable, Sendable {
        case listening(SocketAddress)
        /// One peer, to whom the connection is made.
        case connecting(SocketAddress)
        /// One peer, at standard input and output.
        case standardStreams
    }

    private struct Box: Sendable {
        var number: UInt32 = 0
        var outgoing: [UInt8] = []
        /// The client has dealt with the last message.
        var isReady = false
        /// The connection ends when everything is sent.
        var closes = false
        /// It ends at once.
        var isCutOff = false
        /// So does the thread.
        var ends = false
    }

    /// Bytes read at a time.
    private static let pieceSize = 2048
    /// How long the end waits for a peer that does not read, in milliseconds.
    private static let patience = 1000
    /// The most bytes that wait for a peer that does not read.
    static let backlogLimit = 16 << 20

    let place: Place
    /// Where peers connect to, with the port that the host chose; nothing where none can.
    let address: SocketAddress?
    private let listener: Listener?
    private let connection: Connection?
    private let makeFraming: @Sendable () -> any PeerFraming
    private let poll: Poll
    private let box = Mutex(Box())

    private final class Listener: Sendable {
        let listener: SocketListener
        init(_ address: SocketAddress) throws(OSError) { listener = try SocketListener(address) }
    }

    private final class Connection: Sendable {
        let descriptor: FileDescriptor
        init(_ address: SocketAddress) throws(OSError) { descriptor = try Socket.connect(to: address) }
    }

    /// Listens, or connects. Nobody is served before `start`.
    init(
        _ place: Place, framing: @escaping @Sendable () -> any PeerFraming = { RawFraming() }
    ) throws(OSError) {
        self.place = place
        makeFraming = framing
        switch place {
        case .listening(let address):
            let listener = try Listener(address)
            self.listener = listener
            self.address = listener.listener.address
            connection = nil
        case .connecting(let address):
            connection = try Connection(address)
            (listener, self.address) = (nil, nil)
        case .standardStreams: (listener, connection, address) = (nil, nil, nil)
        }
        poll = try Poll()
    }

    /// Starts to serve, on a thread called `name` that ends after `finish`. Messages go to `port`.
    func start(_ name: String, port: InboxPort) throws(OSError) -> HostThread {
        try HostThread(name: name) { self.serve(port) }
    }

    // MARK: From the simulation

    /// Sends bytes to the peer of that connection, if it is still there.
    func send(_ bytes: [UInt8], to number: UInt32) {
        box.withLock { box in
            guard box.number == number else { return }
            if box.outgoing.count + bytes.count > Self.backlogLimit {
                box.outgoing = []
                box.isCutOff = true
            } else if !box.isCutOff {
                box.outgoing += bytes
            }
        }
        poll.wakeUp()
    }

    /// The last message is dealt with.
    func ready(_ number: UInt32) {
        box.withLock { if $0.number == number { $0.isReady = true } }
        poll.wakeUp()
    }

    /// Ends the connection when everything is sent.
    func close(_ number: UInt32) {
        box.withLock { if $0.number == number { $0.closes = true } }
        poll.wakeUp()
    }

    /// Ends everything when all is sent, or after a while.
    func finish() {
        box.withLock { $0.ends = true }
        poll.wakeUp()
    }

    // MARK: On the thread

    private var ends: Bool { box.withLock { $0.ends } }

    private func serve(_ port: InboxPort) {
        guard let listener else {
            if let connection {
                // Closed with the link: the descriptor has one owner.
                guard let stream = try? connection.descriptor.duplicate() else { return }
                serve(.socket(stream), port)
            } else {
                serve(.standard, port)
            }
            return
        }
        while !ends {
            var entries = [Poll.Entry(listener.listener.descriptor.number)]
            do throws(OSError) {
                try poll.wait(&entries)
                if entries[0].ready.isEmpty { continue }
                serve(.socket(try listener.listener.accept()), port)
            } catch {
                // No descriptors left, say: that may pass.
                var none: [Poll.Entry] = []
                _ = try? poll.wait(&none, milliseconds: Self.patience)
            }
        }
    }

    /// Serves one connection, of which the client sees the beginning and the end.
    private func serve(_ stream: consuming PeerStream, _ port: InboxPort) {
        let number = box.withLock { box in
            box = Box(number: box.number &+ 1, isReady: true, ends: box.ends)
            return box.number
        }
        // A simulation with nothing left to happen waits for this peer.
        port.attach()
        port.post(PeerMessage.connected(number).bytes)
        try? converse(stream, number, port)
        port.post(PeerMessage.closed(number).bytes)
        port.detach()
    }

    /// Serves one connection to its end.
    private func converse(_ stream: borrowing PeerStream, _ number: UInt32, _ port: InboxPort) throws(OSError) {
        var framing = makeFraming()
        var messages: ArraySlice<[UInt8]> = []
        var sending: ArraySlice<UInt8> = []
        var isDeaf = false
        var isAtEnd = false
        while true {
            if sending.isEmpty { sending = takeOutgoing(framing.takeEcho()) }
            // What was sent to us counts, even if nobody hears the answer.
            if isDeaf { sending = [] }
            let box = box.withLock { ($0.isReady, isLast: $0.closes || $0.ends, isEnd: $0.ends, $0.isCutOff) }
            if box.3 || sending.isEmpty && box.isLast { return }
            let mayGoOn = sending.isEmpty && box.0
            if mayGoOn {
                if let message = messages.popFirst() {
                    self.box.withLock { $0.isReady = false }
                    port.post(PeerMessage.received(number, message[...]).bytes)
                    continue
                }
                if isAtEnd { return }
            }
            var entries = [
                Poll.Entry(mayGoOn ? stream.source : -1, .readable),
                Poll.Entry(sending.isEmpty ? -1 : stream.sink, .writable),
            ]
            let isWoken = try poll.wait(&entries, milliseconds: box.isEnd ? Self.patience : nil)
            if !entries[1].ready.isEmpty {
                do throws(OSError) { sending = sending.dropFirst(try stream.send(sending)) } catch { isDeaf = true }
            } else if !entries[0].ready.isEmpty {
                let bytes = (try? stream.read(atMost: Self.pieceSize)) ?? []
                isAtEnd = bytes.isEmpty
                messages = (isAtEnd ? framing.end() : framing.take(bytes))[...]
            } else if box.isEnd && !isWoken {
                return
            }
        }
    }

    private func takeOutgoing(_ echo: [UInt8]) -> ArraySlice<UInt8> {
        box.withLock { box in
            defer { box.outgoing = [] }
            return echo.isEmpty ? box.outgoing[...] : (echo + box.outgoing)[...]
        }
    }
}
