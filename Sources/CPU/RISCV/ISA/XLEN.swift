/// The width of an integer register: the parameter that tells RV32 from RV64 (Unpriv. spec §1.3).
public enum XLEN: UInt8, Sendable, CaseIterable, Hashable {
    case rv32 = 32
    case rv64 = 64

    /// The number of bits in an x register.
    public var bits: Int { Int(rawValue) }

    /// The number of bytes in an x register.
    public var bytes: Int { Int(rawValue) / 8 }

    /// An address or register value cut to this width; RV32 ignores the upper half.
    @inlinable
    public func truncate(_ value: UInt64) -> UInt64 {
        self == .rv64 ? value : value & 0xffff_ffff
    }

    /// A value in the form in which registers of this width stand in 64-bit places: RV32's are sign-extended.
    @inlinable
    public func extend(_ value: UInt64) -> UInt64 {
        self == .rv64 ? value : UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value)))
    }
}

/// On which register widths an encoding exists. Some instructions have one encoding for each width.
public enum XLENAvailability: UInt8, Sendable, Hashable {
    case any
    case rv32
    case rv64

    /// Whether the encoding exists on `xlen`.
    public func includes(_ xlen: XLEN) -> Bool {
        switch self {
        case .any: true
        case .rv32: xlen == .rv32
        case .rv64: xlen == .rv64
        }
    }
}
