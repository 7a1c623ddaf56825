/// Unpriv. spec "F" and "D".
extension RISCVTranslator {
    mutating func translateFloat(_ i: DecodedInstruction) {
        guard mode.isFloatEnabled else { return illegal(i.raw) }
        switch i.operation {
        case .fmadd_s: fused(.floatMulAdd, .f32, i)
        case .fmsub_s: fused(.floatMulSub, .f32, i)
        case .fnmsub_s: fused(.floatNegMulSub, .f32, i)
        case .fnmadd_s: fused(.floatNegMulAdd, .f32, i)
        case .fadd_s: rounded(.floatAdd, .f32, i)
        case .fsub_s: rounded(.floatSub, .f32, i)
        case .fmul_s: rounded(.floatMul, .f32, i)
        case .fdiv_s: rounded(.floatDiv, .f32, i)
        case .fsqrt_s: rounded(.floatSqrt, .f32, i)
        case .fsgnj_s: exact(.copySign, .f32, i)
        case .fsgnjn_s: exact(.copySignNegated, .f32, i)
        case .fsgnjx_s: exact(.copySignXor, .f32, i)
        case .fmin_s: exact(.floatMin, .f32, i)
        case .fmax_s: exact(.floatMax, .f32, i)
        case .fcvt_w_s: toInteger(.floatToInt32, .f32, i)
        case .fcvt_wu_s: toInteger(.floatToUInt32, .f32, i)
        case .fcvt_l_s: toInteger(.floatToInt64, .f32, i)
        case .fcvt_lu_s: toInteger(.floatToUInt64, .f32, i)
        case .fcvt_s_w: fromInteger(.floatFromInt32, .f32, i)
        case .fcvt_s_wu: fromInteger(.floatFromUInt32, .f32, i)
        case .fcvt_s_l: fromInteger(.floatFromInt64, .f32, i)
        case .fcvt_s_lu: fromInteger(.floatFromUInt64, .f32, i)
        case .fmv_x_w: one(.signExtend32, from: f(i.rs1), i)
        case .fmv_w_x: box(x(i.rs1), to: i.rd)
        case .feq_s: compare(.floatEqual, .f32, i)
        case .flt_s: compare(.floatLess, .f32, i)
        case .fle_s: compare(.floatLessEqual, .f32, i)
        case .fclass_s: classify(.f32, i)
        case .fmadd_d: fused(.floatMulAdd, .f64, i)
        case .fmsub_d: fused(.floatMulSub, .f64, i)
        case .fnmsub_d: fused(.floatNegMulSub, .f64, i)
        case .fnmadd_d: fused(.floatNegMulAdd, .f64, i)
        case .fadd_d: rounded(.floatAdd, .f64, i)
        case .fsub_d: rounded(.floatSub, .f64, i)
        case .fmul_d: rounded(.floatMul, .f64, i)
        case .fdiv_d: rounded(.floatDiv, .f64, i)
        case .fsqrt_d: rounded(.floatSqrt, .f64, i)
        case .fsgnj_d: exact(.copySign, .f64, i)
        case .fsgnjn_d: exact(.copySignNegated, .f64, i)
        case .fsgnjx_d: exact(.copySignXor, .f64, i)
        case .fmin_d: exact(.floatMin, .f64, i)
        case .fmax_d: exact(.floatMax, .f64, i)
        case .fcvt_s_d: convert(.floatToFloat32, from: .f64, to: .f32, i)
        case .fcvt_d_s: convert(.floatToFloat64, from: .f32, to: .f64, i)
        case .fcvt_w_d: toInteger(.floatToInt32, .f64, i)
        case .fcvt_wu_d: toInteger(.floatToUInt32, .f64, i)
        case .fcvt_l_d: toInteger(.floatToInt64, .f64, i)
        case .fcvt_lu_d: toInteger(.floatToUInt64, .f64, i)
        case .fcvt_d_w: fromInteger(.floatFromInt32, .f64, i)
        case .fcvt_d_wu: fromInteger(.floatFromUInt32, .f64, i)
        case .fcvt_d_l: fromInteger(.floatFromInt64, .f64, i)
        case .fcvt_d_lu: fromInteger(.floatFromUInt64, .f64, i)
        case .fmv_x_d: one(.move, from: f(i.rs1), i)
        case .fmv_d_x: move(x(i.rs1), to: i.rd)
        case .feq_d: compare(.floatEqual, .f64, i)
        case .flt_d: compare(.floatLess, .f64, i)
        case .fle_d: compare(.floatLessEqual, .f64, i)
        case .fclass_d: classify(.f64, i)
        default: illegal(i.raw)
        }
    }

    // MARK: Forms

    private mutating func fused(_ opcode: IROpcode, _ type: IRType, _ i: DecodedInstruction) {
        guard let rounding = rounding(i) else { return illegal(i.raw) }
        let (a, b, c) = (source(i.rs1, type), source(i.rs2, type), source(i.rs3, type))
        result(i.rd, type) { $0.emit(opcode, type, to: $1, a, b, c, immediate: rounding) }
    }

    private mutating func rounded(_ opcode: IROpcode, _ type: IRType, _ i: DecodedInstruction) {
        guard let rounding = rounding(i) else { return illegal(i.raw) }
        let a = source(i.rs1, type)
        let b = opcode == .floatSqrt ? IROperand.none : source(i.rs2, type)
        result(i.rd, type) { $0.emit(opcode, type, to: $1, a, b, immediate: rounding) }
    }

    private mutating func exact(_ opcode: IROpcode, _ type: IRType, _ i: DecodedInstruction) {
        let (a, b) = (source(i.rs1, type), source(i.rs2, type))
        result(i.rd, type) { $0.emit(opcode, type, to: $1, a, b) }
    }

    private mutating func compare(_ opcode: IROpcode, _ type: IRType, _ i: DecodedInstruction) {
        let (a, b) = (source(i.rs1, type), source(i.rs2, type))
        markFloatDirty()
        builder.emit(opcode, type, to: destination(i.rd), a, b)
    }

    private mutating func classify(_ type: IRType, _ i: DecodedInstruction) {
        let a = source(i.rs1, type)
        builder.emit(.floatClassify, type, to: destination(i.rd), a)
    }

    private mutating func toInteger(_ opcode: IROpcode, _ type: IRType, _ i: DecodedInstruction) {
        guard let rounding = rounding(i) else { return illegal(i.raw) }
        let a = source(i.rs1, type)
        markFloatDirty()
        builder.emit(opcode, type, to: destination(i.rd), a, immediate: rounding)
    }

    private mutating func fromInteger(_ opcode: IROpcode, _ type: IRType, _ i: DecodedInstruction) {
        guard let rounding = rounding(i) else { return illegal(i.raw) }
        let a = x(i.rs1)
        result(i.rd, type) { $0.emit(opcode, type, to: $1, a, immediate: rounding) }
    }

    private mutating func convert(_ opcode: IROpcode, from: IRType, to: IRType, _ i: DecodedInstruction) {
        guard let rounding = rounding(i) else { return illegal(i.raw) }
        let a = source(i.rs1, from)
        result(i.rd, to) { $0.emit(opcode, from, to: $1, a, immediate: rounding) }
    }

    private mutating func one(_ opcode: IROpcode, from operand: IROperand, _ i: DecodedInstruction) {
        builder.emit(opcode, .i64, to: destination(i.rd), operand)
    }

    private mutating func box(_ operand: IROperand, to rd: UInt8) {
        markFloatDirty()
        builder.emit(.boxFloat32, .f32, to: RISCVPlace.float(rd), operand)
    }

    private mutating func move(_ operand: IROperand, to rd: UInt8) {
        markFloatDirty()
        builder.emit(.move, .i64, to: RISCVPlace.float(rd), operand)
    }

    // MARK: Operands and results

    /// A source: a single must be properly boxed (Unpriv. spec "NaN Boxing of Narrower Values").
    private mutating func source(_ number: UInt8, _ type: IRType) -> IROperand {
        type == .f32 ? builder.emit(.unboxFloat32, .f32, f(number)) : f(number)
    }

    private mutating func result(
        _ rd: UInt8, _ type: IRType, _ emit: (inout IRBuilder, Place) -> Void
    ) {
        markFloatDirty()
        if type == .f64 {
            emit(&builder, RISCVPlace.float(rd))
        } else {
            let single = builder.temporary()
            emit(&builder, single)
            builder.emit(.boxFloat32, .f32, to: RISCVPlace.float(rd), .place(single))
        }
    }

    /// The rounding mode, or nil where it is reserved: then the instruction is illegal.
    private func rounding(_ i: DecodedInstruction) -> Int64? {
        let chosen = i.roundingMode == 7 ? mode.frm : i.roundingMode
        return chosen <= 4 ? Int64(chosen) : nil
    }
}
