import Synchronization
import TandemKernel
import TandemOS

/// Characters on their way to a peer, gathered into lines: one write for each instead of one for each character. From any
/// thread.
///
/// They are written at the end of a line, when many have come together, when somebody says `flush`, and in the end. What
/// a slow peer does not take is kept up to `backlogLimit`; what happens then is the policy's business. Without a peer
/// output is dropped, and so it is for one that takes no more, such as a pipe without reader.
final class CharacterOutput: Sendable {
    /// What to do after something was added.
    enum Need {
        case nothing
        /// It began to wait: whoever shows it soon should know.
        case showing
        /// The peer has no room, or is cut off: the link's thread has to look after it.
        case attention
        /// There is no room, and it was not added.
        case room
    }

    private struct State: Sendable {
        var bytes: [UInt8] = []
        /// How many of them are sent.
        var sent = 0
        var stream: CharacterStream?
        var peer: UInt32 = 0
        var isBlocked = false
        var isBroken = false
        var isCutOff = false
        var lost: UInt64 = 0
        /// The simulation waits for room.
        var isAwaited = false

        var waiting: Int { bytes.count - sent }
    }

    /// Bytes that are gathered at most before they are written.
    private static let gathered = 4096

    private let endsAtLine: Bool
    private let isTelnet: Bool
    private let policy: OverflowPolicy
    private let backlogLimit: Int
    private let stop: StopHandle
    private let room: Poll
    private let state = Mutex(State())

    init(
        _ policy: OverflowPolicy, backlogLimit: Int, endsAtLine: Bool, isTelnet: Bool, stop: StopHandle
    ) throws(OSError) {
        self.policy = policy
        self.backlogLimit = backlogLimit
        self.endsAtLine = endsAtLine
        self.isTelnet = isTelnet
        self.stop = stop
        room = try Poll()
    }

    // MARK: The peer

    /// A peer is there; what waited for another one is gone.
    func open(_ stream: CharacterStream, peer: UInt32) {
        state.withLock { state in
            let lost = state.lost
            state = State()
            state.bytes.reserveCapacity(Self.gathered)
            state.lost = lost
            state.stream = stream
            state.peer = peer
        }
    }

    /// The peer is gone.
    func close() {
        state.withLock { state in
            state.stream = nil
            state.bytes.removeAll(keepingCapacity: true)
            state.sent = 0
            state.isBlocked = false
            awaken(&state)
        }
    }

    var isOpen: Bool { state.withLock { $0.stream != nil } }
    func isOpen(to peer: UInt32) -> Bool { state.withLock { $0.stream != nil && $0.peer == peer } }
    var isEmpty: Bool { state.withLock { $0.waiting == 0 } }
    /// Whether the peer has to make room first.
    var isBlocked: Bool { state.withLock { $0.isBlocked } }
    var isCutOff: Bool { state.withLock { $0.isCutOff } }
    /// Bytes that were lost to a slow peer.
    var lost: UInt64 { state.withLock { $0.lost } }

    // MARK: Adding

    /// Adds a character. Where the policy says so, it waits for room.
    func append(_ byte: UInt8) -> Need {
        while true {
            let need = state.withLock { state in
                let need = add(&state, CollectionOfOne(byte))
                guard need == .showing || need == .nothing, state.waiting > 0 else { return need }
                if isTelnet, byte == 0xFF { state.bytes.append(byte) }
                let isDue = (endsAtLine && byte == UInt8(ascii: "\n")) || state.waiting >= Self.gathered
                guard isDue, !state.isBlocked else { return need }
                write(&state)
                return state.isBlocked ? .attention : .nothing
            }
            if need != .room { return need }
            waitForRoom()
        }
    }

    /// Adds bytes that belong together, for that peer only, and sends them.
    func append(_ bytes: [UInt8], to peer: UInt32?) -> Need {
        while true {
            let need = state.withLock { state in
                if let peer, state.peer != peer { return Need.nothing }
                let need = add(&state, isTelnet ? TelnetFilter.escaped(bytes) : bytes)
                if need != .room, !state.isBlocked { write(&state) }
                return need == .room ? need : state.isBlocked || state.isCutOff ? .attention : .nothing
            }
            if need != .room { return need }
            waitForRoom()
        }
    }

    /// Adds what belongs to the protocol and not to the text.
    func appendRaw(_ bytes: [UInt8]) {
        state.withLock { state in
            guard state.stream != nil, !state.isBroken else { return }
            state.bytes += bytes
            if !state.isBlocked { write(&state) }
        }
    }

    private func add(_ state: inout State, _ bytes: some Collection<UInt8>) -> Need {
        guard state.stream != nil, !state.isBroken, !state.isCutOff else { return .nothing }
        if state.waiting + bytes.count > backlogLimit, !state.isBlocked { write(&state) }
        // What is longer than the limit goes in whole where nothing else waits.
        if state.waiting > 0, state.waiting + bytes.count > backlogLimit {
            switch policy {
            case .wait where !stop.isStopWanted:
                state.isAwaited = true
                return .room
            case .drop, .wait: state.lost &+= UInt64(bytes.count)
            case .disconnect:
                state.isCutOff = true
                drop(&state)
                return .attention
            }
            return .nothing
        }
        let wasEmpty = state.waiting == 0
        state.bytes.append(contentsOf: bytes)
        return wasEmpty ? .showing : .nothing
    }

    /// Waits until the link's thread has sent something, and looks from time to time whether the run is to end.
    private func waitForRoom() {
        var none: [Poll.Entry] = []
        _ = try? room.wait(&none, milliseconds: 50)
    }

    // MARK: Sending

    /// Writes what waits, or as much of it as the peer takes. Returns whether there was anything.
    @discardableResult
    func flush() -> Bool {
        state.withLock { state in
            if state.waiting == 0 { return false }
            write(&state)
            return true
        }
    }

    private func write(_ state: inout State) {
        guard let stream = state.stream, state.waiting > 0 else { return }
        do throws(OSError) {
            if stream.writesWait {
                try stream.output.write(state.sent == 0 ? state.bytes : Array(state.bytes[state.sent...]))
                state.sent = state.bytes.count
            } else {
                state.sent += try stream.output.sendWithoutWaiting(state.bytes[state.sent...])
            }
        } catch {
            state.isBroken = true
            drop(&state)
        }
        state.isBlocked = state.waiting > 0
        if !state.isBlocked {
            state.bytes.removeAll(keepingCapacity: state.bytes.count <= backlogLimit)
            state.sent = 0
        } else if state.sent > backlogLimit {
            state.bytes.removeFirst(state.sent)
            state.sent = 0
        }
        awaken(&state)
    }

    private func drop(_ state: inout State) {
        state.bytes = []
        state.sent = 0
        state.isBlocked = false
    }

    private func awaken(_ state: inout State) {
        guard state.isAwaited else { return }
        state.isAwaited = false
        room.wakeUp()
    }
}
