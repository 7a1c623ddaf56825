@testable import TandemCPU

/// Draws straight programs of floating-point instructions in the form in which a guest's translator leaves them: singles
/// are unboxed into temporaries and boxed from them, one boundary for each instruction.
struct FloatProgram {
    private(set) var ir = IRBlock()
    private var draw: FloatDraw
    /// How many floating-point registers it uses: more than there are vector registers, sometimes.
    private let registerCount: Int
    /// Registers and memory hold values of this type only; nil: anything, and operations of both types.
    let onlyType: IRType?

    static let exit: UInt64 = 0x9000
    static let counter = 6
    static let base = 5

    static let arithmetic: [IROpcode] = [
        .floatAdd, .floatSub, .floatMul, .floatDiv, .floatSqrt, .floatMulAdd, .floatMulSub, .floatNegMulSub,
        .floatNegMulAdd,
    ]
    static let exact: [IROpcode] = [.floatMin, .floatMax, .copySign, .copySignNegated, .copySignXor]
    static let truths: [IROpcode] = [.floatEqual, .floatLess, .floatLessEqual, .floatClassify]
    static let toIntegers: [IROpcode] = [.floatToInt32, .floatToUInt32, .floatToInt64, .floatToUInt64]
    static let fromIntegers: [IROpcode] = [.floatFromInt32, .floatFromUInt32, .floatFromInt64, .floatFromUInt64]

    init(seed: UInt64, count: Int, isLoop: Bool) {
        draw = FloatDraw(seed: seed)
        registerCount = [3, 8, 14, 24].randomElement(using: &draw) ?? 8
        onlyType = [nil, nil, .f64, .f32][Int(draw.next() & 3)]
        ir.pc = 0x1000
        for _ in 0..<count { addInstruction() }
        if isLoop {
            begin()
            emit(.sub, .i64, .register(Self.counter), .register(Self.counter), .constant(1))
            ir.terminal = .branch(
                .notEqual, .i64, .register(Self.counter), .zero, taken: ir.pc, otherwise: Self.exit)
        } else {
            ir.terminal = .jump(Self.exit)
        }
    }

    /// A program of one operation, between boxes where its operands or its result are singles. `isLoop` says only that all
    /// registers are worth holding.
    init(
        _ opcode: IROpcode, _ type: IRType, _ rounding: RoundingMode, operands: [Int], result: Int, isBoxed: Bool,
        isLoop: Bool
    ) {
        draw = FloatDraw(seed: 0)
        registerCount = 1
        onlyType = nil
        ir.pc = 0x1000
        begin()
        operate(opcode, type, rounding, operands, result, isBoxed: isBoxed)
        ir.terminal =
            isLoop
            ? .branch(.notEqual, .i64, .register(Self.counter), .zero, taken: ir.pc, otherwise: Self.exit)
            : .jump(Self.exit)
    }

    /// Values that programs find in registers and memory: doubles, boxed singles, anything.
    static func value(_ draw: inout FloatDraw, _ type: IRType?) -> UInt64 {
        switch type {
        case .f64: return draw.next() % 16 == 0 ? 0x7ff8 << 48 : number(draw.bits(as: UInt64.self, near: 1023))
        case .f32: return 0xffff_ffff << 32 | UInt64(draw.next() % 16 == 0 ? 0x7fc0_0000 : single(&draw))
        default: return anything(&draw)
        }
    }

    private static func number(_ bits: UInt64) -> UInt64 { Double(bitPattern: bits).isNaN ? bits & 1 << 63 : bits }

    private static func single(_ draw: inout FloatDraw) -> UInt32 {
        let bits = draw.bits(as: UInt32.self, near: 127)
        return Float(bitPattern: bits).isNaN ? bits & 1 << 31 : bits
    }

    private static func anything(_ draw: inout FloatDraw) -> UInt64 {
        switch draw.next() % 8 {
        case 0: draw.next()
        case 1, 2: 0xffff_ffff_0000_0000 | UInt64(draw.bits(as: UInt32.self, near: 127))
        case 3:
            [0, 1 << 63, 0x7ff0 << 48, 0xfff0 << 48, 0x7ff8 << 48, 0x7ff0_0000_0000_0001, 0xffff_ffff_7fa0_0000]
                .randomElement(using: &draw) ?? 0
        default: draw.bits(as: UInt64.self, near: 1023)
        }
    }

    // MARK: Parts

    private mutating func begin() {
        let number = ir.boundaries.count
        ir.boundaries.append(
            IRBoundary(firstOperation: ir.instructions.count, pc: ir.pc + UInt64(number) * 4, length: 4))
    }

    private mutating func emit(
        _ opcode: IROpcode, _ type: IRType, _ result: Place?, _ a: IROperand, _ b: IROperand = .none,
        _ c: IROperand = .none, immediate: Int64 = 0
    ) {
        ir.instructions.append(
            IRInstruction(opcode: opcode, type: type, result: result, a: a, b: b, c: c, immediate: immediate))
    }

    private mutating func f() -> Int { 32 + Int(draw.next() % UInt64(registerCount)) }
    /// A pinned register, or one in memory.
    private mutating func x() -> Int { [10, 11, 20, 21].randomElement(using: &draw) ?? 10 }

    private mutating func operate(
        _ opcode: IROpcode, _ type: IRType, _ rounding: RoundingMode, _ operands: [Int], _ result: Int, isBoxed: Bool
    ) {
        let row = IROpcodeTable[opcode]
        let immediate = row.immediate == .rounding ? Int64(rounding.rawValue) : 0
        let takesInteger = Self.fromIntegers.contains(opcode)
        var values: [IROperand] = []
        for index in 0..<3 {
            guard index < row.operandCount else {
                values.append(.none)
                continue
            }
            if type == .f32, isBoxed, !takesInteger {
                emit(.unboxFloat32, .f32, .temporary(index), .register(operands[index]))
                values.append(.place(.temporary(index)))
            } else {
                values.append(.register(operands[index]))
            }
        }
        let isInteger = Self.truths.contains(opcode) || Self.toIntegers.contains(opcode)
        let isSingle = !isInteger && (opcode == .floatToFloat32 || (type == .f32 && opcode != .floatToFloat64))
        emit(
            opcode, type, isSingle ? .temporary(3) : .register(result), values[0], values[1], values[2],
            immediate: immediate)
        if isSingle { emit(.boxFloat32, .f32, .register(result), .place(.temporary(3))) }
    }

    private mutating func addInstruction() {
        begin()
        let type: IRType = onlyType ?? (draw.next() % 3 == 0 ? .f32 : .f64)
        let rounding = draw.next() % 4 == 0 ? RoundingMode.allCases.randomElement(using: &draw) : .nearestEven
        let operands = [f(), f(), f()]
        let address = Int64(draw.next() % 0x1ff0)
        func operate(_ program: inout FloatProgram, _ opcode: IROpcode?, _ type: IRType, _ values: [Int], _ to: Int) {
            program.operate(
                opcode ?? .floatAdd, type, rounding ?? .nearestEven, values, to,
                isBoxed: true)
        }
        let choice = draw.next() % 24
        if onlyType != nil, choice == 15 || choice == 16 {
            return operate(&self, .floatAdd, type, operands, f())
        }
        switch choice {
        case 0...8: operate(&self, Self.arithmetic.randomElement(using: &draw), type, operands, f())
        case 9, 10: operate(&self, Self.exact.randomElement(using: &draw), type, operands, f())
        // Move, negation, magnitude.
        case 11:
            let source = f()
            operate(
                &self, [IROpcode.copySign, .copySignNegated, .copySignXor].randomElement(using: &draw), type,
                [source, source], f())
        case 12: operate(&self, Self.truths.randomElement(using: &draw), type, operands, x())
        case 13: operate(&self, Self.toIntegers.randomElement(using: &draw), type, operands, x())
        case 14: operate(&self, Self.fromIntegers.randomElement(using: &draw), type, [x()], f())
        case 15: operate(&self, .floatToFloat32, .f64, operands, f())
        case 16: operate(&self, .floatToFloat64, .f32, operands, f())
        case 17: emit(.move, .i64, .register(x()), .register(f()))
        case 18: emit(.signExtend32, .i64, .register(x()), .register(f()))
        case 19:
            if type == .f64 {
                emit(.move, .i64, .register(f()), draw.next() % 3 == 0 ? .zero : .register(x()))
            } else {
                emit(.boxFloat32, .f32, .register(f()), .register(x()))
            }
        case 20, 21:
            emit(
                type == .f64 ? .load64 : .load32Boxed, .i64, .register(f()), .register(Self.base), immediate: address)
        default:
            emit(
                type == .f64 ? .store64 : .store32, .i64, nil, .register(Self.base), .register(f()),
                immediate: address)
        }
    }
}
