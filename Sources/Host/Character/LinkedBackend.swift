import Synchronization
public import TandemDevices
public import TandemKernel

/// A serial line that leads to a peer on the host.
public final class LinkedBackend: CharacterBackend {
    public let link: CharacterLink
    private var client: SerialClient?

    /// The serial line on `link`, which whoever made it starts.
    public init(_ link: CharacterLink) { self.link = link }

    public func send(_ character: UInt8) { link.send(character) }
    public func flush() { link.flush() }
    public func close() { link.close() }

    public func connect(_ input: InboxPort) {
        precondition(client == nil, "A line leads to one serial port.")
        let client = SerialClient(input)
        self.client = client
        link.add(client)
    }

    public func taken(_ count: Int) { if let client, client.taken(count) { link.wake() } }
}

/// Hands what a peer sends to a serial port, no more at a time than the device has taken.
private final class SerialClient: CharacterClient {
    /// Characters on the way to the device after which the peer waits.
    private static let limit = 4096

    private let port: InboxPort
    private let underWay = Atomic(0)
    /// Somebody may send something: a simulation with nothing left to do waits for that.
    private let isAttached = Atomic(false)

    init(_ port: InboxPort) { self.port = port }

    func linkOpened() {
        isAttached.store(true, ordering: .relaxed)
        port.attach()
    }
    func peerCame(_ number: UInt32) {}
    func focusCame() {}
    func receive(_ bytes: [UInt8]) {
        underWay.add(bytes.count, ordering: .relaxed)
        port.post(bytes)
    }
    func inputEnded(isFinal: Bool) { if isFinal { detach() } }
    func peerLeft() {}
    func linkClosed() { detach() }

    private func detach() { if isAttached.exchange(false, ordering: .relaxed) { port.detach() } }

    var takesMore: Bool { underWay.load(ordering: .relaxed) < Self.limit }
    var isBusy: Bool { false }

    /// The device has taken so many. Returns whether the peer has waited for that.
    func taken(_ count: Int) -> Bool {
        let before = underWay.load(ordering: .relaxed)
        // What was restored from a snapshot, or replayed, did not come from here.
        let rest = underWay.subtract(min(count, before), ordering: .relaxed).newValue
        return before >= Self.limit && rest < Self.limit
    }
}

/// A serial line that leads nowhere: output is dropped, no input comes.
public final class NullBackend: CharacterBackend {
    public init() {}

    public func send(_ character: UInt8) {}
    public func flush() {}
    public func close() {}
    public func connect(_ input: InboxPort) {}
}
