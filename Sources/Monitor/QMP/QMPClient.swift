public import TandemJSON
public import TandemKernel
public import TandemOS

/// A program's end of a QMP connection: asks, and takes the answers when they are there. For the tools of this project
/// that look at a machine in another process; any QMP client can do the same.
public final class QMPClient {
    /// What a peer says.
    public enum Message: Equatable, Sendable {
        /// What the command with this number returned.
        case answer(UInt64, JSONValue)
        /// Why the command with this number was refused, in the peer's words.
        case refusal(UInt64, String)
        /// Something happened that nobody had asked for.
        case event(String)
    }

    /// Where the peer is, as its user named it.
    public let place: String
    /// How long the peer may keep silent, in milliseconds.
    public let patience: Int
    private let connection: FileDescriptor
    private var framing = QMPFraming()
    private var isGreeted = false
    private var lastNumber: UInt64 = 0

    /// Connects to the peer at `address` and ends the negotiation. `place` names it in errors.
    public init(_ address: SocketAddress, place: String, patience: Int = 10_000) throws(QMPClientError) {
        self.place = place
        self.patience = patience
        do throws(OSError) {
            guard let connection = try Socket.connect(to: address, milliseconds: patience, poll: Poll()) else {
                throw OSError("connect", path: place, errno: .timedOut)
            }
            self.connection = connection
        } catch {
            throw QMPClientError(
                place, "nobody can be reached there: \(error.errno)",
                expected: "a machine that was started with -qmp \(Self.serverPlace(address))")
        }
        let number = try send("qmp_capabilities")
        guard case .answer = try wait(for: number) else {
            throw QMPClientError(place, "the peer refuses the negotiation of QMP")
        }
    }

    private static func serverPlace(_ address: SocketAddress) -> String {
        switch address {
        case .tcp: "tcp:\(address),server,nowait"
        case .unix: "unix:\(address),server,nowait"
        }
    }

    /// For ``Poll``: readable when ``receive()`` will not wait.
    public var descriptor: Int32 { connection.number }

    /// Asks for a command; yields the number that its answer will bear.
    public func send(_ command: String, arguments: JSONValue? = nil) throws(QMPClientError) -> UInt64 {
        lastNumber += 1
        var members = [JSONMember("execute", JSONValue(command)), JSONMember("id", JSONValue(lastNumber))]
        if let arguments { members.append(JSONMember("arguments", arguments)) }
        do throws(OSError) {
            try connection.write(JSONWriter().text(of: JSONValue(members: members)) + "\n")
        } catch { throw gone(error) }
        return lastNumber
    }

    /// What the peer has said by now, waiting for the first byte.
    public func receive() throws(QMPClientError) -> [Message] {
        let bytes: [UInt8]
        do throws(OSError) { bytes = try connection.read(atMost: 64 * 1024) } catch { throw gone(error) }
        guard !bytes.isEmpty else { throw gone(nil) }
        var messages: [Message] = []
        for text in framing.take(bytes) {
            if let message = try message(text) { messages.append(message) }
        }
        return messages
    }

    /// Asks for a command and waits for what it returns.
    public func perform(_ command: String, arguments: JSONValue? = nil) throws(QMPClientError) -> JSONValue {
        switch try wait(for: try send(command, arguments: arguments)) {
        case .answer(_, let value): return value
        case .refusal(_, let reason): throw QMPClientError(place, "\(command) was refused: \(reason)")
        case .event: preconditionFailure("An event is no answer.")
        }
    }

    private func wait(for number: UInt64) throws(QMPClientError) -> Message {
        let end = HostClock.monotonic.nanoseconds + UInt64(patience) * 1_000_000
        while true {
            try awaitBytes(until: end)
            for message in try receive() {
                switch message {
                case .answer(number, _), .refusal(number, _): return message
                default: break
                }
            }
        }
    }

    private func awaitBytes(until end: UInt64) throws(QMPClientError) {
        var entries = [Poll.Entry(descriptor)]
        do throws(OSError) {
            let now = HostClock.monotonic.nanoseconds
            try Poll().wait(&entries, milliseconds: Int((end > now ? end - now : 0) / 1_000_000))
        } catch { throw gone(error) }
        guard entries[0].ready.isEmpty else { return }
        throw silence
    }

    /// What to say of a peer that has kept silent for too long.
    public var silence: QMPClientError {
        isGreeted
            ? QMPClientError(place, "the machine has not answered for \(SimTime.milliseconds(UInt64(patience)))")
            : QMPClientError(
                place,
                "nobody has answered for \(SimTime.milliseconds(UInt64(patience))); another program may be connected there",
                expected: "a place of its own for each, by another -qmp")
    }

    private func gone(_ error: OSError?) -> QMPClientError {
        let reason = error.map { ": \($0.errno)" } ?? ""
        return QMPClientError(
            place, isGreeted ? "the machine has hung up\(reason)" : "the peer has hung up without a greeting\(reason)",
            isHangUp: true)
    }

    // MARK: Messages

    /// What a message of `QMPFraming` says; nothing for the greeting.
    private func message(_ text: [UInt8]) throws(QMPClientError) -> Message? {
        let body = Array(text.dropFirst())
        do throws(JSONError) {
            guard text.first == QMPFraming.Mark.message else { throw noQMP(String(decoding: body, as: UTF8.self)) }
            let value = try JSON5Reader(.json, depthLimit: QMPFraming.depthLimit).read(body)
            if !isGreeted {
                _ = try value.member("QMP")
                isGreeted = true
                return nil
            }
            if let event = try value.optionalMember("event") { return .event(try event.value.string()) }
            let number: UInt64 = try value.member("id").integer()
            if let error = try value.optionalMember("error") {
                return .refusal(number, try error.value.member("desc").string())
            }
            return .answer(number, try value.member("return"))
        } catch { throw nonsense("\(error)") }
    }

    private func noQMP(_ what: String) -> JSONError { JSONError(at: .none, what) }

    private func nonsense(_ what: String) -> QMPClientError {
        QMPClientError(
            place, "what is said there is not QMP: \(what)",
            expected: "the place of a -qmp, not of a -monitor or -serial")
    }
}

/// What is wrong with a connection to a machine.
public struct QMPClientError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, and where.
    public var diagnosis: Diagnosis
    /// Whether the peer has ended the connection.
    public var isHangUp: Bool

    /// - Parameter place: where the peer is.
    public init(_ place: String, _ problem: String, expected: String = "", isHangUp: Bool = false) {
        diagnosis = Diagnosis(at: place, problem, expected: expected)
        self.isHangUp = isHangUp
    }

    public var description: String { diagnosis.description }
}
