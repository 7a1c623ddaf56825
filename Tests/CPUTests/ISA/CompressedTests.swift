import TandemCPU
import Testing

@Suite("Compressed instructions")
struct CompressedTests {
    @Test("expand as the manual's formats say, all 49152 patterns of them", arguments: XLEN.allCases)
    func everyPattern(xlen: XLEN) {
        let decoder = Decoder(xlen: xlen, extensions: .all)
        var legal = 0
        var differences: [String] = []
        for word in 0..<UInt32(0x10000) where word & 3 != 3 {
            // What follows in memory must not matter.
            let found = decoder.decode(word | 0xa5a5_0000)
            let expected = CompressedReference(word, is64: xlen == .rv64).expansion
            if found?.word != expected || found.map({ $0.raw != word || $0.length != 2 }) ?? false {
                differences.append(String(word, radix: 16))
            }
            // The fields are those of the expansion.
            if let found, let base = decoder.decode(found.word) {
                legal += 1
                var same = base
                same.raw = word
                same.length = 2
                if same != found { differences.append(String(word, radix: 16)) }
            } else if found != nil {
                differences.append(String(word, radix: 16))
            }
        }
        #expect(differences.isEmpty, "\(differences.count) patterns differ: \(differences.prefix(10))")
        // As many as LLVM 21 accepts of RV64GC and RV32GC, hints included.
        #expect(legal == (xlen == .rv64 ? Self.legal64 : Self.legal32))
    }

    private static let legal64 = 46743
    private static let legal32 = 45207

    @Test("encode to the same pattern again", arguments: XLEN.allCases)
    func encode(xlen: XLEN) {
        let decoder = Decoder(xlen: xlen, extensions: .all)
        for word in 0..<UInt16.max where word & 3 != 3 {
            guard let row = decoder.compressedRow(matching: word), let found = decoder.decode(UInt32(word)) else {
                continue
            }
            var operands = InstructionOperands()
            operands.rd = found.rd
            operands.rs1 = found.rs1
            operands.rs2 = found.rs2
            operands.immediate = found.immediate
            if row.encode(operands) != word { Issue.record("\(row.mnemonic) 0x\(String(word, radix: 16))") }
        }
    }

    @Test("are illegal without C, and loads of floating point without F or D")
    func configuration() {
        let none = Decoder(xlen: .rv64, extensions: .g)
        for word in 0..<UInt32(0x10000) where word & 3 != 3 { #expect(none.decode(word) == nil) }
        let integer = Decoder(xlen: .rv32, extensions: [.i, .c])
        // c.fld, c.flw, c.fsd, c.fsw and their forms on the stack.
        for word: UInt32 in [0x2000, 0x6000, 0xa000, 0xe000, 0x2002, 0x6002, 0xa002, 0xe002] {
            #expect(integer.decode(word) == nil)
            #expect(Decoder(xlen: .rv32, extensions: .all).decode(word) != nil)
        }
    }
}

/// A second formulation of RV32C and RV64C: the manual's tables as nested choices on the bits, expansions put together
/// from the base formats. Shares nothing with the table under test.
private struct CompressedReference {
    private let word: UInt32
    private let is64: Bool

    init(_ word: UInt32, is64: Bool) {
        self.word = word
        self.is64 = is64
    }

    private func bits(_ high: UInt32, _ low: UInt32) -> UInt32 { word >> low & (1 << (high - low + 1) - 1) }
    private func bit(_ index: UInt32, to place: UInt32) -> UInt32 { (word >> index & 1) << place }

    private var full: UInt32 { bits(11, 7) }
    private var second: UInt32 { bits(6, 2) }
    private var shortHigh: UInt32 { bits(9, 7) + 8 }
    private var shortLow: UInt32 { bits(4, 2) + 8 }

    private func iType(_ imm: UInt32, _ rs1: UInt32, _ f3: UInt32, _ rd: UInt32, _ op: UInt32) -> UInt32 {
        imm << 20 | rs1 << 15 | f3 << 12 | rd << 7 | op
    }

    private func sType(_ imm: UInt32, _ rs2: UInt32, _ rs1: UInt32, _ f3: UInt32, _ op: UInt32) -> UInt32 {
        (imm >> 5) << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | (imm & 31) << 7 | op
    }

    private func rType(_ f7: UInt32, _ rs2: UInt32, _ rs1: UInt32, _ f3: UInt32, _ rd: UInt32, _ op: UInt32) -> UInt32 {
        f7 << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | rd << 7 | op
    }

    private func jump(_ rd: UInt32) -> UInt32 {
        var imm = bit(12, to: 11) | bit(11, to: 4) | bits(10, 9) << 8 | bit(8, to: 10) | bit(7, to: 6) | bit(6, to: 7)
        imm |= bits(5, 3) << 1 | bit(2, to: 5)
        let sign: UInt32 = word >> 12 & 1
        let upper: UInt32 = sign == 1 ? 0x800f_f000 : 0
        // imm[20] and imm[19:12] are all copies of the sign; imm[11] stands at bit 20, imm[10:1] at 30...21.
        return upper | (imm >> 1 & 0x3ff) << 21 | (imm >> 11 & 1) << 20 | rd << 7 | 0x6f
    }

    private func branch(_ f3: UInt32) -> UInt32 {
        let imm = bit(12, to: 8) | bits(11, 10) << 3 | bits(6, 5) << 6 | bits(4, 3) << 1 | bit(2, to: 5)
        let sign: UInt32 = word >> 12 & 1
        // imm[12] and imm[10:9] copy the sign, imm[8:5] follow; imm[4:1] and imm[11] stand below.
        let top = sign << 31 | sign << 30 | sign << 29 | (imm >> 5 & 0xf) << 25
        return top | shortHigh << 15 | f3 << 12 | (imm >> 1 & 0xf) << 8 | sign << 7 | 0x63
    }

    private var signedSix: UInt32 { (word >> 12 & 1 == 1 ? 0xfe0 : 0) | bits(6, 2) }

    private var wordOffset: UInt32 { bits(12, 10) << 3 | bit(6, to: 2) | bit(5, to: 6) }
    private var doubleOffset: UInt32 { bits(12, 10) << 3 | bits(6, 5) << 6 }

    /// The base instruction, or nil where the pattern is reserved.
    var expansion: UInt32? {
        switch bits(1, 0) {
        case 0: quadrant0
        case 1: quadrant1
        default: quadrant2
        }
    }

    private var quadrant0: UInt32? {
        switch bits(15, 13) {
        case 0:
            let imm = bits(12, 11) << 4 | bits(10, 7) << 6 | bit(6, to: 2) | bit(5, to: 3)
            return imm == 0 ? nil : iType(imm, 2, 0, shortLow, 0x13)
        case 1: return iType(doubleOffset, shortHigh, 3, shortLow, 0x07)
        case 2: return iType(wordOffset, shortHigh, 2, shortLow, 0x03)
        case 3:
            return is64
                ? iType(doubleOffset, shortHigh, 3, shortLow, 0x03) : iType(wordOffset, shortHigh, 2, shortLow, 0x07)
        case 4: return nil
        case 5: return sType(doubleOffset, shortLow, shortHigh, 3, 0x27)
        case 6: return sType(wordOffset, shortLow, shortHigh, 2, 0x23)
        default:
            return is64
                ? sType(doubleOffset, shortLow, shortHigh, 3, 0x23) : sType(wordOffset, shortLow, shortHigh, 2, 0x27)
        }
    }

    private var quadrant1: UInt32? {
        switch bits(15, 13) {
        case 0: return iType(signedSix, full, 0, full, 0x13)
        case 1:
            if !is64 { return jump(1) }
            return full == 0 ? nil : iType(signedSix, full, 0, full, 0x1b)
        case 2: return iType(signedSix, 0, 0, full, 0x13)
        case 3:
            if full == 2 {
                var imm = bit(6, to: 4) | bit(5, to: 6) | bits(4, 3) << 7 | bit(2, to: 5)
                if word >> 12 & 1 == 1 { imm |= 0xe00 }
                return imm == 0 ? nil : iType(imm, 2, 0, 2, 0x13)
            }
            let imm = bits(6, 2) | (word >> 12 & 1 == 1 ? 0xfffe0 : 0)
            return imm == 0 ? nil : imm << 12 | full << 7 | 0x37
        case 4: return arithmetic
        case 5: return jump(0)
        case 6: return branch(0)
        default: return branch(1)
        }
    }

    private var arithmetic: UInt32? {
        let register = shortHigh
        let amount = bit(12, to: 5) | bits(6, 2)
        switch bits(11, 10) {
        case 0: return !is64 && amount > 31 ? nil : iType(amount, register, 5, register, 0x13)
        case 1: return !is64 && amount > 31 ? nil : iType(0x400 | amount, register, 5, register, 0x13)
        case 2: return iType(signedSix, register, 7, register, 0x13)
        default:
            switch (word >> 12 & 1, bits(6, 5)) {
            case (0, 0): return rType(0x20, shortLow, register, 0, register, 0x33)
            case (0, 1): return rType(0, shortLow, register, 4, register, 0x33)
            case (0, 2): return rType(0, shortLow, register, 6, register, 0x33)
            case (0, 3): return rType(0, shortLow, register, 7, register, 0x33)
            case (1, 0): return is64 ? rType(0x20, shortLow, register, 0, register, 0x3b) : nil
            case (1, 1): return is64 ? rType(0, shortLow, register, 0, register, 0x3b) : nil
            default: return nil
            }
        }
    }

    private var quadrant2: UInt32? {
        let wordLoad = bit(12, to: 5) | bits(6, 4) << 2 | bits(3, 2) << 6
        let doubleLoad = bit(12, to: 5) | bits(6, 5) << 3 | bits(4, 2) << 6
        let wordStore = bits(12, 9) << 2 | bits(8, 7) << 6
        let doubleStore = bits(12, 10) << 3 | bits(9, 7) << 6
        switch bits(15, 13) {
        case 0:
            let amount = bit(12, to: 5) | bits(6, 2)
            return !is64 && amount > 31 ? nil : iType(amount, full, 1, full, 0x13)
        case 1: return iType(doubleLoad, 2, 3, full, 0x07)
        case 2: return full == 0 ? nil : iType(wordLoad, 2, 2, full, 0x03)
        case 3:
            if !is64 { return iType(wordLoad, 2, 2, full, 0x07) }
            return full == 0 ? nil : iType(doubleLoad, 2, 3, full, 0x03)
        case 4:
            switch (word >> 12 & 1, full, second) {
            case (0, 0, 0): return nil
            case (0, _, 0): return iType(0, full, 0, 0, 0x67)
            case (0, _, _): return rType(0, second, 0, 0, full, 0x33)
            case (_, 0, 0): return 0x0010_0073
            case (_, _, 0): return iType(0, full, 0, 1, 0x67)
            default: return rType(0, second, full, 0, full, 0x33)
            }
        case 5: return sType(doubleStore, second, 2, 3, 0x27)
        case 6: return sType(wordStore, second, 2, 2, 0x23)
        default: return is64 ? sType(doubleStore, second, 2, 3, 0x23) : sType(wordStore, second, 2, 2, 0x27)
        }
    }
}
