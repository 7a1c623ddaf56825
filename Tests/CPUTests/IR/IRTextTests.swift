import Testing

@testable import TandemCPU

@Suite("The textual form of blocks")
struct IRTextTests {
    @Test("prints what the documentation shows, and reads it back")
    func example() throws {
        let text = """
            block 0x80000000
            @0 0x80000000 +4
                add.i64 r10, r11, 5
            @1 0x80000004 +4
                load64 r1, [r2+8]
            @2 0x80000008 +4
                store64 [r2-8], r1
            @3 0x8000000c +2
                floatMulAdd.f64 t0, r33, r34, r35, rtz
                boxFloat32 r36, t0
            @4 0x8000000e +4
                addShifted.i32 r3, r4, 0x123456789 << 3
            @5 0x80000012 +4
                atomicAdd.i32.big _, [r2], -1
            @6 0x80000016 +4
                guestCall r5, csrRead(0xc0002573), 0, 0
            @7 0x8000001a +4
                leaveLessUnsigned.i32 r1, 7, 0x40
            @8 0x8000001e +2
                leaveUnlessTarget r1, 0xffffffff80000020
            @9 0x80000020 +4
                branch.i64 lessSigned r1, zero, 0x80000000, 0x80000024

            """
        let block = try IRParser.block(text, functions: RISCVFunction.names)
        #expect(block.boundaries.count == 10)
        #expect(block.instructions.count == 10)
        #expect(block.instructions[6].order == .big)
        #expect(IRPrinter(functions: RISCVFunction.names).text(block) == text)
    }

    @Test("reads back every block that it prints, exactly")
    func roundTrip() throws {
        let seed: UInt64 = 0x1_7e47
        print("round trip of blocks: seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        for _ in 0..<600 {
            let block = IRBlock.random(using: &generator)
            let text = IRPrinter().text(block)
            #expect(try IRParser.block(text) == block, "\(text)")
            #expect(IRVerifier(allowsTraces: true).violations(of: block) == [], "\(text)")
        }
    }

    @Test("has a row for every opcode, in order, under its own name", arguments: IROpcode.allCases)
    func table(opcode: IROpcode) {
        #expect(IROpcodeTable[opcode].opcode == opcode)
        #expect(IROpcodeTable[opcode].name == "\(opcode)")
        #expect(IROpcodeTable.opcode(named: "\(opcode)") == opcode)
    }

    @Test("lets comments and blank lines stand anywhere")
    func comments() throws {
        let block = try IRParser.block(
            """

            # before
            block 0x10   # here

            @0 0x10 +4
                move.i64 r1, 0xffffffffffffffff # a constant
              # between
                jump 16
            # after
            """)
        #expect(block.instructions == [IRInstruction(opcode: .move, type: .i64, result: .register(1), a: .signed(-1))])
        #expect(block.terminal == .jump(16))
    }

    @Test(
        "says where a mistake stands and what was expected",
        arguments: [
            ("", 1, 1, "expected 'block'"),
            ("block", 1, 6, "expected a number"),
            ("block zz", 1, 7, "'zz' is not a number"),
            ("block 0 junk", 1, 9, "expected the end of the line"),
            ("block 0\n@1 0 +4", 2, 2, "expected @0"),
            ("block 0\n@0 0 +256", 2, 7, "'256' is not a number from 0 to 255"),
            ("block 0\n  nonsense r1", 2, 3, "'nonsense' is neither an operation nor a terminal"),
            ("block 0\n  add r1, r2, r3", 2, 6, "add needs a type; expected .i32 or i64"),
            ("block 0\n  add.i16 r1, r2, r3", 2, 7, "'i16' is not a suffix"),
            ("block 0\n  add.i64 r93, r2, r3", 2, 11, "'r93' is not a place"),
            ("block 0\n  add.i64 r1, t157, r3", 2, 15, "'t157' is not an operand"),
            ("block 0\n  add.i64 r1 r2, r3", 2, 14, "expected ','"),
            ("block 0\n  load64 r1, r2", 2, 14, "expected '['"),
            ("block 0\n  load64 r1, [r2+8", 2, 19, "expected ']'"),
            ("block 0\n  floatAdd.f32 r1, r2, r3, up", 2, 28, "expected one of rne, rtz, rdn, rup, rmm"),
            ("block 0\n  exit nothing(0)", 2, 8, "'nothing' is not a function of this guest"),
            ("block 0\n  exit 65536(0)", 2, 8, "'65536' is not a number from 0 to 65535"),
            ("block 0\n  branch.i64 less r1, r2, 0, 4", 2, 14, "'less' is not a condition"),
            ("block 0\n  move.i64 r1, -9223372036854775809", 2, 16, "does not fit into 64 bits"),
            ("block 0\n  jump 0\n  jump 4", 3, 3, "expected nothing more"),
            ("block 0\n@0 0 +4\n", 3, 1, "expected jump, branch, indirect or exit"),
        ] as [(String, Int, Int, String)])
    func mistakes(text: String, line: Int, column: Int, reason: String) {
        let error = #expect(throws: IRTextError.self) { try IRParser.block(text, functions: ["csrRead"]) }
        #expect(error?.line == line, "\(text)")
        #expect(error?.column == column, "\(text)")
        #expect(error?.reason.contains(reason) == true, "\(error.map { "\($0)" } ?? "no error")")
    }
}
