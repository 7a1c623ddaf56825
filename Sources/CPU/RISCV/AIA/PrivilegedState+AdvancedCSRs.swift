import TandemBus

/// The CSRs of Smaia and Ssaia, as they are read and written where `PrivilegedState.read` and `write` know no such CSR.
extension PrivilegedState {
    /// The value of a CSR, zero-extended, or nil if the access is illegal.
    /// - Parameters:
    ///   - lines: Levels of the interrupt lines, at their places in `mip`.
    ///   - files: The interrupt files; nothing on a hart without an IMSIC.
    func readAdvanced(
        _ csr: UInt16, _ hart: HartConfiguration, lines: UInt64, _ files: InterruptFiles?
    ) -> UInt64? {
        guard mayAccess(csr, writing: false), hasAdvanced(csr, hart) else { return nil }
        switch csr {
        case CSRAddress.miselect: return advanced.machineSelect
        case CSRAddress.mireg: return readSelected(advanced.machineSelect, advanced.machinePriorities, files?.machine)
        case CSRAddress.mtopei: return (files?.machine).map { Self.topValue($0.top) }
        case CSRAddress.mtopi: return topInterrupt(at: .machine, lines: lines)
        case CSRAddress.mvien: return advanced.virtualEnable
        case CSRAddress.mvip: return virtualPendingView
        case CSRAddress.siselect: return advanced.supervisorSelect
        case CSRAddress.sireg:
            return readSelected(
                advanced.supervisorSelect, advanced.supervisorPriorities, supervisorFile(files))
        case CSRAddress.stopei: return supervisorFile(files).map { Self.topValue($0.top) }
        case CSRAddress.stopi: return topInterrupt(at: .supervisor, lines: lines)
        default: return xlen == .rv32 && CSRAddress.isInterruptHalf(csr) ? 0 : nil
        }
    }

    /// Writes a CSR and says what follows from it, or returns nil if the access is illegal.
    mutating func writeAdvanced(
        _ csr: UInt16, _ value: UInt64, _ hart: HartConfiguration, _ files: InterruptFiles?
    ) -> CSREffects? {
        guard mayAccess(csr, writing: true), hasAdvanced(csr, hart) else { return nil }
        switch csr {
        case CSRAddress.miselect: advanced.machineSelect = value & AdvancedInterrupts.selectMask
        case CSRAddress.mireg:
            let isWritten = writeSelected(
                advanced.machineSelect, value, \.machinePriorities, legal: .machine, files?.machine)
            guard isWritten else { return nil }
        case CSRAddress.mtopei:
            guard let files else { return nil }
            files.machine.claim()
        case CSRAddress.mvien:
            // Separated from mip from now on; what it then is, is not specified (§5.3).
            advanced.virtualEnable = value & AdvancedInterrupts.virtual
        case CSRAddress.mvip: writeVirtualPending(value)
        case CSRAddress.siselect: advanced.supervisorSelect = value & AdvancedInterrupts.selectMask
        case CSRAddress.sireg:
            let isWritten = writeSelected(
                advanced.supervisorSelect, value, \.supervisorPriorities, legal: .supervisor, supervisorFile(files))
            guard isWritten else { return nil }
        case CSRAddress.stopei:
            guard let file = supervisorFile(files) else { return nil }
            file.claim()
        default:
            guard xlen == .rv32, CSRAddress.isInterruptHalf(csr) else { return nil }
        }
        return .interrupts
    }

    /// Smaia brings all of them, Ssaia those of supervisor level.
    private func hasAdvanced(_ csr: UInt16, _ hart: HartConfiguration) -> Bool {
        hart.extensions.contains(csr >> 8 & 3 == 3 ? .smaia : .ssaia)
    }

    /// §5.3: S does not reach its own file while bit 9 of `mvien` is set.
    private func supervisorFile(_ files: InterruptFiles?) -> InterruptFile? {
        privilege == .supervisor && advanced.virtualEnable & InterruptBits.sei != 0 ? nil : files?.supervisor
    }

    /// §3.9: the identity, and the priority, which is the same number.
    private static func topValue(_ identity: UInt64) -> UInt64 { identity << 16 | identity }

    private func readSelected(_ select: UInt64, _ priorities: MajorPriorities, _ file: InterruptFile?) -> UInt64? {
        switch select {
        case 0x30...0x3f: priorities.read(select, xlen)
        case 0x70...0xff: file?.read(select, xlen)
        default: nil
        }
    }

    private mutating func writeSelected(
        _ select: UInt64, _ value: UInt64, _ priorities: WritableKeyPath<AdvancedInterrupts, MajorPriorities>,
        legal: MajorPriorities, _ file: InterruptFile?
    ) -> Bool {
        switch select {
        case 0x30...0x3f: advanced[keyPath: priorities].write(select, value, xlen, legal: legal)
        case 0x70...0xff: file?.write(select, value, xlen) ?? false
        default: false
        }
    }

    /// `mvip` (§5.3): each bit an alias of what software writes to `mip`, but bit 1 while `mvien` separates it.
    private var virtualPendingView: UInt64 {
        let separate = advanced.virtualEnable & InterruptBits.ssi
        return softwarePending & InterruptBits.supervisor & ~separate | advanced.virtualPending & separate
    }

    private mutating func writeVirtualPending(_ value: UInt64) {
        let separate = advanced.virtualEnable & InterruptBits.ssi
        let timer = machineEnvironment & EnvironmentBits.stce != 0 ? InterruptBits.sti : 0
        let mask = InterruptBits.supervisor & ~separate & ~timer
        softwarePending = softwarePending & ~mask | value & mask
        advanced.virtualPending = advanced.virtualPending & ~separate | value & separate
    }
}
