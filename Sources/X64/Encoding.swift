/// Where the operands of an instruction stand in its encoding. The names are those of the SDM's column "Op/En": R is the
/// field `reg` of ModRM, M its field `rm`, V the field `vvvv` of VEX, I an immediate, O a register in the opcode, D a
/// distance from the next instruction. The first letter is the destination.
@frozen
public enum Form: UInt8, Sendable, CaseIterable {
    /// No operand.
    case zo
    case rm, mr
    /// An immediate of the operand's size, at most four bytes.
    case mi
    /// An immediate of one byte, sign-extended.
    case mi8
    case rmi, rmi8
    case m, o
    /// An immediate of the operand's full size.
    case oi
    case d8, d32
    case rvm, rmv, vm
    case rvmi, vmi
    /// A fourth register, in the upper half of an immediate byte.
    case rvmr
    /// The operand M is a general register or memory, the others are vectors.
    case rmFromGeneral, mrToGeneral, rvmGeneral, rvmiGeneral
    /// The operand R is a general register, M a vector.
    case rmToGeneral
}

/// The bytes of an instruction that do not depend on its operands, and the rules for those that do, in one word.
@frozen
public struct Encoding: Equatable, Sendable {
    /// What stands between the prefixes and the opcode byte. The raw value is VEX's field `mmmmm`.
    enum Map: UInt32 { case one, x0F, x0F38, x0F3A }

    /// The mandatory prefix. The raw value is VEX's field `pp`.
    enum Prefix: UInt32 { case none, x66, xF3, xF2 }

    /// How large the operand M is when it is memory; `none` where nothing is read, `width` where it is the operand size.
    enum Extent: UInt32 { case width, byte, word, long, quad, vector, none }

    /// What else is true of an encoding.
    struct Traits: OptionSet {
        let rawValue: UInt32
        static let vex = Traits(rawValue: 1 << 16)
        /// The bit W is set whatever the width.
        static let wide = Traits(rawValue: 1 << 17)
        /// A condition code is added to the opcode.
        static let condition = Traits(rawValue: 1 << 18)
        /// The count is in cl, which the encoding does not mention.
        static let byCL = Traits(rawValue: 1 << 19)
        static let memoryOnly = Traits(rawValue: 1 << 20)
        static let registerOnly = Traits(rawValue: 1 << 21)
    }

    /// The operand sizes of an instruction where the encoding expresses them: byte by an even opcode, word by the prefix
    /// 66, quad by the bit W.
    struct Widths: OptionSet {
        let rawValue: UInt32
        static let byte = Widths(rawValue: 1 << 22)
        static let word = Widths(rawValue: 1 << 23)
        static let long = Widths(rawValue: 1 << 24)
        static let quad = Widths(rawValue: 1 << 25)
        static let all: Widths = [.byte, .word, .long, .quad]
        static let wlq: Widths = [.word, .long, .quad]
        static let lq: Widths = [.long, .quad]
    }

    let bits: UInt32

    private static let digitShift: UInt32 = 12
    private static let noDigit: UInt32 = 0xf
    private static let extentShift: UInt32 = 26
    private static let present: UInt32 = 1 << 31

    init(
        _ prefix: Prefix, _ map: Map, _ opcode: UInt8, digit: UInt8? = nil, _ widths: Widths, _ extent: Extent,
        _ traits: Traits
    ) {
        var bits = UInt32(opcode) | map.rawValue << 8 | prefix.rawValue << 10
        bits |= (digit.map { UInt32($0) } ?? Self.noDigit) << Self.digitShift
        bits |= widths.rawValue | traits.rawValue | extent.rawValue << Self.extentShift
        self.bits = bits | Self.present
    }

    private init(bits: UInt32) { self.bits = bits }

    /// No encoding: an operation without this form.
    static let absent = Encoding(bits: 0)

    @inline(__always) var isPresent: Bool { bits & Self.present != 0 }
    @inline(__always) var opcode: UInt8 { UInt8(truncatingIfNeeded: bits) }
    @inline(__always) var mapBits: UInt8 { UInt8(truncatingIfNeeded: bits >> 8) & 3 }
    @inline(__always) var prefixBits: UInt8 { UInt8(truncatingIfNeeded: bits >> 10) & 3 }
    @inline(__always) var hasDigit: Bool { digit != UInt8(Self.noDigit) }
    /// The constant in the field `reg` of ModRM.
    @inline(__always) var digit: UInt8 { UInt8(truncatingIfNeeded: bits >> Self.digitShift) & 15 }
    @inline(__always) func has(_ trait: Traits) -> Bool { bits & trait.rawValue != 0 }
    @inline(__always) func has(_ width: Widths) -> Bool { bits & width.rawValue != 0 }
    @inline(__always) func allows(_ width: Width) -> Bool { bits & Widths.byte.rawValue << UInt32(width.rawValue) != 0 }
    /// Whether the width is part of the encoding at all.
    @inline(__always) var isSized: Bool { bits & Widths.all.rawValue != 0 }
    @inline(__always) private var extentBits: UInt32 { bits >> Self.extentShift & 7 }
    /// Whether the operand M is a byte register whatever the width: numbers 4 to 7 then need a REX prefix.
    @inline(__always) var readsByte: Bool { extentBits == Extent.byte.rawValue }
    var extent: Extent { Extent(rawValue: extentBits) ?? .width }
}
