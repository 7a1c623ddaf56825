import TandemCPU
import TandemTesting
import Testing

@Suite("The disassembler")
struct DisassemblerTests {
    @Test("prints text that assembles to the same word, for every row and random operands", arguments: XLEN.allCases)
    func roundTrip(xlen: XLEN) throws {
        let seed: UInt64 = 0x15a_0003
        print("disassembler round trip: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        let disassembler = Disassembler(xlen: xlen)
        let address: UInt64 = 0x8000_1000
        for row in EncodingTable.rows where row.xlen.includes(xlen) {
            var source = ""
            var words: [UInt32] = []
            for _ in 0..<12 {
                let word = row.encode(row.sampleOperands(using: &generator))
                source += disassembler.text(word, at: address + UInt64(4 * words.count)) + "\n"
                words.append(word)
            }
            let program = try GuestAssembler.program(source, at: address, xlen: xlen)
            #expect(program.words == words, "\(row.mnemonic)")
        }
    }

    @Test("prints compressed mnemonics that assemble to the same pattern", arguments: XLEN.allCases)
    func compressedRoundTrip(xlen: XLEN) throws {
        var disassembler = Disassembler(xlen: xlen)
        disassembler.showsCompressedMnemonics = true
        let decoder = Decoder(xlen: xlen, extensions: .all)
        // A prime step visits every row with many operands, and keeps the debug build quick.
        let patterns = stride(from: UInt32(0), to: 0x10000, by: 7).filter { $0 & 3 != 3 && decoder.decode($0) != nil }
        var source = ""
        for (index, pattern) in patterns.enumerated() {
            source += disassembler.text(pattern, at: 0x8000_0000 + UInt64(2 * index)) + "\n"
        }
        let bytes = try GuestAssembler.assemble(source, at: 0x8000_0000, xlen: xlen)
        var differences = 0
        for (index, pattern) in patterns.enumerated()
        where UInt32(bytes[2 * index]) | UInt32(bytes[2 * index + 1]) << 8 != pattern { differences += 1 }
        #expect(differences == 0)
        #expect(bytes.count == 2 * patterns.count)
    }

    @Test(
        "writes what objdump writes",
        arguments: [
            (0x0011_0113, "addi sp, sp, 1"), (0xff81_3503, "ld a0, -8(sp)"), (0x00a1_3423, "sd a0, 8(sp)"),
            (0x0005_0463, "beq a0, zero, 0x80000008 <start+0x8>"), (0x8000_0537, "lui a0, 0x80000"),
            (0x0000_00ef, "jal ra, 0x80000000 <start>"), (0x3000_2573, "csrrs a0, mstatus, zero"),
            (0x0ff0_000f, "fence iorw, iorw"), (0x8330_000f, "fence.tso"), (0x02b5_7553, "fadd.d fa0, fa0, fa1"),
            (0x02b5_1553, "fadd.d fa0, fa0, fa1, rtz"), (0x0eb5_252f, "amoswap.w.aqrl a0, a1, (a0)"),
            (0xd205_0553, "fcvt.d.w fa0, a0"), (0x3002_d073, "csrrwi zero, mstatus, 5"),
            (0x0005_200f, "cbo.inval (a0)"),
            (0x0015_6013, "prefetch.r 0(a0)"), (0x0000_4501, "addi a0, zero, 0"), (0, ".half 0x0"),
            (0xffff_ffff, ".word 0xffffffff"), (0x0100_000f, "pause"),
        ] as [(UInt32, String)])
    func samples(word: UInt32, text: String) {
        let disassembler = Disassembler(xlen: .rv64) { address in
            address >= 0x8000_0000 ? ("start", address - 0x8000_0000) : nil
        }
        #expect(disassembler.text(word, at: 0x8000_0000) == text)
    }

    @Test("shows compressed mnemonics on request")
    func compressed() {
        var disassembler = Disassembler(xlen: .rv64)
        disassembler.showsCompressedMnemonics = true
        #expect(disassembler.text(0x4501, at: 0) == "c.li a0, 0")
        #expect(disassembler.text(0x6105, at: 0) == "c.addi16sp sp, 32")
        #expect(disassembler.text(0x8082, at: 0) == "c.jr ra")
    }
}
