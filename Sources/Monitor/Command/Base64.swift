/// Bytes as text of 64 characters (RFC 4648 §4), with padding.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    static func text(of bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let group = rest.prefix(3)
            rest = rest.dropFirst(3)
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
            for place in 0..<4 {
                let digit = alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)]
                text.append(place <= group.count ? digit : padding)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nothing where a character is none of the alphabet, a group is not whole, or bits that say nothing are set.
    static func bytes(of text: String) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: characters.count, by: 4) {
            let group = characters[start..<start + 4]
            let count = group.firstIndex(of: padding).map { $0 - start } ?? 4
            // Padding stands at the end only, and a byte takes two characters at least.
            guard count >= 2, group.dropFirst(count).allSatisfy({ $0 == padding }),
                count == 4 || start + 4 == characters.count
            else { return nil }
            var bits: UInt32 = 0
            for character in group.prefix(count) {
                guard let digit = alphabet.firstIndex(of: character) else { return nil }
                bits = bits << 6 | UInt32(digit)
            }
            bits <<= 6 * UInt32(4 - count)
            for place in 0..<count - 1 { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * place))) }
            guard count == 4 || bits & ((1 << (8 * UInt32(4 - count))) - 1) == 0 else { return nil }
        }
        return bytes
    }
}
