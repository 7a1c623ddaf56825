/// Lets operations read the original where they read a copy of it. The copy's own write stays, for the guest may look.
struct CopyForwarding: ~Copyable {
    /// What the place was copied from, and when.
    struct Copy: BitwiseCopyable {
        var source = Place.zero
        var time = 0
    }

    private let traits = OperationTraits.table()
    private let copies = FixedTable<Copy>(repeating: Copy(), count: Place.count)
    private var clock = WriteClock()
    private let residence: Residence

    init(residence: Residence) { self.residence = residence }

    mutating func run(_ block: inout IRBlock) {
        clock.begin()
        walk(&block.instructions, block.boundaries)
        switch block.terminal {
        case .branch(let condition, let type, let a, let b, let taken, let otherwise):
            block.terminal = .branch(
                condition, type, forwarded(a), forwarded(b), taken: taken, otherwise: otherwise)
        case .indirect(let target): block.terminal = .indirect(forwarded(target))
        case .jump, .guestExit: break
        }
    }

    private mutating func walk(_ instructions: inout [IRInstruction], _ boundaries: [IRBoundary]) {
        var cursor = BoundaryCursor(boundaries)
        var operations = instructions.mutableSpan
        for index in operations.indices {
            if cursor.advance(to: index) { clock.beginInstruction() }
            clock.tick()
            forward(&operations[index])
        }
    }

    private mutating func forward(_ instruction: inout IRInstruction) {
        instruction.a = forwarded(instruction.a)
        instruction.b = forwarded(instruction.b)
        instruction.c = forwarded(instruction.c)
        if traits[instruction.opcode].contains(.clobbers) { clock.noteClobber() }
        guard let result = instruction.result else { return }
        if instruction.opcode == .move, instruction.type == .i64, let source = instruction.a.trackedPlace {
            if source == result {
                instruction = .nothing
                return
            }
            copies[result] = Copy(source: source, time: clock.now)
        }
        clock.noteWrite(result)
    }

    @inline(__always)
    private func forwarded(_ operand: IROperand) -> IROperand {
        guard case .place(let place) = operand else { return operand }
        let copy = copies[place]
        guard clock.isCurrent(place, since: copy.time), clock.isUnchanged(copy.source, since: copy.time),
            residence.allows(copy.source, for: place)
        else { return operand }
        return .place(copy.source)
    }
}
