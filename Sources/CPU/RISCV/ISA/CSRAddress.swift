/// The addresses of the control and status registers (Priv. spec §2.2, Unpriv. spec "Zicsr", "Zicntr", "F").
///
/// Numbered families give their first member: `pmpaddr0 + n`, `mhpmcounter3 + n - 3`. Bits 11...10 of an address are 3 for
/// read-only registers, bits 9...8 the lowest privilege that may access it (§2.1).
public enum CSRAddress {
    // MARK: Unprivileged

    /// Accrued floating-point exceptions.
    public static let fflags: UInt16 = 0x001
    /// Dynamic rounding mode.
    public static let frm: UInt16 = 0x002
    /// `frm` and `fflags` together.
    public static let fcsr: UInt16 = 0x003
    /// Cycle counter.
    public static let cycle: UInt16 = 0xc00
    /// Wall-clock time of the platform's timebase.
    public static let time: UInt16 = 0xc01
    /// Retired instructions.
    public static let instret: UInt16 = 0xc02
    /// First of hpmcounter3...31.
    public static let hpmcounter3: UInt16 = 0xc03
    /// Upper half of `cycle`, RV32.
    public static let cycleh: UInt16 = 0xc80
    /// Upper half of `time`, RV32.
    public static let timeh: UInt16 = 0xc81
    /// Upper half of `instret`, RV32.
    public static let instreth: UInt16 = 0xc82
    /// First of hpmcounter3h...31h, RV32.
    public static let hpmcounter3h: UInt16 = 0xc83

    // MARK: Supervisor

    /// Supervisor's view of `mstatus`.
    public static let sstatus: UInt16 = 0x100
    /// Supervisor's view of `mie`.
    public static let sie: UInt16 = 0x104
    /// Supervisor's trap vector.
    public static let stvec: UInt16 = 0x105
    /// Counters that user mode may read.
    public static let scounteren: UInt16 = 0x106
    /// Environment of user mode.
    public static let senvcfg: UInt16 = 0x10a
    /// First of sstateen0...3.
    public static let sstateen0: UInt16 = 0x10c
    /// Scratch register of the supervisor's trap handler.
    public static let sscratch: UInt16 = 0x140
    /// PC of the instruction that trapped.
    public static let sepc: UInt16 = 0x141
    /// Cause of the trap.
    public static let scause: UInt16 = 0x142
    /// Address or instruction of the trap.
    public static let stval: UInt16 = 0x143
    /// Supervisor's view of `mip`.
    public static let sip: UInt16 = 0x144
    /// Upper half of `sie`, RV32 (Smaia).
    public static let sieh: UInt16 = 0x114
    /// Register that `sireg` shows (Ssaia).
    public static let siselect: UInt16 = 0x150
    /// The register that `siselect` selects.
    public static let sireg: UInt16 = 0x151
    /// Upper half of `sip`, RV32.
    public static let siph: UInt16 = 0x154
    /// Top external interrupt of the supervisor (Ssaia, with an IMSIC).
    public static let stopei: UInt16 = 0x15c
    /// Top interrupt of the supervisor (Ssaia).
    public static let stopi: UInt16 = 0xdb0
    /// Supervisor's timer compare value (Sstc).
    public static let stimecmp: UInt16 = 0x14d
    /// Upper half of `stimecmp`, RV32.
    public static let stimecmph: UInt16 = 0x15d
    /// Address translation and protection.
    public static let satp: UInt16 = 0x180
    /// Supervisor's context for debuggers.
    public static let scontext: UInt16 = 0x5a8
    /// Overflow bits of the performance counters (Sscofpmf).
    public static let scountovf: UInt16 = 0xda0

    // MARK: Machine information

    /// JEDEC number of the vendor.
    public static let mvendorid: UInt16 = 0xf11
    /// Microarchitecture.
    public static let marchid: UInt16 = 0xf12
    /// Version of the implementation.
    public static let mimpid: UInt16 = 0xf13
    /// Number of the hart.
    public static let mhartid: UInt16 = 0xf14
    /// Physical address of a configuration structure, or 0.
    public static let mconfigptr: UInt16 = 0xf15

    // MARK: Machine

    /// Status and mode stack.
    public static let mstatus: UInt16 = 0x300
    /// Extensions and register width.
    public static let misa: UInt16 = 0x301
    /// Exceptions delegated to the supervisor.
    public static let medeleg: UInt16 = 0x302
    /// Interrupts delegated to the supervisor.
    public static let mideleg: UInt16 = 0x303
    /// Interrupt enables.
    public static let mie: UInt16 = 0x304
    /// Machine's trap vector.
    public static let mtvec: UInt16 = 0x305
    /// Counters that the next lower mode may read.
    public static let mcounteren: UInt16 = 0x306
    /// Environment of the less privileged modes.
    public static let menvcfg: UInt16 = 0x30a
    /// First of mstateen0...3.
    public static let mstateen0: UInt16 = 0x30c
    /// Virtual interrupts that the supervisor sees (Smaia).
    public static let mvien: UInt16 = 0x308
    /// Pending virtual interrupts (Smaia).
    public static let mvip: UInt16 = 0x309
    /// Upper half of `mideleg`, RV32 (Smaia).
    public static let midelegh: UInt16 = 0x313
    /// Upper half of `mie`, RV32 (Smaia).
    public static let mieh: UInt16 = 0x314
    /// Upper half of `mvien`, RV32.
    public static let mvienh: UInt16 = 0x318
    /// Upper half of `mvip`, RV32.
    public static let mviph: UInt16 = 0x319
    /// Register that `mireg` shows (Smaia).
    public static let miselect: UInt16 = 0x350
    /// The register that `miselect` selects.
    public static let mireg: UInt16 = 0x351
    /// Upper half of `mip`, RV32 (Smaia).
    public static let miph: UInt16 = 0x354
    /// Top external interrupt of the machine (Smaia, with an IMSIC).
    public static let mtopei: UInt16 = 0x35c
    /// Top interrupt of the machine (Smaia).
    public static let mtopi: UInt16 = 0xfb0
    /// Upper half of `mstatus`, RV32.
    public static let mstatush: UInt16 = 0x310
    /// Upper half of `medeleg`, RV32.
    public static let medelegh: UInt16 = 0x312
    /// Upper half of `menvcfg`, RV32.
    public static let menvcfgh: UInt16 = 0x31a
    /// First of mstateen0h...3h, RV32.
    public static let mstateen0h: UInt16 = 0x31c
    /// Counters that stand still.
    public static let mcountinhibit: UInt16 = 0x320
    /// Modes in which `mcycle` counts (Smcntrpmf).
    public static let mcyclecfg: UInt16 = 0x321
    /// Modes in which `minstret` counts (Smcntrpmf).
    public static let minstretcfg: UInt16 = 0x322
    /// First of mhpmevent3...31.
    public static let mhpmevent3: UInt16 = 0x323
    /// Scratch register of the machine's trap handler.
    public static let mscratch: UInt16 = 0x340
    /// PC of the instruction that trapped.
    public static let mepc: UInt16 = 0x341
    /// Cause of the trap.
    public static let mcause: UInt16 = 0x342
    /// Address or instruction of the trap.
    public static let mtval: UInt16 = 0x343
    /// Pending interrupts.
    public static let mip: UInt16 = 0x344
    /// Trapped instruction, transformed (H).
    public static let mtinst: UInt16 = 0x34a
    /// Second trap value (H).
    public static let mtval2: UInt16 = 0x34b
    /// First of pmpcfg0...15; RV64 has the even ones only.
    public static let pmpcfg0: UInt16 = 0x3a0
    /// First of pmpaddr0...63.
    public static let pmpaddr0: UInt16 = 0x3b0
    /// First of mhpmevent3h...31h, RV32.
    public static let mhpmevent3h: UInt16 = 0x723
    /// Security configuration (Smepmp and others).
    public static let mseccfg: UInt16 = 0x747
    /// Upper half of `mseccfg`, RV32.
    public static let mseccfgh: UInt16 = 0x757
    /// Cycle counter.
    public static let mcycle: UInt16 = 0xb00
    /// Retired instructions.
    public static let minstret: UInt16 = 0xb02
    /// First of mhpmcounter3...31.
    public static let mhpmcounter3: UInt16 = 0xb03
    /// Upper half of `mcycle`, RV32.
    public static let mcycleh: UInt16 = 0xb80
    /// Upper half of `minstret`, RV32.
    public static let minstreth: UInt16 = 0xb82
    /// First of mhpmcounter3h...31h, RV32.
    public static let mhpmcounter3h: UInt16 = 0xb83

    // MARK: Debug and trace

    /// Trigger in view.
    public static let tselect: UInt16 = 0x7a0
    /// First data register of the trigger.
    public static let tdata1: UInt16 = 0x7a1
    /// Second data register of the trigger.
    public static let tdata2: UInt16 = 0x7a2
    /// Third data register of the trigger.
    public static let tdata3: UInt16 = 0x7a3
    /// What the trigger can do.
    public static let tinfo: UInt16 = 0x7a4
    /// Machine's context for debuggers.
    public static let mcontext: UInt16 = 0x7a8
    /// Status of debug mode.
    public static let dcsr: UInt16 = 0x7b0
    /// PC of debug mode.
    public static let dpc: UInt16 = 0x7b1
    /// First scratch register of debug mode.
    public static let dscratch0: UInt16 = 0x7b2
    /// Second scratch register of debug mode.
    public static let dscratch1: UInt16 = 0x7b3
}
