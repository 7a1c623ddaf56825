/// One instruction as the ``Disassembler`` found it.
public struct Instruction: Equatable, Sendable {
    /// One operand.
    public enum Operand: Equatable, Sendable {
        case general(Register, Width)
        case vector(Vector)
        /// `byteCount` is how much is read or written: 16 for a whole vector, 0 where nothing is.
        case memory(Memory, byteCount: Int)
        /// Sign-extended where the processor does so.
        case immediate(Int64)
        /// Where a jump or call goes.
        case target(UInt)
    }

    /// What it does.
    public let mnemonic: EncodingTable.Mnemonic
    /// The condition that it depends on.
    public let condition: Condition?
    /// The destination first. A count in cl is an operand.
    public let operands: [Operand]
    /// Its length in bytes.
    public let byteCount: Int
}

extension Instruction: CustomStringConvertible {
    /// Intel syntax: `mov qword ptr [rbp - 0x80], rax`.
    public var description: String {
        operands.isEmpty ? name : "\(name) \(operands.map(\.description).joined(separator: ", "))"
    }

    /// The mnemonic as assemblers write it.
    public var name: String {
        switch mnemonic {
        case .vector(let operation): return "\(operation)"
        case .integer(let operation):
            switch operation {
            case .movzx8, .movzx16: return "movzx"
            case .movsx8, .movsx16: return "movsx"
            case .setcc: return "set" + suffix
            case .cmovcc: return "cmov" + suffix
            case .jcc: return "j" + suffix
            case .mov:
                // Only this form has an immediate that does not fit in 32 bits.
                if case .immediate(let value)? = operands.last, Int32(exactly: value) == nil, byteCount == 10 {
                    return "movabs"
                }
                return "mov"
            default: return "\(operation)"
            }
        }
    }

    private var suffix: String { condition.map(\.description) ?? "" }
}

extension Condition: CustomStringConvertible {
    /// What stands at the end of the mnemonic: `ne`.
    public var description: String {
        switch self {
        case .overflow: "o"
        case .notOverflow: "no"
        case .below: "b"
        case .aboveOrEqual: "ae"
        case .equal: "e"
        case .notEqual: "ne"
        case .belowOrEqual: "be"
        case .above: "a"
        case .sign: "s"
        case .notSign: "ns"
        case .parity: "p"
        case .notParity: "np"
        case .less: "l"
        case .greaterOrEqual: "ge"
        case .lessOrEqual: "le"
        case .greater: "g"
        }
    }
}

extension Instruction.Operand: CustomStringConvertible {
    public var description: String {
        switch self {
        case .general(let register, let width): register.name(width)
        case .vector(let vector): "\(vector)"
        case .memory(let memory, let byteCount): Self.size(byteCount) + memory.description
        case .immediate(let value): value < 0 ? "-" + hexadecimal(value.magnitude) : hexadecimal(value.magnitude)
        case .target(let address): hexadecimal(UInt64(address))
        }
    }

    private static func size(_ byteCount: Int) -> String {
        switch byteCount {
        case 1: "byte ptr "
        case 2: "word ptr "
        case 4: "dword ptr "
        case 8: "qword ptr "
        case 16: "xmmword ptr "
        default: ""
        }
    }
}

extension Register {
    /// The name of the lowest part of `width`: `rax`, `eax`, `ax`, `al`.
    public func name(_ width: Width) -> String {
        let whole = "\(self)"
        guard rawValue < 8 else {
            switch width {
            case .byte: return whole + "b"
            case .word: return whole + "w"
            case .long: return whole + "d"
            case .quad: return whole
            }
        }
        let short = String(whole.dropFirst())
        switch width {
        case .byte: return short.hasSuffix("x") ? String(short.dropLast()) + "l" : short + "l"
        case .word: return short
        case .long: return "e" + short
        case .quad: return whole
        }
    }
}

extension Memory: CustomStringConvertible {
    /// `[rax + rcx*8 - 0x10]`; the address itself where the operand is relative to the instruction pointer.
    public var description: String {
        if isRelative { return "[\(hexadecimal(UInt64(UInt(bitPattern: offset))))]" }
        var parts: [String] = []
        if let base { parts.append("\(base)") }
        if let index { parts.append("\(index)*\(1 << Int(scale))") }
        var text = parts.joined(separator: " + ")
        if offset != 0 {
            text += offset < 0 ? " - " : " + "
            text += hexadecimal(UInt64(offset.magnitude))
        }
        return "[\(text)]"
    }
}

private func hexadecimal(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
