public import TandemKernel
public import TandemOS

/// Where a monitor or a debugger is served, as users write it: `stdio`, `tcp:HOST:PORT,server,nowait`,
/// `unix:PATH,server=on,wait=off`, `telnet:HOST:PORT,server,nowait`.
public struct MonitorEndpoint: Equatable, Sendable {
    public enum Place: Equatable, Sendable {
        /// The program's standard input and output.
        case standardStreams
        /// Peers connect to it.
        case listening(SocketAddress)
        /// The connection is made to it.
        case connecting(SocketAddress)
    }

    public var place: Place
    /// Whether the machine starts only when a peer has come.
    public var waits: Bool

    public init(_ place: Place, waits: Bool = false) {
        self.place = place
        self.waits = waits
    }

    /// What an endpoint may look like, for messages.
    public static let expected =
        "stdio, tcp:HOST:PORT[,server][,nowait], telnet:HOST:PORT[,server][,nowait] or unix:PATH[,server][,nowait]"

    /// Reads what a user wrote after `option`.
    public init(parsing text: String, of option: String) throws(CommandError) {
        func refuse(_ problem: String) -> CommandError { CommandError(at: option, problem, expected: Self.expected) }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let place = parts[0]
        var isServer = false
        var waits = true
        for part in parts.dropFirst() {
            switch part {
            case "server", "server=on", "server=yes": isServer = true
            case "server=off", "server=no": isServer = false
            case "nowait", "wait=off", "wait=no": waits = false
            case "wait", "wait=on", "wait=yes": waits = true
            default: throw refuse("“\(text)” has no “\(part)”")
            }
        }
        if place == "stdio" {
            guard parts.count == 1 else { throw refuse("“stdio” has no “\(parts[1])”") }
            self.init(.standardStreams)
            return
        }
        let address: SocketAddress
        if place.hasPrefix("unix:"), place.utf8.count > 5 {
            address = .unix(path: String(place.dropFirst(5)))
        } else if let tcp = ["tcp:", "telnet:"].first(where: place.hasPrefix),
            let found = SocketAddress(tcp: place.dropFirst(tcp.utf8.count))
        {
            address = found
        } else {
            throw refuse("“\(text)” is no place for a connection")
        }
        self.init(isServer ? .listening(address) : .connecting(address), waits: isServer && waits)
    }
}

extension SocketAddress {
    /// `HOST:PORT`, where the host may be left out or stand in brackets; nothing for anything else.
    public init?(tcp text: Substring) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        self = .tcp(host: String(host), port: port)
    }
}
