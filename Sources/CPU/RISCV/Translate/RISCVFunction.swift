/// What translated code leaves to the hart: everything that touches privileged state.
enum RISCVFunction: UInt16, CaseIterable {
    /// Raises an illegal-instruction exception. Argument: the instruction as fetched.
    case illegal
    /// Reads a CSR without writing it. Argument: the instruction word; result: the value.
    case csrRead
    /// Reads and writes a CSR; asks to leave the block where what it was translated for has changed, or an interrupt has
    /// become pending. Argument: the instruction word; operand a: the value of rs1; result: the old value.
    case csrWrite
    case ecall, ebreak, mret, sret, wfi
    /// WRS.NTO and WRS.STO. Argument: 1 for the one with the short time-out.
    case waitOnReservation
    /// SFENCE.VMA and SINVAL.VMA. Argument: the instruction word.
    case fenceTranslation
    /// SFENCE.W.INVAL and SFENCE.INVAL.IR: only their privilege is checked, for SINVAL.VMA acts at once.
    case fenceInvalidation
    /// Operand a: the address. The argument of all four is the instruction word.
    case cacheBlockZero, cacheBlockClean, cacheBlockFlush, cacheBlockInvalidate
    /// A jump or branch that may go to a misaligned address, on a hart without C: the hart executes it whole.
    /// Argument: the instruction word.
    case checkTarget

    /// The names in the textual form of blocks, by number.
    static let names = allCases.map { "\($0)" }
}

extension IRVerifier {
    /// The rules of this guest: x0 is never written, and floating-point state may be noted as dirty too early.
    static let riscv = IRVerifier(zeroRegister: RISCVPlace.integer(0), notes: [RISCVPlace.floatDirty])

    /// The same for traces.
    static let riscvTraces = IRVerifier(
        zeroRegister: RISCVPlace.integer(0), notes: [RISCVPlace.floatDirty], allowsTraces: true)
}
