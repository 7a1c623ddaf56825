/// Writes blocks as text, one line for each boundary, operation and terminal. `IRParser` reads it back exactly.
///
/// ```
/// block 0x80000000
/// @0 0x80000000 +4
///     add.i64 r10, r11, 5
/// @1 0x80000004 +4
///     load64 r1, [r2+8]
/// @2 0x80000008 +4
///     store64 [r2-8], r1
/// @3 0x8000000c +4
///     branch.i64 lessSigned r1, 0, 0x80000000, 0x80000010
/// ```
///
/// - Registers of the guest are `r0`…, temporaries `t0`…; `zero`, `pc` and `flags` are the places that have names.
/// - An operation with one legal type leaves the suffix out. `.big` follows where memory is big-endian.
/// - `_` stands for a result that nobody wants.
/// - Constants between −4096 and 4095 are decimal, others hexadecimal.
struct IRPrinter {
    /// Names of the guest's run-time functions, by number; a number without a name is written as it is.
    var functions: [String] = []

    func text(_ block: IRBlock) -> String {
        var lines = ["block \(Self.hex(block.pc))"]
        var next = 0
        for (index, instruction) in block.instructions.enumerated() {
            while next < block.boundaries.count, block.boundaries[next].firstOperation <= index {
                lines.append(text(block.boundaries[next], index: next))
                next += 1
            }
            lines.append("    " + text(instruction))
        }
        for index in next..<block.boundaries.count { lines.append(text(block.boundaries[index], index: index)) }
        lines.append("    " + text(block.terminal))
        return lines.joined(separator: "\n") + "\n"
    }

    func text(_ instruction: IRInstruction) -> String {
        let row = IROpcodeTable[instruction.opcode]
        var mnemonic = row.name
        if row.types.only != instruction.type { mnemonic += ".\(instruction.type.name)" }
        if instruction.order == .big { mnemonic += ".big" }
        var parts: [String] = []
        if row.hasResult { parts.append(instruction.result.map(Self.text) ?? "_") }
        let operands = [instruction.a, instruction.b, instruction.c].prefix(row.operandCount).map(Self.text)
        switch row.immediate {
        case .none: parts += operands
        case .addressOffset: parts += [Self.memory(operands[0], instruction.immediate)] + operands.dropFirst()
        case .shift: parts += operands.dropLast() + ["\(operands[operands.count - 1]) << \(instruction.immediate)"]
        case .rounding: parts += operands + [Self.rounding(instruction.immediate)]
        case .guestFunction:
            parts.append(call(instruction.guestFunction, instruction.guestArgument))
            parts += operands
        case .guestAddress: parts += operands + [Self.hex(UInt64(bitPattern: instruction.immediate))]
        }
        return mnemonic + " " + parts.joined(separator: ", ")
    }

    func text(_ terminal: IRTerminal) -> String {
        switch terminal {
        case .jump(let target): "jump \(Self.hex(target))"
        case .branch(let condition, let type, let a, let b, let taken, let otherwise):
            "branch.\(type.name) \(condition.name) \(Self.text(a)), \(Self.text(b)), \(Self.hex(taken)), "
                + Self.hex(otherwise)
        case .indirect(let target): "indirect \(Self.text(target))"
        case .guestExit(let function, let argument): "exit \(call(function, argument))"
        }
    }

    // MARK: Parts

    private func text(_ boundary: IRBoundary, index: Int) -> String {
        "@\(index) \(Self.hex(boundary.pc)) +\(boundary.length)"
    }

    private func call(_ function: UInt16, _ argument: UInt32) -> String {
        let name = Int(function) < functions.count ? functions[Int(function)] : "\(function)"
        return "\(name)(\(Self.hex(UInt64(argument))))"
    }

    private static func memory(_ base: String, _ offset: Int64) -> String {
        offset == 0 ? "[\(base)]" : offset < 0 ? "[\(base)\(offset)]" : "[\(base)+\(offset)]"
    }

    /// A rounding mode by name; a number that is none stays a number, for the verifier to find.
    private static func rounding(_ value: Int64) -> String {
        UInt8(exactly: value).flatMap(RoundingMode.init)?.name ?? "\(value)"
    }

    static func text(_ place: Place) -> String {
        switch place {
        case .zero: "zero"
        case .programCounter: "pc"
        case .floatFlags: "flags"
        default: place.isTemporary ? "t\(place.index - Place.firstTemporary)" : "r\(place.index)"
        }
    }

    private static func text(_ operand: IROperand) -> String {
        switch operand {
        case .none: "none"
        case .place(let place): text(place)
        case .constant(let value):
            (-4096...4095).contains(Int64(bitPattern: value)) ? "\(Int64(bitPattern: value))" : hex(value)
        }
    }

    private static func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
}

extension RoundingMode {
    /// The name in the textual form: the letters of the manuals, for instance `rne`.
    var name: String {
        switch self {
        case .nearestEven: "rne"
        case .towardZero: "rtz"
        case .down: "rdn"
        case .up: "rup"
        case .nearestMaxMagnitude: "rmm"
        }
    }
}

extension IRTypeSet {
    /// The type of a set that has one only.
    var only: IRType? {
        let members = IRType.allCases.filter(contains)
        return members.count == 1 ? members[0] : nil
    }
}
