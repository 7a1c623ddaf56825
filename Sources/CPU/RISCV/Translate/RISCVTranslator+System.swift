/// Fences, Zicsr, Zifencei, Zawrs, the cache-block operations and the privileged instructions.
extension RISCVTranslator {
    mutating func translateSystem(_ i: DecodedInstruction) {
        switch i.operation {
        case .fence, .fence_i, .pause, .prefetch_i, .prefetch_r, .prefetch_w:
            break  // Nothing to order on one host thread; written code is dropped at once; hints.
        case .ecall: exit(.ecall)
        case .ebreak: exit(.ebreak)
        case .mret: exit(.mret, i.raw)
        case .sret: exit(.sret, i.raw)
        case .wfi: exit(.wfi, i.raw)
        case .wrs_nto: exit(.waitOnReservation, 0)
        case .wrs_sto: exit(.waitOnReservation, 1)
        case .sfence_vma, .sinval_vma: exit(.fenceTranslation, i.word)
        case .sfence_w_inval, .sfence_inval_ir: exit(.fenceInvalidation, i.word)
        case .cbo_zero: cacheBlock(.cacheBlockZero, i)
        case .cbo_clean: cacheBlock(.cacheBlockClean, i)
        case .cbo_flush: cacheBlock(.cacheBlockFlush, i)
        case .cbo_inval: cacheBlock(.cacheBlockInvalidate, i)
        default: translateCSR(i)
        }
    }

    private mutating func translateCSR(_ i: DecodedInstruction) {
        let writes = i.operation == .csrrw || i.operation == .csrrwi || i.rs1 != 0
        if writes {
            builder.guestCall(
                RISCVFunction.csrWrite.rawValue, argument: i.word, to: destination(i.rd),
                i.word & 0x4000 != 0 ? .constant(UInt64(i.rs1)) : x(i.rs1))
        } else {
            builder.guestCall(RISCVFunction.csrRead.rawValue, argument: i.word, to: destination(i.rd))
        }
    }

    private mutating func cacheBlock(_ function: RISCVFunction, _ i: DecodedInstruction) {
        let (base, _) = address(i.rs1, 0)
        builder.guestCall(function.rawValue, argument: i.word, base)
    }
}
