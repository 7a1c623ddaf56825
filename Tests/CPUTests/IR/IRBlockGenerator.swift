@testable import TandemCPU

extension IRBlock {
    /// A random block that keeps every rule: all opcodes, all types, temporaries, constants, all terminals.
    static func random(using generator: inout SampleGenerator) -> IRBlock {
        var block = IRBlock()
        block.pc = generator.next() >> 1
        var pc = block.pc
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
            let length = [2, 4].randomElement(using: &generator) ?? 4
            block.boundaries.append(IRBoundary(firstOperation: block.instructions.count, pc: pc, length: length))
            pc &+= UInt64(length)
            block.appendInstruction(using: &generator)
        }
        block.terminal = .random(using: &generator, next: pc)
        if case .guestExit = block.terminal, let last = block.boundaries.last {
            // An exit may trap: nothing of its instruction may have happened.
            block.instructions.removeLast(block.instructions.count - last.firstOperation)
        }
        return block
    }

    /// Operations on temporaries, and one last operation of any kind that changes the guest.
    private mutating func appendInstruction(using generator: inout SampleGenerator) {
        var temporaries: [Place] = []
        for number in 0..<Int.random(in: 0...3, using: &generator) {
            let pure = IROpcode.allCases.filter { IROpcodeTable[$0].effect == .pure }
            let place = Place.temporary(number)
            instructions.append(
                .random(pure.randomElement(using: &generator) ?? .add, to: place, temporaries, using: &generator))
            temporaries.append(place)
        }
        let opcode = IROpcode.allCases.randomElement(using: &generator) ?? .add
        let result = Bool.random(using: &generator) ? Place.register(.random(in: 1...92, using: &generator)) : nil
        instructions.append(.random(opcode, to: result, temporaries, using: &generator))
    }
}

extension IRInstruction {
    static func random(
        _ opcode: IROpcode, to result: Place?, _ temporaries: [Place], using generator: inout SampleGenerator
    ) -> IRInstruction {
        let row = IROpcodeTable[opcode]
        let type = IRType.allCases.filter(row.types.contains).randomElement(using: &generator) ?? .i64
        var instruction = IRInstruction(opcode: opcode, type: type, result: row.hasResult ? result : nil)
        let operands = (0..<3).map { index in
            index < row.operandCount ? IROperand.random(temporaries, using: &generator) : .none
        }
        (instruction.a, instruction.b, instruction.c) = (operands[0], operands[1], operands[2])
        instruction.immediate =
            switch row.immediate {
            case .none: 0
            case .addressOffset:
                [0, 8, -8, .random(in: -2048...2047, using: &generator)].randomElement(using: &generator) ?? 0
            case .shift: .random(in: 0...Int64(type.byteCount * 8 - 1), using: &generator)
            case .rounding: .random(in: 0...4, using: &generator)
            case .guestFunction: Int64(truncatingIfNeeded: generator.next() >> 16)
            case .guestAddress: Int64(bitPattern: generator.next())
            }
        if row.accessWidth(type) > 0, Bool.random(using: &generator) { instruction.order = .big }
        return instruction
    }
}

extension IROperand {
    static func random(_ temporaries: [Place], using generator: inout SampleGenerator) -> IROperand {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: .constant(generator.next())
        case 1: .signed(.random(in: -5000...5000, using: &generator))
        case 2: .place([.zero, .programCounter, .floatFlags].randomElement(using: &generator) ?? .zero)
        case 3: temporaries.randomElement(using: &generator).map(IROperand.place) ?? .zero
        default: .register(.random(in: 0...92, using: &generator))
        }
    }
}

extension IRTerminal {
    static func random(using generator: inout SampleGenerator, next: UInt64) -> IRTerminal {
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: .jump(generator.next())
        case 1:
            .branch(
                IRCondition.allCases.randomElement(using: &generator) ?? .equal,
                Bool.random(using: &generator) ? .i32 : .i64, .random([], using: &generator),
                .random([], using: &generator), taken: generator.next(), otherwise: next)
        case 2: .indirect(.random([], using: &generator))
        default:
            .guestExit(
                function: UInt16(truncatingIfNeeded: generator.next()),
                argument: UInt32(truncatingIfNeeded: generator.next()))
        }
    }
}
