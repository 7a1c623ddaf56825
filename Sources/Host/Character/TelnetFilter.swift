/// Takes the telnet protocol out of what a peer sends (RFC 854, RFC 1143). A value: feed it what has come.
///
/// We echo, nobody waits for a turn, and both sides send all eight bits; whatever else a peer offers or asks for is
/// declined.
public struct TelnetFilter: Sendable {
    /// Bytes of the protocol.
    private enum Code {
        static let subnegotiationEnd: UInt8 = 240
        static let erase: UInt8 = 247
        static let interrupt: UInt8 = 244
        static let subnegotiation: UInt8 = 250
        static let will: UInt8 = 251
        static let wont: UInt8 = 252
        static let please: UInt8 = 253
        static let dont: UInt8 = 254
        /// “Interpret as command”.
        static let escape: UInt8 = 255
    }

    /// Options that we know (RFC 856, RFC 857, RFC 858).
    private enum Option {
        static let binary: UInt8 = 0
        static let echo: UInt8 = 1
        static let goAhead: UInt8 = 3
    }

    private enum State: Equatable {
        case data
        /// After a carriage return: what follows may belong to it.
        case afterReturn
        case escape
        case option(UInt8)
        case subnegotiation
        case subnegotiationEscape
    }

    private var state = State.data
    /// The peer sends eight bits, and ends of lines as they are.
    private var isBinary = false

    public init() {}

    /// What we offer and ask for at first.
    public static let greeting: [UInt8] = [
        Code.escape, Code.will, Option.echo, Code.escape, Code.will, Option.goAhead,
        Code.escape, Code.will, Option.binary, Code.escape, Code.please, Option.binary,
    ]

    /// What `bytes`, which follow those before, say, and what has to be answered.
    public mutating func feed(_ bytes: [UInt8]) -> (data: [UInt8], answer: [UInt8]) {
        var data: [UInt8] = []
        var answer: [UInt8] = []
        for byte in bytes { take(byte, &data, &answer) }
        return (data, answer)
    }

    private mutating func take(_ byte: UInt8, _ data: inout [UInt8], _ answer: inout [UInt8]) {
        switch state {
        case .data, .afterReturn:
            // The end of a line is CR LF, a bare return CR NUL (RFC 854); here both are the key that was pressed.
            let belongsToReturn = state == .afterReturn && (byte == 0 || byte == 10)
            state = .data
            if belongsToReturn { return }
            if byte == Code.escape {
                state = .escape
            } else {
                data.append(byte)
                if byte == 13, !isBinary { state = .afterReturn }
            }
        case .escape:
            state = .data
            switch byte {
            case Code.escape: data.append(Code.escape)
            case Code.will, Code.wont, Code.please, Code.dont: state = .option(byte)
            case Code.subnegotiation: state = .subnegotiation
            case Code.interrupt: data.append(0x03)
            case Code.erase: data.append(0x7F)
            default: break
            }
        case .option(let verb):
            state = .data
            settle(verb, byte, &answer)
        case .subnegotiation: if byte == Code.escape { state = .subnegotiationEscape }
        case .subnegotiationEscape: state = byte == Code.subnegotiationEnd ? .data : .subnegotiation
        }
    }

    /// Answers only what is new, so that the two sides never answer each other for ever.
    private mutating func settle(_ verb: UInt8, _ option: UInt8, _ answer: inout [UInt8]) {
        switch verb {
        case Code.will:
            if option == Option.binary {
                isBinary = true
            } else if option != Option.goAhead {
                answer += [Code.escape, Code.dont, option]
            }
        case Code.wont: if option == Option.binary { isBinary = false }
        case Code.please:
            let isOffered = [Option.binary, Option.echo, Option.goAhead].contains(option)
            if !isOffered { answer += [Code.escape, Code.wont, option] }
        default: break
        }
    }

    /// What stands for `bytes` on the wire.
    public static func escaped(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(Code.escape) else { return bytes }
        return bytes.flatMap { $0 == Code.escape ? [$0, $0] : [$0] }
    }
}
