import TandemBus

/// Taking and returning from traps (Priv. spec §3.1.6.1, §3.3.2).
extension PrivilegedState {
    /// Enters the handler of an exception and returns its address.
    mutating func take(_ cause: ExceptionCause, value: UInt64, pc: UInt64) -> UInt64 {
        let isDelegated = privilege != .machine && exceptionDelegation >> cause.rawValue & 1 != 0
        return enter(code: cause.rawValue, isInterrupt: false, value: value, pc: pc, toSupervisor: isDelegated)
    }

    /// Enters the handler of an interrupt and returns its address.
    mutating func take(_ interrupt: PendingInterrupt, pc: UInt64) -> UInt64 {
        enter(
            code: interrupt.cause.rawValue, isInterrupt: true, value: 0, pc: pc,
            toSupervisor: interrupt.level == .supervisor)
    }

    private mutating func enter(
        code: UInt64, isInterrupt: Bool, value: UInt64, pc: UInt64, toSupervisor: Bool
    ) -> UInt64 {
        let cause = code | (isInterrupt ? 1 << UInt64(xlen.bits - 1) : 0)
        let vector: UInt64
        if toSupervisor {
            supervisorEPC = pc
            supervisorCause = cause
            supervisorValue = value
            let wasEnabled = status & Status.sie != 0
            status &= ~(Status.sie | Status.spie | Status.spp)
            if wasEnabled { status |= Status.spie }
            if privilege == .supervisor { status |= Status.spp }
            privilege = .supervisor
            vector = supervisorVector
        } else {
            machineEPC = pc
            machineCause = cause
            machineValue = value
            let wasEnabled = status & Status.mie != 0
            status &= ~(Status.mie | Status.mpie | Status.mpp)
            if wasEnabled { status |= Status.mpie }
            status |= UInt64(privilege.rawValue) << Status.mppShift
            privilege = .machine
            vector = machineVector
        }
        let base = vector & ~3
        return isInterrupt && vector & 1 != 0 ? xlen.truncate(base &+ 4 &* code) : base
    }

    /// MRET: returns the address to go on at, or nil if it is illegal here.
    mutating func returnFromMachine() -> UInt64? {
        guard privilege == .machine else { return nil }
        let target = previousPrivilege
        status = status & ~Status.mie | (status & Status.mpie != 0 ? Status.mie : 0)
        status |= Status.mpie
        status &= ~Status.mpp
        if target != .machine { status &= ~Status.mprv }
        privilege = target
        return machineEPC
    }

    /// SRET: returns the address to go on at, or nil if it is illegal here (Priv. spec §3.1.6.5: TSR).
    mutating func returnFromSupervisor() -> UInt64? {
        guard privilege >= .supervisor, !(privilege == .supervisor && status & Status.tsr != 0) else { return nil }
        let target: Privilege = status & Status.spp != 0 ? .supervisor : .user
        status = status & ~Status.sie | (status & Status.spie != 0 ? Status.sie : 0)
        status |= Status.spie
        status &= ~(Status.spp | Status.mprv)
        privilege = target
        return supervisorEPC
    }

    /// The interrupt to take now, if any. `lines` are the levels of the hart's interrupt inputs.
    func interrupt(lines: UInt64) -> PendingInterrupt? {
        guard wakes(lines: lines) else { return nil }
        let machineOpen = privilege != .machine || status & Status.mie != 0
        let supervisorOpen =
            privilege == .user || privilege == .supervisor && status & Status.sie != 0
        // Everything that goes to M comes first (Priv. spec §3.1.9: the destined privilege mode decides first).
        if machineOpen, let cause = first(of: candidates(at: .machine, lines: lines), at: .machine) {
            return PendingInterrupt(cause: cause, level: .machine)
        }
        if supervisorOpen, let cause = first(of: candidates(at: .supervisor, lines: lines), at: .supervisor) {
            return PendingInterrupt(cause: cause, level: .supervisor)
        }
        return nil
    }

    /// What is pending and enabled at a level, whatever the global enables.
    func candidates(at level: InterruptLevel, lines: UInt64) -> UInt64 {
        let candidates = pending(lines) & interruptEnable
        return level == .machine
            ? candidates & ~interruptDelegation
            : candidates & interruptDelegation | virtualPendingInterrupts & virtualInterruptEnables
    }

    /// Whether WFI would not wait: an interrupt is pending and enabled locally, whatever the global enables
    /// (Priv. spec §3.3.3; AIA spec §5.5).
    func wakes(lines: UInt64) -> Bool {
        pending(lines) & interruptEnable | virtualPendingInterrupts & virtualInterruptEnables != 0
    }
}
