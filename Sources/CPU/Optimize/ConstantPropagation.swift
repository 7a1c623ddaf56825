/// Computes what is known before the guest runs: constants, and how many bits of a value matter.
///
/// Operands whose value is known become constants if an operation can hold them; operations become simpler ones; side exits
/// and branches whose outcome is known vanish, or end the block.
struct ConstantPropagation: ~Copyable {
    private let traits = OperationTraits.table()
    private let known = FixedTable<KnownValue>(repeating: .unknown, count: Place.count)

    /// Where the block ends before its terminal, if a side exit is always taken.
    private struct End {
        var operation: Int
        var boundary: Int
        var target: UInt64
    }

    /// What became of a side exit.
    private enum Exit { case stays, vanishes, ends(UInt64) }

    mutating func run(_ block: inout IRBlock) {
        forgetGuest()
        if let end = walk(&block.instructions, block.boundaries) {
            block.instructions.removeLast(block.instructions.count - end.operation)
            block.boundaries.removeLast(block.boundaries.count - end.boundary - 1)
            block.terminal = .jump(end.target)
        } else {
            propagate(&block.terminal)
        }
    }

    private func walk(_ instructions: inout [IRInstruction], _ boundaries: [IRBoundary]) -> End? {
        var cursor = BoundaryCursor()
        var operations = instructions.mutableSpan
        for index in operations.indices {
            _ = cursor.advance(to: index, in: boundaries)
            let traits = traits[operations[index].opcode]
            if traits.contains(.leaves) {
                switch propagateExit(&operations[index]) {
                case .stays: break
                case .vanishes: operations[index] = .nothing
                case .ends(let target): return End(operation: index, boundary: cursor.index, target: target)
                }
            } else {
                propagate(&operations[index], traits)
            }
        }
        return nil
    }

    // MARK: What is known

    private func forgetGuest() {
        known.reset(first: Int(Place.firstTemporary), to: .unknown)
        known[.zero] = KnownValue(constant: 0)
    }

    @inline(__always)
    private func value(_ operand: IROperand) -> KnownValue {
        switch operand {
        case .place(let place): known[place]
        case .constant(let constant): KnownValue(constant: constant)
        case .none: .unknown
        }
    }

    /// The operand as a constant, if it is one and fits into 32 bits with a sign: a longer one is better read from
    /// its place than made anew.
    @inline(__always)
    private func substituted(_ operand: IROperand) -> IROperand {
        guard case .place(let place) = operand, let constant = known[place].constant,
            Int64(bitPattern: constant) == Int64(Int32(truncatingIfNeeded: constant))
        else { return operand }
        return .constant(constant)
    }

    // MARK: Operations

    @inline(__always)
    private func propagate(_ instruction: inout IRInstruction, _ traits: OperationTraits) {
        var a = value(instruction.a)
        var b = value(instruction.b)
        if traits.contains(.integer) {
            instruction.a = substituted(instruction.a)
            instruction.b = substituted(instruction.b)
            while Simplification(a: a, b: b).step(&instruction) {
                a = value(instruction.a)
                b = value(instruction.b)
            }
        } else if traits.contains(.addresses) {
            if let base = a.constant { fixAddress(&instruction, base) }
            instruction.b = substituted(instruction.b)
        } else if traits.contains(.clobbers) {
            instruction.a = substituted(instruction.a)
            instruction.b = substituted(instruction.b)
            forgetGuest()
        } else {
            simplifyFloat(&instruction, a)
            a = value(instruction.a)
        }
        guard let result = instruction.result else { return }
        let now: KnownValue
        if instruction.opcode == .move, case .constant(let constant) = instruction.a {
            now = KnownValue(constant: constant)
            // It says again what the place holds already.
            if known[result].constant == constant, !result.isTemporary { instruction = .nothing }
        } else {
            now = KnownValue.result(of: instruction, a, b)
        }
        known[result] = now
    }

    /// An access to a constant address has no base.
    private func fixAddress(_ instruction: inout IRInstruction, _ base: UInt64) {
        instruction.a = .constant(base &+ UInt64(bitPattern: instruction.immediate))
        instruction.immediate = 0
    }

    /// Boxes of constants, and signs copied from the value itself.
    private func simplifyFloat(_ instruction: inout IRInstruction, _ a: KnownValue) {
        switch instruction.opcode {
        case .boxFloat32:
            guard let value = a.constant else { return }
            instruction.becomeMove(of: .constant(value | 0xffff_ffff_0000_0000))
        case .unboxFloat32:
            guard let value = a.constant else { return }
            let isBoxed = value >> 32 == 0xffff_ffff
            instruction.becomeMove(of: .constant(isBoxed ? value & 0xffff_ffff : 0x7fc0_0000))
        case .copySign where instruction.a == instruction.b:
            let isSingle = instruction.type == .f32
            instruction.becomeMove(of: instruction.a)
            if isSingle, a.zeroBits > 32 { instruction.opcode = .zeroExtend32 }
            instruction.b = .none
        default: break
        }
    }

    // MARK: Exits

    private func propagateExit(_ instruction: inout IRInstruction) -> Exit {
        let address = UInt64(bitPattern: instruction.immediate)
        guard let condition = IRCondition(leave: instruction.opcode) else {
            guard let target = value(instruction.a).constant else {
                learn(instruction.a, address)
                return .stays
            }
            return target == address ? .vanishes : .ends(target)
        }
        var comparison = comparison(condition, instruction.type, instruction.a, instruction.b)
        switch comparison.normalize() {
        case .never: return .vanishes
        case .always: return .ends(address)
        case .unknown: break
        }
        instruction.opcode = comparison.condition.leave
        (instruction.a, instruction.b) = (comparison.a, comparison.b)
        // Who goes on has compared equal.
        if comparison.condition == .notEqual, case .constant(let value) = comparison.b,
            comparison.type == .i64 || self.value(comparison.a).signBits <= 32
        {
            learn(comparison.a, value)
        }
        return .stays
    }

    private func learn(_ operand: IROperand, _ constant: UInt64) {
        guard let place = operand.trackedPlace else { return }
        known[place] = KnownValue(constant: constant)
    }

    /// A comparison with what is known. A long constant is taken where it decides, and left in its place elsewhere.
    private func comparison(_ condition: IRCondition, _ type: IRType, _ a: IROperand, _ b: IROperand) -> Comparison {
        if let first = value(a).constant, let second = value(b).constant {
            return Comparison(condition: condition, type: type, a: .constant(first), b: .constant(second))
        }
        return Comparison(condition: condition, type: type, a: substituted(a), b: substituted(b))
    }

    private func propagate(_ terminal: inout IRTerminal) {
        switch terminal {
        case .branch(let condition, let type, let a, let b, let taken, let otherwise):
            var comparison = comparison(condition, type, a, b)
            switch comparison.normalize() {
            case .always: terminal = .jump(taken)
            case .never: terminal = .jump(otherwise)
            case .unknown:
                terminal = .branch(
                    comparison.condition, comparison.type, comparison.a, comparison.b, taken: taken,
                    otherwise: otherwise)
            }
        case .indirect(let target):
            if let address = value(target).constant { terminal = .jump(address) }
        case .jump, .guestExit: break
        }
    }
}
