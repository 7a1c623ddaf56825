/// Turns a block of the intermediate form into steps of the portable back-end.
///
/// Blocks only: traces, with their side exits, are made for back-ends that compile.
/// The steps stand in `code`, which is reused from block to block; the caller copies them into the code cache.
struct PortableLowering {
    private(set) var code: [PortableInstruction] = []
    /// For each boundary the index of its first step; that of the terminal for instructions without one.
    private(set) var firstSteps: [UInt16] = []
    /// How many of the scratch places hold constants of the current operation.
    private var scratchUsed: UInt16 = 0

    mutating func lower(_ block: IRBlock) {
        code.removeAll(keepingCapacity: true)
        firstSteps.removeAll(keepingCapacity: true)
        for index in block.boundaries.indices {
            firstSteps.append(UInt16(code.count))
            let end =
                index + 1 < block.boundaries.count
                ? block.boundaries[index + 1].firstOperation : block.instructions.count
            for operation in block.boundaries[index].firstOperation..<end {
                scratchUsed = 0
                lower(block.instructions[operation], index: index)
            }
        }
        scratchUsed = 0
        lower(block.terminal, lastIndex: block.boundaries.count - 1)
    }

    /// Copies the steps to uninitialised memory.
    func copy(to destination: UnsafeMutablePointer<PortableInstruction>) {
        code.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            destination.initialize(from: base, count: source.count)
        }
    }

    // MARK: Operands

    /// The place of an operand; a constant is put into a scratch place first.
    private mutating func place(_ operand: IROperand) -> UInt16 {
        switch operand {
        case .none: return Place.zero.index
        case .place(let place): return place.index
        case .constant(0): return Place.zero.index
        case .constant(let value):
            let place = nextScratch()
            code.append(PortableInstruction(.constant, d: place, immediate: value))
            return place
        }
    }

    /// A scratch place for the current operation, which needs three at most.
    private mutating func nextScratch() -> UInt16 {
        defer { scratchUsed += 1 }
        return Place.firstScratch + scratchUsed
    }

    /// Where a result goes; the last scratch place where nobody wants it.
    private func result(_ instruction: IRInstruction) -> UInt16 { instruction.result?.index ?? 255 }

    // MARK: Operations

    private mutating func lower(_ instruction: IRInstruction, index: Int) {
        let row = IROpcodeTable[instruction.opcode]
        if row.effect == .load || row.effect == .store {
            lowerMemory(instruction, index: index)
            return
        }
        if instruction.opcode == .guestCall {
            let a = place(instruction.a)
            let b = place(instruction.b)
            let packed = UInt64(truncatingIfNeeded: instruction.immediate) | UInt64(index) << 48
            code.append(PortableInstruction(.guestCall, d: result(instruction), a: a, b: b, immediate: packed))
            return
        }
        precondition(row.effect != .exit, "the portable back-end executes blocks; \(row.name) stands in traces only")
        if row.effect == .pure, instruction.result == nil { return }
        if instruction.opcode == .move, instruction.type == .i64 {
            lowerMove(instruction)
        } else if let operation = Self.common(instruction.opcode, instruction.type) {
            lowerCommon(operation, instruction)
        } else {
            let a = place(instruction.a)
            let b = place(instruction.b)
            let c = place(instruction.c)
            let fields = RareFields(instruction, c: c, index: index)
            code.append(PortableInstruction(.rare, d: result(instruction), a: a, b: b, immediate: fields.packed))
        }
    }

    private mutating func lowerMove(_ instruction: IRInstruction) {
        if case .constant(let value) = instruction.a {
            code.append(PortableInstruction(.constant, d: result(instruction), immediate: value))
        } else {
            code.append(PortableInstruction(.move, d: result(instruction), a: place(instruction.a)))
        }
    }

    private mutating func lowerCommon(_ operation: PortableOperation, _ instruction: IRInstruction) {
        let a = place(instruction.a)
        if case .constant(let value) = instruction.b, let constantForm = Self.constantForm(operation) {
            code.append(PortableInstruction(constantForm, d: result(instruction), a: a, immediate: value))
        } else {
            let b = place(instruction.b)
            code.append(
                PortableInstruction(
                    operation, d: result(instruction), a: a, b: b,
                    immediate: UInt64(bitPattern: instruction.immediate)))
        }
    }

    /// The operation of the main loop for an opcode and type that has one.
    private static func common(_ opcode: IROpcode, _ type: IRType) -> PortableOperation? {
        switch (opcode, type) {
        case (.add, .i64): .add64
        case (.sub, .i64): .sub64
        case (.and, .i64): .and64
        case (.or, .i64): .or64
        case (.xor, .i64): .xor64
        case (.shiftLeft, .i64): .shiftLeft64
        case (.shiftRight, .i64): .shiftRight64
        case (.shiftRightSigned, .i64): .shiftRightSigned64
        case (.equal, .i64): .equal64
        case (.notEqual, .i64): .notEqual64
        case (.lessSigned, .i64): .lessSigned64
        case (.lessUnsigned, .i64): .lessUnsigned64
        case (.add, .i32): .add32
        case (.sub, .i32): .sub32
        case (.shiftLeft, .i32): .shiftLeft32
        case (.shiftRight, .i32): .shiftRight32
        case (.shiftRightSigned, .i32): .shiftRightSigned32
        case (.mul, .i64): .mul64
        case (.mul, .i32): .mul32
        case (.addShifted, .i64): .addShifted64
        case (.andNot, .i64): .andNot64
        case (.signExtend8, _): .signExtend8
        case (.signExtend16, _): .signExtend16
        case (.signExtend32, _): .signExtend32
        case (.zeroExtend8, _): .zeroExtend8
        case (.zeroExtend16, _): .zeroExtend16
        case (.zeroExtend32, _): .zeroExtend32
        default: nil
        }
    }

    private static func constantForm(_ operation: PortableOperation) -> PortableOperation? {
        let isPaired =
            operation.rawValue >= PortableOperation.add64.rawValue
            && operation.rawValue <= PortableOperation.mul32.rawValue
        return isPaired ? PortableOperation(rawValue: operation.rawValue + 1) : nil
    }

    // MARK: Memory

    private mutating func lowerMemory(_ instruction: IRInstruction, index: Int) {
        guard let operation = Self.memory(instruction.opcode), instruction.order == .little else {
            lowerRareMemory(instruction, index: index)
            return
        }
        let offset = UInt64(bitPattern: instruction.immediate)
        let a = place(instruction.a)
        if IROpcodeTable[instruction.opcode].effect == .load {
            code.append(
                PortableInstruction(operation, d: result(instruction), a: a, b: UInt16(index), immediate: offset))
        } else {
            let b = place(instruction.b)
            code.append(PortableInstruction(operation, d: UInt16(index), a: a, b: b, immediate: offset))
        }
    }

    /// Atomics, reservations and the other byte order: the address is computed first, the access goes the slow way.
    private mutating func lowerRareMemory(_ instruction: IRInstruction, index: Int) {
        var a = place(instruction.a)
        if instruction.immediate != 0 {
            let sum = nextScratch()
            code.append(
                PortableInstruction(
                    .add64Constant, d: sum, a: a, immediate: UInt64(bitPattern: instruction.immediate)))
            a = sum
        }
        let b = place(instruction.b)
        let fields = RareFields(instruction, c: 0, index: index)
        code.append(PortableInstruction(.rareMemory, d: result(instruction), a: a, b: b, immediate: fields.packed))
    }

    private static func memory(_ opcode: IROpcode) -> PortableOperation? {
        switch opcode {
        case .load8Unsigned: .load8Unsigned
        case .load8Signed: .load8Signed
        case .load16Unsigned: .load16Unsigned
        case .load16Signed: .load16Signed
        case .load32Unsigned: .load32Unsigned
        case .load32Signed: .load32Signed
        case .load64: .load64
        case .load32Boxed: .load32Boxed
        case .store8: .store8
        case .store16: .store16
        case .store32: .store32
        case .store64: .store64
        default: nil
        }
    }

    // MARK: Terminals

    private mutating func lower(_ terminal: IRTerminal, lastIndex: Int) {
        switch terminal {
        case .jump(let target):
            code.append(PortableInstruction(.jump, immediate: target))
        case .branch(let condition, let type, let first, let second, let taken, let otherwise):
            let a = comparand(first, type)
            let b = comparand(second, type)
            code.append(PortableInstruction(Self.branch(condition), a: a, b: b, immediate: taken))
            code.append(PortableInstruction(.otherwise, immediate: otherwise))
        case .indirect(let target):
            code.append(PortableInstruction(.indirect, a: place(target)))
        case .guestExit(let function, let argument):
            let packed = UInt64(truncatingIfNeeded: IRInstruction.guestCallImmediate(function, argument))
            code.append(PortableInstruction(.guestExit, immediate: packed | UInt64(lastIndex) << 48))
        }
    }

    /// A branch compares 64 bits. The order of 32-bit values survives sign extension, signed and unsigned.
    private mutating func comparand(_ operand: IROperand, _ type: IRType) -> UInt16 {
        guard type == .i32 else { return place(operand) }
        if case .constant(let value) = operand {
            return place(.signed(Int64(Int32(truncatingIfNeeded: value))))
        }
        let source = place(operand)
        let extended = nextScratch()
        code.append(PortableInstruction(.signExtend32, d: extended, a: source))
        return extended
    }

    private static func branch(_ condition: IRCondition) -> PortableOperation {
        switch condition {
        case .equal: .branchEqual
        case .notEqual: .branchNotEqual
        case .lessSigned: .branchLessSigned
        case .lessUnsigned: .branchLessUnsigned
        case .greaterEqualSigned: .branchGreaterEqualSigned
        case .greaterEqualUnsigned: .branchGreaterEqualUnsigned
        }
    }
}
