/// Unpriv. spec "RV32I" §2.6, "RV64I" §4.3, and the loads and stores of "F" and "D".
extension RISCVTranslator {
    mutating func translateMemory(_ i: DecodedInstruction) {
        switch i.operation {
        case .lb: load(.load8Signed, i)
        case .lh: load(.load16Signed, i)
        case .lw: load(.load32Signed, i)
        case .ld: load(.load64, i)
        case .lbu: load(.load8Unsigned, i)
        case .lhu: load(.load16Unsigned, i)
        case .lwu: load(.load32Unsigned, i)
        case .sb: store(.store8, i, x(i.rs2))
        case .sh: store(.store16, i, x(i.rs2))
        case .sw: store(.store32, i, x(i.rs2))
        case .sd: store(.store64, i, x(i.rs2))
        case .flw: floatLoad(.load32Boxed, i)
        case .fld: floatLoad(.load64, i)
        case .fsw: floatStore(.store32, i)
        case .fsd: floatStore(.store64, i)
        default: preconditionFailure("\(i.operation) stands in another chapter")
        }
    }

    private mutating func load(_ opcode: IROpcode, _ i: DecodedInstruction) {
        let (base, offset) = address(i.rs1, i.immediate)
        builder.emit(opcode, .i64, to: destination(i.rd), base, immediate: offset)
    }

    private mutating func store(_ opcode: IROpcode, _ i: DecodedInstruction, _ value: IROperand) {
        let (base, offset) = address(i.rs1, i.immediate)
        builder.emit(opcode, .i64, to: nil, base, value, immediate: offset)
    }

    private mutating func floatLoad(_ opcode: IROpcode, _ i: DecodedInstruction) {
        guard mode.isFloatEnabled else { return illegal(i.raw) }
        markFloatDirty()
        let (base, offset) = address(i.rs1, i.immediate)
        builder.emit(opcode, .i64, to: RISCVPlace.float(i.rd), base, immediate: offset)
    }

    private mutating func floatStore(_ opcode: IROpcode, _ i: DecodedInstruction) {
        guard mode.isFloatEnabled else { return illegal(i.raw) }
        store(opcode, i, f(i.rs2))
    }

    /// Base and offset of an access. RV32 computes the address first, for it wraps at 32 bits.
    mutating func address(_ rs1: UInt8, _ offset: Int64) -> (IROperand, Int64) {
        guard xlen == .rv32 else { return (x(rs1), offset) }
        if rs1 == 0 { return (.constant(wrapped(UInt64(bitPattern: offset))), 0) }
        let sum = offset == 0 ? x(rs1) : builder.emit(.add, .i64, x(rs1), .signed(offset))
        return (builder.emit(.zeroExtend32, .i64, sum), 0)
    }
}
