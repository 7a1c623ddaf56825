/// Unpriv. spec "A". The harts of a simulation take turns on one host thread, so that the ordering bits need nothing.
extension RISCVTranslator {
    mutating func translateAtomic(_ i: DecodedInstruction) {
        switch i.operation {
        case .lr_w: atomic(.loadReserved, .i32, i)
        case .lr_d: atomic(.loadReserved, .i64, i)
        case .sc_w: atomic(.storeConditional, .i32, i)
        case .sc_d: atomic(.storeConditional, .i64, i)
        case .amoswap_w: atomic(.atomicSwap, .i32, i)
        case .amoadd_w: atomic(.atomicAdd, .i32, i)
        case .amoxor_w: atomic(.atomicXor, .i32, i)
        case .amoand_w: atomic(.atomicAnd, .i32, i)
        case .amoor_w: atomic(.atomicOr, .i32, i)
        case .amomin_w: atomic(.atomicMinSigned, .i32, i)
        case .amomax_w: atomic(.atomicMaxSigned, .i32, i)
        case .amominu_w: atomic(.atomicMinUnsigned, .i32, i)
        case .amomaxu_w: atomic(.atomicMaxUnsigned, .i32, i)
        case .amoswap_d: atomic(.atomicSwap, .i64, i)
        case .amoadd_d: atomic(.atomicAdd, .i64, i)
        case .amoxor_d: atomic(.atomicXor, .i64, i)
        case .amoand_d: atomic(.atomicAnd, .i64, i)
        case .amoor_d: atomic(.atomicOr, .i64, i)
        case .amomin_d: atomic(.atomicMinSigned, .i64, i)
        case .amomax_d: atomic(.atomicMaxSigned, .i64, i)
        case .amominu_d: atomic(.atomicMinUnsigned, .i64, i)
        case .amomaxu_d: atomic(.atomicMaxUnsigned, .i64, i)
        default: preconditionFailure("\(i.operation) stands in another chapter")
        }
    }

    private mutating func atomic(_ opcode: IROpcode, _ type: IRType, _ i: DecodedInstruction) {
        let (base, offset) = address(i.rs1, 0)
        let value = opcode == .loadReserved ? IROperand.none : x(i.rs2)
        builder.emit(opcode, type, to: destination(i.rd), base, value, immediate: offset)
    }
}
