@testable import TandemCPU

/// Random traces of what front-ends write: few registers, so that values meet; copies, extensions, addresses, singles in
/// boxes, comparisons in front of side exits.
struct TraceGenerator {
    private var random: SampleGenerator
    private var builder = IRBuilder()

    init(seed: UInt64) { random = SampleGenerator(seed: seed) }

    mutating func trace() -> IRBlock {
        var pc = random.next() >> 1 & ~1
        builder.begin(pc: pc)
        for _ in 0..<Int.random(in: 1...16, using: &random) {
            builder.boundary(pc: pc, length: 4)
            instruction()
            pc = chance(4) ? pc &+ 4 : random.next() >> 1 & ~1
        }
        switch pick(5) {
        case 0:
            builder.end(.branch(condition(), type(), operand(), operand(), taken: random.next(), otherwise: pc))
        case 1: builder.end(.indirect(operand()))
        case 2:
            builder.boundary(pc: pc, length: 4)
            builder.end(.guestExit(function: 3, argument: 7))
        default: builder.end(.jump(builder.block.pc))
        }
        return builder.block
    }

    // MARK: Choices

    private mutating func pick(_ count: Int) -> Int { .random(in: 0..<count, using: &random) }

    /// One time in `count`, false.
    private mutating func chance(_ count: Int) -> Bool { pick(count) != 0 }

    private mutating func one<Choice>(of choices: [Choice]) -> Choice { choices[pick(choices.count)] }

    private mutating func integer() -> Place { .register(1 + pick(5)) }
    private mutating func float() -> Place { .register(33 + pick(4)) }
    private mutating func type() -> IRType { chance(3) ? .i64 : .i32 }
    private mutating func condition() -> IRCondition { one(of: IRCondition.allCases) }
    private mutating func constant() -> UInt64 {
        one(of: [
            0, 1, 2, 8, .max, 31, 32, 48, 63, 64, 0xff, 0xffff, 0xffff_ffff, 0x8000_0000, 0x7fff_ffff,
            UInt64(bitPattern: -2048), UInt64(bitPattern: Int64(Int32.min)), random.next(),
        ])
    }

    private mutating func operand() -> IROperand {
        chance(3) ? .place(chance(8) ? integer() : float()) : .constant(constant())
    }

    // MARK: Instructions

    private mutating func instruction() {
        switch pick(17) {
        case 0, 1, 2: arithmetic(to: integer(), operand(), operand())
        case 3: builder.emit(.move, .i64, to: integer(), operand())
        case 4: extend()
        case 5, 6: access()
        case 7: single()
        case 8: compare()
        case 9: exit()
        case 10: twoSteps()
        case 11: call()
        case 12: boxes()
        case 13: shifts()
        case 14: comparedExit()
        case 15: learned()
        default: doubles()
        }
    }

    private mutating func arithmetic(to result: Place, _ a: IROperand, _ b: IROperand) {
        let binary = IROpcode.allCases.filter {
            $0.rawValue < IROpcode.load8Unsigned.rawValue && IROpcodeTable[$0].operandCount == 2
        }
        let opcode: IROpcode = one(of: chance(3) ? [.add, .sub, .and, .or, .xor, .shiftLeft, .shiftRight] : binary)
        builder.emit(opcode, type(), to: result, a, b, immediate: opcode == .addShifted ? 3 : 0)
    }

    private mutating func extend() {
        let opcode: IROpcode = one(of: [
            .signExtend8, .signExtend16, .signExtend32, .zeroExtend8, .zeroExtend16, .zeroExtend32,
        ])
        builder.emit(opcode, .i64, to: integer(), operand())
    }

    /// Starts another instruction.
    private mutating func next() {
        let last = builder.block.boundaries.last?.pc ?? 0
        builder.boundary(pc: last &+ 4, length: 4)
    }

    /// There and back, with or without something in between.
    private mutating func shifts() {
        let (from, middle) = (integer(), integer())
        let count = IROperand.constant(one(of: [32, 48, 56, 40]))
        builder.emit(.shiftLeft, .i64, to: middle, .place(from), count)
        if !chance(3) { arithmetic(to: integer(), operand(), operand()) }
        next()
        if !chance(5) {
            access()
            next()
        }
        builder.emit(
            one(of: [.shiftRight, .shiftRightSigned]), .i64, to: chance(2) ? middle : integer(), .place(middle),
            chance(5) ? count : .constant(32))
    }

    private mutating func twoSteps() {
        let first = builder.temporary()
        arithmetic(to: first, operand(), operand())
        if chance(3) {
            arithmetic(to: integer(), .place(first), operand())
        } else {
            builder.emit(.zeroExtend32, .i64, to: integer(), .place(first))
        }
    }

    private mutating func access() {
        var base = operand()
        if chance(3) { base = builder.emit(.add, .i64, base, .signed(Int64.random(in: -9...9, using: &random))) }
        let offset: Int64 = one(of: [0, 8, -8, 0x7fff_fff8])
        switch pick(6) {
        case 0: builder.emit(.store32, .i64, to: nil, base, operand(), immediate: offset)
        case 1: builder.emit(.store64, .i64, to: nil, base, operand(), immediate: offset)
        case 2: builder.emit(.atomicAdd, type(), to: integer(), base, operand(), immediate: offset)
        case 3: builder.emit(.load32Boxed, .i64, to: float(), base, immediate: offset)
        default:
            let opcode: IROpcode = one(of: [.load8Unsigned, .load8Signed, .load16Signed, .load32Unsigned, .load64])
            builder.emit(opcode, .i64, to: integer(), base, immediate: offset)
        }
    }

    private mutating func single() {
        let a = builder.emit(.unboxFloat32, .f32, .place(float()))
        let b = builder.emit(.unboxFloat32, .f32, .place(float()))
        builder.emit(.move, .i64, to: .register(64), .constant(1))
        let opcode: IROpcode = one(of: [.floatAdd, .floatMul, .copySign, .copySignXor, .floatMin])
        let isRounded = IROpcodeTable[opcode].immediate == .rounding
        let sum = builder.emit(opcode, .f32, a, chance(4) ? b : a, immediate: isRounded ? Int64(pick(5)) : 0)
        builder.emit(.boxFloat32, .f32, to: float(), sum)
    }

    private mutating func boxes() {
        let value = float()
        switch pick(5) {
        case 0: builder.emit(.boxFloat32, .f32, to: value, operand())
        case 1: builder.emit(.signExtend32, .i64, to: integer(), .place(value))
        case 2: builder.emit(.floatFromInt64, .f32, to: integer(), operand(), immediate: 0)
        case 3: builder.emit(.boxFloat32, .f32, to: value, builder.emit(.unboxFloat32, .f32, .place(float())))
        default:
            builder.emit(
                one(of: [.floatToInt64, .floatToInt32]), .f32, to: integer(),
                builder.emit(.unboxFloat32, .f32, .place(value)), immediate: 1)
        }
    }

    private mutating func doubles() {
        builder.emit(
            .floatMulAdd, .f64, to: float(), .place(float()), .place(float()), .place(float()), immediate: 0)
    }

    private mutating func compare() {
        builder.emit(condition().comparison, type(), to: integer(), operand(), operand())
    }

    /// A comparison, perhaps inverted, and a side exit that asks for it.
    private mutating func comparedExit() {
        let truth = integer()
        builder.emit(condition().comparison, type(), to: truth, .place(integer()), operand())
        next()
        switch pick(5) {
        case 0: builder.emit(.xor, .i64, to: truth, .place(truth), .constant(1))
        case 1: builder.emit(.equal, .i64, to: truth, .place(truth), .zero)
        case 2: arithmetic(to: integer(), operand(), operand())
        default: break
        }
        builder.emit(
            one(of: [.leaveEqual, .leaveNotEqual]), type(), to: nil, .place(truth), .zero,
            immediate: Int64(bitPattern: random.next()))
    }

    /// A side exit after which a value is known, and a reader of that value.
    private mutating func learned() {
        let place = integer()
        builder.emit(
            .leaveNotEqual, type(), to: nil, .place(place), chance(4) ? .zero : .constant(constant()),
            immediate: Int64(bitPattern: random.next()))
        next()
        arithmetic(to: integer(), .place(place), operand())
    }

    private mutating func exit() {
        let address = Int64(bitPattern: random.next())
        switch pick(6) {
        case 0:
            builder.emit(.move, .i64, to: integer(), operand())
            builder.emit(.leaveUnlessTarget, .i64, to: nil, operand(), immediate: Int64(bitPattern: constant()))
        case 1, 2:
            builder.emit(condition().leave, type(), to: nil, operand(), operand(), immediate: address)
        default:
            builder.emit(
                one(of: [.leaveEqual, .leaveNotEqual]), .i64, to: nil, .place(integer()), .zero, immediate: address)
        }
    }

    private mutating func call() {
        builder.guestCall(5, argument: 9, to: chance(3) ? integer() : nil, operand(), operand())
    }
}
