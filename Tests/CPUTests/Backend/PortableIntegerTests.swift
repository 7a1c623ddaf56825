import Testing

@testable import TandemCPU

@Suite("Portable back-end: integers")
struct PortableIntegerTests {
    private static let opcodes = IROpcode.allCases.filter { $0.rawValue < IROpcode.load8Unsigned.rawValue }

    @Test("gives every integer operation its meaning, whatever its operands are", arguments: opcodes)
    func operations(opcode: IROpcode) {
        let seed: UInt64 = 0xbac_0000 + UInt64(opcode.rawValue)
        print("\(opcode): seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        let bench = ExecutorBench()
        let row = IROpcodeTable[opcode]
        for type in IRType.allCases where row.types.contains(type) {
            for draw in 0..<120 {
                let (a, b) = (generator.operand(), generator.operand())
                let shift: Int64 = row.immediate == .shift ? Int64(generator.next() % UInt64(type.byteCount * 8)) : 0
                bench[10] = a
                bench[11] = b
                // The result may go to a third register or to one of the sources.
                let result = [Place.register(12), .register(10), .register(11)][draw % 3]
                var instruction = IRInstruction(opcode: opcode, type: type, result: result, immediate: shift)
                instruction.a = draw & 4 == 0 ? .register(10) : .constant(a)
                if row.operandCount > 1 { instruction.b = draw & 8 == 0 ? .register(11) : .constant(b) }
                bench.run(instruction)
                let expected = IntegerModel.result(opcode, type, a, b, shift)
                #expect(
                    bench[Int(result.index)] == expected,
                    "\(IRPrinter().text(instruction)) with \(String(a, radix: 16)), \(String(b, radix: 16))")
            }
        }
    }

    @Test("reads constants that are 0 and operands that are absent as 0")
    func zero() {
        let bench = ExecutorBench()
        bench[10] = 7
        bench.run(IRInstruction(opcode: .sub, type: .i64, result: .register(12), a: .zero, b: .register(10)))
        #expect(bench[12] == UInt64(bitPattern: -7))
        #expect(bench[Int(Place.zero.index)] == 0)
    }

    @Test("drops a result that nobody wants")
    func discarded() {
        let bench = ExecutorBench()
        bench[10] = 7
        let before = (0..<93).map { bench[$0] }
        for type in [IRType.i32, .i64] {
            bench.run(IRInstruction(opcode: .add, type: type, result: nil, a: .register(10), b: .constant(1)))
            bench.run(IRInstruction(opcode: .divSigned, type: type, result: nil, a: .register(10), b: .constant(2)))
        }
        #expect((0..<93).map { bench[$0] } == before)
    }

    @Test("branches on every condition and type, with registers and constants", arguments: IRCondition.allCases)
    func branches(condition: IRCondition) {
        let seed: UInt64 = 0xb4a_0000 + UInt64(condition.rawValue)
        print("branch \(condition): seed \(seed)")
        var generator = SampleGenerator(seed: seed)
        let bench = ExecutorBench()
        for draw in 0..<300 {
            let type: IRType = draw & 1 == 0 ? .i64 : .i32
            let a = generator.operand()
            let b = draw % 5 == 0 ? a : generator.operand()
            bench[10] = a
            bench[11] = b
            var ir = IRBlock()
            ir.pc = 0x1000
            ir.boundaries = [IRBoundary(firstOperation: 0, pc: 0x1000, length: 4)]
            ir.terminal = .branch(
                condition, type, draw & 2 == 0 ? .register(10) : .constant(a),
                draw & 4 == 0 ? .register(11) : .constant(b), taken: 0x2000, otherwise: 0x1004)
            #expect(bench.run(bench.install(ir, known: false)) == PortableExecutor<FakeRuntime>.lookUp)
            let isTaken = IntegerModel.holds(condition, type, a, b)
            #expect(
                bench.programCounter == (isTaken ? 0x2000 : 0x1004),
                "\(condition).\(type) \(String(a, radix: 16)), \(String(b, radix: 16))")
        }
    }
}
