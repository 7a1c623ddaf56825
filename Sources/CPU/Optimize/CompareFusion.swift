/// Lets side exits and branches compare by themselves what a comparison before them compared: `slt` and `bnez` in one. Also
/// inverts comparisons instead of their results.
struct CompareFusion: ~Copyable {
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
    private var clock = WriteClock()
    private let residence: Residence

    init(residence: Residence) { self.residence = residence }

    mutating func run(_ block: inout IRBlock) {
        clock.begin()
        walk(&block.instructions, block.boundaries)
        fuse(&block.terminal)
    }

    private mutating func walk(_ instructions: inout [IRInstruction], _ boundaries: [IRBoundary]) {
        var cursor = BoundaryCursor()
        var operations = instructions.mutableSpan
        for index in operations.indices {
            if cursor.advance(to: index, in: boundaries) { clock.beginInstruction() }
            clock.tick()
            let traits = traits[operations[index].opcode]
            if traits.contains(.leaves) {
                fuseExit(&operations[index])
            } else {
                if traits.contains(.clobbers) { clock.noteClobber() }
                compute(&operations[index])
            }
        }
    }

    @inline(__always)
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
        if instruction.b == .zero, condition == .equal || condition == .notEqual,
            let truth = truth(of: instruction.a)
        {
            set(&instruction, truth, condition == .equal ? truth.condition.inverted : truth.condition)
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

    private func fuseExit(_ instruction: inout IRInstruction) {
        guard instruction.b == .zero, let condition = IRCondition(leave: instruction.opcode),
            condition == .equal || condition == .notEqual, let truth = truth(of: instruction.a)
        else { return }
        let fused = condition == .equal ? truth.condition.inverted : truth.condition
        instruction.opcode = fused.leave
        (instruction.type, instruction.a, instruction.b) = (truth.type, truth.a, truth.b)
    }

    private mutating func fuse(_ terminal: inout IRTerminal) {
        guard case .branch(let condition, _, let a, .zero, let taken, let otherwise) = terminal,
            condition == .equal || condition == .notEqual
        else { return }
        // The terminal reads after the last operation.
        clock.tick()
        guard let truth = truth(of: a) else { return }
        terminal = .branch(
            condition == .equal ? truth.condition.inverted : truth.condition, truth.type, truth.a, truth.b,
            taken: taken, otherwise: otherwise)
    }
}
