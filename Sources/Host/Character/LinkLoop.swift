import Synchronization
import TandemKernel
import TandemOS

/// The thread behind a link: waits for peers, reads what they send, and sends what they had no room for.
///
/// It sleeps as long as nothing happens. After output it looks every `patience` milliseconds, until there was none for
/// a while.
final class LinkLoop: Sendable {
    private struct Box: Sendable {
        var peer: UInt32 = 0
        var ends = false
        /// The peer that is to go when everything is sent.
        var dismissed: UInt32 = 0
    }

    /// Milliseconds after which output that does not end in a line is shown.
    static let patience = 20
    /// How long the end waits for a peer that does not read, in milliseconds.
    private static let endPatience = 1000
    /// Looks without output after which it sleeps.
    private static let quietLooks = 50
    /// Bytes read at a time.
    private static let pieceSize = 4096

    let output: CharacterOutput
    private let door: LinkDoor
    private let keys: LinkKeys
    private let isTelnet: Bool
    private let poll: Poll
    private let box = Mutex(Box())
    /// The thread waits without a time limit and has to be woken when output begins to wait.
    private let isAsleep = Atomic(false)

    init(_ door: LinkDoor, _ output: CharacterOutput, _ keys: LinkKeys, isTelnet: Bool) throws(OSError) {
        self.door = door
        self.output = output
        self.keys = keys
        self.isTelnet = isTelnet
        poll = try Poll()
        // What is sent before the thread has started counts already.
        switch door {
        case .open(let stream), .connecting(_, first: let stream?, _): output.open(stream, peer: 1)
        case .connecting, .listening, .terminal: break
        }
    }

    // MARK: From any thread

    /// Ends the thread when everything is sent, or after a while.
    func finish() {
        box.withLock { $0.ends = true }
        poll.wakeUp()
    }

    /// Ends the connection with that peer when everything is sent.
    func dismiss(_ peer: UInt32) {
        box.withLock { $0.dismissed = peer }
        poll.wakeUp()
    }

    func wake() { poll.wakeUp() }

    /// Looks after what was added to the output.
    func attend(_ need: CharacterOutput.Need) {
        switch need {
        case .nothing, .room: break
        case .showing: if isAsleep.exchange(false, ordering: .acquiringAndReleasing) { poll.wakeUp() }
        case .attention: poll.wakeUp()
        }
    }

    /// Before the thread starts: waits for the first peer of a server.
    func awaitFirst() throws(OSError) {
        guard case .listening(let listener) = door else { return }
        output.open(try listener.awaitFirst(), peer: 1)
    }

    // MARK: On the thread

    func run(_ clients: [any CharacterClient]) {
        defer { for client in clients { client.linkClosed() } }
        while !mustEnd {
            let count = box.withLock { $0.peer }
            guard door.mayOpen(after: count) else { return }
            do throws(OSError) {
                guard let stream = try door.next(after: count, poll) else { continue }
                let peer = box.withLock { box in
                    box.peer += 1
                    return box.peer
                }
                try serve(stream, peer, clients)
            } catch {
                // No descriptors left, say: that may pass.
                var none: [Poll.Entry] = []
                _ = try? poll.wait(&none, milliseconds: LinkDoor.pause)
            }
        }
    }

    private var mustEnd: Bool { box.withLock { $0.ends } }

    /// Serves one peer, of whom the clients see the beginning and the end.
    private func serve(_ stream: CharacterStream, _ peer: UInt32, _ clients: [any CharacterClient]) throws(OSError) {
        if !output.isOpen(to: peer) { output.open(stream, peer: peer) }
        if isTelnet { output.appendRaw(TelnetFilter.greeting) }
        for client in clients { client.peerCame(peer) }
        clients[keys.focus].focusCame()
        defer {
            output.close()
            for client in clients { client.peerLeft() }
        }
        var visit = Visit(stream: stream, peer: peer, clients: clients)
        while try attend(&visit) {}
    }

    /// What is known of the present peer.
    private struct Visit {
        let stream: CharacterStream
        let peer: UInt32
        let clients: [any CharacterClient]
        var isReading = true
        /// How often the output is still looked at before the thread sleeps.
        var looks = 0
        var telnet = TelnetFilter()
    }

    /// Waits once, and does what is to be done. Returns whether the peer stays.
    private func attend(_ visit: inout Visit) throws(OSError) -> Bool {
        let (ends, isDismissed) = box.withLock { ($0.ends, $0.dismissed == visit.peer) }
        if output.isCutOff { return false }
        if ends || isDismissed || !visit.isReading && !visit.stream.outlivesInput {
            let isBusy = !ends && !isDismissed && visit.clients.contains { $0.isBusy }
            if !isBusy, !output.isBlocked {
                output.flush()
                if output.isEmpty { return false }
            }
        }
        if visit.looks == 0 {
            isAsleep.store(true, ordering: .sequentiallyConsistent)
            // What began to wait before it was said that nobody looks.
            if !output.isBlocked, output.flush() { visit.looks = Self.quietLooks }
        }
        let input = visit.isReading && visit.clients[keys.focus].takesMore ? visit.stream.input?.number : nil
        let isBlocked = output.isBlocked
        var entries = [
            Poll.Entry(input ?? -1), Poll.Entry(isBlocked ? visit.stream.output.number : -1, .writable),
        ]
        let timeout = ends ? Self.endPatience : visit.looks > 0 && !isBlocked ? Self.patience : nil
        let isWoken = try poll.wait(&entries, milliseconds: timeout)
        let isWritable = !entries[1].ready.isEmpty
        let hasSent = !isBlocked || isWritable ? output.flush() : false
        visit.looks = hasSent || isWoken ? Self.quietLooks : max(0, visit.looks - 1)
        if !entries[0].ready.isEmpty { read(&visit) }
        return !(ends && isBlocked && !isWritable && !isWoken)
    }

    private func read(_ visit: inout Visit) {
        guard let input = visit.stream.input, let bytes = try? input.read(atMost: Self.pieceSize), !bytes.isEmpty
        else {
            visit.isReading = false
            let isFinal = !door.mayOpen(after: visit.peer)
            for client in visit.clients { client.inputEnded(isFinal: isFinal) }
            return
        }
        guard isTelnet else {
            keys.take(bytes, visit.clients, output)
            return
        }
        let (data, answer) = visit.telnet.feed(bytes)
        if !answer.isEmpty { output.appendRaw(answer) }
        if !data.isEmpty { keys.take(data, visit.clients, output) }
    }
}
