/// The size of an integer operand: 1, 2, 4 or 8 bytes. The raw value is the binary logarithm of the size in bytes.
///
/// A write of a `long` register clears its upper half; a write of a `byte` or `word` register keeps the rest.
@frozen
public enum Width: UInt8, Sendable, CaseIterable {
    case byte, word, long, quad

    /// The size in bytes.
    @inlinable
    public var byteCount: Int { 1 << Int(rawValue) }
}
