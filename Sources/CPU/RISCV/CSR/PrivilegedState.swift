import TandemKernel

/// How a hart is built: what no instruction can change.
struct HartConfiguration: Equatable {
    var xlen: XLEN = .rv64
    var extensions: ExtensionSet
    /// The largest `satp.MODE`: on RV64 8 Sv39, 9 Sv48, 10 Sv57; on RV32 1 Sv32 (0: no translation).
    var maximumTranslation: UInt64 = 10
    var hartID: UInt64 = 0
}

/// Everything that the privileged architecture adds to a hart: plain data, a value.
///
/// On RV32 the registers that are split there (`mstatus`, `menvcfg`, `stimecmp`, the counters) are kept whole, in the
/// positions of RV64; all others hold their 32 bits, zero-extended.
/// What lies elsewhere comes with each question: interrupt lines, the clock, the counters and the accrued floating-point flags.
struct PrivilegedState: Equatable {
    /// The width of registers in every mode: MXL, and SXL and UXL of RV64. Never changes.
    let xlen: XLEN
    var privilege = Privilege.machine
    var status: UInt64
    /// Bits of `mip` that software wrote: SSIP, STIP, SEIP.
    var softwarePending: UInt64 = 0
    var interruptEnable: UInt64 = 0
    var exceptionDelegation: UInt64 = 0
    var interruptDelegation: UInt64 = 0

    var machineVector: UInt64 = 0
    var machineScratch: UInt64 = 0
    var machineEPC: UInt64 = 0
    var machineCause: UInt64 = 0
    var machineValue: UInt64 = 0
    var machineCounterEnable: UInt64 = 0
    var counterInhibit: UInt64 = 0
    var machineEnvironment: UInt64 = 0

    var supervisorVector: UInt64 = 0
    var supervisorScratch: UInt64 = 0
    var supervisorEPC: UInt64 = 0
    var supervisorCause: UInt64 = 0
    var supervisorValue: UInt64 = 0
    var supervisorCounterEnable: UInt64 = 0
    var supervisorEnvironment: UInt64 = 0
    var supervisorTimeCompare: UInt64 = .max
    var translation: UInt64 = 0

    /// What is added to the true counts to give `mcycle` and `minstret`, which software may write.
    var cycleOffset: UInt64 = 0
    var retiredOffset: UInt64 = 0
    var roundingMode: UInt8 = 0
    var protection = PMPTable()
    var advanced = AdvancedInterrupts()

    init(xlen: XLEN = .rv64) {
        self.xlen = xlen
        status = xlen == .rv64 ? Status.uxl | Status.sxl : 0
    }

    /// SD, the uppermost bit of `mstatus` and `sstatus` (Priv. spec §3.1.6.6).
    var stateDirty: UInt64 { 1 << UInt64(xlen.bits - 1) }

    /// `mstatus.FS`, 0…3.
    var floatState: UInt64 {
        get { (status & Status.fs) >> 13 }
        set { status = status & ~Status.fs | newValue << 13 }
    }

    /// `mstatus.MPP`.
    var previousPrivilege: Privilege {
        Privilege(rawValue: UInt8((status & Status.mpp) >> Status.mppShift)) ?? .user
    }

    /// The privilege that loads and stores have: that of MPP while MPRV is set (Priv. spec §3.1.6.3).
    @inline(__always)
    var dataPrivilege: Privilege {
        privilege == .machine && status & Status.mprv != 0 ? previousPrivilege : privilege
    }

    /// `satp.MODE` (Priv. spec §12.1.11): one bit on RV32, four on RV64.
    @inline(__always)
    var translationMode: UInt64 { xlen == .rv32 ? translation >> 31 : translation >> 60 }

    /// The address-space identifier in a value of `satp` (Priv. spec §12.1.11).
    static func addressSpace(_ translation: UInt64, _ xlen: XLEN) -> UInt64 {
        xlen == .rv32 ? translation >> 22 & 0x1ff : translation >> 44 & 0xffff
    }

    /// Whether accesses of `privilege` are translated.
    @inline(__always)
    func isTranslated(_ privilege: Privilege) -> Bool { privilege != .machine && translationMode != 0 }

    /// The regime whose soft-TLB data accesses use: 0 U, 1 S, 2 S that may touch user pages, 3 M.
    @inline(__always)
    var dataRegime: Int {
        switch dataPrivilege {
        case .user: 0
        case .supervisor: status & Status.sum == 0 ? 1 : 2
        case .machine: 3
        }
    }
}

extension PrivilegedState: SnapshotPayload {
    static var schema: SnapshotSchema { SnapshotSchema("riscv-privileged") }

    /// The 64-bit fields in the order of the payload.
    private static var fields: [WritableKeyPath<PrivilegedState, UInt64>] {
        [
            \.status, \.softwarePending, \.interruptEnable, \.exceptionDelegation, \.interruptDelegation,
            \.machineVector, \.machineScratch, \.machineEPC, \.machineCause, \.machineValue, \.machineCounterEnable,
            \.counterInhibit, \.machineEnvironment, \.supervisorVector, \.supervisorScratch, \.supervisorEPC,
            \.supervisorCause, \.supervisorValue, \.supervisorCounterEnable, \.supervisorEnvironment,
            \.supervisorTimeCompare, \.translation, \.cycleOffset, \.retiredOffset,
        ]
    }

    func encode(to writer: inout SnapshotWriter) {
        writer.write(privilege.rawValue)
        writer.write(xlen.rawValue)
        writer.write(roundingMode)
        for field in Self.fields { writer.write(self[keyPath: field]) }
        for entry in 0..<PMPTable.count {
            writer.write(protection.configuration(entry))
            writer.write(protection.address(entry))
        }
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        guard let privilege = Privilege(rawValue: try reader.read(UInt8.self)) else {
            throw reader.error("a privilege mode that does not exist", expected: "0, 1 or 3")
        }
        guard let xlen = XLEN(rawValue: try reader.read(UInt8.self)) else {
            throw reader.error("a register width that does not exist", expected: "32 or 64")
        }
        self.init(xlen: xlen)
        self.privilege = privilege
        roundingMode = try reader.read(UInt8.self)
        for field in Self.fields { self[keyPath: field] = try reader.read(UInt64.self) }
        for entry in 0..<PMPTable.count {
            protection.restore(
                entry, configuration: try reader.read(UInt8.self), address: try reader.read(UInt64.self))
        }
    }
}
