import TandemX64

/// Integer operations.
extension X64Lowering {
    /// Emits one operation of the unit.
    mutating func lower(_ operation: Int, boundary: Int) {
        let i = ir.instructions[operation]
        let row = IROpcodeTable[i.opcode]
        switch row.effect {
        case .pure where i.result == nil: return
        case .pure where i.type == .i64 || i.type == .i32:
            if !lowerInteger(i) { lowerByCall(i, boundary: boundary) }
        case .pure, .flags:
            if !lowerFloat(i, operation: operation) { lowerByCall(i, boundary: boundary) }
        case .load, .store: lowerMemory(i, operation: operation, boundary: boundary)
        case .guest: lowerGuestCall(i, boundary: boundary)
        case .exit: lowerLeave(i, operation: operation, boundary: boundary)
        }
    }

    private static func width(_ type: IRType) -> Width { type == .i32 || type == .f32 ? .long : .quad }

    /// False: the operation has no code of its own.
    private mutating func lowerInteger(_ i: IRInstruction) -> Bool {
        let width = Self.width(i.type)
        switch i.opcode {
        case .move: lowerMove(i)
        case .add: lowerAdd(i, width)
        case .sub: lowerTwo(.sub, i, width, commutes: false)
        case .and: lowerTwo(.and, i, width, commutes: true)
        case .or: lowerTwo(.or, i, width, commutes: true)
        case .xor: lowerTwo(.xor, i, width, commutes: true)
        case .mul: lowerMultiply(i, width)
        case .addShifted: lowerAddShifted(i, width)
        case .andNot, .orNot, .xorNot: lowerNegated(i, width)
        case .shiftLeft: lowerShift(i, width, .shl, .shlx)
        case .shiftRight: lowerShift(i, width, .shr, .shrx)
        case .shiftRightSigned: lowerShift(i, width, .sar, .sarx)
        case .rotateLeft: lowerRotate(i, width, .rol)
        case .rotateRight: lowerRotate(i, width, .ror)
        case .mulHighSigned, .mulHighUnsigned, .mulHighSignedUnsigned: return lowerMultiplyHigh(i)
        case .divSigned, .divUnsigned, .remSigned, .remUnsigned: lowerDivision(i, width)
        case .equal: lowerComparison(i, width, .equal)
        case .notEqual: lowerComparison(i, width, .notEqual)
        case .lessSigned: lowerComparison(i, width, .less)
        case .lessUnsigned: lowerComparison(i, width, .below)
        case .greaterEqualSigned: lowerComparison(i, width, .greaterOrEqual)
        case .greaterEqualUnsigned: lowerComparison(i, width, .aboveOrEqual)
        case .minSigned: lowerSelection(i, width, .less)
        case .minUnsigned: lowerSelection(i, width, .below)
        case .maxSigned: lowerSelection(i, width, .greater)
        case .maxUnsigned: lowerSelection(i, width, .above)
        case .countLeadingZeros: lowerOne(.lzcnt, i, width)
        case .countTrailingZeros: lowerOne(.tzcnt, i, width)
        case .populationCount: lowerOne(.popcnt, i, width)
        case .byteSwap: lowerByteSwap(i, width)
        case .signExtend8: lowerOne(.movsx8, i, .quad)
        case .signExtend16: lowerOne(.movsx16, i, .quad)
        case .signExtend32: lowerOne(.movsxd, i, .quad)
        case .zeroExtend8: lowerOne(.movzx8, i, .long)
        case .zeroExtend16: lowerOne(.movzx16, i, .long)
        case .zeroExtend32: lowerOne(.mov, i, .long)
        default: return false
        }
        return true
    }

    /// Brings the result of a 32-bit operation into its canonical form, and to its place.
    private mutating func finish(_ i: IRInstruction, _ width: Width, _ from: Register) {
        if width == .long {
            let target = target(i.result, from)
            asm.emit(.movsxd, .quad, target, from)
            finish(i.result, target)
        } else {
            finish(i.result, from)
        }
    }

    private mutating func lowerMove(_ i: IRInstruction) {
        guard let result = i.result else { return }
        if i.type == .i32 {
            lowerOne(.movsxd, i, .quad)
            return
        }
        if !result.isTemporary, let vector = vectors[result] {
            move(vector, i.a)
        } else if let target = register(of: result) {
            if case .constant(let value) = i.a { asm.move(target, value) } else { load(i.a, into: target) }
        } else if case .constant(let value) = i.a, let small = Self.immediate(value, .quad) {
            asm.emit(.mov, .quad, X64Frame.home(result), imm: small)
        } else {
            asm.emit(.mov, .quad, X64Frame.home(result), value(i.a, .rax))
        }
    }

    private mutating func lowerAdd(_ i: IRInstruction, _ width: Width) {
        let target = target(i.result, .rax)
        // The sum of a register and another or a constant has an instruction with three operands.
        if let a = register(of: i.a), a != target {
            if case .constant(let value) = i.b, let small = Self.immediate(value, width) {
                asm.emit(.lea, width, target, Memory(a, small))
                finish(i, width, target)
                return
            }
            if let b = register(of: i.b), b != target {
                asm.emit(.lea, width, target, Memory(a, index: b))
                finish(i, width, target)
                return
            }
        }
        lowerTwo(.add, i, width, commutes: true)
    }

    private mutating func lowerTwo(_ operation: Operation, _ i: IRInstruction, _ width: Width, commutes: Bool) {
        if width == .quad, operation != .imul, updatesMemory(operation, i) { return }
        let target = target(i.result, .rax)
        var (a, b) = (i.a, i.b)
        if commutes, register(of: b) == target { swap(&a, &b) }
        if register(of: b) == target, register(of: a) != target {
            // target ← a − target
            load(a, into: .rax)
            apply(operation, width, .rax, b, scratch: .rcx)
            finish(i, width, .rax)
            return
        }
        load(a, into: target)
        apply(operation, width, target, b, scratch: .rcx)
        finish(i, width, target)
    }

    /// home ← home op b, where both are the same place in memory.
    private mutating func updatesMemory(_ operation: Operation, _ i: IRInstruction) -> Bool {
        guard let result = i.result, isInMemory(result), i.a == .place(result) else { return false }
        if case .constant(let value) = i.b {
            guard let small = Self.immediate(value, .quad) else { return false }
            asm.emit(operation, .quad, X64Frame.home(result), imm: small)
        } else {
            asm.emit(operation, .quad, X64Frame.home(result), value(i.b, .rax))
        }
        return true
    }

    private mutating func lowerOne(_ operation: Operation, _ i: IRInstruction, _ width: Width) {
        let target = target(i.result, .rax)
        if case .place(let place) = i.a, isInMemory(place) {
            asm.emit(operation, width, target, X64Frame.home(place))
        } else {
            asm.emit(operation, width, target, value(i.a, .rax))
        }
        finish(i.result, target)
    }

    private mutating func lowerMultiply(_ i: IRInstruction, _ width: Width) {
        let target = target(i.result, .rax)
        if case .constant(let value) = i.b, let small = Self.immediate(value, width) {
            if case .place(let place) = i.a, isInMemory(place) {
                asm.emit(.imul, width, target, X64Frame.home(place), imm: small)
            } else {
                asm.emit(.imul, width, target, self.value(i.a, .rax), imm: small)
            }
            finish(i, width, target)
            return
        }
        lowerTwo(.imul, i, width, commutes: true)
    }

    /// result ← a + (b << immediate)
    private mutating func lowerAddShifted(_ i: IRInstruction, _ width: Width) {
        let target = target(i.result, .rax)
        if i.immediate >= 1, i.immediate <= 3 {
            let b = value(i.b, .rcx)
            let a = value(i.a, .rax)
            asm.emit(.lea, width, target, Memory(a, index: b, scale: UInt8(i.immediate)))
        } else {
            load(i.b, into: .rcx)
            asm.emit(.shl, width, .rcx, imm: Int32(truncatingIfNeeded: i.immediate))
            let a = value(i.a, .rax)
            asm.emit(.lea, width, target, Memory(a, index: .rcx))
        }
        finish(i, width, target)
    }

    private mutating func lowerNegated(_ i: IRInstruction, _ width: Width) {
        switch i.opcode {
        case .andNot:
            let target = target(i.result, .rax)
            let b = value(i.b, .rcx)
            asm.emit(.andn, width, target, b, value(i.a, .rax))
            finish(i, width, target)
        case .orNot:
            load(i.b, into: .rax)
            asm.emit(.not, width, .rax)
            apply(.or, width, .rax, i.a, scratch: .rcx)
            finish(i, width, .rax)
        default:
            load(i.a, into: .rax)
            apply(.xor, width, .rax, i.b, scratch: .rcx)
            asm.emit(.not, width, .rax)
            finish(i, width, .rax)
        }
    }

    private mutating func lowerShift(_ i: IRInstruction, _ width: Width, _ fixed: Operation, _ variable: Operation) {
        let target = target(i.result, .rax)
        if case .constant(let count) = i.b {
            load(i.a, into: target)
            let amount = Int32(count & (width == .long ? 31 : 63))
            if amount != 0 { asm.emit(fixed, width, target, imm: amount) }
        } else {
            let count = value(i.b, .rcx)
            if case .place(let place) = i.a, isInMemory(place) {
                asm.emit(variable, width, target, X64Frame.home(place), count)
            } else {
                asm.emit(variable, width, target, value(i.a, .rax), count)
            }
        }
        finish(i, width, target)
    }

    private mutating func lowerRotate(_ i: IRInstruction, _ width: Width, _ operation: Operation) {
        if case .constant(let count) = i.b {
            let target = target(i.result, .rax)
            load(i.a, into: target)
            let amount = Int32(count & (width == .long ? 31 : 63))
            if amount != 0 { asm.emit(operation, width, target, imm: amount) }
            finish(i, width, target)
        } else {
            load(i.b, into: .rcx)
            load(i.a, into: .rax)
            asm.emit(operation, width, .rax)
            finish(i, width, .rax)
        }
    }

    private mutating func lowerMultiplyHigh(_ i: IRInstruction) -> Bool {
        guard i.type == .i64 else { return lowerMultiplyHighWord(i) }
        load(i.a, into: .rax)
        let b = value(i.b, .rcx)
        asm.emit(i.opcode == .mulHighSigned ? .imul : .mul, .quad, b)
        if i.opcode == .mulHighSignedUnsigned {
            // The unsigned product counts a negative a as a + 2⁶⁴.
            let a = value(i.a, .rax)
            if a != .rax { asm.emit(.mov, .quad, .rax, a) }
            asm.emit(.sar, .quad, .rax, imm: 63)
            asm.emit(.and, .quad, .rax, b)
            asm.emit(.sub, .quad, .rdx, .rax)
        }
        finish(i.result, .rdx)
        return true
    }

    /// The product of two words fits into 64 bits.
    private mutating func lowerMultiplyHighWord(_ i: IRInstruction) -> Bool {
        load(i.a, into: .rax)
        load(i.b, into: .rcx)
        if i.opcode == .mulHighUnsigned {
            asm.emit(.mov, .long, .rax, .rax)
        } else {
            asm.emit(.movsxd, .quad, .rax, .rax)
        }
        if i.opcode == .mulHighSigned {
            asm.emit(.movsxd, .quad, .rcx, .rcx)
        } else {
            asm.emit(.mov, .long, .rcx, .rcx)
        }
        asm.emit(.imul, .quad, .rax, .rcx)
        asm.emit(.sar, .quad, .rax, imm: 32)
        finish(i, .long, .rax)
        return true
    }

    /// The rule of `IROpcode`: by zero all ones or the dividend, on overflow the minimum or zero.
    private mutating func lowerDivision(_ i: IRInstruction, _ width: Width) {
        let isSigned = i.opcode == .divSigned || i.opcode == .remSigned
        let isQuotient = i.opcode == .divSigned || i.opcode == .divUnsigned
        load(i.a, into: .rax)
        load(i.b, into: .rcx)
        let done = asm.makeLabel()
        let nonZero = asm.makeLabel()
        asm.emit(.test, width, .rcx, .rcx)
        asm.jump(if: .notEqual, nonZero)
        if isQuotient {
            asm.emit(.mov, .quad, .rdx, imm: -1)
        } else {
            asm.emit(.mov, .quad, .rdx, .rax)
        }
        asm.jump(done)
        asm.bind(nonZero)
        if isSigned {
            let ordinary = asm.makeLabel()
            asm.emit(.cmp, width, .rcx, imm: -1)
            asm.jump(if: .notEqual, ordinary)
            if isQuotient {
                asm.emit(.mov, .quad, .rdx, .rax)
                asm.emit(.neg, width, .rdx)
            } else {
                asm.emit(.xor, .long, .rdx, .rdx)
            }
            asm.jump(done)
            asm.bind(ordinary)
            asm.emit(width == .long ? .cdq : .cqo)
            asm.emit(.idiv, width, .rcx)
        } else {
            asm.emit(.xor, .long, .rdx, .rdx)
            asm.emit(.div, width, .rcx)
        }
        if isQuotient { asm.emit(.mov, .quad, .rdx, .rax) }
        asm.bind(done)
        finish(i, width, .rdx)
    }

    /// Compares two operands; the flags say how.
    mutating func compare(_ a: IROperand, _ b: IROperand, _ type: IRType) {
        let width = Self.width(type)
        if case .constant(0) = b, let register = register(of: a) {
            asm.emit(.test, width, register, register)
            return
        }
        if case .place(let place) = a, isInMemory(place) {
            if case .constant(let value) = b, let small = Self.immediate(value, width) {
                asm.emit(.cmp, width, X64Frame.home(place), imm: small)
                return
            }
            if let register = register(of: b) {
                asm.emit(.cmp, width, X64Frame.home(place), register)
                return
            }
        }
        apply(.cmp, width, value(a, .rax), b, scratch: .rcx)
    }

    private mutating func lowerComparison(_ i: IRInstruction, _ width: Width, _ condition: Condition) {
        compare(i.a, i.b, i.type)
        asm.set(condition, .rax)
        let target = target(i.result, .rax)
        asm.emit(.movzx8, .long, target, .rax)
        finish(i.result, target)
    }

    /// result ← a if a `condition` b, else b
    private mutating func lowerSelection(_ i: IRInstruction, _ width: Width, _ condition: Condition) {
        load(i.a, into: .rax)
        load(i.b, into: .rcx)
        asm.emit(.cmp, width, .rax, .rcx)
        asm.move(if: condition, width, .rcx, .rax)
        finish(i, width, .rcx)
    }

    private mutating func lowerByteSwap(_ i: IRInstruction, _ width: Width) {
        load(i.a, into: .rax)
        asm.emit(.bswap, width, .rax)
        finish(i, width, .rax)
    }

    // MARK: By call

    /// Evaluates an operation that has no code of its own in the way of the portable back-end.
    mutating func lowerByCall(_ i: IRInstruction, boundary: Int) {
        spillTemporaries()
        if i.c != .none { asm.emit(.mov, .quad, X64Frame.thirdOperand, value(i.c, .rax)) }
        let fields = RareFields(i, c: Place.thirdOperand.index, index: boundary)
        asm.move(.rax, fields.packed)
        asm.emit(.mov, .quad, X64Frame.callImmediate, .rax)
        load(i.a, into: .rcx)
        load(i.b, into: .rdx)
        callSlowly(SlowCall(.operation, index: boundary))
        finish(i.result, .rax)
    }
}
