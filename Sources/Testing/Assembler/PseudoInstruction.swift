import TandemCPU

/// A mnemonic that stands for one or more base instructions (RISC-V assembly manual, "Pseudoinstructions").
///
/// `$0`, `$1`, `$2` are the operands as written. `li` depends on its value and is `LoadImmediate`'s.
struct PseudoInstruction {
    var mnemonic: StaticString
    var operandCount: Int
    var expansion: [String]
    var xlen: XLENAvailability = .any

    init(_ mnemonic: StaticString, _ operandCount: Int, _ expansion: String..., xlen: XLENAvailability = .any) {
        self.mnemonic = mnemonic
        self.operandCount = operandCount
        self.expansion = expansion
        self.xlen = xlen
    }

    // swift-format-ignore
    static let table: [PseudoInstruction] = [
        PseudoInstruction("nop", 0, "addi zero, zero, 0"),
        PseudoInstruction("mv", 2, "addi $0, $1, 0"),
        PseudoInstruction("not", 2, "xori $0, $1, -1"),
        PseudoInstruction("neg", 2, "sub $0, zero, $1"),
        PseudoInstruction("negw", 2, "subw $0, zero, $1", xlen: .rv64),
        PseudoInstruction("sext.w", 2, "addiw $0, $1, 0", xlen: .rv64),
        PseudoInstruction("zext.b", 2, "andi $0, $1, 255"),
        PseudoInstruction("zext.w", 2, "add.uw $0, $1, zero", xlen: .rv64),
        PseudoInstruction("seqz", 2, "sltiu $0, $1, 1"),
        PseudoInstruction("snez", 2, "sltu $0, zero, $1"),
        PseudoInstruction("sltz", 2, "slt $0, $1, zero"),
        PseudoInstruction("sgtz", 2, "slt $0, zero, $1"),
        PseudoInstruction("sgt", 3, "slt $0, $2, $1"),
        PseudoInstruction("sgtu", 3, "sltu $0, $2, $1"),
        // Branches and jumps.
        PseudoInstruction("beqz", 2, "beq $0, zero, $1"),
        PseudoInstruction("bnez", 2, "bne $0, zero, $1"),
        PseudoInstruction("blez", 2, "bge zero, $0, $1"),
        PseudoInstruction("bgez", 2, "bge $0, zero, $1"),
        PseudoInstruction("bltz", 2, "blt $0, zero, $1"),
        PseudoInstruction("bgtz", 2, "blt zero, $0, $1"),
        PseudoInstruction("bgt", 3, "blt $1, $0, $2"),
        PseudoInstruction("ble", 3, "bge $1, $0, $2"),
        PseudoInstruction("bgtu", 3, "bltu $1, $0, $2"),
        PseudoInstruction("bleu", 3, "bgeu $1, $0, $2"),
        PseudoInstruction("j", 1, "jal zero, $0"),
        PseudoInstruction("jal", 1, "jal ra, $0"),
        PseudoInstruction("jr", 1, "jalr zero, 0($0)"),
        PseudoInstruction("jalr", 1, "jalr ra, 0($0)"),
        PseudoInstruction("jalr", 3, "jalr $0, $2($1)"),
        PseudoInstruction("ret", 0, "jalr zero, 0(ra)"),
        PseudoInstruction("call", 1, "auipc ra, %pcrel_hi($0)", "jalr ra, %previous_lo($0)(ra)"),
        PseudoInstruction("tail", 1, "auipc t1, %pcrel_hi($0)", "jalr zero, %previous_lo($0)(t1)"),
        PseudoInstruction("la", 2, "auipc $0, %pcrel_hi($1)", "addi $0, $0, %previous_lo($1)"),
        PseudoInstruction("lla", 2, "auipc $0, %pcrel_hi($1)", "addi $0, $0, %previous_lo($1)"),
        // Fences, and an instruction that is illegal everywhere: a write to a read-only CSR.
        PseudoInstruction("fence", 0, "fence iorw, iorw"),
        PseudoInstruction("sfence.vma", 0, "sfence.vma zero, zero"),
        PseudoInstruction("sfence.vma", 1, "sfence.vma $0, zero"),
        PseudoInstruction("sinval.vma", 0, "sinval.vma zero, zero"),
        PseudoInstruction("sinval.vma", 1, "sinval.vma $0, zero"),
        PseudoInstruction("unimp", 0, "csrrw zero, cycle, zero"),
        // CSRs.
        PseudoInstruction("csrr", 2, "csrrs $0, $1, zero"),
        PseudoInstruction("csrw", 2, "csrrw zero, $0, $1"),
        PseudoInstruction("csrs", 2, "csrrs zero, $0, $1"),
        PseudoInstruction("csrc", 2, "csrrc zero, $0, $1"),
        PseudoInstruction("csrwi", 2, "csrrwi zero, $0, $1"),
        PseudoInstruction("csrsi", 2, "csrrsi zero, $0, $1"),
        PseudoInstruction("csrci", 2, "csrrci zero, $0, $1"),
        PseudoInstruction("rdcycle", 1, "csrrs $0, cycle, zero"),
        PseudoInstruction("rdtime", 1, "csrrs $0, time, zero"),
        PseudoInstruction("rdinstret", 1, "csrrs $0, instret, zero"),
        PseudoInstruction("rdcycleh", 1, "csrrs $0, cycleh, zero", xlen: .rv32),
        PseudoInstruction("rdtimeh", 1, "csrrs $0, timeh, zero", xlen: .rv32),
        PseudoInstruction("rdinstreth", 1, "csrrs $0, instreth, zero", xlen: .rv32),
        PseudoInstruction("frcsr", 1, "csrrs $0, fcsr, zero"),
        PseudoInstruction("fscsr", 1, "csrrw zero, fcsr, $0"),
        PseudoInstruction("fscsr", 2, "csrrw $0, fcsr, $1"),
        PseudoInstruction("frrm", 1, "csrrs $0, frm, zero"),
        PseudoInstruction("fsrm", 1, "csrrw zero, frm, $0"),
        PseudoInstruction("fsrm", 2, "csrrw $0, frm, $1"),
        PseudoInstruction("fsrmi", 1, "csrrwi zero, frm, $0"),
        PseudoInstruction("fsrmi", 2, "csrrwi $0, frm, $1"),
        PseudoInstruction("frflags", 1, "csrrs $0, fflags, zero"),
        PseudoInstruction("fsflags", 1, "csrrw zero, fflags, $0"),
        PseudoInstruction("fsflags", 2, "csrrw $0, fflags, $1"),
        PseudoInstruction("fsflagsi", 1, "csrrwi zero, fflags, $0"),
        PseudoInstruction("fsflagsi", 2, "csrrwi $0, fflags, $1"),
        // Floating point.
        PseudoInstruction("fmv.s", 2, "fsgnj.s $0, $1, $1"),
        PseudoInstruction("fabs.s", 2, "fsgnjx.s $0, $1, $1"),
        PseudoInstruction("fneg.s", 2, "fsgnjn.s $0, $1, $1"),
        PseudoInstruction("fgt.s", 3, "flt.s $0, $2, $1"),
        PseudoInstruction("fge.s", 3, "fle.s $0, $2, $1"),
        PseudoInstruction("fmv.x.s", 2, "fmv.x.w $0, $1"),
        PseudoInstruction("fmv.s.x", 2, "fmv.w.x $0, $1"),
        PseudoInstruction("fmv.d", 2, "fsgnj.d $0, $1, $1"),
        PseudoInstruction("fabs.d", 2, "fsgnjx.d $0, $1, $1"),
        PseudoInstruction("fneg.d", 2, "fsgnjn.d $0, $1, $1"),
        PseudoInstruction("fgt.d", 3, "flt.d $0, $2, $1"),
        PseudoInstruction("fge.d", 3, "fle.d $0, $2, $1"),
    ]

    /// The loads that also take a symbol: `ld a0, counter`.
    private static let symbolLoads = ["lb", "lh", "lw", "ld", "lbu", "lhu", "lwu"]

    /// The statements that `statement` stands for, or nil where it is no pseudo-instruction.
    static func expand(_ statement: SourceStatement, xlen: XLEN) -> [SourceStatement]? {
        let operands = statement.operands
        let row = table.first { row in
            row.operandCount == operands.count && row.xlen.includes(xlen)
                && row.mnemonic.description == statement.mnemonic
        }
        if let row { return row.expansion.map { fill($0, statement) } }
        guard operands.count == 2, operands[1].last != ")" else { return nil }
        if statement.mnemonic == "jalr" { return [fill("jalr $0, 0($1)", statement)] }
        if symbolLoads.contains(statement.mnemonic) {
            let load = "\(statement.mnemonic) $0, %previous_lo($1)($0)"
            return [fill("auipc $0, %pcrel_hi($1)", statement), fill(load, statement)]
        }
        return nil
    }

    /// The names of all pseudo-instructions, for error messages.
    static var mnemonics: [String] { ["li"] + table.map(\.mnemonic.description) }

    private static func fill(_ template: String, _ statement: SourceStatement) -> SourceStatement {
        let space = template.firstIndex(of: " ") ?? template.endIndex
        var filled = SourceStatement(line: statement.line, text: statement.text)
        filled.mnemonic = String(template[..<space])
        filled.operands = template[space...].split(separator: ",").map { part in
            var text = ""
            var isPlaceholder = false
            for character in SourceReader.trimmed(part) {
                if isPlaceholder, let index = character.wholeNumberValue {
                    text += statement.operands[index]
                    isPlaceholder = false
                } else if character == "$" {
                    isPlaceholder = true
                } else {
                    text.append(character)
                }
            }
            return text
        }
        return filled
    }
}
