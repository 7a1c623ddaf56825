/// The algebra of integer operations: forms that cost less, or that the later passes understand.
///
/// Constants stand in the operands already; `a` and `b` say what is known of the values.
struct Simplification {
    let a: KnownValue
    let b: KnownValue

    /// Makes one step. Returns whether the operation changed, and so may change again.
    func step(_ instruction: inout IRInstruction) -> Bool {
        let before = instruction.opcode
        if let constant = folded(instruction) {
            if before == .move, instruction.type == .i64 { return false }
            instruction.becomeMove(of: .constant(constant))
            return true
        }
        switch before {
        case .move:
            guard instruction.type == .i32 else { return false }
            extend(&instruction, .signExtend32)
            return true
        case .signExtend8: return removeExtension(&instruction, a.signBits <= 8)
        case .signExtend16: return removeExtension(&instruction, a.signBits <= 16)
        case .signExtend32: return removeExtension(&instruction, a.signBits <= 32)
        case .zeroExtend8: return removeExtension(&instruction, a.zeroBits <= 8)
        case .zeroExtend16: return removeExtension(&instruction, a.zeroBits <= 16)
        case .zeroExtend32: return removeExtension(&instruction, a.zeroBits <= 32)
        case .equal, .notEqual, .lessSigned, .lessUnsigned, .greaterEqualSigned, .greaterEqualUnsigned:
            return compare(&instruction)
        default: break
        }
        if isCommutative(before), case .constant = instruction.a, case .place = instruction.b {
            swap(&instruction.a, &instruction.b)
            return true
        }
        if case .place(let first) = instruction.a, case .place(let second) = instruction.b, first == second {
            return same(&instruction)
        }
        if case .constant(let raw) = instruction.b {
            // Words stand in places sign-extended, and so do constants of word operations.
            let value = instruction.type == .i32 ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: raw))) : raw
            instruction.b = .constant(value)
            return right(&instruction, value) || value != raw
        }
        if before == .and, b.constant == 0xffff_ffff, instruction.type == .i64 {
            // Too long for an operand, but there is an operation for it.
            extend(&instruction, .zeroExtend32)
            return true
        }
        if case .constant(0) = instruction.a { return leftZero(&instruction) }
        return false
    }

    // MARK: Parts

    /// The result, if all operands are known.
    private func folded(_ instruction: IRInstruction) -> UInt64? {
        guard let first = a.constant else { return nil }
        let second: UInt64
        switch instruction.b {
        case .none: second = 0
        default:
            guard let constant = b.constant else { return nil }
            second = constant
        }
        let shift = UInt64(bitPattern: instruction.immediate)
        if instruction.type == .i64 {
            return IntegerOperation.evaluate64(instruction.opcode, first, second, shift: shift)
        }
        let word = IntegerOperation.evaluate32(
            instruction.opcode, UInt32(truncatingIfNeeded: first), UInt32(truncatingIfNeeded: second), shift: shift)
        return UInt64(bitPattern: Int64(Int32(bitPattern: word)))
    }

    /// A copy of operand a as the type keeps it.
    private func copy(_ instruction: inout IRInstruction) -> Bool {
        if instruction.type == .i32, a.signBits > 32 {
            extend(&instruction, .signExtend32)
        } else {
            instruction.becomeMove(of: instruction.a)
        }
        return true
    }

    private func constant(_ instruction: inout IRInstruction, _ value: UInt64) -> Bool {
        instruction.becomeMove(of: .constant(value))
        return true
    }

    private func extend(_ instruction: inout IRInstruction, _ opcode: IROpcode) {
        instruction.becomeMove(of: instruction.a)
        instruction.opcode = opcode
    }

    private func removeExtension(_ instruction: inout IRInstruction, _ isExtended: Bool) -> Bool {
        if isExtended { instruction.becomeMove(of: instruction.a) }
        return isExtended
    }

    private func become(_ instruction: inout IRInstruction, _ opcode: IROpcode, _ value: UInt64) -> Bool {
        (instruction.opcode, instruction.b, instruction.immediate) = (opcode, .constant(value), 0)
        return true
    }

    /// Unless the constant would become too long for an operation to hold.
    private func becomeAdd(_ instruction: inout IRInstruction, _ value: UInt64) -> Bool {
        let isShort = Int64(bitPattern: value) == Int64(Int32(truncatingIfNeeded: value))
        return isShort ? become(&instruction, .add, value) : false
    }

    private func isCommutative(_ opcode: IROpcode) -> Bool {
        switch opcode {
        case .add, .and, .or, .xor, .xorNot, .mul, .mulHighSigned, .mulHighUnsigned, .minSigned, .minUnsigned,
            .maxSigned,
            .maxUnsigned:
            true
        default: false
        }
    }

    private func compare(_ instruction: inout IRInstruction) -> Bool {
        guard let condition = IRCondition(comparison: instruction.opcode) else { return false }
        var comparison = Comparison(
            condition: condition, type: instruction.type, a: instruction.a, b: instruction.b)
        switch comparison.normalize() {
        case .never: return constant(&instruction, 0)
        case .always: return constant(&instruction, 1)
        case .unknown: break
        }
        // Whether a truth value is true is the value itself.
        if comparison.condition == .notEqual, comparison.b == .zero, comparison.a == instruction.a, a.zeroBits <= 1 {
            instruction.becomeMove(of: instruction.a)
            return true
        }
        let isSame =
            comparison.condition == condition && comparison.a == instruction.a && comparison.b == instruction.b
        instruction.opcode = comparison.condition.comparison
        (instruction.a, instruction.b) = (comparison.a, comparison.b)
        return !isSame
    }

    /// Both operands are the same place.
    private func same(_ instruction: inout IRInstruction) -> Bool {
        switch instruction.opcode {
        case .sub, .xor, .andNot: return constant(&instruction, 0)
        case .orNot, .xorNot: return constant(&instruction, .max)
        case .and, .or, .minSigned, .minUnsigned, .maxSigned, .maxUnsigned: return copy(&instruction)
        default: return false
        }
    }

    /// Operand a is 0.
    private func leftZero(_ instruction: inout IRInstruction) -> Bool {
        switch instruction.opcode {
        case .andNot, .shiftLeft, .shiftRight, .shiftRightSigned, .rotateLeft, .rotateRight:
            return constant(&instruction, 0)
        case .addShifted:
            (instruction.opcode, instruction.a) = (.shiftLeft, instruction.b)
            (instruction.b, instruction.immediate) = (.constant(UInt64(bitPattern: instruction.immediate)), 0)
            return true
        default: return false
        }
    }

    /// Operand b is a constant, and a is not.
    private func right(_ instruction: inout IRInstruction, _ value: UInt64) -> Bool {
        let width: UInt64 = instruction.type == .i32 ? 32 : 64
        switch instruction.opcode {
        case .add, .or, .xor:
            if value == 0 { return copy(&instruction) }
            return instruction.opcode == .or && value == .max ? constant(&instruction, value) : false
        case .sub: return becomeAdd(&instruction, 0 &- value)
        case .addShifted: return becomeAdd(&instruction, value << UInt64(bitPattern: instruction.immediate))
        case .andNot: return become(&instruction, .and, ~value)
        case .orNot: return become(&instruction, .or, ~value)
        case .xorNot: return become(&instruction, .xor, ~value)
        case .and: return mask(&instruction, value)
        case .shiftLeft, .shiftRight, .shiftRightSigned, .rotateLeft, .rotateRight:
            let count = value & (width - 1)
            if count == 0 { return copy(&instruction) }
            instruction.b = .constant(count)
            return count != value
        case .mul:
            if value == 0 { return constant(&instruction, 0) }
            if value == 1 { return copy(&instruction) }
            return power(value, width).map { become(&instruction, .shiftLeft, $0) } ?? false
        case .divUnsigned:
            if value == 1 { return copy(&instruction) }
            return power(value, width).map { become(&instruction, .shiftRight, $0) } ?? false
        case .remUnsigned:
            return power(value, width).map { become(&instruction, .and, (1 << $0) - 1) } ?? false
        case .divSigned: return value == 1 ? copy(&instruction) : false
        default: return false
        }
    }

    /// The exponent, if `value` is a power of two within `width` bits.
    private func power(_ value: UInt64, _ width: UInt64) -> UInt64? {
        let bits = width == 32 ? value & 0xffff_ffff : value
        return bits.nonzeroBitCount == 1 ? UInt64(bits.trailingZeroBitCount) : nil
    }

    /// `and` with a constant: nothing where the bits are clear already, an extension where it is one.
    private func mask(_ instruction: inout IRInstruction, _ value: UInt64) -> Bool {
        if value == 0 { return constant(&instruction, 0) }
        if value == .max { return copy(&instruction) }
        let known = instruction.type == .i32 ? a.asWord : a
        if known.zeroBits < 64, value & (1 << UInt64(known.zeroBits) - 1) == (1 << UInt64(known.zeroBits) - 1) {
            return copy(&instruction)
        }
        switch value {
        case 0xff: extend(&instruction, .zeroExtend8)
        case 0xffff: extend(&instruction, .zeroExtend16)
        case 0xffff_ffff: extend(&instruction, .zeroExtend32)
        default: return false
        }
        return true
    }
}
