/// Unpriv. spec "RV32I Base Integer Instruction Set" §2.4 and "RV64I" §4.2.
extension RISCVTranslator {
    mutating func translateInteger(_ i: DecodedInstruction) {
        let type = registerType
        let ordered = orderedType
        let immediate = IROperand.signed(i.immediate)
        switch i.operation {
        case .lui: constant(UInt64(bitPattern: i.immediate), to: i.rd)
        case .auipc: constant(pc &+ UInt64(bitPattern: i.immediate), to: i.rd)
        case .addi:
            if i.immediate == 0 {
                copy(i.rs1, to: i.rd)
            } else if i.rs1 == 0 {
                constant(UInt64(bitPattern: i.immediate), to: i.rd)
            } else {
                two(.add, type, i, immediate)
            }
        case .slti: two(.lessSigned, ordered, i, immediate)
        case .sltiu: two(.lessUnsigned, ordered, i, immediate)
        case .xori: two(.xor, ordered, i, immediate)
        case .ori: two(.or, ordered, i, immediate)
        case .andi: two(.and, ordered, i, immediate)
        case .slli: two(.shiftLeft, type, i, immediate)
        case .srli: two(.shiftRight, type, i, immediate)
        case .srai: two(.shiftRightSigned, type, i, immediate)
        case .add where i.rs1 == 0: copy(i.rs2, to: i.rd)
        case .add where i.rs2 == 0: copy(i.rs1, to: i.rd)
        case .add: two(.add, type, i)
        case .sub: two(.sub, type, i)
        case .sll: two(.shiftLeft, type, i)
        case .slt: two(.lessSigned, ordered, i)
        case .sltu: two(.lessUnsigned, ordered, i)
        case .xor: two(.xor, ordered, i)
        case .srl: two(.shiftRight, type, i)
        case .sra: two(.shiftRightSigned, type, i)
        case .or: two(.or, ordered, i)
        case .and: two(.and, ordered, i)
        case .addiw: two(.add, .i32, i, immediate)
        case .slliw: two(.shiftLeft, .i32, i, immediate)
        case .srliw: two(.shiftRight, .i32, i, immediate)
        case .sraiw: two(.shiftRightSigned, .i32, i, immediate)
        case .addw: two(.add, .i32, i)
        case .subw: two(.sub, .i32, i)
        case .sllw: two(.shiftLeft, .i32, i)
        case .srlw: two(.shiftRight, .i32, i)
        case .sraw: two(.shiftRightSigned, .i32, i)
        default: preconditionFailure("\(i.operation) stands in another chapter")
        }
    }

    /// rd ← rs1 op rs2.
    mutating func two(_ opcode: IROpcode, _ type: IRType, _ i: DecodedInstruction, shift: Int64 = 0) {
        builder.emit(opcode, type, to: destination(i.rd), x(i.rs1), x(i.rs2), immediate: shift)
    }

    /// rd ← rs1 op constant.
    mutating func two(_ opcode: IROpcode, _ type: IRType, _ i: DecodedInstruction, _ constant: IROperand) {
        builder.emit(opcode, type, to: destination(i.rd), x(i.rs1), constant)
    }

    /// rd ← op rs1.
    mutating func one(_ opcode: IROpcode, _ type: IRType, _ i: DecodedInstruction) {
        builder.emit(opcode, type, to: destination(i.rd), x(i.rs1))
    }

    /// rd ← rs, without arithmetic: what MV and C.MV stand for.
    private mutating func copy(_ rs: UInt8, to rd: UInt8) {
        builder.emit(.move, .i64, to: destination(rd), x(rs))
    }

    /// rd ← constant, in the form that registers of this width have.
    mutating func constant(_ value: UInt64, to rd: UInt8) {
        let canonical = xlen == .rv32 ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value))) : value
        builder.emit(.move, .i64, to: destination(rd), .constant(canonical))
    }
}
