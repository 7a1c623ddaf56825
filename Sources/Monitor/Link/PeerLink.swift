import Synchronization
import TandemHost
import TandemKernel

/// A line on which peers are served, one after the other, as a client of the machine's control sees it.
///
/// ```
/// peer ─► CharacterLink ─► PeerLine ─► InboxPort ─► client    one message at a time: no more is read before `ready`
/// peer ◄─ CharacterLink ◄─ send ◄────────────────── client    without waiting
/// ```
/// So what is held for a peer is bounded, however it behaves, and a slow one never keeps the simulation waiting.
final class PeerLink {
    let link: CharacterLink
    private let makeFraming: @Sendable () -> any PeerFraming
    private var line: PeerLine?

    /// A link whose peers send messages that `framing` cuts.
    init(_ link: CharacterLink, framing: @escaping @Sendable () -> any PeerFraming) {
        self.link = link
        makeFraming = framing
    }

    /// Lets peers in, whose messages go to `port`. A line that others share is started when all of them are there.
    func start(_ port: InboxPort) throws(CharacterError) {
        let line = PeerLine(port, makeFraming)
        self.line = line
        link.add(line)
        if !link.options.isShared { try link.start() }
    }

    /// Sends bytes to the peer of that connection, if it is still there.
    func send(_ bytes: [UInt8], to number: UInt32) { link.send(bytes, to: number) }

    /// The last message is dealt with.
    func ready(_ number: UInt32) {
        line?.ready(number)
        link.wake()
    }

    /// Ends the connection when everything is sent. A line that others share stays.
    func close(_ number: UInt32) { if !link.options.isShared { link.dismiss(number) } }

    /// Ends everything when all is sent, or after a while; a line that others share is theirs to end.
    func finish() { if !link.options.isShared { link.close() } }
}

/// The side of a link that its thread knows: cuts what peers send into messages and posts them one by one.
private final class PeerLine: CharacterClient {
    private struct State: Sendable {
        var number: UInt32 = 0
        /// The client has been told of the peer.
        var isKnown = false
        /// Somebody may send something: a simulation with nothing left to do waits for that.
        var isAttached = false
        var framing: any PeerFraming
        var messages: ArraySlice<[UInt8]> = []
        /// The client has dealt with the last message.
        var isReady = true
    }

    private let port: InboxPort
    private let makeFraming: @Sendable () -> any PeerFraming
    private let state: Mutex<State>

    init(_ port: InboxPort, _ framing: @escaping @Sendable () -> any PeerFraming) {
        self.port = port
        makeFraming = framing
        state = Mutex(State(framing: framing()))
    }

    func linkOpened() {}

    func peerCame(_ number: UInt32) {
        let framing = makeFraming()
        state.withLock { state in
            state = State(number: number, isAttached: true, framing: framing)
            port.attach()
        }
    }

    func focusCame() {
        state.withLock { state in
            port.post((state.isKnown ? PeerMessage.focused(state.number) : .connected(state.number)).bytes)
            state.isKnown = true
        }
    }

    func receive(_ bytes: [UInt8]) {
        state.withLock { state in
            state.messages += state.framing.take(bytes)
            postNext(&state)
        }
    }

    func inputEnded(isFinal: Bool) {
        state.withLock { state in
            state.messages += state.framing.end()
            postNext(&state)
            if isFinal { detach(&state) }
        }
    }

    func peerLeft() {
        state.withLock { state in
            state.messages = []
            if state.isKnown { port.post(PeerMessage.closed(state.number).bytes) }
            state.isKnown = false
            detach(&state)
        }
    }

    func linkClosed() {}

    func ready(_ number: UInt32) {
        state.withLock { state in
            guard state.number == number else { return }
            state.isReady = true
            postNext(&state)
        }
    }

    var takesMore: Bool { state.withLock { $0.isReady && $0.messages.isEmpty } }
    var isBusy: Bool { !takesMore }

    private func postNext(_ state: inout State) {
        guard state.isReady, let message = state.messages.popFirst() else { return }
        state.isReady = false
        port.post(PeerMessage.received(state.number, message[...]).bytes)
    }

    private func detach(_ state: inout State) {
        if state.isAttached { port.detach() }
        state.isAttached = false
    }
}
