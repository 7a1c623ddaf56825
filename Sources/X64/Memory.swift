/// A memory operand: base + index × 2^scale + displacement, or the place at a host address.
@frozen
public struct Memory: Equatable, Sendable {
    /// The displacement, or the host address of a ``at(_:)`` operand.
    @usableFromInline var offset: Int
    /// The number of the base register, or ``none``, or ``instructionPointer``.
    @usableFromInline var baseCode: UInt8
    /// The number of the index register, or ``none``.
    @usableFromInline var indexCode: UInt8
    /// The binary logarithm of what the index is multiplied by: 0…3.
    public var scale: UInt8

    @usableFromInline static let none: UInt8 = 0xff
    @usableFromInline static let instructionPointer: UInt8 = 0xfe

    @inlinable
    init(offset: Int, baseCode: UInt8, indexCode: UInt8, scale: UInt8) {
        self.offset = offset
        self.baseCode = baseCode
        self.indexCode = indexCode
        self.scale = scale
    }

    /// `[base + displacement]`.
    @inlinable
    public init(_ base: Register, _ displacement: Int32 = 0) {
        self.init(offset: Int(displacement), baseCode: base.rawValue, indexCode: 0xff, scale: 0)
    }

    /// `[base + index × 2^scale + displacement]`. The index is not `rsp`, which the encoding cannot express.
    @inlinable
    public init(_ base: Register, index: Register, scale: UInt8 = 0, _ displacement: Int32 = 0) {
        precondition(index != .rsp && scale < 4, "rsp is no index, and the scale is 0 to 3")
        self.init(offset: Int(displacement), baseCode: base.rawValue, indexCode: index.rawValue, scale: scale)
    }

    /// `[index × 2^scale + displacement]`, without a base. The index is not `rsp`.
    @inlinable
    public init(index: Register, scale: UInt8, _ displacement: Int32 = 0) {
        precondition(index != .rsp && scale < 4, "rsp is no index, and the scale is 0 to 3")
        self.init(offset: Int(displacement), baseCode: 0xff, indexCode: index.rawValue, scale: scale)
    }

    /// The place at `hostAddress`, encoded relative to the instruction pointer. It must lie within 2 GiB of the code.
    @inlinable
    public static func at(_ hostAddress: UInt) -> Memory {
        Memory(offset: Int(bitPattern: hostAddress), baseCode: 0xfe, indexCode: 0xff, scale: 0)
    }

    /// The base register, if there is one.
    public var base: Register? { Register(rawValue: baseCode) }
    /// The index register, if there is one.
    public var index: Register? { Register(rawValue: indexCode) }
    /// The displacement in bytes. Of an ``at(_:)`` operand: the lower half of the address.
    public var displacement: Int32 { Int32(truncatingIfNeeded: offset) }

    /// Whether the operand is relative to the instruction pointer.
    @inlinable
    var isRelative: Bool { baseCode == 0xfe }

    /// The same operand, `byteCount` bytes further on.
    @inlinable
    public func advanced(by byteCount: Int32) -> Memory {
        var result = self
        result.offset = offset &+ Int(byteCount)
        return result
    }
}
