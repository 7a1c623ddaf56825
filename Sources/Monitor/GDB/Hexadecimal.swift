/// Numbers and bytes as the remote serial protocol writes them: lower-case hex digits.
enum Hexadecimal {
    private static let lowerCase = Array("0123456789abcdef".utf8)

    /// The value of a digit of either case.
    static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The two digits of a byte.
    static func digits(of byte: UInt8) -> [UInt8] { [lowerCase[Int(byte >> 4)], lowerCase[Int(byte & 0xf)]] }

    /// Two digits for each byte.
    static func digits(of bytes: some Sequence<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            text.append(lowerCase[Int(byte >> 4)])
            text.append(lowerCase[Int(byte & 0xf)])
        }
        return text
    }

    /// The lowest `width` bytes of a register, least significant first, as a little-endian guest has them.
    static func digits(of value: UInt64, width: Int) -> [UInt8] {
        digits(of: (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
    }

    /// The bytes that pairs of digits stand for; nil if something else is among them.
    static func bytes(of text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        var index = text.startIndex
        while index < text.endIndex {
            guard let high = digit(text[index]), let low = digit(text[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
            index += 2
        }
        return bytes
    }

    /// A register of at most eight bytes, least significant first.
    static func value(of text: ArraySlice<UInt8>) -> UInt64? {
        guard (1...16).contains(text.count), let bytes = bytes(of: text) else { return nil }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// Reads the words of a packet's body from its beginning.
struct PacketReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ body: [UInt8]) { rest = body[...] }

    var isAtEnd: Bool { rest.isEmpty }

    /// Steps over `word` if it stands here.
    mutating func skip(_ word: StaticString) -> Bool {
        let isHere = word.withUTF8Buffer { rest.starts(with: $0) }
        if isHere { rest.removeFirst(word.utf8CodeUnitCount) }
        return isHere
    }

    /// A number of one to sixteen digits.
    mutating func number() -> UInt64? {
        var value: UInt64 = 0
        var count = 0
        while let byte = rest.first, let digit = Hexadecimal.digit(byte) {
            guard count < 16 else { return nil }
            value = value << 4 | UInt64(digit)
            count += 1
            rest.removeFirst()
        }
        return count > 0 ? value : nil
    }

    /// Two numbers with a comma between them.
    mutating func pair() -> (UInt64, UInt64)? {
        guard let first = number(), skip(","), let second = number() else { return nil }
        return (first, second)
    }

    /// Everything before `separator`, which is stepped over; everything that is left if it does not come.
    mutating func word(before separator: Unicode.Scalar) -> ArraySlice<UInt8> {
        let end = rest.firstIndex(of: UInt8(ascii: separator)) ?? rest.endIndex
        defer { rest = rest[end...].dropFirst() }
        return rest[..<end]
    }
}
