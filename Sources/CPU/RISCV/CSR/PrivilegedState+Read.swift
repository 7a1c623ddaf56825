/// Reading CSRs (Priv. spec §2, §3.1, §12.1).
extension PrivilegedState {
    /// Whether an access of the current privilege to `csr` is legal as far as its number says (Priv. spec §2.1).
    func mayAccess(_ csr: UInt16, writing: Bool) -> Bool {
        let lowest = UInt8(truncatingIfNeeded: csr >> 8) & 3
        if privilege.rawValue < lowest { return false }
        return !(writing && csr >> 10 == 3)
    }

    /// The value of a CSR, zero-extended, or nil if the access is illegal. Inlined with all that it calls, or each read
    /// would copy the whole state.
    @inline(__always)
    func read(_ csr: UInt16, _ hart: HartConfiguration, _ environment: CSREnvironment) -> UInt64? {
        guard mayAccess(csr, writing: false) else { return nil }
        let low = xlen == .rv32 ? CSRAddress.lowerHalf(of: csr) : nil
        guard let value = readWhole(low ?? csr, hart, environment) else { return nil }
        return xlen == .rv64 ? value : low != nil ? value >> 32 : value & 0xffff_ffff
    }

    /// The value of a CSR, in 64 bits also where RV32 splits it.
    @inline(__always)
    func readWhole(_ csr: UInt16, _ hart: HartConfiguration, _ environment: CSREnvironment) -> UInt64? {
        switch csr {
        case CSRAddress.fflags: return floatState == 0 ? nil : UInt64(environment.floatFlags)
        case CSRAddress.frm: return floatState == 0 ? nil : UInt64(roundingMode)
        case CSRAddress.fcsr: return floatState == 0 ? nil : UInt64(roundingMode) << 5 | UInt64(environment.floatFlags)
        case CSRAddress.cycle: return mayCount(0) ? environment.cycles &+ cycleOffset : nil
        case CSRAddress.time: return mayCount(1) ? environment.time : nil
        case CSRAddress.instret: return mayCount(2) ? environment.retired &+ retiredOffset : nil
        case CSRAddress.hpmcounter3...CSRAddress.hpmcounter3 + 28:
            return mayCount(UInt64(csr & 31)) ? 0 : nil

        case CSRAddress.sstatus: return supervisorStatusView
        case CSRAddress.sie: return interruptEnable & interruptDelegation | virtualInterruptEnables
        case CSRAddress.stvec: return supervisorVector
        case CSRAddress.scounteren: return supervisorCounterEnable
        case CSRAddress.senvcfg: return supervisorEnvironment
        case CSRAddress.sscratch: return supervisorScratch
        case CSRAddress.sepc: return supervisorEPC
        case CSRAddress.scause: return supervisorCause
        case CSRAddress.stval: return supervisorValue
        case CSRAddress.sip: return pending(environment.lines) & interruptDelegation | virtualPendingInterrupts
        case CSRAddress.stimecmp: return mayUseTimeCompare(hart) ? supervisorTimeCompare : nil
        case CSRAddress.satp: return mayUseTranslation ? translation : nil

        case CSRAddress.mvendorid, CSRAddress.marchid, CSRAddress.mimpid, CSRAddress.mconfigptr: return 0
        case CSRAddress.mhartid: return hart.hartID
        case CSRAddress.mstatus: return statusView
        case CSRAddress.misa:
            return UInt64(xlen == .rv64 ? 2 : 1) << UInt64(xlen.bits - 2) | hart.extensions.misaLetters
        case CSRAddress.medeleg: return exceptionDelegation
        case CSRAddress.mideleg: return interruptDelegation
        case CSRAddress.mie: return interruptEnable
        case CSRAddress.mtvec: return machineVector
        case CSRAddress.mcounteren: return machineCounterEnable
        case CSRAddress.menvcfg: return machineEnvironment
        case CSRAddress.mcountinhibit: return counterInhibit
        case CSRAddress.mhpmevent3...CSRAddress.mhpmevent3 + 28: return 0
        case CSRAddress.mscratch: return machineScratch
        case CSRAddress.mepc: return machineEPC
        case CSRAddress.mcause: return machineCause
        case CSRAddress.mtval: return machineValue
        case CSRAddress.mip: return pending(environment.lines)
        case CSRAddress.mcycle: return environment.cycles &+ cycleOffset
        case CSRAddress.minstret: return environment.retired &+ retiredOffset
        case CSRAddress.mhpmcounter3...CSRAddress.mhpmcounter3 + 28: return 0
        case CSRAddress.pmpcfg0...CSRAddress.pmpcfg0 + 15: return readProtectionConfiguration(csr)
        case CSRAddress.pmpaddr0...CSRAddress.pmpaddr0 + 63:
            let entry = Int(csr - CSRAddress.pmpaddr0)
            return entry < PMPTable.count ? protection.address(entry) : 0
        default: return nil
        }
    }

    /// `mip`: lines, and what software wrote (Priv. spec §3.1.9; SEIP is the or of both, unless `mvien` keeps them apart:
    /// AIA spec §5.3).
    func pending(_ lines: UInt64) -> UInt64 {
        lines | softwarePending & ~(advanced.virtualEnable & InterruptBits.sei)
    }

    /// `mstatus` with SD, which summarises FS.
    private var statusView: UInt64 { status | (status & Status.fs == Status.fs ? stateDirty : 0) }

    private var supervisorStatusView: UInt64 {
        statusView & (Status.supervisorMask | (xlen == .rv64 ? Status.uxl : 0) | stateDirty)
    }

    /// `mstatus` or `sstatus` as they are, for a debugger.
    func statusForDebugger(_ csr: UInt16) -> UInt64 {
        csr == CSRAddress.mstatus ? statusView : supervisorStatusView
    }

    /// Whether counter `index` may be read (Priv. spec §3.1.11, §12.1.5).
    func mayCount(_ index: UInt64) -> Bool {
        let bit: UInt64 = 1 << index
        switch privilege {
        case .machine: return true
        case .supervisor: return machineCounterEnable & bit != 0
        case .user: return machineCounterEnable & supervisorCounterEnable & bit != 0
        }
    }

    /// Sstc §2.2: S needs `menvcfg.STCE` and `mcounteren.TM`.
    func mayUseTimeCompare(_ hart: HartConfiguration) -> Bool {
        guard hart.extensions.contains(.sstc) else { return false }
        return privilege == .machine
            || (machineEnvironment & EnvironmentBits.stce != 0 && machineCounterEnable & 2 != 0)
    }

    /// Priv. spec §3.1.6.5: TVM keeps S from `satp` and SFENCE.VMA.
    var mayUseTranslation: Bool { !(privilege == .supervisor && status & Status.tvm != 0) }

    /// Priv. spec §3.7.1: four entries to a register on RV32; eight on RV64, which has the even ones only.
    private func readProtectionConfiguration(_ csr: UInt16) -> UInt64? {
        let first = Int(csr - CSRAddress.pmpcfg0)
        guard xlen == .rv32 || first % 2 == 0 else { return nil }
        var value: UInt64 = 0
        for byte in 0..<xlen.bytes where first * 4 + byte < PMPTable.count {
            value |= UInt64(protection.configuration(first * 4 + byte)) << UInt64(8 * byte)
        }
        return value
    }
}
