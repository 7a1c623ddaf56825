/// An assembled program: bytes for one place in memory, and the symbols that its source defines.
public struct GuestProgram: Sendable {
    /// The address of the first byte.
    public let address: UInt64
    /// The image.
    public let bytes: [UInt8]
    /// Labels and constants by name.
    private let symbols: [String: Int64]

    init(address: UInt64, bytes: [UInt8], symbols: [String: Int64]) {
        self.address = address
        self.bytes = bytes
        self.symbols = symbols
    }

    /// The address of a label or the value of a constant, or nil where the source defines no such name.
    public func value(of symbol: String) -> UInt64? { symbols[symbol].map { UInt64(bitPattern: $0) } }

    /// The 32-bit words of the image, little-endian; a last part of a word is filled with zeros.
    public var words: [UInt32] {
        stride(from: 0, to: bytes.count, by: 4).map { start in
            bytes[start..<min(start + 4, bytes.count)].enumerated().reduce(0) { word, next in
                word | UInt32(next.element) << UInt32(8 * next.offset)
            }
        }
    }
}
