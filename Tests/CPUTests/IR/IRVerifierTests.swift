import Testing

@testable import TandemCPU

@Suite("The verifier of blocks")
struct IRVerifierTests {
    private static let verifier = IRVerifier(zeroRegister: .register(0), notes: [.register(64)])

    private func reasons(_ lines: String, terminal: String = "jump 0x104") throws -> [String] {
        let block = try IRParser.block("block 0x100\n@0 0x100 +4\n\(lines)\n\(terminal)\n")
        return Self.verifier.violations(of: block).map(\.description)
    }

    @Test(
        "finds one broken rule in one operation",
        arguments: [
            ("signExtend8.i32 r1, r2", "signExtend8 knows no type i32"),
            ("floatAdd.i64 r1, r2, r3, rne", "floatAdd knows no type i64"),
            ("add.i64 r1, r2, none", "add takes 2 operands"),
            ("addShifted.i32 r1, r2, r3 << 32", "32 is no immediate of addShifted; expected 0...31"),
            ("addShifted.i64 r1, r2, r3 << -1", "-1 is no immediate of addShifted"),
            ("floatAdd.f64 r1, r2, r3, 5", "5 is no immediate of floatAdd; expected 0...4"),
            ("load64 r1, [r2+2147483648]", "is no immediate of load64"),
            ("add.i64.big r1, r2, r3", "add has no byte order"),
            ("add.i64 r0, r1, r2", "r0 must not be written"),
            ("add.i64 pc, r1, r2", "pc must not be written"),
            ("add.i64 zero, r1, r2", "zero must not be written"),
            ("add.i64 flags, r1, r2", "flags must not be written"),
            ("add.i64 r1, t0, r2", "t0 is read before this instruction gives it a value"),
            ("load64 r1, [r2]\nadd.i64 r3, r1, 1", "load64 may leave the block, but is not the last"),
            ("guestCall r1, 3(0x0), 0, 0\nadd.i64 t0, r1, 1", "guestCall may leave the block"),
            ("add.i64 r3, r1, 1\nload64 r1, [r2]", "load64 may trap after r3 changed"),
            ("floatAdd.f64 t0, r3, r4, rne\nstore64 [r2], t0", "store64 may trap after the floating-point flags"),
        ])
    func operations(text: String, reason: String) throws {
        let found = try reasons(text)
        #expect(found.count == 1 && found[0].contains(reason), "\(found)")
        #expect(found.first?.hasPrefix("instruction @0, operation ") == true)
    }

    @Test(
        "finds broken rules in terminals",
        arguments: [
            ("branch.f64 equal r1, r2, 0x100, 0x104", "a branch compares integers, not f64"),
            ("branch.i64 equal r1, none, 0x100, 0x104", "a branch takes 2 operands"),
            ("branch.i64 equal r1, t5, 0x100, 0x104", "t5 is read before"),
            ("indirect none", "an indirect jump takes 1 operand"),
            ("indirect t1", "t1 is read before"),
            ("exit 3(0x0)", "the exit may trap after r9 changed"),
        ])
    func terminals(text: String, reason: String) throws {
        let found = try reasons("add.i64 r9, r9, 1", terminal: text)
        #expect(found.count == 1 && found[0].contains(reason), "\(found)")
        #expect(found.first?.hasPrefix("instruction @0: ") == true)
    }

    @Test("keeps temporaries within their instruction")
    func temporaries() throws {
        let block = try IRParser.block(
            """
            block 0x100
            @0 0x100 +4
                add.i64 t0, r1, r2
            @1 0x104 +4
                add.i64 r1, t0, r2
                jump 0x108
            """)
        #expect(
            Self.verifier.violations(of: block)
                == [
                    IRViolation(
                        boundary: 1, operation: 1, reason: "t0 is read before this instruction gives it a value")
                ])
    }

    @Test("allows a note before an operation that may trap, and a result nobody wants")
    func allowed() throws {
        #expect(try reasons("move.i64 r64, 1\nload64 _, [r2]") == [])
        #expect(try reasons("move.i64 r64, 1", terminal: "exit 1(0x0)") == [])
        #expect(try reasons("add.i64 _, r1, r2") == [])
        #expect(try reasons("add.i64 t0, r1, r2\nstore64 [t0], 5") == [])
    }

    @Test("allows side exits in traces only, as the last operation of their instruction")
    func sideExits() throws {
        func reasons(_ lines: String, _ verifier: IRVerifier) throws -> [String] {
            verifier.violations(of: try IRParser.block("block 0x100\n@0 0x100 +4\n\(lines)\njump 0x100\n")).map(
                \.reason)
        }
        let traces = IRVerifier(zeroRegister: .register(0), allowsTraces: true)
        let call = "and.i64 t0, r1, -2\nmove.i64 r1, 0x104\nleaveUnlessTarget t0, 0x200"
        #expect(try reasons(call, traces) == [])
        #expect(
            try reasons(call, Self.verifier) == ["leaveUnlessTarget stands in a block; expected it in traces only"])
        #expect(try reasons("leaveEqual.i64 r1, 0, 0x108\n@1 0x20 +2\n@2 0x9000000 +4", traces) == [])
        #expect(
            try reasons("leaveEqual.i64 r1, 0, 0x108\nadd.i64 r2, r2, 1", traces)
                == ["leaveEqual may leave the block, but is not the last of its instruction"])
    }

    @Test("pairs each condition with its comparison and its side exit", arguments: IRCondition.allCases)
    func conditions(condition: IRCondition) {
        #expect("\(condition.comparison)" == condition.name)
        #expect("\(condition.leave)".lowercased() == "leave" + condition.name.lowercased())
        #expect(IRCondition(comparison: condition.comparison) == condition)
        #expect(IRCondition(leave: condition.leave) == condition)
        #expect(IRCondition(leave: condition.comparison) == nil && IRCondition(comparison: condition.leave) == nil)
        #expect(IRCondition(leave: .leaveUnlessTarget) == nil && IRCondition(comparison: .minSigned) == nil)
        for (a, b) in [(1, 1), (0, .max), (.max, 0), (0x8000_0000, 1)] as [(UInt64, UInt64)] {
            for type in [IRType.i32, .i64] {
                #expect(condition.holds(type, a, b) != condition.inverted.holds(type, a, b))
            }
        }
    }

    @Test("finds everything, in program order")
    func collects() throws {
        let found = try reasons("add.i64 r0, t0, none\nload32Signed r1, [r2]\nmove.i64 pc, r1", terminal: "indirect t3")
        #expect(found.count == 6, "\(found)")
        #expect(found.last == "instruction @0: t3 is read before this instruction gives it a value")
    }

    @Test("finds boundaries that do not rise or do not fit")
    func boundaries() {
        func violations(_ boundaries: [IRBoundary], operations: Int = 1) -> [String] {
            var block = IRBlock()
            block.pc = 0x100
            block.boundaries = boundaries
            block.instructions = Array(
                repeating: IRInstruction(opcode: .move, type: .i64, result: .register(1), a: .zero), count: operations)
            return Self.verifier.violations(of: block).map(\.reason)
        }
        #expect(violations([]) == ["has no instruction"])
        let first = IRBoundary(firstOperation: 0, pc: 0x100, length: 4)
        #expect(violations([first]) == [])
        #expect(violations([first, IRBoundary(firstOperation: 1, pc: 0x104, length: 2)]) == [])
        #expect(
            violations([IRBoundary(firstOperation: 1, pc: 0x100, length: 4)])
                == ["has operations before its first instruction"])
        #expect(
            violations([IRBoundary(firstOperation: 0, pc: 0x102, length: 4)])
                == ["does not start at the address of its first instruction"])
        #expect(
            violations([first, IRBoundary(firstOperation: 2, pc: 0x104, length: 4)])
                == ["starts after the last operation"])
        #expect(
            violations([first, IRBoundary(firstOperation: 1, pc: 0x100, length: 4)])
                == ["does not stand behind the one in front of it"])
        #expect(
            violations([first, IRBoundary(firstOperation: 1, pc: 0x10100, length: 0)])
                == ["is 0 bytes long; expected 1 to 255", "stands more than 65535 bytes into the block"])
        #expect(
            violations(
                [
                    first, IRBoundary(firstOperation: 1, pc: 0x104, length: 4),
                    IRBoundary(firstOperation: 0, pc: 0x108, length: 4),
                ]) == ["starts before the one in front of it"])
    }
}
