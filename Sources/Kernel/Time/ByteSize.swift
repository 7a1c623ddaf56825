/// A number of bytes. Suffixes are binary, as QEMU's are: K, M, G and T, also written KiB, MiB, GiB and TiB.
@frozen public struct ByteSize: Comparable, Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// The number of bytes.
    public var bytes: UInt64

    /// `bytes` bytes.
    @inlinable public init(bytes: UInt64) { self.bytes = bytes }
    @inlinable public init(integerLiteral value: UInt64) { bytes = value }
    /// `count` KiB.
    @inlinable public static func kibibytes(_ count: UInt64) -> ByteSize { ByteSize(bytes: count << 10) }
    /// `count` MiB.
    @inlinable public static func mebibytes(_ count: UInt64) -> ByteSize { ByteSize(bytes: count << 20) }
    /// `count` GiB.
    @inlinable public static func gibibytes(_ count: UInt64) -> ByteSize { ByteSize(bytes: count << 30) }

    @inlinable public static func < (left: ByteSize, right: ByteSize) -> Bool { left.bytes < right.bytes }
}

extension ByteSize: CustomStringConvertible {
    static let units: [(suffix: String, shift: UInt64)] = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]

    /// The size in the largest binary unit of which it is a multiple: "512 MiB", "1536 B".
    public var description: String {
        for unit in Self.units where bytes != 0 && bytes & (1 << unit.shift - 1) == 0 {
            return "\(bytes >> unit.shift) \(unit.suffix)"
        }
        return "\(bytes) B"
    }

    /// Reads "512M", "1G", "4KiB", "0x1000", "1.5G", "64 MiB"; a bare number is bytes.
    public init(parsing text: String) throws(QuantityError) {
        let error = QuantityError(
            text: text, expected: "a size in bytes or with a suffix of K, M, G or T, such as “512M” or “0x1000”")
        guard let quantity = Quantity(text) else { throw error }
        let suffix = quantity.suffix.uppercased()
        var unit: UInt64 = 1
        if !suffix.isEmpty && suffix != "B" {
            guard let letter = suffix.first, ["", "IB"].contains(suffix.dropFirst()),
                let row = Self.units.first(where: { $0.suffix.first == letter })
            else { throw error }
            unit = 1 << row.shift
        }
        guard let value = quantity.exactProduct(unit) else { throw error }
        self.init(bytes: value)
    }
}
