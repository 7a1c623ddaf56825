import TandemCPU
import Testing

@Suite("The decoder")
struct DecoderTests {
    @Test("finds the row that a search through the whole table finds", arguments: XLEN.allCases)
    func agreesWithLinearSearch(xlen: XLEN) {
        let seed: UInt64 = 0x15a_0001
        print("decoder against linear search: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        let sets: [ExtensionSet] = [
            .all, .i, .g, [.i, .c, .zicsr], ExtensionSet.all.subtracting([.zicbop, .d, .zbb, .b]),
        ]
        for extensions in sets {
            let decoder = Decoder(xlen: xlen, extensions: extensions)
            for _ in 0..<4000 {
                let row = EncodingTable.rows[Int.random(in: 0..<EncodingTable.rows.count, using: &generator)]
                var word = UInt32.random(in: 0...UInt32.max, using: &generator) & ~row.mask | row.match
                if Bool.random(using: &generator) { word ^= 1 << UInt32.random(in: 2...31, using: &generator) }
                let expected = EncodingTable.rows.first {
                    $0.xlen.includes(xlen) && decoder.extensions.isSuperset(of: $0.requires)
                        && word & $0.mask == $0.match
                }
                let found = decoder.decode(word)
                #expect(found?.operation == expected?.operation, "0x\(String(word, radix: 16)) with \(extensions)")
                #expect(decoder.row(matching: word)?.mnemonic.description == expected?.mnemonic.description)
                #expect(found.map { $0.word == word && $0.raw == word && $0.length == 4 } ?? true)
            }
        }
    }

    @Test("reads back the operands that every row encodes", arguments: XLEN.allCases)
    func fields(xlen: XLEN) throws {
        let seed: UInt64 = 0x15a_0002
        print("operands of every row: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        let decoder = Decoder(xlen: xlen, extensions: .all)
        for row in EncodingTable.rows where row.xlen.includes(xlen) {
            for _ in 0..<50 {
                let operands = row.sampleOperands(using: &generator)
                let word = row.encode(operands)
                // Another row may be meant: a fence that is fence.tso, an ori that is a prefetch.
                guard decoder.row(matching: word)?.mnemonic.description == row.mnemonic.description else { continue }
                let found = try #require(decoder.decode(word))
                #expect(found.operation == row.operation)
                #expect(found.rd == operands.rd && found.rs1 == operands.rs1, "\(row.mnemonic)")
                #expect(found.rs2 == operands.rs2 && found.rs3 == operands.rs3, "\(row.mnemonic)")
                #expect(found.immediate == operands.immediate, "\(row.mnemonic)")
                #expect(found.roundingMode == operands.roundingMode, "\(row.mnemonic)")
                #expect(found.aq == operands.aq && found.rl == operands.rl, "\(row.mnemonic)")
            }
        }
    }

    /// Words whose fields were taken apart by hand from the formats of the manual (Unpriv. spec §2.3).
    @Test(
        "takes immediates apart as the manual draws them",
        arguments: [
            (0xfff5_0513, RISCVOperation.addi, -1), (0xfe20_ac23, .sw, -8), (0xfe00_0ee3, .beq, -4),
            (0x0000_0863, .beq, 16), (0xffdf_f06f, .jal, -4), (0x8000_006f, .jal, -0x100000),
            (0x0010_006f, .jal, 0x800), (0x1234_5537, .lui, 0x1234_5000), (0x8000_0537, .lui, -0x8000_0000),
            (0x03f5_1513, .slli, 63), (0x43f5_5513, .srai, 63), (0x3000_2573, .csrrs, 0x300),
            (0x0ff0_000f, .fence, 0xff), (0xfe05_6013, .prefetch_i, -32),
        ] as [(UInt32, RISCVOperation, Int64)])
    func immediates(word: UInt32, operation: RISCVOperation, immediate: Int64) {
        let found = Decoder(xlen: .rv64, extensions: .all).decode(word)
        #expect(found?.operation == operation)
        #expect(found?.immediate == immediate)
    }

    @Test(
        "rejects what the configuration lacks",
        arguments: [
            (0x02a5_0533, ExtensionSet.m), (0x100c_252f, .a), (0x0000_4501, .c), (0x0005_2507, .f), (0x0005_3507, .d),
            (0x3000_2573, .zicsr), (0x0000_100f, .zifencei), (0x20a5_2533, .zba), (0x60a5_1533, .zbb),
            (0x28a5_1533, .zbs), (0x0045_200f, .zicboz), (0x0005_200f, .zicbom), (0x00d0_0073, .zawrs),
            (0x16a5_0073, .svinval), (0x0000_2108, [.c, .d]),
        ] as [(UInt32, ExtensionSet)])
    func configuration(word: UInt32, needs: ExtensionSet) {
        #expect(Decoder(xlen: .rv64, extensions: [.i, needs]).decode(word) != nil)
        let without = ExtensionSet.all.subtracting(needs).subtracting(.b)
        // What implies the missing one goes as well.
        let reduced = without.subtracting(
            needs.contains(.f) || needs.contains(.zicsr) ? [.f, .d, .zicntr, .zihpm] : [])
        #expect(Decoder(xlen: .rv64, extensions: reduced).decode(word) == nil)
    }

    @Test("keeps instructions of one width away from the other")
    func widths() {
        let wide = Decoder(xlen: .rv64, extensions: .all)
        let narrow = Decoder(xlen: .rv32, extensions: .all)
        // ld, addiw, fmv.x.d, amoadd.d, and slli by 32.
        for word: UInt32 in [0x0005_3503, 0x0015_051b, 0xe205_0553, 0x00a5_352f, 0x0205_1513] {
            #expect(wide.decode(word) != nil)
            #expect(narrow.decode(word) == nil)
        }
        // zext.h and rev8 have an encoding for each width.
        #expect(wide.decode(0x0805_453b)?.operation == .zext_h)
        #expect(wide.decode(0x0805_4533) == nil)
        #expect(narrow.decode(0x0805_4533)?.operation == .zext_h)
        #expect(narrow.decode(0x6985_5513)?.operation == .rev8)
        #expect(wide.decode(0x6b85_5513)?.operation == .rev8)
    }

    /// Words that the listings of RV32 and RV64 read differently (Unpriv. spec, "RV32/64G Instruction Set Listings" and
    /// "RVC Instruction Set Listings"); nil where they are reserved.
    @Test(
        "reads the same bits as each width's listing has them",
        arguments: [
            (0x2505, RISCVOperation.jal, RISCVOperation.addiw), (0x6108, .flw, .ld), (0xe108, .fsw, .sd),
            (0x6502, .flw, .ld), (0xe02a, .fsw, .sd), (0x9d0d, nil, .subw), (0x9d2d, nil, .addw),
            (0x1502, nil, .slli), (0x9101, nil, .srli), (0x9501, nil, .srai), (0x2108, .fld, .fld),
            (0x1506, nil, .slli), (0x050a, .slli, .slli), (0x0005_3503, nil, .ld), (0x0006_6503, nil, .lwu),
            (0x00a5_3023, nil, .sd), (0x0005_3507, .fld, .fld), (0x01f5_1513, .slli, .slli),
            (0x0205_1513, nil, .slli), (0x0205_5513, nil, .srli), (0x4205_5513, nil, .srai),
            (0x00a5_053b, nil, .addw), (0x02a5_053b, nil, .mulw), (0x1005_352f, nil, .lr_d),
            (0x1005_252f, .lr_w, .lr_w), (0xc025_0553, nil, .fcvt_l_s), (0xd225_0553, nil, .fcvt_d_l),
            (0xc205_0553, .fcvt_w_d, .fcvt_w_d), (0xe205_0553, nil, .fmv_x_d), (0xf205_0553, nil, .fmv_d_x),
            (0xe005_0553, .fmv_x_w, .fmv_x_w), (0x0805_151b, nil, .slli_uw), (0x6005_5513, .rori, .rori),
            (0x6205_5513, nil, .rori), (0x4a05_1513, nil, .bclri), (0x4805_1513, .bclri, .bclri),
        ] as [(UInt32, RISCVOperation?, RISCVOperation?)])
    func listings(word: UInt32, narrow: RISCVOperation?, wide: RISCVOperation?) {
        #expect(Decoder(xlen: .rv32, extensions: .all).decode(word)?.operation == narrow)
        #expect(Decoder(xlen: .rv64, extensions: .all).decode(word)?.operation == wide)
    }

    @Test("treats hints as the instructions in whose space they lie, when their extension is absent")
    func hints() {
        let plain = Decoder(xlen: .rv64, extensions: .g)
        let full = Decoder(xlen: .rv64, extensions: .all)
        #expect(full.decode(0x0100_000f)?.operation == .pause)
        #expect(plain.decode(0x0100_000f)?.operation == .fence)
        #expect(full.decode(0x0015_6013)?.operation == .prefetch_r)
        let asOr = plain.decode(0x0015_6013)
        #expect(asOr?.operation == .ori)
        #expect(asOr?.rd == 0)
        #expect(full.decode(0x8330_000f)?.operation == .fence)
        #expect(full.decode(0x8330_000f)?.fenceMode == 8)
    }

    @Test("keeps reserved rounding modes for the executor to refuse", arguments: 0...7 as ClosedRange<UInt32>)
    func roundingModes(mode: UInt32) {
        let found = Decoder(xlen: .rv64, extensions: .all).decode(0x00b5_0553 | mode << 12)
        #expect(found?.operation == .fadd_s)
        #expect(found.map { UInt32($0.roundingMode) } == mode)
    }

    @Test("ignores the reserved fields of fences")
    func fences() {
        let decoder = Decoder(xlen: .rv64, extensions: .all)
        #expect(decoder.decode(0x0ff5_050f)?.operation == .fence)
        #expect(decoder.decode(0xffff_9f8f)?.operation == .fence_i)
    }
}
