public import TandemKernel
public import TandemOS

/// Where the far end of a character line is: what `-serial`, `-monitor` and `-chardev` name.
public enum CharacterPlace: Equatable, Sendable {
    /// Nowhere: output is dropped, input never comes.
    case null
    /// The program's standard input and output.
    case standardStreams
    /// A file for what is sent, and another one, which is read to its end, for what is received.
    case file(output: String, appends: Bool, input: String?)
    /// A socket at which one program at a time may connect. With `waits` the machine does not start before the first.
    case server(SocketAddress, waits: Bool)
    /// A socket at which somebody else listens. With `retry`, in milliseconds, a connection that is refused or lost is
    /// sought again.
    case client(SocketAddress, retry: Int?)
    /// A new terminal, whose name is told.
    case pseudoTerminal
    /// Memory that keeps the newest bytes for `ringbuf-read`. A power of two.
    case ring(size: Int)
}

extension CharacterPlace: CustomStringConvertible {
    /// As `info chardevs` shows it.
    public var description: String {
        switch self {
        case .null: "null"
        case .standardStreams: "stdio"
        case .file(let output, _, let input): "file:\(output)" + (input.map { ",input-path=\($0)" } ?? "")
        case .server(let address, let waits): "\(Self.name(of: address)),server=on" + (waits ? ",wait=on" : "")
        case .client(let address, _): Self.name(of: address)
        case .pseudoTerminal: "pty"
        case .ring(let size): "ringbuf:\(size)"
        }
    }

    private static func name(of address: SocketAddress) -> String {
        switch address {
        case .tcp: "tcp:\(address)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

/// What a line does with output for a peer that does not keep up.
public enum OverflowPolicy: String, Sendable, CaseIterable {
    /// What does not fit is lost, and counted.
    case drop
    /// The simulation waits: nothing is lost. Neither simulated time nor results depend on it.
    case wait
    /// The peer is cut off.
    case disconnect
}

/// Everything about a character line that its user may choose.
public struct CharacterOptions: Equatable, Sendable {
    /// The name by which commands and other options know it; empty until somebody gives one.
    public var id: String
    public var place: CharacterPlace
    /// Whether the peer speaks the telnet protocol.
    public var isTelnet: Bool
    /// Whether several users share it, between whom the keys Ctrl-a c switch.
    public var isShared: Bool
    public var overflow: OverflowPolicy

    public init(
        id: String = "", _ place: CharacterPlace, isTelnet: Bool = false, isShared: Bool = false,
        overflow: OverflowPolicy = .drop
    ) {
        self.id = id
        self.place = place
        self.isTelnet = isTelnet
        self.isShared = isShared
        self.overflow = overflow
    }
}

/// What is wrong with a character line: with its description, or with its place on the host.
public struct CharacterError: Error, Equatable, Sendable, CustomStringConvertible {
    public var diagnosis: Diagnosis

    public init(
        at place: String, _ problem: String, expected: String = "", choices: [String] = [], nearest: [String] = []
    ) {
        diagnosis = Diagnosis(at: place, problem, expected: expected, choices: choices, nearest: nearest)
    }

    public var description: String { diagnosis.description }
}
