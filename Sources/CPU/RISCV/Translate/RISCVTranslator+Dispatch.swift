extension RISCVTranslator {
    /// Hands an instruction to its chapter.
    mutating func translate(_ i: DecodedInstruction) {
        switch i.operation {
        case .lui, .auipc, .addi, .slti, .sltiu, .xori, .ori, .andi, .slli, .srli, .srai, .add, .sub, .sll, .slt, .sltu,
            .xor, .srl, .sra, .or, .and, .addiw, .slliw, .srliw, .sraiw, .addw, .subw, .sllw, .srlw, .sraw:
            translateInteger(i)
        case .jal, .jalr, .beq, .bne, .blt, .bge, .bltu, .bgeu:
            translateControl(i)
        case .lb, .lh, .lw, .ld, .lbu, .lhu, .lwu, .sb, .sh, .sw, .sd, .flw, .fsw, .fld, .fsd:
            translateMemory(i)
        case .mul, .mulh, .mulhsu, .mulhu, .div, .divu, .rem, .remu, .mulw, .divw, .divuw, .remw, .remuw:
            translateMultiply(i)
        case .lr_w, .sc_w, .amoswap_w, .amoadd_w, .amoxor_w, .amoand_w, .amoor_w, .amomin_w, .amomax_w, .amominu_w,
            .amomaxu_w, .lr_d, .sc_d, .amoswap_d, .amoadd_d, .amoxor_d, .amoand_d, .amoor_d, .amomin_d, .amomax_d,
            .amominu_d, .amomaxu_d:
            translateAtomic(i)
        case .add_uw, .sh1add, .sh2add, .sh3add, .sh1add_uw, .sh2add_uw, .sh3add_uw, .slli_uw, .andn, .orn, .xnor, .clz,
            .ctz, .cpop, .clzw, .ctzw, .cpopw, .max, .maxu, .min, .minu, .sext_b, .sext_h, .zext_h, .rol, .ror, .rori,
            .rolw, .rorw, .roriw, .orc_b, .rev8, .bclr, .bclri, .bext, .bexti, .binv, .binvi, .bset, .bseti:
            translateBits(i)
        case .fence, .fence_i, .ecall, .ebreak, .csrrw, .csrrs, .csrrc, .csrrwi, .csrrsi, .csrrci, .pause, .wrs_nto,
            .wrs_sto, .cbo_inval, .cbo_clean, .cbo_flush, .cbo_zero, .prefetch_i, .prefetch_r, .prefetch_w, .mret,
            .sret,
            .wfi, .sfence_vma, .sinval_vma, .sfence_w_inval, .sfence_inval_ir:
            translateSystem(i)
        default:
            translateFloat(i)
        }
    }
}
