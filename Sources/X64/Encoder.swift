/// Writes the parts of one instruction, one after the other, at a place with room for the longest.
///
/// It is a copy of the assembler's place that lives in registers while an instruction is written: stores through a raw
/// pointer could change the assembler as far as the compiler knows, and would make it reload its fields at each byte.
struct Encoder {
    /// Where the next byte goes.
    var next: UnsafeMutableRawPointer
    /// What is added to a written address to give the address that the byte is executed at.
    let executionBias: Int

    @inline(__always)
    mutating func byte(_ value: UInt8) {
        next.storeBytes(of: value, as: UInt8.self)
        next += 1
    }

    @inline(__always)
    mutating func long(_ value: Int32) {
        next.storeBytes(of: value, as: Int32.self)
        next += 4
    }

    /// Everything before the opcode, and the opcode itself.
    ///
    /// `reg`, `index` and `rm` are the full register numbers of the fields that the prefixes extend; `forcesREX` is set for
    /// byte registers 4 to 7, which mean ah to bh without a REX prefix (SDM volume 2, §2.2.1.2 and table 3-2).
    @inline(__always)
    mutating func opcode(
        _ encoding: Encoding, _ width: Width, added: UInt8 = 0, reg: UInt8, index: UInt8, rm: UInt8, vvvv: UInt8,
        forcesREX: Bool
    ) {
        let isWide = encoding.has(.wide) || (width == .quad && encoding.has(Encoding.Widths.quad))
        if encoding.has(.vex) {
            vex(encoding, isWide: isWide, reg: reg, index: index, rm: rm, vvvv: vvvv)
            byte(encoding.opcode)
            return
        }
        if width == .word && encoding.has(Encoding.Widths.word) { byte(0x66) }
        // 66, F3, F2 in the order of the field `pp`.
        let prefix = encoding.prefixBits
        if prefix != 0 { byte(UInt8(truncatingIfNeeded: 0xf2_f3_66 >> ((UInt32(prefix) &- 1) &* 8))) }
        let extensions = (reg >> 3 & 1) << 2 | (index >> 3 & 1) << 1 | rm >> 3 & 1 | (isWide ? 8 : 0)
        if extensions != 0 || forcesREX { byte(0x40 | extensions) }
        let map = encoding.mapBits
        if map != 0 {
            byte(0x0f)
            if map != 1 { byte(map == 2 ? 0x38 : 0x3a) }
        }
        let isByte: UInt8 = width == .byte && encoding.has(Encoding.Widths.byte) ? 1 : 0
        byte((encoding.opcode &- isByte) &+ added)
    }

    /// SDM volume 2, §2.3.5: the prefix C5 where it can say everything, else C4. Register bits are stored inverted.
    @inline(__always)
    private mutating func vex(
        _ encoding: Encoding, isWide: Bool, reg: UInt8, index: UInt8, rm: UInt8, vvvv: UInt8
    ) {
        let last = (~vvvv & 15) << 3 | encoding.prefixBits
        let r = (~reg >> 3 & 1) << 7
        if !isWide && encoding.mapBits == 1 && (index | rm) & 8 == 0 {
            byte(0xc5)
            byte(r | last)
        } else {
            byte(0xc4)
            byte(r | (~index >> 3 & 1) << 6 | (~rm >> 3 & 1) << 5 | encoding.mapBits)
            byte(last | (isWide ? 0x80 : 0))
        }
    }

    /// ModRM for a register.
    @inline(__always)
    mutating func modRM(reg: UInt8, rm: UInt8) {
        byte(0xc0 | (reg & 7) << 3 | rm & 7)
    }

    /// ModRM, SIB and the displacement for memory (SDM volume 2, tables 2-2 and 2-3).
    ///
    /// `trailing` is the number of immediate bytes that follow: an operand relative to the instruction pointer counts from
    /// the end of the instruction.
    @inline(__always)
    mutating func modRM(reg: UInt8, _ memory: Memory, trailing: Int) {
        let field = (reg & 7) << 3
        if memory.isRelative {
            byte(field | 5)
            let end = Int(bitPattern: next) &+ executionBias &+ 4 &+ trailing
            let distance = memory.offset &- end
            precondition(
                distance == Int(Int32(truncatingIfNeeded: distance)), "the operand is within 2 GiB of the code")
            long(Int32(truncatingIfNeeded: distance))
            return
        }
        let displacement = Int32(truncatingIfNeeded: memory.offset)
        let hasIndex = memory.indexCode != Memory.none
        guard memory.baseCode != Memory.none else {
            byte(field | 4)
            byte(memory.scale << 6 | (hasIndex ? (memory.indexCode & 7) << 3 : 4 << 3) | 5)
            long(displacement)
            return
        }
        let base = memory.baseCode & 7
        let isShort = displacement == Int32(Int8(truncatingIfNeeded: displacement))
        // rbp and r13 without a displacement would mean something else: they get a displacement of zero.
        let mod: UInt8 = displacement == 0 && base != 5 ? 0 : isShort ? 0x40 : 0x80
        if hasIndex || base == 4 {
            byte(mod | field | 4)
            byte(memory.scale << 6 | (hasIndex ? (memory.indexCode & 7) << 3 : 4 << 3) | base)
        } else {
            byte(mod | field | base)
        }
        if mod == 0x40 {
            byte(UInt8(truncatingIfNeeded: displacement))
        } else if mod == 0x80 {
            long(displacement)
        }
    }

    /// An immediate of `width`, at most four bytes of it: those of a quad are sign-extended by the processor.
    @inline(__always)
    mutating func immediate(_ value: Int32, _ width: Width) {
        switch width {
        case .byte: byte(UInt8(truncatingIfNeeded: value))
        case .word:
            byte(UInt8(truncatingIfNeeded: value))
            byte(UInt8(truncatingIfNeeded: value >> 8))
        case .long, .quad: long(value)
        }
    }

    /// The size of what ``immediate(_:_:)`` writes.
    @inline(__always)
    static func immediateSize(_ width: Width) -> Int { min(width.byteCount, 4) }
}
