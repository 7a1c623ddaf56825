/// What a CSR access needs to know of the hart beyond its privileged state.
struct CSREnvironment {
    /// Cycles and retired instructions since the start, at the instruction that asks.
    var cycles: UInt64
    var retired: UInt64
    /// The platform's timer (`time`), in ticks.
    var time: UInt64
    /// Levels of the interrupt lines, at their places in `mip`; STIP where Sstc drives it.
    var lines: UInt64
    /// `fflags`; a write changes it here.
    var floatFlags: UInt8
}

/// What else changes when a CSR was written.
struct CSREffects: OptionSet {
    let rawValue: UInt8

    /// Cached translations are no longer right.
    static let translation = CSREffects(rawValue: 1 << 0)
    /// Blocks are found under another key, or data accesses use another regime.
    static let mode = CSREffects(rawValue: 1 << 1)
    /// An interrupt may have become pending, or its time may have changed.
    static let interrupts = CSREffects(rawValue: 1 << 2)
    /// `satp` names another address space.
    static let addressSpace = CSREffects(rawValue: 1 << 3)
}
