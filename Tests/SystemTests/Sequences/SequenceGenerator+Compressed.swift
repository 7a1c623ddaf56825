/// The C extension (Unpriv. spec, "C" chapter; encodings of RV32C and RV64C).
extension SequenceGenerator {
    mutating func compressed() -> InstructionSequence.Item {
        let rd = compressedDestination()
        let fd = below(8)
        let rs2 = below(8)
        let full = max(1, destination())
        let other = 1 + below(31)
        let isWide = width == .bits64
        let six = below(64)
        /// An amount of a shift; RV32's have five bits.
        let amount = max(1, isWide ? six : six & 31)
        func item(_ bits: UInt32, _ text: String) -> InstructionSequence.Item {
            .straight([UInt16(truncatingIfNeeded: bits)], text)
        }
        /// A six-bit immediate in its usual places, 12 and 6-2.
        func scattered(_ value: UInt32) -> UInt32 { (value >> 5 & 1) << 12 | (value & 0x1F) << 2 }

        switch below(27) {
        case 0: return item(0x0001 | full << 7 | scattered(max(1, six)), "c.addi x\(full), \(max(1, six))")
        case 1 where isWide: return item(0x2001 | full << 7 | scattered(six), "c.addiw x\(full), \(six)")
        case 1, 2: return item(0x4001 | full << 7 | scattered(six), "c.li x\(full), \(six)")
        case 3: return item(0x6001 | full << 7 | scattered(max(1, six)), "c.lui x\(full), \(max(1, six))")
        case 4:
            // nzuimm[5:4|9:6|2|3]
            let value = 4 * (1 + below(255))
            let bits = (value >> 4 & 3) << 11 | (value >> 6 & 15) << 7 | (value >> 2 & 1) << 6 | (value >> 3 & 1) << 5
            return item(bits | rd << 2, "c.addi4spn x\(8 + rd), \(value)")
        case 5: return item(0x8001 | rd << 7 | scattered(amount), "c.srli x\(8 + rd), \(amount)")
        case 6: return item(0x8401 | rd << 7 | scattered(amount), "c.srai x\(8 + rd), \(amount)")
        case 7: return item(0x8801 | rd << 7 | scattered(six), "c.andi x\(8 + rd), \(six)")
        case 8: return item(0x8C01 | rd << 7 | rs2 << 2, "c.sub x\(8 + rd), x\(8 + rs2)")
        case 9: return item(0x8C21 | rd << 7 | rs2 << 2, "c.xor x\(8 + rd), x\(8 + rs2)")
        case 10: return item(0x8C41 | rd << 7 | rs2 << 2, "c.or x\(8 + rd), x\(8 + rs2)")
        case 12 where isWide: return item(0x9C01 | rd << 7 | rs2 << 2, "c.subw x\(8 + rd), x\(8 + rs2)")
        case 13 where isWide: return item(0x9C21 | rd << 7 | rs2 << 2, "c.addw x\(8 + rd), x\(8 + rs2)")
        case 11, 12, 13: return item(0x8C61 | rd << 7 | rs2 << 2, "c.and x\(8 + rd), x\(8 + rs2)")
        case 14: return item(0x0002 | full << 7 | scattered(amount), "c.slli x\(full), \(amount)")
        case 15: return item(0x8002 | full << 7 | other << 2, "c.mv x\(full), x\(other)")
        case 16: return item(0x9002 | full << 7 | other << 2, "c.add x\(full), x\(other)")
        // Register-based: the address is x8, offset[5:3] in 12-10, then [2|6] or [7:6] in 6-5.
        case 17: return item(0x4000 | rd << 2 | wordOffset(six & 31), "c.lw x\(8 + rd), \(4 * (six & 31))(x8)")
        case 18: return item(0xC000 | rs2 << 2 | wordOffset(six & 31), "c.sw x\(8 + rs2), \(4 * (six & 31))(x8)")
        case 19 where isWide:
            return item(0x6000 | rd << 2 | doubleOffset(six & 31), "c.ld x\(8 + rd), \(8 * (six & 31))(x8)")
        case 20 where isWide:
            return item(0xE000 | rs2 << 2 | doubleOffset(six & 31), "c.sd x\(8 + rs2), \(8 * (six & 31))(x8)")
        case 19: return item(0x6000 | fd << 2 | wordOffset(six & 31), "c.flw f\(8 + fd), \(4 * (six & 31))(x8)")
        case 20: return item(0xE000 | fd << 2 | wordOffset(six & 31), "c.fsw f\(8 + fd), \(4 * (six & 31))(x8)")
        case 21: return item(0x2000 | fd << 2 | doubleOffset(six & 31), "c.fld f\(8 + fd), \(8 * (six & 31))(x8)")
        case 22: return item(0xA000 | fd << 2 | doubleOffset(six & 31), "c.fsd f\(8 + fd), \(8 * (six & 31))(x8)")
        // Stack-pointer-based: offset[5] in 12, [4:2|7:6] or [4:3|8:6] in 6-2; stores have it in 12-7.
        case 23:
            let bits = (six >> 3 & 1) << 12 | (six & 7) << 4 | (six >> 4 & 3) << 2
            return !isWide && oneIn(2)
                ? item(0x6002 | other << 7 | bits, "c.flwsp f\(other), \(4 * six)(x2)")
                : item(0x4002 | full << 7 | bits, "c.lwsp x\(full), \(4 * six)(x2)")
        case 24:
            let bits = (six >> 2 & 1) << 12 | (six & 3) << 5 | (six >> 3 & 7) << 2
            return isWide && oneIn(2)
                ? item(0x6002 | full << 7 | bits, "c.ldsp x\(full), \(8 * six)(x2)")
                : item(0x2002 | other << 7 | bits, "c.fldsp f\(other), \(8 * six)(x2)")
        case 25:
            let bits = (six & 15) << 9 | (six >> 4 & 3) << 7
            return !isWide && oneIn(2)
                ? item(0xE002 | other << 2 | bits, "c.fswsp f\(other), \(4 * six)(x2)")
                : item(0xC002 | other << 2 | bits, "c.swsp x\(other), \(4 * six)(x2)")
        default:
            let bits = (six & 7) << 10 | (six >> 3 & 7) << 7
            return isWide && oneIn(2)
                ? item(0xE002 | other << 2 | bits, "c.sdsp x\(other), \(8 * six)(x2)")
                : item(0xA002 | other << 2 | bits, "c.fsdsp f\(other), \(8 * six)(x2)")
        }
    }

    private func wordOffset(_ index: UInt32) -> UInt32 {
        (index >> 1 & 7) << 10 | (index & 1) << 6 | (index >> 4 & 1) << 5
    }

    private func doubleOffset(_ index: UInt32) -> UInt32 { (index & 7) << 10 | (index >> 3 & 3) << 5 }
}
