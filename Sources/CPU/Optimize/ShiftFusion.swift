/// Makes one extension of two shifts: to the left, and back. So compilers widen words and half-words for guests without
/// instructions for it.
struct ShiftFusion: ~Copyable {
    /// How many operations may stand between the two, where a scheduler has put them.
    private static let reach = 3

    private let traits = OperationTraits.table()

    func run(_ block: inout IRBlock) {
        var operations = block.instructions.mutableSpan
        for index in operations.indices {
            let back = operations[index].opcode
            guard back == .shiftRight || back == .shiftRightSigned, operations[index].type == .i64,
                case .constant(let count) = operations[index].b, let shifted = operations[index].a.trackedPlace,
                let opcode = Self.extending(from: 64 - Int(count & 63), isSigned: back == .shiftRightSigned)
            else { continue }
            fuse(&operations, index, shifted, opcode)
        }
    }

    /// The operation that extends a number of so many bits.
    private static func extending(from bits: Int, isSigned: Bool) -> IROpcode? {
        switch bits {
        case 8: isSigned ? .signExtend8 : .zeroExtend8
        case 16: isSigned ? .signExtend16 : .zeroExtend16
        case 32: isSigned ? .signExtend32 : .zeroExtend32
        default: nil
        }
    }

    /// Looks for the first shift before the second one at `index`, which reads its result in `shifted`.
    private func fuse(
        _ operations: inout MutableSpan<IRInstruction>, _ index: Int, _ shifted: Place, _ extending: IROpcode
    ) {
        var first = index
        repeat {
            first -= 1
            guard first >= 0, first >= index - 1 - Self.reach else { return }
            if operations[first].result == shifted { break }
            // Others may have nothing to do with it, and nobody may look.
            if traits[operations[first].opcode].contains(.observes) || reads(operations[first], shifted) { return }
        } while true
        guard operations[first].opcode == .shiftLeft, operations[first].type == .i64,
            operations[first].b == operations[index].b, let source = operations[first].a.trackedPlace,
            !source.isTemporary
        else { return }
        for between in first + 1..<index where operations[between].result == source { return }
        if source == shifted {
            // The original is gone, unless the first shift is not made at all.
            guard operations[index].result == shifted else { return }
            operations[first] = .nothing
        }
        operations[index].becomeMove(of: .place(source))
        operations[index].opcode = extending
    }

    private func reads(_ instruction: IRInstruction, _ place: Place) -> Bool {
        instruction.a == .place(place) || instruction.b == .place(place) || instruction.c == .place(place)
    }
}
