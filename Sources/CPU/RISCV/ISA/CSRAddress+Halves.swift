/// RV32 reaches registers of 64 bits by two CSRs (Priv. spec §2.2, §3.1.6, §3.1.8, §3.1.10, §3.1.18; Sstc §2.1).
extension CSRAddress {
    /// The CSR whose bits 63…32 are read and written at this address on RV32; nil where it is no upper half, and for the
    /// halves that belong to extensions which no hart here has: `mhpmevent3h`… (Sscofpmf), `mseccfgh`, `mstateen0h`….
    static func lowerHalf(of csr: UInt16) -> UInt16? {
        switch csr {
        case cycleh...(hpmcounter3h + 28), mcycleh, minstreth...(mhpmcounter3h + 28): csr - 0x80
        case stimecmph: stimecmp
        case mstatush: mstatus
        case medelegh: medeleg
        case menvcfgh: menvcfg
        default: nil
        }
    }

    /// Whether it is the upper half, on RV32, of a register of interrupts (AIA spec §2.1, §2.2). The interrupts 32 to 63 do
    /// not exist here: it reads zero and ignores writes.
    static func isInterruptHalf(_ csr: UInt16) -> Bool {
        switch csr {
        case sieh, siph, midelegh, mieh, mvienh, mviph, miph: true
        default: false
        }
    }

    /// Whether software can set bits 63…32 of a CSR, so that a write of the lower half on RV32 must leave them alone.
    static func hasWritableUpperHalf(_ csr: UInt16) -> Bool {
        csr == stimecmp || csr == menvcfg || csr == mcycle || csr == minstret
    }
}
