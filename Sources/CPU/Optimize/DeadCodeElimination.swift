/// Takes out operations that nobody sees: their result is written again before anything reads it, or before anything that may
/// trap or leave shows the guest's registers to the world.
///
/// Operations that accumulate floating-point flags stay, and so does whatever touches memory.
struct DeadCodeElimination: ~Copyable {
    private let traits = OperationTraits.table()
    /// A bit for each place whose value matters behind the current operation.
    private let live = FixedTable<UInt64>(repeating: 0, count: Place.count / 64)

    mutating func run(_ block: inout IRBlock) {
        if mark(&block) > 0 { compact(&block) }
    }

    // MARK: Liveness

    /// Goes backwards and leaves `IRInstruction.nothing` where nothing is needed. Returns how many of these there are.
    private func mark(_ block: inout IRBlock) -> Int {
        for word in 0..<live.count { live[word] = 0 }
        revealGuest()
        switch block.terminal {
        case .branch(_, _, let a, let b, _, _):
            read(a)
            read(b)
        case .indirect(let target): read(target)
        case .jump, .guestExit: break
        }
        var dead = 0
        var operations = block.instructions.mutableSpan
        var index = operations.count
        while index > 0 {
            index -= 1
            // Temporaries need no care at the boundaries: whoever reads one finds it written in the same instruction.
            let traits = traits[operations[index].opcode]
            if traits.contains(.pure) {
                guard let result = operations[index].result, isLive(result) else {
                    operations[index] = .nothing
                    dead += 1
                    continue
                }
                kill(result)
            } else if let result = operations[index].result {
                kill(result)
            }
            if traits.contains(.observes) { revealGuest() }
            read(operations[index].a)
            read(operations[index].b)
            read(operations[index].c)
        }
        return dead
    }

    /// All registers of the guest can be seen.
    @inline(__always)
    private func revealGuest() {
        live[0] = .max
        live[1] |= 0xffff_ffff
    }

    @inline(__always)
    private func read(_ operand: IROperand) {
        if case .place(let place) = operand { live[Int(place.index >> 6)] |= 1 << UInt64(place.index & 63) }
    }

    @inline(__always)
    private func kill(_ place: Place) { live[Int(place.index >> 6)] &= ~(1 << UInt64(place.index & 63)) }

    @inline(__always)
    private func isLive(_ place: Place) -> Bool {
        live[Int(place.index >> 6)] >> UInt64(place.index & 63) & 1 != 0
    }

    // MARK: Compaction

    private func compact(_ block: inout IRBlock) {
        let kept = move(&block.instructions, &block.boundaries)
        block.instructions.removeLast(block.instructions.count - kept)
    }

    /// Closes the gaps. Returns how many operations are left.
    private func move(_ instructions: inout [IRInstruction], _ boundaries: inout [IRBoundary]) -> Int {
        var operations = instructions.mutableSpan
        var starts = boundaries.mutableSpan
        var kept = 0
        var boundary = 0
        for index in operations.indices {
            while boundary < starts.count, starts[boundary].firstOperation == index {
                starts[boundary].firstOperation = kept
                boundary += 1
            }
            if operations[index].result == nil, traits[operations[index].opcode].contains(.pure) { continue }
            if kept != index { operations[kept] = operations[index] }
            kept += 1
        }
        while boundary < starts.count {
            starts[boundary].firstOperation = kept
            boundary += 1
        }
        return kept
    }
}
