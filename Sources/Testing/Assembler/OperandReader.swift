import TandemCPU

/// Reads the operands of one instruction against the syntax of its row.
struct OperandReader {
    /// The address of the instruction.
    let location: UInt64
    let xlen: XLEN
    /// What the immediate must fit; a compressed row checks that itself and leaves `.none`.
    var immediate = ImmediateKind.none
    /// What was read.
    var operands = InstructionOperands()
    /// Whether every value was known; false only in the layout pass.
    private(set) var isComplete = true

    init(location: UInt64, xlen: XLEN) {
        self.location = location
        self.xlen = xlen
    }

    mutating func read(_ texts: [String], _ syntax: String, in assembly: inout Assembly) throws(AssemblyFault) {
        if syntax == "f" { return try fence(texts, in: &assembly) }
        var patterns = syntax.split(separator: ",").map(String.init)
        // The rounding mode may be left out: it is then dynamic, or nearest where it has no effect.
        if let last = patterns.last, last == "m" || last == "e" {
            operands.roundingMode = last == "m" ? 7 : 0
            if texts.count == patterns.count - 1 { patterns.removeLast() }
        }
        guard texts.count == patterns.count else {
            throw AssemblyFault("\(texts.count) operands; expected \(Self.describe(syntax))")
        }
        for (text, pattern) in zip(texts, patterns) {
            do throws(AssemblyFault) {
                try operand(text, pattern, in: &assembly)
            } catch {
                throw AssemblyFault("\(error.reason) (operands: \(Self.describe(syntax)))")
            }
        }
    }

    private mutating func operand(
        _ text: String, _ pattern: String, in assembly: inout Assembly
    ) throws(AssemblyFault) {
        // An address: an offset that may be left out, and a register in parentheses.
        if pattern.last == ")" {
            guard let open = text.lastIndex(of: "("), text.last == ")" else {
                throw AssemblyFault("'\(text)' is not an address; expected offset(register)")
            }
            let register = SourceReader.trimmed(text[text.index(after: open)...].dropLast())
            let offset = SourceReader.trimmed(text[..<open])
            let registerLetter = pattern.dropLast().last ?? "s"
            try simple(register, registerLetter, in: &assembly)
            if let letter = pattern.first, letter != "(" {
                try simple(offset.isEmpty ? "0" : offset, letter, in: &assembly)
            } else if !offset.isEmpty {
                guard try assembly.evaluate(offset) ?? 0 == 0 else {
                    throw AssemblyFault("offset '\(offset)'; expected (register) without an offset")
                }
            }
        } else if pattern == "m" || pattern == "e" {
            guard !text.isEmpty, let mode = RegisterNames.roundingModes.firstIndex(of: text) ?? Int(text),
                (0...7).contains(mode)
            else { throw AssemblyFault("'\(text)' is not a rounding mode; expected rne, rtz, rdn, rup, rmm or dyn") }
            operands.roundingMode = UInt8(mode)
        } else if let letter = pattern.first {
            try simple(text, letter, in: &assembly)
        }
    }

    private mutating func simple(
        _ text: String, _ letter: Character, in assembly: inout Assembly
    ) throws(AssemblyFault) {
        switch letter {
        case "d": operands.rd = try Self.integer(text)
        case "s": operands.rs1 = try Self.integer(text)
        case "t": operands.rs2 = try Self.integer(text)
        case "x":
            operands.rd = try Self.integer(text)
            operands.rs1 = operands.rd
        case "P":
            guard try Self.integer(text) == 2 else { throw AssemblyFault("'\(text)'; expected sp") }
        case "D": operands.rd = try Self.floatingPoint(text)
        case "S": operands.rs1 = try Self.floatingPoint(text)
        case "T": operands.rs2 = try Self.floatingPoint(text)
        case "R": operands.rs3 = try Self.floatingPoint(text)
        case "c":
            if let address = CSRAddress.address(named: text) {
                operands.immediate = Int64(address)
            } else {
                try setImmediate(assembly.evaluate(text), text)
            }
        case "z":
            let value = try assembly.evaluate(text) ?? 0
            guard (0...31).contains(value) else { throw AssemblyFault("\(value) does not fit; expected 0...31") }
            operands.rs1 = UInt8(value)
        case "b", "j": try setTarget(assembly.evaluate(text))
        case "k":
            guard let value = try assembly.evaluate(text) else {
                isComplete = false
                return
            }
            guard (-0x8_0000...0xf_ffff).contains(value) else {
                throw AssemblyFault("\(value) does not fit; expected the upper 20 bits: 0...0xfffff")
            }
            operands.immediate = Int64(Int32(truncatingIfNeeded: value << 12))
        default: try setImmediate(assembly.evaluate(text), text)
        }
    }

    private mutating func setImmediate(_ value: Int64?, _ text: String) throws(AssemblyFault) {
        guard let value else {
            isComplete = false
            return
        }
        operands.immediate = value
        guard immediate != .none else { return }
        guard immediate.range.contains(value), value % immediate.alignment == 0 else {
            let range = "\(immediate.range.lowerBound)...\(immediate.range.upperBound)"
            let multiple = immediate.alignment > 1 ? ", a multiple of \(immediate.alignment)" : ""
            throw AssemblyFault("\(value) does not fit; expected \(range)\(multiple)")
        }
    }

    private mutating func setTarget(_ target: Int64?) throws(AssemblyFault) {
        guard let target else {
            isComplete = false
            return
        }
        var distance = target &- Int64(bitPattern: location)
        if xlen == .rv32 { distance = Int64(Int32(truncatingIfNeeded: distance)) }
        operands.immediate = distance
        guard immediate != .none else { return }
        guard immediate.range.contains(distance), distance & 1 == 0 else {
            throw AssemblyFault(
                "the target is \(distance) bytes away; expected an even distance in "
                    + "\(immediate.range.lowerBound)...\(immediate.range.upperBound)")
        }
    }

    /// `fence pred, succ` with sets of the letters i, o, r, w; or one number of twelve bits.
    private mutating func fence(_ texts: [String], in assembly: inout Assembly) throws(AssemblyFault) {
        if texts.count == 1 { return try setImmediate(assembly.evaluate(texts[0]), texts[0]) }
        guard texts.count == 2 else { throw AssemblyFault("\(texts.count) operands; expected two sets such as rw, rw") }
        for text in texts { operands.immediate = operands.immediate << 4 | Int64(try Self.fenceSet(text)) }
    }

    private static func fenceSet(_ text: String) throws(AssemblyFault) -> UInt8 {
        if text == "0" { return 0 }
        var set: UInt8 = 0
        for letter in text {
            let bit: UInt8 =
                switch letter {
                case "i": 8
                case "o": 4
                case "r": 2
                case "w": 1
                default: 0
                }
            guard bit != 0, set & bit == 0 else {
                throw AssemblyFault("'\(text)' is not a set of accesses; expected letters of iorw, or 0")
            }
            set |= bit
        }
        return set
    }

    private static func integer(_ text: String) throws(AssemblyFault) -> UInt8 {
        guard let register = RegisterNames.integer(named: text) else {
            throw AssemblyFault("'\(text)' is not an integer register; expected x0...x31 or an ABI name")
        }
        return register
    }

    private static func floatingPoint(_ text: String) throws(AssemblyFault) -> UInt8 {
        guard let register = RegisterNames.floatingPoint(named: text) else {
            throw AssemblyFault("'\(text)' is not a floating-point register; expected f0...f31 or an ABI name")
        }
        return register
    }

    /// A syntax string in words: `d,i(s)` is "rd, offset(rs1)".
    static func describe(_ syntax: String) -> String {
        if syntax.isEmpty { return "none" }
        var text = ""
        for letter in syntax {
            let word =
                switch letter {
                case "d", "x": "rd"
                case "s": "rs1"
                case "t": "rs2"
                case "D": "fd"
                case "S": "fs1"
                case "T": "fs2"
                case "R": "fs3"
                case "P": "sp"
                case "b", "j": "target"
                case "c": "csr"
                case "z": "0...31"
                case "h": "shift amount"
                case "m", "e": "[rounding mode]"
                case "k": "upper 20 bits"
                case "i", "w", "n", "o": "immediate"
                case ",": ", "
                default: String(letter)
                }
            text += word
        }
        return text
    }
}
