extension Assembly {
    private static let dataWidths: [String: Int] = [
        ".byte": 1, ".half": 2, ".short": 2, ".2byte": 2, ".word": 4, ".4byte": 4, ".dword": 8, ".quad": 8, ".8byte": 8,
    ]

    /// Executes a directive.
    mutating func directive(_ statement: SourceStatement) throws(AssemblyFault) {
        let operands = statement.operands
        if let width = Self.dataWidths[statement.mnemonic] {
            guard !operands.isEmpty else { throw AssemblyFault("expected at least one value") }
            for operand in operands { try data(operand, width: width) }
            return
        }
        switch statement.mnemonic {
        case ".ascii", ".asciz", ".string":
            guard !operands.isEmpty else { throw AssemblyFault("expected a string in double quotes") }
            for operand in operands {
                emit(try StringLiteral.bytes(of: operand))
                if statement.mnemonic != ".ascii" { emit(0, count: 1) }
            }
        case ".space", ".zero", ".skip":
            try expect(operands, 1...2, "a number of bytes and optionally a value to fill with")
            let count = try size(operands[0])
            let fill = operands.count > 1 ? try evaluateNow(operands[1]) : 0
            emit([UInt8](repeating: UInt8(truncatingIfNeeded: fill), count: count))
        case ".align", ".p2align":
            try expect(operands, 1...1, "the binary logarithm of the alignment")
            let power = try evaluateNow(operands[0])
            guard (0...24).contains(power) else { throw AssemblyFault("alignment 2^\(power); expected 2^0...2^24") }
            align(to: 1 << UInt64(power))
        case ".balign":
            try expect(operands, 1...1, "the alignment in bytes")
            let alignment = try size(operands[0])
            guard alignment > 0, alignment & (alignment - 1) == 0 else {
                throw AssemblyFault("alignment \(alignment); expected a power of two")
            }
            align(to: UInt64(alignment))
        case ".org":
            try expect(operands, 1...1, "an address")
            let target = UInt64(bitPattern: try evaluateNow(operands[0]))
            let distance = target &- address
            guard target >= address, distance < 1 << 28 else {
                throw AssemblyFault(
                    "cannot go to 0x\(String(target, radix: 16)) from 0x\(String(address, radix: 16)); "
                        + "expected an address less than 256 MiB ahead")
            }
            emit([UInt8](repeating: 0, count: Int(distance)))
        case ".equ", ".set":
            try expect(operands, 2...2, "a name and a value")
            if let value = try evaluate(operands[1]) { try define(operands[0], as: value) }
        case ".globl", ".global", ".text", ".option": break
        default:
            throw AssemblyFault(
                "'\(statement.mnemonic)' is not a directive; expected .byte, .half, .word, .dword, .ascii, .asciz, .space, "
                    + ".align, .balign, .org, .equ, .globl, .text or .option")
        }
    }

    private mutating func data(_ operand: String, width: Int) throws(AssemblyFault) {
        let value = try evaluate(operand) ?? 0
        if width < 8 {
            let bits = Int64(8 * width)
            guard (-(1 << (bits - 1))..<1 << bits).contains(value) else {
                throw AssemblyFault("\(value) does not fit \(bits) bits")
            }
        }
        emit(UInt64(bitPattern: value), count: width)
    }

    private mutating func size(_ operand: String) throws(AssemblyFault) -> Int {
        let value = try evaluateNow(operand)
        guard (0...1 << 28).contains(value) else { throw AssemblyFault("\(value) bytes; expected 0...256 MiB") }
        return Int(value)
    }

    /// Fills with `nop` where the distance allows it, so that code may run through the gap.
    private mutating func align(to alignment: UInt64) {
        var gap = (0 &- address) & (alignment - 1)
        if gap & 1 != 0 { emit(0, count: 1) }
        gap &= ~1
        if gap & 2 != 0 { emit(0x0001, count: 2) }
        for _ in 0..<gap / 4 { emit(0x0000_0013, count: 4) }
    }

    private func expect(_ operands: [String], _ count: ClosedRange<Int>, _ what: String) throws(AssemblyFault) {
        guard count.contains(operands.count) else { throw AssemblyFault("expected \(what)") }
    }
}
