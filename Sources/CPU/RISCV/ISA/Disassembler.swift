/// Prints instructions as assemblers write them: base mnemonics, ABI register names, absolute branch targets.
///
/// What it prints assembles to the same word at the same address, except for bits that the hart ignores.
public struct Disassembler: Sendable {
    /// A symbol that covers an address: its name and the distance from its start in bytes.
    public typealias Symbol = (name: String, offset: UInt64)

    private let decoder: Decoder
    private let symbolLookup: (@Sendable (UInt64) -> Symbol?)?

    /// Whether a 16-bit instruction is shown under its own mnemonic (`c.addi a0, 1`) instead of its expansion's.
    public var showsCompressedMnemonics = false

    /// - Parameters:
    ///   - extensions: instructions of other extensions print as data.
    ///   - symbols: names branch targets; nil prints addresses only.
    public init(
        xlen: XLEN, extensions: ExtensionSet = .all, symbols: (@Sendable (UInt64) -> Symbol?)? = nil
    ) {
        decoder = Decoder(xlen: xlen, extensions: extensions)
        symbolLookup = symbols
    }

    /// The instruction in these fetched bits, at address `pc`. An illegal one prints as `.word` or `.half` with its bits.
    public func text(_ bits: UInt32, at pc: UInt64) -> String {
        guard let instruction = decoder.decode(bits) else {
            return bits & 3 == 3 ? ".word " + Self.hex(bits) : ".half " + Self.hex(bits & 0xffff)
        }
        return text(instruction, at: pc)
    }

    /// A decoded instruction, at address `pc`.
    public func text(_ instruction: DecodedInstruction, at pc: UInt64) -> String {
        if showsCompressedMnemonics, instruction.isCompressed,
            let row = decoder.compressedRow(matching: UInt16(truncatingIfNeeded: instruction.raw))
        {
            return line(row.mnemonic.description, row.syntax, instruction, pc)
        }
        guard let row = decoder.row(matching: instruction.word) else { return ".word " + Self.hex(instruction.word) }
        var mnemonic = row.mnemonic.description
        if instruction.aq || instruction.rl {
            mnemonic += "." + (instruction.aq ? "aq" : "") + (instruction.rl ? "rl" : "")
        }
        return line(mnemonic, row.syntax, instruction, pc)
    }

    private func line(
        _ mnemonic: String, _ syntax: StaticString, _ instruction: DecodedInstruction, _ pc: UInt64
    ) -> String {
        var operands = ""
        for letter in syntax.description {
            switch letter {
            case ",": operands += ", "
            case "m" where instruction.roundingMode == 7, "e" where instruction.roundingMode == 0:
                // The comma before a mode that is left out goes with it.
                operands.removeLast(2)
            case "m", "e": operands += roundingMode(instruction)
            default: operands += operand(letter, instruction, pc)
            }
        }
        return operands.isEmpty ? mnemonic : mnemonic + " " + operands
    }

    private func operand(_ letter: Character, _ instruction: DecodedInstruction, _ pc: UInt64) -> String {
        switch letter {
        case "d", "x": RegisterNames.integer[Int(instruction.rd)]
        case "s": RegisterNames.integer[Int(instruction.rs1)]
        case "t": RegisterNames.integer[Int(instruction.rs2)]
        case "D": RegisterNames.floatingPoint[Int(instruction.rd)]
        case "S": RegisterNames.floatingPoint[Int(instruction.rs1)]
        case "T": RegisterNames.floatingPoint[Int(instruction.rs2)]
        case "R": RegisterNames.floatingPoint[Int(instruction.rs3)]
        case "P": "sp"
        case "k": Self.hex(UInt32(truncatingIfNeeded: instruction.immediate) >> 12)
        case "b", "j": target(pc &+ UInt64(bitPattern: instruction.immediate))
        case "c": CSRAddress.name(of: instruction.csr) ?? Self.hex(UInt32(instruction.csr))
        case "z": String(instruction.rs1)
        case "f": fence(instruction)
        case "i", "w", "n", "h", "o": String(instruction.immediate)
        default: String(letter)
        }
    }

    private func roundingMode(_ instruction: DecodedInstruction) -> String {
        let name = RegisterNames.roundingModes[Int(instruction.roundingMode & 7)]
        return name.isEmpty ? String(instruction.roundingMode) : name
    }

    private func target(_ address: UInt64) -> String {
        let address = decoder.xlen.truncate(address)
        var text = Self.hex(address)
        if let symbol = symbolLookup?(address) {
            text += symbol.offset == 0 ? " <\(symbol.name)>" : " <\(symbol.name)+\(Self.hex(symbol.offset))>"
        }
        return text
    }

    /// The sets that a fence orders; a reserved mode is shown as the number of all its bits.
    private func fence(_ instruction: DecodedInstruction) -> String {
        guard instruction.fenceMode == 0 else { return Self.hex(UInt32(instruction.immediate)) }
        return Self.fenceSet(instruction.predecessors) + ", " + Self.fenceSet(instruction.successors)
    }

    private static func fenceSet(_ bits: UInt8) -> String {
        var text = ""
        if bits & 8 != 0 { text += "i" }
        if bits & 4 != 0 { text += "o" }
        if bits & 2 != 0 { text += "r" }
        if bits & 1 != 0 { text += "w" }
        return text.isEmpty ? "0" : text
    }

    private static func hex(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16) }
}
