/// Writing CSRs: WARL fields take what is legal and keep the rest (Priv. spec §2.3).
extension PrivilegedState {
    /// Writes a CSR and says what follows from it, or returns nil if the access is illegal.
    mutating func write(
        _ csr: UInt16, _ value: UInt64, _ hart: HartConfiguration, _ environment: inout CSREnvironment
    ) -> CSREffects? {
        guard mayAccess(csr, writing: true) else { return nil }
        guard xlen == .rv32 else { return writeWhole(csr, value, hart, &environment) }
        let value = value & 0xffff_ffff
        if let low = CSRAddress.lowerHalf(of: csr) {
            guard let old = readWhole(low, hart, environment) else { return nil }
            return writeWhole(low, old & 0xffff_ffff | value << 32, hart, &environment)
        }
        guard CSRAddress.hasWritableUpperHalf(csr) else { return writeWhole(csr, value, hart, &environment) }
        guard let old = readWhole(csr, hart, environment) else { return nil }
        return writeWhole(csr, old & ~0xffff_ffff | value, hart, &environment)
    }

    /// Writes a CSR, in 64 bits also where RV32 splits it.
    private mutating func writeWhole(
        _ csr: UInt16, _ value: UInt64, _ hart: HartConfiguration, _ environment: inout CSREnvironment
    ) -> CSREffects? {
        switch csr {
        case CSRAddress.fflags, CSRAddress.frm, CSRAddress.fcsr:
            return writeFloat(csr, value, &environment)
        case CSRAddress.sstatus: return writeStatus(value, mask: Status.supervisorMask, hart)
        case CSRAddress.sie:
            interruptEnable = interruptEnable & ~interruptDelegation | value & interruptDelegation
            let virtual = advanced.virtualEnable & ~interruptDelegation
            advanced.virtualInterruptEnable = advanced.virtualInterruptEnable & ~virtual | value & virtual
            return .interrupts
        case CSRAddress.sip:
            // Only SSIP, and only where it is delegated (Priv. spec §12.1.3).
            let mask = InterruptBits.ssi & interruptDelegation
            softwarePending = softwarePending & ~mask | value & mask
            // Where it is not, `mvien` may show S a bit of its own (AIA spec §5.3).
            let virtual = InterruptBits.ssi & advanced.virtualEnable & ~interruptDelegation
            advanced.virtualPending = advanced.virtualPending & ~virtual | value & virtual
            return .interrupts
        case CSRAddress.stimecmp:
            guard mayUseTimeCompare(hart) else { return nil }
            supervisorTimeCompare = value
            return .interrupts
        case CSRAddress.satp: return writeTranslation(value, hart)
        case CSRAddress.mstatus: return writeStatus(value, mask: Status.machineMask, hart)
        case CSRAddress.mie:
            interruptEnable = value & InterruptBits.all
            return .interrupts
        case CSRAddress.mip:
            let mask =
                InterruptBits.supervisor
                & (machineEnvironment & EnvironmentBits.stce != 0 ? ~InterruptBits.sti : ~0)
                & ~(advanced.virtualEnable & InterruptBits.sei)
            softwarePending = softwarePending & ~mask | value & mask
            return .interrupts
        case CSRAddress.mideleg:
            interruptDelegation = value & InterruptBits.supervisor
            return .interrupts
        case CSRAddress.menvcfg: return writeMachineEnvironment(value, hart)
        case CSRAddress.pmpcfg0...CSRAddress.pmpcfg0 + 15: return writeProtectionConfiguration(csr, value)
        case CSRAddress.pmpaddr0...CSRAddress.pmpaddr0 + 63:
            let entry = Int(csr - CSRAddress.pmpaddr0)
            if entry < PMPTable.count { protection.setAddress(entry, value) }
            return .translation
        default: return writeStorage(csr, value, hart, environment)
        }
    }

    /// CSRs whose write does nothing but store.
    private mutating func writeStorage(
        _ csr: UInt16, _ value: UInt64, _ hart: HartConfiguration, _ environment: CSREnvironment
    ) -> CSREffects? {
        switch csr {
        case CSRAddress.stvec: supervisorVector = Self.legalVector(value, was: supervisorVector)
        case CSRAddress.scounteren: supervisorCounterEnable = value & 0xffff_ffff
        case CSRAddress.senvcfg: supervisorEnvironment = Self.legalEnvironment(value, hart, was: supervisorEnvironment)
        case CSRAddress.sscratch: supervisorScratch = value
        case CSRAddress.sepc: supervisorEPC = legalPC(value, hart)
        case CSRAddress.scause: supervisorCause = value
        case CSRAddress.stval: supervisorValue = value
        case CSRAddress.misa: break
        case CSRAddress.medeleg: exceptionDelegation = value & Self.delegableExceptions
        case CSRAddress.mtvec: machineVector = Self.legalVector(value, was: machineVector)
        case CSRAddress.mcounteren: machineCounterEnable = value & 0xffff_ffff
        case CSRAddress.mcountinhibit: counterInhibit = 0
        case CSRAddress.mhpmevent3...CSRAddress.mhpmevent3 + 28: break
        case CSRAddress.mhpmcounter3...CSRAddress.mhpmcounter3 + 28: break
        case CSRAddress.mscratch: machineScratch = value
        case CSRAddress.mepc: machineEPC = legalPC(value, hart)
        case CSRAddress.mcause: machineCause = value
        case CSRAddress.mtval: machineValue = value
        // The write takes effect after the instruction, whose own cycle and retirement are not counted on top of it
        // (Priv. spec §3.1.10). On RV32 a half is written with the other one as it stands.
        case CSRAddress.mcycle: cycleOffset = value &- environment.cycles &- 1
        case CSRAddress.minstret: retiredOffset = value &- environment.retired &- 1
        default: return nil
        }
        return []
    }

    /// All but the environment call from M and the reserved causes (Priv. spec §3.1.8).
    private static let delegableExceptions: UInt64 = 0xb3ff

    private static func legalVector(_ value: UInt64, was old: UInt64) -> UInt64 {
        value & 3 < 2 ? value & ~2 : value & ~3 | old & 1
    }

    private func legalPC(_ value: UInt64, _ hart: HartConfiguration) -> UInt64 {
        value & (hart.extensions.contains(.c) ? ~1 : ~3)
    }

    private mutating func writeFloat(
        _ csr: UInt16, _ value: UInt64, _ environment: inout CSREnvironment
    ) -> CSREffects? {
        guard floatState != 0 else { return nil }
        if csr != CSRAddress.frm { environment.floatFlags = UInt8(truncatingIfNeeded: value) & 31 }
        if csr == CSRAddress.frm { roundingMode = UInt8(truncatingIfNeeded: value) & 7 }
        if csr == CSRAddress.fcsr { roundingMode = UInt8(truncatingIfNeeded: value >> 5) & 7 }
        floatState = 3
        return .mode
    }

    private mutating func writeStatus(_ value: UInt64, mask: UInt64, _ hart: HartConfiguration) -> CSREffects {
        var mask = mask
        if !hart.extensions.contains(.f) { mask &= ~Status.fs }
        if value & Status.mpp == 2 << Status.mppShift { mask &= ~Status.mpp }  // 2 is no privilege.
        let old = status
        status = status & ~mask | value & mask
        // MXR changes what a cached translation may be used for; SUM and MPRV choose another regime.
        return (old ^ status) & Status.mxr != 0 ? [.mode, .interrupts, .translation] : [.mode, .interrupts]
    }

    /// Priv. spec §12.1.11: a write with a MODE that is not supported has no effect at all.
    private mutating func writeTranslation(_ value: UInt64, _ hart: HartConfiguration) -> CSREffects? {
        guard mayUseTranslation else { return nil }
        let mode = xlen == .rv32 ? value >> 31 : value >> 60
        let isTranslating = xlen == .rv32 ? mode == 1 : (8...10).contains(mode)
        guard mode == 0 || isTranslating && mode <= hart.maximumTranslation else { return [] }
        guard value != translation else { return [] }
        defer { translation = value }
        // Another scheme, or none: no translation means the same any longer.
        let modes = xlen == .rv32 ? 1 << 31 : UInt64(15) << 60
        return (translation ^ value) & modes == 0 ? .addressSpace : .translation
    }

    private mutating func writeMachineEnvironment(_ value: UInt64, _ hart: HartConfiguration) -> CSREffects {
        var mask: UInt64 = 0
        if hart.extensions.contains(.sstc) { mask |= EnvironmentBits.stce }
        if hart.extensions.contains(.svpbmt) { mask |= EnvironmentBits.pbmte }
        if hart.extensions.contains(.svadu) { mask |= EnvironmentBits.adue }
        let legal = Self.legalEnvironment(value, hart, was: machineEnvironment) | value & mask
        let changed = legal ^ machineEnvironment
        machineEnvironment = legal
        // From now on STIP is the timer's alone (Sstc §2.1).
        if legal & EnvironmentBits.stce != 0 { softwarePending &= ~InterruptBits.sti }
        return changed & (EnvironmentBits.pbmte | EnvironmentBits.adue) != 0
            ? [.translation, .interrupts] : .interrupts
    }

    /// The fields that `menvcfg` and `senvcfg` share. CBIE = 2 is reserved and keeps the old value.
    private static func legalEnvironment(_ value: UInt64, _ hart: HartConfiguration, was old: UInt64) -> UInt64 {
        var mask = EnvironmentBits.fiom
        if hart.extensions.contains(.zicbom) {
            mask |= EnvironmentBits.cbcfe
            if value & EnvironmentBits.cbie != 2 << 4 { mask |= EnvironmentBits.cbie }
        }
        if hart.extensions.contains(.zicboz) { mask |= EnvironmentBits.cbze }
        return value & mask | old & EnvironmentBits.cbie & ~mask
    }

    private mutating func writeProtectionConfiguration(_ csr: UInt16, _ value: UInt64) -> CSREffects? {
        let first = Int(csr - CSRAddress.pmpcfg0)
        guard xlen == .rv32 || first % 2 == 0 else { return nil }
        for byte in 0..<xlen.bytes where first * 4 + byte < PMPTable.count {
            protection.setConfiguration(first * 4 + byte, UInt8(truncatingIfNeeded: value >> UInt64(8 * byte)))
        }
        return .translation
    }
}
