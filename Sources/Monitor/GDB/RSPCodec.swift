/// The packets of GDB's remote serial protocol ("Debugging with GDB", appendix E.1) out of a stream of bytes, and back.
///
/// ```
/// $ body # two hex digits      a packet; the digits are the sum of the body's bytes modulo 256
/// +  -                         the last packet arrived, or has to be sent again
/// 03                           outside of a packet: the user interrupts the program
/// } x                          inside: the byte x XOR 20
/// ```
/// A value without input or output: at most one packet is held, of at most `largestBody` bytes.
public struct RSPCodec: Equatable, Sendable {
    /// What a byte completed.
    public enum Item: Equatable, Sendable {
        /// The body of a packet, its escapes undone.
        case packet([UInt8])
        /// Ctrl-C.
        case interrupt
        /// `+`: the last packet arrived.
        case acknowledgement
        /// `-`: the last packet has to be sent again.
        case rejection
        /// A packet whose checksum is wrong or no number.
        case damaged
        /// A packet whose body is longer than `largestBody`; nothing of it is kept.
        case oversized
    }

    /// The most bytes that a body may have, escapes undone. Announced as `PacketSize`.
    public static let largestBody = 0x4000

    private enum Place: Equatable { case outside, body, escape, firstDigit, secondDigit }

    private var place = Place.outside
    private var body: [UInt8] = []
    private var isOversized = false
    private var sum: UInt8 = 0
    private var digits: UInt8?

    public init() {}

    /// Takes the next byte of the stream. What stands between packets and has no meaning is passed over.
    public mutating func take(_ byte: UInt8) -> Item? {
        switch place {
        case .outside:
            switch byte {
            case UInt8(ascii: "$"): begin()
            case UInt8(ascii: "+"): return .acknowledgement
            case UInt8(ascii: "-"): return .rejection
            case 0x03: return .interrupt
            default: break
            }
        case .body:
            switch byte {
            case UInt8(ascii: "#"): place = .firstDigit
            // Never stands in a body unescaped: the peer has begun again.
            case UInt8(ascii: "$"): begin()
            case UInt8(ascii: "}"):
                sum &+= byte
                place = .escape
            default: append(byte, decoded: byte)
            }
        case .escape:
            append(byte, decoded: byte ^ 0x20)
            place = .body
        case .firstDigit:
            digits = Hexadecimal.digit(byte)
            place = .secondDigit
        case .secondDigit:
            place = .outside
            defer { body = [] }
            guard let high = digits, let low = Hexadecimal.digit(byte), high << 4 | low == sum else { return .damaged }
            return isOversized ? .oversized : .packet(body)
        }
        return nil
    }

    private mutating func begin() {
        place = .body
        body = []
        isOversized = false
        sum = 0
    }

    private mutating func append(_ byte: UInt8, decoded: UInt8) {
        sum &+= byte
        guard body.count < Self.largestBody else {
            isOversized = true
            return
        }
        body.append(decoded)
    }

    /// A body as it goes over the wire. `*` is escaped too: in an answer it would say that a byte is repeated.
    public static func packet(_ body: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "$")]
        bytes.reserveCapacity(body.count + 4)
        for byte in body {
            switch byte {
            case UInt8(ascii: "$"), UInt8(ascii: "#"), UInt8(ascii: "}"), UInt8(ascii: "*"):
                bytes.append(UInt8(ascii: "}"))
                bytes.append(byte ^ 0x20)
            default: bytes.append(byte)
            }
        }
        let sum = bytes.dropFirst().reduce(0) { $0 &+ $1 }
        bytes.append(UInt8(ascii: "#"))
        bytes.append(contentsOf: Hexadecimal.digits(of: sum))
        return bytes
    }
}
