/// What the thread of a link tells its client on the simulation's thread. Connections are numbered from 1, so that an
/// answer never reaches another peer.
enum PeerMessage: Equatable {
    case connected(UInt32)
    case received(UInt32, ArraySlice<UInt8>)
    case closed(UInt32)
    /// What is typed goes to this client again, on a line that several share.
    case focused(UInt32)

    /// As it travels through the inbox.
    var bytes: [UInt8] {
        switch self {
        case .connected(let number): [0] + Self.bytes(of: number)
        case .received(let number, let bytes): [1] + Self.bytes(of: number) + bytes
        case .closed(let number): [2] + Self.bytes(of: number)
        case .focused(let number): [3] + Self.bytes(of: number)
        }
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 5 else { return nil }
        let number = bytes[1..<5].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        switch bytes[0] {
        case 0: self = .connected(number)
        case 1: self = .received(number, bytes[5...])
        case 2: self = .closed(number)
        case 3: self = .focused(number)
        default: return nil
        }
    }

    private static func bytes(of number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}
