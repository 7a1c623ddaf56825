/// Lets side exits and branches compare by themselves what a comparison before them compared: `slt` and `bnez` in one. Also
/// inverts comparisons instead of their results.
struct CompareFusion: TrackingPass, ~Copyable {
    /// The place tells whether a condition holds, since `time`.
    struct Truth: BitwiseCopyable {
        var condition = IRCondition.equal
        var type = IRType.i64
        var a = IROperand.none
        var b = IROperand.none
        var time = 0
    }

    private let traits = OperationTraits.table()
    private let truths = FixedTable<Truth>(repeating: Truth(), count: Place.count)
    var clock = WriteClock()
    private let residence: Residence

    init(residence: Residence) { self.residence = residence }

    mutating func run(_ block: inout IRBlock) {
        visitOperations(of: &block)
        fuse(&block.terminal)
    }

    @inline(__always)
    mutating func visit(_ instruction: inout IRInstruction) {
        let traits = traits[instruction.opcode]
        if traits.contains(.leaves) { return fuseExit(&instruction) }
        if traits.contains(.clobbers) { clock.noteClobber() }
        compute(&instruction)
    }

    private func compute(_ instruction: inout IRInstruction) {
        guard let result = instruction.result else { return }
        switch instruction.opcode {
        case .equal, .notEqual, .lessSigned, .lessUnsigned, .greaterEqualSigned, .greaterEqualUnsigned:
            learn(&instruction, result)
        case .xor where instruction.b == .constant(1):
            if let truth = truth(of: instruction.a) {
                set(&instruction, truth, truth.condition.inverted)
                learn(&instruction, result)
            }
        default: break
        }
        clock.noteWrite(result)
    }

    private func learn(_ instruction: inout IRInstruction, _ result: Place) {
        guard let condition = IRCondition(comparison: instruction.opcode) else { return }
        if instruction.b == .zero, let truth = truth(of: instruction.a, is: condition) {
            set(&instruction, truth, truth.condition)
        }
        guard let condition = IRCondition(comparison: instruction.opcode) else { return }
        truths[result] = Truth(
            condition: condition, type: instruction.type, a: instruction.a, b: instruction.b, time: clock.now)
    }

    private func set(_ instruction: inout IRInstruction, _ truth: Truth, _ condition: IRCondition) {
        instruction.opcode = condition.comparison
        (instruction.type, instruction.a, instruction.b) = (truth.type, truth.a, truth.b)
    }

    /// What `operand` tells, if what was compared still stands where it stood.
    private func truth(of operand: IROperand) -> Truth? {
        guard let place = operand.trackedPlace else { return nil }
        let truth = truths[place]
        guard clock.isCurrent(place, since: truth.time), clock.isUnchanged(truth.a, since: truth.time),
            clock.isUnchanged(truth.b, since: truth.time), residence.allows(truth.a, for: place),
            residence.allows(truth.b, for: place)
        else { return nil }
        return truth
    }

    /// What it means that `operand` is equal, or not equal, to zero.
    private func truth(of operand: IROperand, is condition: IRCondition) -> Truth? {
        guard condition == .equal || condition == .notEqual, var truth = truth(of: operand) else { return nil }
        if condition == .equal { truth.condition = truth.condition.inverted }
        return truth
    }

    private func fuseExit(_ instruction: inout IRInstruction) {
        guard instruction.b == .zero, let condition = IRCondition(leave: instruction.opcode),
            let truth = truth(of: instruction.a, is: condition)
        else { return }
        instruction.opcode = truth.condition.leave
        (instruction.type, instruction.a, instruction.b) = (truth.type, truth.a, truth.b)
    }

    private mutating func fuse(_ terminal: inout IRTerminal) {
        guard case .branch(let condition, _, let a, .zero, let taken, let otherwise) = terminal else { return }
        // The terminal reads after the last operation.
        clock.tick()
        guard let truth = truth(of: a, is: condition) else { return }
        terminal = .branch(truth.condition, truth.type, truth.a, truth.b, taken: taken, otherwise: otherwise)
    }
}
