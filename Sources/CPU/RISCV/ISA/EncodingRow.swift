/// One instruction encoding: a line of the table that the decoder, the disassembler and the assembler are derived from.
///
/// **Encoding**: 32 characters from bit 31 down to bit 0, spaces ignored. `0` and `1` are fixed, `-` is ignored by the
/// hart and written as 0. Letters are fields:
///
/// | letter | field | letter | field |
/// |---|---|---|---|
/// | `d` | rd | `k` | immediate of U-type |
/// | `s` | rs1 | `j` | immediate of J-type |
/// | `t` | rs2 | `h` | shift amount |
/// | `r` | rs3 | `c` | CSR number |
/// | `i` | immediate of I-type | `z` | zimm, in rs1's place |
/// | `w` | immediate of S-type | `f` | fence sets |
/// | `b` | immediate of B-type | `o` | prefetch offset |
/// | `m` | rounding mode | `q`, `l` | aq, rl |
///
/// **Syntax**: the operands as assemblers write them, in the same letters; a capital register letter is the
/// floating-point file; `,` `(` `)` stand for themselves. A final `m` is an optional rounding mode that is dynamic when
/// left out; `e` is one that is then round-to-nearest (conversions that are always exact).
public struct EncodingRow: Sendable {
    /// What the instruction does. Several rows may share it.
    public let operation: RISCVOperation
    /// The mnemonic, without the ordering suffix of atomics.
    public let mnemonic: StaticString
    /// The bit string.
    public let encoding: StaticString
    /// The operands as written.
    public let syntax: StaticString
    /// The extensions that must all be present.
    public let requires: ExtensionSet
    /// The register widths on which the encoding exists.
    public let xlen: XLENAvailability

    /// The fixed bits.
    public let mask: UInt32
    /// The values of the fixed bits.
    public let match: UInt32
    /// The register and mode fields present.
    public let fields: InstructionFields
    /// Where the immediate stands.
    public let immediate: ImmediateKind

    init(
        _ operation: RISCVOperation, _ mnemonic: StaticString, _ encoding: StaticString, _ syntax: StaticString,
        _ requires: ExtensionSet, _ xlen: XLENAvailability = .any
    ) {
        self.operation = operation
        self.mnemonic = mnemonic
        self.encoding = encoding
        self.syntax = syntax
        self.requires = requires
        self.xlen = xlen
        var mask: UInt32 = 0
        var match: UInt32 = 0
        var fields: InstructionFields = []
        var immediate = ImmediateKind.none
        var count = 0
        var shiftBits = 0
        // SAFETY: a StaticString literal with more than one ASCII character has a pointer that lives for ever.
        for character in UnsafeBufferPointer(start: encoding.utf8Start, count: encoding.utf8CodeUnitCount) {
            if character == UInt8(ascii: " ") { continue }
            mask <<= 1
            match <<= 1
            count += 1
            switch character {
            case UInt8(ascii: "0"): mask |= 1
            case UInt8(ascii: "1"):
                mask |= 1
                match |= 1
            case UInt8(ascii: "-"): break
            case UInt8(ascii: "d"): fields.insert(.rd)
            case UInt8(ascii: "s"), UInt8(ascii: "z"): fields.insert(.rs1)
            case UInt8(ascii: "t"): fields.insert(.rs2)
            case UInt8(ascii: "r"): fields.insert(.rs3)
            case UInt8(ascii: "m"): fields.insert(.roundingMode)
            case UInt8(ascii: "q"), UInt8(ascii: "l"): fields.insert(.ordering)
            case UInt8(ascii: "i"): immediate = .i
            case UInt8(ascii: "w"): immediate = .s
            case UInt8(ascii: "b"): immediate = .b
            case UInt8(ascii: "k"): immediate = .u
            case UInt8(ascii: "j"): immediate = .j
            case UInt8(ascii: "h"):
                shiftBits += 1
                immediate = shiftBits == 6 ? .shift6 : .shift5
            case UInt8(ascii: "c"): immediate = .csr
            case UInt8(ascii: "f"): immediate = .fence
            case UInt8(ascii: "o"): immediate = .prefetch
            default: preconditionFailure("unknown letter in the encoding of \(mnemonic)")
            }
        }
        precondition(count == 32, "the encoding of \(mnemonic) does not have 32 bits")
        self.mask = mask
        self.match = match
        self.fields = fields
        self.immediate = immediate
    }

    /// The word for these operands. Operands that the row has no field for are ignored, and each is cut to its field:
    /// who writes an assembler checks ranges before.
    public func encode(_ operands: InstructionOperands) -> UInt32 {
        var word = match | immediate.insert(operands.immediate)
        if fields.contains(.rd) { word |= UInt32(operands.rd & 31) << 7 }
        if fields.contains(.rs1) { word |= UInt32(operands.rs1 & 31) << 15 }
        if fields.contains(.rs2) { word |= UInt32(operands.rs2 & 31) << 20 }
        if fields.contains(.rs3) { word |= UInt32(operands.rs3 & 31) << 27 }
        if fields.contains(.roundingMode) { word |= UInt32(operands.roundingMode & 7) << 12 }
        if fields.contains(.ordering) { word |= (operands.aq ? 1 << 26 : 0) | (operands.rl ? 1 << 25 : 0) }
        return word
    }

    /// The operands in a word that this row matches.
    @inline(__always)
    func operands(of word: UInt32) -> InstructionOperands {
        InstructionOperands(word: word, fields: fields, immediate: immediate)
    }
}

/// The fields of an instruction word beside its immediate.
public struct InstructionFields: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Bits 11...7.
    public static let rd = InstructionFields(rawValue: 1)
    /// Bits 19...15.
    public static let rs1 = InstructionFields(rawValue: 2)
    /// Bits 24...20.
    public static let rs2 = InstructionFields(rawValue: 4)
    /// Bits 31...27.
    public static let rs3 = InstructionFields(rawValue: 8)
    /// Bits 14...12.
    public static let roundingMode = InstructionFields(rawValue: 16)
    /// Bits 26 (aq) and 25 (rl).
    public static let ordering = InstructionFields(rawValue: 32)
}

/// The operands of an instruction, as numbers: what an encoding holds beside its fixed bits.
public struct InstructionOperands: Sendable, Hashable {
    /// The destination register, 0...31.
    public var rd: UInt8 = 0
    /// The first source register, 0...31, or zimm.
    public var rs1: UInt8 = 0
    /// The second source register, 0...31.
    public var rs2: UInt8 = 0
    /// The third source register, 0...31.
    public var rs3: UInt8 = 0
    /// The rounding mode, 0...7.
    public var roundingMode: UInt8 = 0
    /// The acquire bit.
    public var aq = false
    /// The release bit.
    public var rl = false
    /// The immediate, in the unit that `DecodedInstruction.immediate` has.
    public var immediate: Int64 = 0

    /// Operands that are all zero.
    public init() {}

    @inline(__always)
    init(word: UInt32, fields: InstructionFields, immediate kind: ImmediateKind) {
        if fields.contains(.rd) { rd = UInt8(word >> 7 & 31) }
        if fields.contains(.rs1) { rs1 = UInt8(word >> 15 & 31) }
        if fields.contains(.rs2) { rs2 = UInt8(word >> 20 & 31) }
        if fields.contains(.rs3) { rs3 = UInt8(word >> 27) }
        if fields.contains(.roundingMode) { roundingMode = UInt8(word >> 12 & 7) }
        if fields.contains(.ordering) {
            aq = word >> 26 & 1 != 0
            rl = word >> 25 & 1 != 0
        }
        immediate = kind.extract(word)
    }
}
