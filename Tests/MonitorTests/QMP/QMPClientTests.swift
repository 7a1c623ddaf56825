import TandemOS
import Testing

@testable import TandemMonitor

/// Our client against peers that are no machines.
@Suite struct QMPClientTests {
    private static let greeting = #"{"QMP":{"version":{},"capabilities":[]}}"#

    /// Listens, takes one client and says `text` to it; with `staysSilent` it then waits for the client to go. Who answers
    /// has all the time that a busy host needs; who stays silent is waited for as long as that takes.
    private func error(
        saying text: String, staysSilent: Bool = false,
        _ talk: (QMPClient) throws(QMPClientError) -> Void = { (_) throws(QMPClientError) in }
    ) throws -> String {
        let listener = try SocketListener(.tcp(port: 0))
        let address = listener.address
        let accepted = try HostThread.serving(listener) { peer in
            try peer.write(Array(text.utf8))
            while staysSilent, try !peer.read(atMost: 4096).isEmpty {}
            // What the client has asked is read, so that closing is no reset.
            if !staysSilent { _ = try? peer.read(atMost: 4096) }
        }
        defer { accepted.join() }
        do throws(QMPClientError) {
            try talk(try QMPClient(address, place: "there", patience: staysSilent ? 3000 : 60_000))
            return ""
        } catch { return error.description }
    }

    @Test(
        "a peer that is no machine is named, with what it said and what was expected",
        arguments: [
            ("Tandem 0.1.0 monitor\r\n(tandem) ", "there: what is said there is not QMP: 1:1: expected a value"),
            ("{}\n", "there: what is said there is not QMP: 1:1: the object lacks the member 'QMP'"),
            ("[1,2]\n", "there: what is said there is not QMP: 1:1: expected an object, found an array"),
            (
                #"{"QMP":{}}{"return":{}}"#,
                "there: what is said there is not QMP: 1:1: the object lacks the member 'id'"
            ),
            (#"{"QMP":{}}{"return":{},"id":"x"}"#, "there: what is said there is not QMP: 1:19: expected an integer"),
            (
                #"{"QMP":{}}{"error":{"class":"GenericError","desc":"no"},"id":1}"#,
                "there: the peer refuses the negotiation of QMP"
            ),
        ])
    func nonsense(text: String, expected: String) throws {
        let error = try error(saying: text)
        #expect(error.hasPrefix(expected), "\(error)")
    }

    @Test("a peer that hangs up or keeps silent is told from one that does so after its greeting")
    func silence() throws {
        #expect(try error(saying: "").hasPrefix("there: the peer has hung up without a greeting"))
        #expect(
            try error(saying: "", staysSilent: true)
                == "there: nobody has answered for 3 s; another program may be connected there; expected a place of its own for each, by another -qmp"
        )
        let talk = Self.greeting + #"{"return":{},"id":1}"#
        let late = try error(saying: talk, staysSilent: true) { (client) throws(QMPClientError) in
            _ = try client.perform("query-activity")
        }
        #expect(late == "there: the machine has not answered for 3 s")
        let gone = try error(saying: talk) { (client) throws(QMPClientError) in
            while true { _ = try client.perform("query-activity") }
        }
        #expect(gone.hasPrefix("there: the machine has hung up"), "\(gone)")
    }

    @Test("where nobody listens, the error says how a machine is started that does")
    func nobody() throws {
        let path = "/tmp/tandem-test-nobody-\(HostProcess.identifier)"
        let error = #expect(throws: QMPClientError.self) { _ = try QMPClient(.unix(path: path), place: "unix:\(path)") }
        #expect(
            error?.description
                == "unix:\(path): nobody can be reached there: no such file or directory (ENOENT); expected a machine that was started with -qmp unix:\(path),server,nowait"
        )
    }
}

extension HostThread {
    /// Accepts one connection at `listener` and gives it to `body`.
    fileprivate static func serving(
        _ listener: consuming SocketListener, _ body: @escaping @Sendable (borrowing FileDescriptor) throws -> Void
    ) throws -> HostThread {
        let box = ListenerBox(listener)
        return try HostThread(name: "peer") {
            guard let peer = try? box.listener.accept() else { return }
            try? body(peer)
        }
    }
}

private final class ListenerBox: Sendable {
    let listener: SocketListener
    init(_ listener: consuming SocketListener) { self.listener = listener }
}
