/// One instruction, taken apart. Plain data; what a compressed instruction stands for is already filled in.
///
/// Fields that the encoding lacks are zero.
public struct DecodedInstruction: Sendable, Hashable {
    /// The immediate, sign extended; for a shift the amount, for a CSR instruction the CSR's number; for `lui` and `auipc`
    /// the value that is added, already shifted by 12; for a branch or jump the distance in bytes.
    public var immediate: Int64
    /// The instruction as a 32-bit word: for a compressed one, its expansion.
    public var word: UInt32
    /// The instruction as fetched: for a compressed one its 16 bits. This is what `mtval` and `stval` receive.
    public var raw: UInt32
    /// What to do.
    public var operation: RISCVOperation
    /// The destination, 0...31, in the file that the operation implies.
    public var rd: UInt8
    /// The first source, 0...31. For `csrrwi`, `csrrsi` and `csrrci` this field holds the five-bit immediate (`zimm`).
    public var rs1: UInt8
    /// The second source, 0...31.
    public var rs2: UInt8
    /// The third source of a fused multiply-add, 0...31.
    public var rs3: UInt8
    /// The rounding-mode field, 0...7; 5 and 6 are reserved and raise an illegal-instruction exception when executed,
    /// as does 7 while `frm` holds a reserved mode (Unpriv. spec "F", rounding modes).
    public var roundingMode: UInt8
    /// The acquire bit of an atomic instruction.
    public var aq: Bool
    /// The release bit of an atomic instruction.
    public var rl: Bool
    /// The number of bytes fetched: 2 or 4.
    public var length: UInt8

    /// The shift amount of a shift by an immediate, 0...63.
    @inlinable
    public var shiftAmount: UInt8 { UInt8(truncatingIfNeeded: immediate) }

    /// The CSR number of a Zicsr instruction.
    @inlinable
    public var csr: UInt16 { UInt16(truncatingIfNeeded: immediate) }

    /// The zero-extended immediate of `csrrwi`, `csrrsi` and `csrrci`.
    @inlinable
    public var zimm: UInt64 { UInt64(rs1) }

    /// The fence mode: 0 for a normal fence, 8 for `fence.tso` (Unpriv. spec §2.7).
    @inlinable
    public var fenceMode: UInt8 { UInt8(truncatingIfNeeded: word >> 28) }

    /// What a fence orders before: bits 3...0 are I, O, R, W.
    @inlinable
    public var predecessors: UInt8 { UInt8(truncatingIfNeeded: word >> 24 & 15) }

    /// What a fence orders after: bits 3...0 are I, O, R, W.
    @inlinable
    public var successors: UInt8 { UInt8(truncatingIfNeeded: word >> 20 & 15) }

    /// Whether the instruction was fetched as 16 bits.
    @inlinable
    public var isCompressed: Bool { length == 2 }
}
