import Synchronization
import TandemKernel
import TandemOS

/// The socket on which debuggers are waited for, and the thread that serves it. One debugger at a time; the next waits.
///
/// ```
/// debugger ─► thread ─► InboxPort ─► simulation       one piece at a time: no more is read before `ready`
/// debugger ◄─ thread ◄─ send ◄────── simulation       nothing is read before all of it is sent
/// ```
/// So what is held for a debugger is bounded, however it behaves, and a slow one never keeps the simulation waiting.
final class GDBLink: Sendable {
    /// What the thread tells the simulation. Connections are numbered, so that an answer never reaches another peer.
    enum Message {
        case connected(UInt32)
        case received(UInt32, ArraySlice<UInt8>)
        case closed(UInt32)

        fileprivate var bytes: [UInt8] {
            switch self {
            case .connected(let number): [0] + Self.bytes(of: number)
            case .received(let number, let bytes): [1] + Self.bytes(of: number) + bytes
            case .closed(let number): [2] + Self.bytes(of: number)
            }
        }

        init?(_ bytes: [UInt8]) {
            guard bytes.count >= 5 else { return nil }
            let number = bytes[1..<5].reversed().reduce(0) { $0 << 8 | UInt32($1) }
            switch bytes[0] {
            case 0: self = .connected(number)
            case 1: self = .received(number, bytes[5...])
            case 2: self = .closed(number)
            default: return nil
            }
        }

        private static func bytes(of number: UInt32) -> [UInt8] {
            (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
    }

    private struct Box: Sendable {
        var number: UInt32 = 0
        var outgoing: [UInt8] = []
        /// The simulation has dealt with the last piece.
        var isReady = false
        /// The connection ends when everything is sent.
        var closes = false
        /// So does the thread.
        var ends = false
    }

    /// Bytes read at a time.
    private static let pieceSize = 2048
    /// How long the end waits for a debugger that does not read, in milliseconds.
    private static let patience = 1000

    let address: SocketAddress
    private let listener: SocketListener
    private let port: InboxPort
    private let poll: Poll
    private let box = Mutex(Box())

    init(_ address: SocketAddress, port: InboxPort) throws(OSError) {
        listener = try SocketListener(address)
        self.address = listener.address
        self.port = port
        poll = try Poll()
    }

    /// Starts to serve, on a thread that ends after `finish`.
    func start() throws(OSError) -> HostThread { try HostThread(name: "gdb") { self.serve() } }

    // MARK: From the simulation

    /// Sends bytes to the debugger of that connection, if it is still there.
    func send(_ bytes: [UInt8], to number: UInt32) {
        box.withLock { if $0.number == number { $0.outgoing += bytes } }
        poll.wakeUp()
    }

    /// The last piece is dealt with.
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

    private func serve() {
        while !ends {
            var entries = [Poll.Entry(listener.descriptor.number)]
            do throws(OSError) {
                try poll.wait(&entries)
                if entries[0].ready.isEmpty { continue }
                let connection = try listener.accept()
                let number = box.withLock { box in
                    box = Box(number: box.number &+ 1, isReady: true, ends: box.ends)
                    return box.number
                }
                // A simulation with nothing left to happen waits for this debugger.
                port.attach()
                port.post(Message.connected(number).bytes)
                try? converse(connection, number)
                port.post(Message.closed(number).bytes)
                port.detach()
            } catch {
                // No descriptors left, say: that may pass.
                var none: [Poll.Entry] = []
                _ = try? poll.wait(&none, milliseconds: Self.patience)
            }
        }
    }

    /// Serves one connection to its end.
    private func converse(_ connection: borrowing FileDescriptor, _ number: UInt32) throws(OSError) {
        var sending: [UInt8] = []
        var sent = 0
        while true {
            if sent == sending.count {
                sent = 0
                sending = box.withLock { box in
                    defer { box.outgoing = [] }
                    return box.outgoing
                }
            }
            let (isReady, isLast, isEnd) = box.withLock { ($0.isReady, $0.closes || $0.ends, $0.ends) }
            let isIdle = sending.isEmpty
            if isIdle && isLast { return }
            var wanted: Poll.Readiness = []
            if !isIdle { wanted.insert(.writable) } else if isReady { wanted.insert(.readable) }
            var entries = [Poll.Entry(connection.number, wanted)]
            let isWoken = try poll.wait(&entries, milliseconds: isEnd ? Self.patience : nil)
            let found = entries[0].ready
            if found.contains(.writable) {
                sent += try connection.sendWithoutWaiting(sending[sent...])
            } else if found.contains(.readable) {
                let bytes = try connection.read(atMost: Self.pieceSize)
                if bytes.isEmpty { return }
                box.withLock { $0.isReady = false }
                port.post(Message.received(number, bytes[...]).bytes)
            } else if !found.isEmpty || isEnd && !isWoken {
                return
            }
        }
    }
}
