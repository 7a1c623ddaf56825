/// Lets operations read the original where they read a copy of it. The copy's own write stays, for the guest may look.
struct CopyForwarding: TrackingPass, ~Copyable {
    /// What the place was copied from, and when.
    struct Copy: BitwiseCopyable {
        var source = Place.zero
        var time = 0
    }

    private let traits = OperationTraits.table()
    private let copies = FixedTable<Copy>(repeating: Copy(), count: Place.count)
    var clock = WriteClock()
    private let residence: Residence

    init(residence: Residence) { self.residence = residence }

    mutating func run(_ block: inout IRBlock) {
        visitOperations(of: &block)
        switch block.terminal {
        case .branch(let condition, let type, let a, let b, let taken, let otherwise):
            block.terminal = .branch(
                condition, type, forwarded(a), forwarded(b), taken: taken, otherwise: otherwise)
        case .indirect(let target): block.terminal = .indirect(forwarded(target))
        case .jump, .guestExit: break
        }
    }

    mutating func visit(_ instruction: inout IRInstruction) {
        if let original = original(instruction.a) { instruction.a = .place(original) }
        if let original = original(instruction.b) { instruction.b = .place(original) }
        if let original = original(instruction.c) { instruction.c = .place(original) }
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

    private func forwarded(_ operand: IROperand) -> IROperand { original(operand).map(IROperand.place) ?? operand }

    /// The place that the operand's place is a copy of.
    @inline(__always)
    private func original(_ operand: IROperand) -> Place? {
        guard case .place(let place) = operand else { return nil }
        let copy = copies[place]
        guard clock.isCurrent(place, since: copy.time), clock.isUnchanged(copy.source, since: copy.time),
            residence.allows(copy.source, for: place)
        else { return nil }
        return copy.source
    }
}
