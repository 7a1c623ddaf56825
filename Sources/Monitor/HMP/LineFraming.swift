/// Cuts what a script sends into lines: LF, CR LF and CR end them. A line that is too long is dropped, and a complaint takes
/// its place.
struct LineFraming: PeerFraming {
    /// The most bytes of a line.
    static let sizeLimit = 8192

    /// The first byte of what is passed on.
    enum Mark {
        static let line: UInt8 = 0
        /// A sentence follows that says what is wrong.
        static let complaint: UInt8 = 1
    }

    private var line: [UInt8] = []
    private var isAfterReturn = false
    private var isDropping = false

    mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            if let line = take(byte) { lines.append(line) }
        }
        return lines
    }

    mutating func end() -> [[UInt8]] { line.isEmpty ? [] : [complete()] }

    private mutating func take(_ byte: UInt8) -> [UInt8]? {
        defer { isAfterReturn = byte == 0x0D }
        switch byte {
        case 0x0A where isAfterReturn, 0x00: return nil
        case 0x0A, 0x0D:
            if isDropping {
                isDropping = false
                return nil
            }
            return complete()
        default:
            if isDropping { return nil }
            line.append(byte)
            guard line.count > Self.sizeLimit else { return nil }
            line = []
            isDropping = true
            return [Mark.complaint] + Array("a line is longer than \(Self.sizeLimit) bytes".utf8)
        }
    }

    private mutating func complete() -> [UInt8] {
        defer { line = [] }
        return [Mark.line] + line
    }
}
