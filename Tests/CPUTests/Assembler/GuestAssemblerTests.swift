import TandemCPU
import TandemTesting
import Testing

@Suite("The guest assembler")
struct GuestAssemblerTests {
    /// Words that LLVM's assembler gives for the same text.
    @Test(
        "expands pseudo-instructions as other assemblers do",
        arguments: [
            ("nop", [0x0000_0013]), ("mv a0, a1", [0x0005_8513]), ("not a0, a1", [0xfff5_c513]),
            ("neg a0, a1", [0x40b0_0533]), ("seqz a0, a1", [0x0015_b513]), ("snez a0, a1", [0x00b0_3533]),
            ("sext.w a0, a1", [0x0005_851b]), ("zext.w a0, a1", [0x0805_853b]), ("ret", [0x0000_8067]),
            ("jr a0", [0x0005_0067]), ("jalr a0", [0x0005_00e7]), ("jalr a1, a0", [0x0005_05e7]),
            ("jalr a1, a0, 4", [0x0045_05e7]), ("csrr a0, mhartid", [0xf140_2573]), ("csrw mtvec, a0", [0x3055_1073]),
            ("csrsi mstatus, 8", [0x3004_6073]), ("fmv.d fa0, fa1", [0x22b5_8553]), ("fneg.s fa0, fa1", [0x20b5_9553]),
            ("fence", [0x0ff0_000f]), ("fence rw, w", [0x0310_000f]), ("sfence.vma", [0x1200_0073]),
            ("unimp", [0xc000_1073]), ("lr.w.aq a0, (a1)", [0x1405_a52f]),
            ("amoadd.d.aqrl a0, a2, 0(a1)", [0x06c5_b52f]),
            ("fadd.d fa0, fa1, fa2, rup", [0x02c5_b553]), ("fcvt.w.d a0, fa1, rtz", [0xc205_9553]),
            ("fcvt.d.w fa0, a1", [0xd205_8553]), ("jal 0x10", [0x0100_00ef]), ("bgtz a0, 8", [0x00a0_4463]),
            ("lw a0, (sp)", [0x0001_2503]), ("prefetch.w 32(a0)", [0x0235_6013]), ("c.li a0, 1", [0x4505]),
            ("lui a0, %hi(0x12345fff)", [0x1234_6537]), ("addi a0, a0, %lo(0x12345fff)", [0xfff5_0513]),
        ] as [(String, [UInt32])])
    func pseudo(source: String, words: [UInt32]) throws {
        #expect(try GuestAssembler.program(source, at: 0, xlen: .rv64).words == words)
    }

    @Test("knows labels in both directions, constants and the place where it stands")
    func labels() throws {
        let program = try GuestAssembler.program(
            """
            # Counts down.
                    .equ    count, 2 * (3 + 1)      // eight
            start:  li      a0, count
            1:      addi    a0, a0, -1
                    bnez    a0, 1b ; beqz a0, 1f
                    j       start
            1:      la      a1, message
                    call    start
                    j       .
                    .align  3
            message: .asciz "Hi\\n"
                    .byte   'A', end - message
            end:
            """, at: 0x8000_0000, xlen: .rv64)
        #expect(
            program.words[..<10] == [
                0x0080_0513, 0xfff5_0513, 0xfe05_1ee3, 0x0005_0463, 0xff1f_f06f,
                0x0000_0597, 0x0145_8593, 0x0000_0097, 0xfe40_80e7, 0x0000_006f,
            ])
        #expect(program.value(of: "message") == 0x8000_0028)
        #expect(program.value(of: "count") == 8)
        #expect(Array(program.bytes[0x28...]) == [0x48, 0x69, 0x0a, 0, 0x41, 6])
    }

    @Test("writes data, space and alignment")
    func data() throws {
        let bytes = try GuestAssembler.assemble(
            """
                .byte 1, -1
                .half 0x1234
                .word 0xdeadbeef
                .dword -2
                .space 2, 0xaa
                .balign 4
                .org 0x118
                .ascii "a\\x01"
            """, at: 0x100, xlen: .rv64)
        #expect(
            bytes == [
                1, 0xff, 0x34, 0x12, 0xef, 0xbe, 0xad, 0xde, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xaa, 0xaa,
                1, 0, 0, 0, 0, 0, 0x61, 1,
            ])
    }

    @Test("computes with the operators and precedence of C")
    func expressions() throws {
        let source =
            ".dword 1 + 2 * 3, (1 + 2) * 3, 1 << 4 | 3, ~0 & 0xff, -7 / 2, 10 % 4, 6 ^ 3, 0xf0 >> 4, 0b101, 'z'"
        let bytes = try GuestAssembler.assemble(source, at: 0, xlen: .rv64)
        let values = stride(from: 0, to: bytes.count, by: 8).map { start in
            bytes[start..<start + 8].reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
        }
        #expect(values == [7, 9, 19, 255, -3, 2, 5, 15, 5, 122])
    }

    @Test("builds any constant", arguments: XLEN.allCases)
    func loadImmediate(xlen: XLEN) throws {
        let seed: UInt64 = 0x15a_0004
        print("constants: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        var values: [Int64] = [0, 1, -1, 2047, 2048, -2048, -2049, 0x7fff_f7ff, 0x7fff_ffff, -0x8000_0000]
        if xlen == .rv64 { values += [0x8000_0000, 0xffff_ffff, .max, .min, 0x8000_0000_0000, 0x1234_5678_9abc_def0] }
        for _ in 0..<300 {
            let value = Int64.random(in: .min ... .max, using: &generator)
            let shift = Int64.random(in: xlen == .rv64 ? 0...63 : 32...63, using: &generator)
            values.append(value >> shift)
            values.append(xlen == .rv64 ? value << shift : Int64(Int32(truncatingIfNeeded: value)))
        }
        for value in values {
            let words = try GuestAssembler.program("li t0, \(value)", at: 0, xlen: xlen).words
            #expect(words.count <= (xlen == .rv64 ? 8 : 2))
            #expect(run(words, xlen: xlen) == value, "li t0, \(value)")
        }
    }

    /// Executes the four instructions of which constants are built.
    private func run(_ words: [UInt32], xlen: XLEN) -> Int64? {
        let decoder = Decoder(xlen: xlen, extensions: .i)
        var register: Int64 = 0
        for word in words {
            guard let instruction = decoder.decode(word), instruction.rd == 5 else { return nil }
            let source = instruction.rs1 == 5 ? register : 0
            switch instruction.operation {
            case .lui: register = instruction.immediate
            case .addi: register = source &+ instruction.immediate
            case .addiw: register = Int64(Int32(truncatingIfNeeded: source &+ instruction.immediate))
            case .slli: register = source << instruction.immediate
            default: return nil
            }
            if xlen == .rv32 { register = Int64(Int32(truncatingIfNeeded: register)) }
        }
        return register
    }

    @Test("pairs %pcrel_lo with the auipc that it names")
    func relocations() throws {
        let words = try GuestAssembler.program(
            """
            1:  auipc a0, %pcrel_hi(far)
                nop
                ld    a1, %pcrel_lo(1b)(a0)
                ld    a2, far
                .equ  far, 0x80012804
            """, at: 0x8000_0000, xlen: .rv64
        ).words
        #expect(words == [0x0001_3517, 0x0000_0013, 0x8045_3583, 0x0001_2617, 0x7f86_3603])
    }

    @Test(
        "says where the source is wrong and what was expected",
        arguments: [
            ("nop\naddi a0, a0, 2048", 2, "expected -2048...2047"), ("addi a0, a0", 1, "expected rd, rs1, immediate"),
            ("adi a0, a0, 1", 1, "did you mean add, addi"), ("lw a0, a1, 4", 1, "expected rd, immediate(rs1)"),
            ("lw a0, 4(x32)", 1, "expected x0...x31"), ("beq a0, a1, 0x10000", 1, "the target is 65536 bytes away"),
            ("j nowhere", 1, "'nowhere' is not defined"), ("a:\n\na:", 3, "'a' is defined twice"),
            ("j 1f\n1: j 2b", 2, "no label '2:' before"), (".word 1 +", 1, "expected a number"),
            (".word (1", 1, "expected ')'"), (".asciz Hi", 1, "double quotes"), (".foo", 1, "expected .byte"),
            ("fadd.s fa0, fa1, a0", 1, "not a floating-point register"),
            ("csrrw a0, mfoo, a0", 1, "'mfoo' is not defined"),
            ("slli a0, a0, 64", 1, "expected 0...63"), ("fence x, y", 1, "expected letters of iorw"),
            ("c.lw a0, 3(a1)", 1, "no 16-bit form"), ("c.addi4spn a0, sp, 0", 1, "reserved"),
            (".byte 256", 1, "does not fit 8 bits"), ("li a0, later\nlater:", 1, "must be known"),
            ("fadd.s fa0, fa1, fa2, up", 1, "expected rne"), ("lr.w a0, 4(a1)", 1, "without an offset"),
            ("prefetch.r 16(a0)", 1, "a multiple of 32"), ("la a0, 0x7fffffffffff", 1, "expected less than 2 GiB"),
        ])
    func errors(source: String, line: Int, part: String) {
        let error = #expect(throws: AssemblerError.self) {
            try GuestAssembler.assemble(source, at: 0, xlen: .rv64) as [UInt8]
        }
        #expect(error?.line == line)
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    }

    @Test("refuses instructions of the other width by name")
    func widths() {
        let error = #expect(throws: AssemblerError.self) { try GuestAssembler.assemble("ld a0, 0(a1)", xlen: .rv32) }
        #expect(error?.reason == "'ld' exists on rv64 only")
    }

    @Test("takes a single instruction")
    func single() throws {
        #expect(try GuestAssembler.assemble("add a0, a1, a2") == 0x00c5_8533)
        #expect(try GuestAssembler.assemble("c.nop") == 0x0001)
        #expect(throws: AssemblerError.self) { try GuestAssembler.assemble("la a0, 0x1000") }
    }
}
