/// A rule that a block breaks, with its place.
struct IRViolation: Error, Equatable, CustomStringConvertible {
    /// Index of the guest instruction; nil where the block as a whole is wrong.
    var boundary: Int?
    /// Index in `IRBlock.instructions`; nil for the terminal, and where no single operation is wrong.
    var operation: Int?
    var reason: String

    var description: String {
        let place = [boundary.map { "instruction @\($0)" }, operation.map { "operation \($0)" }].compactMap { $0 }
        return (place.isEmpty ? "block" : place.joined(separator: ", ")) + ": " + reason
    }
}

/// Checks blocks against the opcode table and against the rules of `IRBlock`. Finds everything, not only the first.
struct IRVerifier {
    /// A guest register that always reads 0 and must not be written.
    var zeroRegister: Place?
    /// Guest places that an instruction may write before it is sure to complete: notes that something may change.
    var notes: [Place] = []
    /// Whether traces are checked: their instructions stand anywhere, and side exits are allowed.
    var allowsTraces = false

    private var violations: [IRViolation] = []
    /// Where we are.
    private var boundary: Int?
    private var operation: Int?
    /// Temporaries that the current instruction has written.
    private var defined: Set<UInt16> = []
    /// What the current instruction has changed for good, if anything.
    private var lastingChange: String?

    init(zeroRegister: Place? = nil, notes: [Place] = [], allowsTraces: Bool = false) {
        self.zeroRegister = zeroRegister
        self.notes = notes
        self.allowsTraces = allowsTraces
    }

    /// All rules that `block` breaks, in program order.
    func violations(of block: IRBlock) -> [IRViolation] {
        var run = self
        run.checkBoundaries(block)
        guard run.violations.isEmpty else { return run.violations }
        for index in block.boundaries.indices {
            run.checkInstruction(index, of: block)
        }
        run.operation = nil
        run.check(block.terminal)
        return run.violations
    }

    private mutating func report(_ reason: String) {
        violations.append(IRViolation(boundary: boundary, operation: operation, reason: reason))
    }

    // MARK: Boundaries

    /// Distances, lengths and counts must fit into what the code cache keeps of them (`BlockBoundary`).
    private mutating func checkBoundaries(_ block: IRBlock) {
        guard let first = block.boundaries.first else { return report("has no instruction") }
        if block.boundaries.count > Int(UInt16.max) { report("has more than 65535 instructions") }
        if first.firstOperation != 0 { report("has operations before its first instruction") }
        if first.pc != block.pc { report("does not start at the address of its first instruction") }
        for (index, current) in block.boundaries.enumerated() {
            boundary = index
            if !(1...255).contains(current.length) { report("is \(current.length) bytes long; expected 1 to 255") }
            if current.firstOperation > block.instructions.count { report("starts after the last operation") }
            if !allowsTraces, current.pc &- block.pc > UInt64(UInt16.max) {
                report("stands more than 65535 bytes into the block")
            }
            guard index > 0 else { continue }
            let previous = block.boundaries[index - 1]
            if current.firstOperation < previous.firstOperation { report("starts before the one in front of it") }
            if !allowsTraces, current.pc <= previous.pc { report("does not stand behind the one in front of it") }
        }
    }

    private mutating func checkInstruction(_ index: Int, of block: IRBlock) {
        boundary = index
        defined.removeAll(keepingCapacity: true)
        lastingChange = nil
        let isLast = index + 1 == block.boundaries.count
        let end = isLast ? block.instructions.count : block.boundaries[index + 1].firstOperation
        for position in block.boundaries[index].firstOperation..<end {
            operation = position
            check(block.instructions[position], isLast: position + 1 == end)
        }
    }

    // MARK: Operations

    private mutating func check(_ instruction: IRInstruction, isLast: Bool) {
        let row = IROpcodeTable[instruction.opcode]
        if !row.types.contains(instruction.type) { report("\(row.name) knows no type \(instruction.type.name)") }
        let operands = [instruction.a, instruction.b, instruction.c]
        for (index, operand) in operands.enumerated() {
            if (operand != .none) != (index < row.operandCount) {
                report("\(row.name) takes \(row.operandCount) operands")
            }
            check(operand)
        }
        checkImmediate(instruction, row)
        if instruction.order == .big, row.accessWidth(instruction.type) == 0 {
            report("\(row.name) has no byte order")
        }
        if row.effect != .pure, row.effect != .flags {
            if !isLast { report("\(row.name) may leave the block, but is not the last of its instruction") }
            // A side exit does not trap: its instruction has run, whichever way it goes.
            if row.effect == .exit {
                if !allowsTraces { report("\(row.name) stands in a block; expected it in traces only") }
            } else if let lastingChange {
                report("\(row.name) may trap after \(lastingChange)")
            }
        }
        checkResult(instruction, row)
    }

    private mutating func check(_ operand: IROperand) {
        guard case .place(let place) = operand, place.isTemporary else { return }
        if Int(place.index - Place.firstTemporary) >= Place.temporaryCount {
            report("\(IRPrinter.text(place)) does not exist")
        } else if !defined.contains(place.index) {
            report("\(IRPrinter.text(place)) is read before this instruction gives it a value")
        }
    }

    private mutating func checkImmediate(_ instruction: IRInstruction, _ row: IROpcodeRow) {
        let legal: ClosedRange<Int64> =
            switch row.immediate {
            case .none: 0...0
            case .addressOffset: Int64(Int32.min)...Int64(Int32.max)
            case .shift: 0...Int64(8 * instruction.type.byteCount - 1)
            case .rounding: 0...4
            case .guestFunction: 0...0xffff_ffff_ffff
            case .guestAddress: Int64.min...Int64.max
            }
        if !legal.contains(instruction.immediate) {
            report("\(instruction.immediate) is no immediate of \(row.name); expected \(legal)")
        }
    }

    private mutating func checkResult(_ instruction: IRInstruction, _ row: IROpcodeRow) {
        if row.effect == .flags { lastingChange = "the floating-point flags changed" }
        if row.effect == .store { lastingChange = "memory changed" }
        if row.effect == .guest { lastingChange = "a function of the guest ran" }
        guard let result = instruction.result else { return }
        if !row.hasResult { report("\(row.name) has no result") }
        if result.isTemporary {
            if Int(result.index - Place.firstTemporary) >= Place.temporaryCount {
                report("\(IRPrinter.text(result)) does not exist")
            }
            defined.insert(result.index)
        } else if result.index >= Place.firstReserved || result == zeroRegister {
            report("\(IRPrinter.text(result)) must not be written")
        } else if !notes.contains(result) {
            lastingChange = "\(IRPrinter.text(result)) changed"
        }
    }

    // MARK: Terminals

    private mutating func check(_ terminal: IRTerminal) {
        switch terminal {
        case .jump: break
        case .branch(_, let type, let a, let b, _, _):
            if type != .i32, type != .i64 { report("a branch compares integers, not \(type.name)") }
            if a == .none || b == .none { report("a branch takes 2 operands") }
            check(a)
            check(b)
        case .indirect(let target):
            if target == .none { report("an indirect jump takes 1 operand") }
            check(target)
        case .guestExit:
            if let lastingChange { report("the exit may trap after \(lastingChange)") }
        }
    }
}
