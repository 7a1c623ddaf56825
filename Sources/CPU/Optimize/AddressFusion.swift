/// Lets accesses add what an addition before them added: base and offset in one.
///
/// The addition's own write stays, for the guest may look; a temporary's dies with its reader.
struct AddressFusion: TrackingPass, ~Copyable {
    /// The place is `base` plus `offset`, since `time`.
    struct Sum: BitwiseCopyable {
        var base = Place.zero
        var offset: Int64 = 0
        var time = 0
    }

    private let traits = OperationTraits.table()
    private let sums = FixedTable<Sum>(repeating: Sum(), count: Place.count)
    var clock = WriteClock()
    private let residence: Residence

    init(residence: Residence) { self.residence = residence }

    mutating func run(_ block: inout IRBlock) {
        visitOperations(of: &block)
    }

    @inline(__always)
    mutating func visit(_ instruction: inout IRInstruction) {
        let traits = traits[instruction.opcode]
        if traits.contains(.addresses) {
            if let place = instruction.a.trackedPlace, let sum = sum(of: place) {
                let offset = instruction.immediate &+ sum.offset
                if offset == Int64(Int32(truncatingIfNeeded: offset)), residence.allows(sum.base, for: place) {
                    instruction.a = .place(sum.base)
                    instruction.immediate = offset
                }
            }
        } else if traits.contains(.clobbers) {
            clock.noteClobber()
        }
        guard let result = instruction.result else { return }
        if instruction.type == .i64, let place = instruction.a.trackedPlace {
            if instruction.opcode == .add, case .constant(let constant) = instruction.b {
                learn(result, place, Int64(bitPattern: constant))
            } else if instruction.opcode == .move {
                learn(result, place, 0)
            }
        }
        clock.noteWrite(result)
    }

    private func learn(_ result: Place, _ place: Place, _ offset: Int64) {
        if let sum = sum(of: place), sum.base != result, residence.allows(sum.base, for: place) {
            sums[result] = Sum(base: sum.base, offset: sum.offset &+ offset, time: clock.now)
        } else {
            sums[result] = Sum(base: place, offset: offset, time: clock.now)
        }
    }

    @inline(__always)
    private func sum(of place: Place) -> Sum? {
        let sum = sums[place]
        let holds = clock.isCurrent(place, since: sum.time) && clock.isUnchanged(sum.base, since: sum.time)
        return holds ? sum : nil
    }
}
