import TandemJSON

/// Cuts a stream into JSON texts: an object or array ends where its brackets balance, anything else at the end of its
/// line. What is too long or too deep is dropped to the next line end, and one complaint takes its place.
///
/// A byte that can stand in no JSON text ends whatever was begun: clients send 0xFF to begin anew.
struct QMPFraming: PeerFraming {
    /// The most bytes of a message.
    static let sizeLimit = 1 << 20
    /// How deep its arrays and objects may nest.
    static let depthLimit = 256

    /// The first byte of what is passed on.
    enum Mark {
        static let message: UInt8 = 0
        /// A sentence follows that says what is wrong.
        static let complaint: UInt8 = 1
    }

    private var pending: [UInt8] = []
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// Until the next line end nothing counts.
    private var isDropping = false

    mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        for byte in bytes {
            if let message = take(byte) { messages.append(message) }
        }
        return messages
    }

    mutating func end() -> [[UInt8]] { pending.isEmpty ? [] : [complete()] }

    private mutating func take(_ byte: UInt8) -> [UInt8]? {
        let isLineEnd = byte == 0x0A || byte == 0x0D
        if isDropping {
            isDropping = !isLineEnd
            return nil
        }
        // No control character may stand in a string; outside of one only white space may (RFC 8259 §2, §7).
        if byte == 0xFF || byte < 0x20 && byte != 0x09 && !isLineEnd || isLineEnd && isInString {
            return pending.isEmpty ? nil : complete()
        }
        if pending.isEmpty, isLineEnd || byte == 0x20 || byte == 0x09 { return nil }
        if isLineEnd, depth == 0 { return complete() }
        pending.append(byte)
        if pending.count > Self.sizeLimit {
            return drop("a message is longer than \(Self.sizeLimit) bytes")
        }
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            return nil
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            depth += 1
            if depth > Self.depthLimit {
                return drop("arrays and objects nest deeper than \(Self.depthLimit) levels")
            }
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            if depth <= 0 { return complete() }
        default: break
        }
        return nil
    }

    private mutating func complete() -> [UInt8] {
        let message = [Mark.message] + pending
        reset()
        return message
    }

    private mutating func drop(_ complaint: String) -> [UInt8] {
        reset()
        isDropping = true
        return [Mark.complaint] + Array(complaint.utf8)
    }

    private mutating func reset() { self = QMPFraming() }
}
