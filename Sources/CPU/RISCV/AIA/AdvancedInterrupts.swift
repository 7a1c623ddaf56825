import TandemBus
import TandemKernel

/// What the Advanced Interrupt Architecture adds to the privileged state: plain data. All zero on a hart without it, and
/// then without effect.
struct AdvancedInterrupts: Equatable {
    /// `miselect` and `siselect`.
    var machineSelect: UInt64 = 0
    var supervisorSelect: UInt64 = 0
    /// `mvien`: bits of `virtual` only.
    var virtualEnable: UInt64 = 0
    /// Bit 1 of `mvip` while `mvien` separates it from `mip`. Bit 9 is the software-writable bit of `mip` at all times.
    var virtualPending: UInt64 = 0
    /// Bits of `sie` that are no aliases of `mie`.
    var virtualInterruptEnable: UInt64 = 0
    var machinePriorities = MajorPriorities()
    var supervisorPriorities = MajorPriorities()
    /// The identities in `mtopei` and `stopei`: the priorities of external interrupts. Follow the interrupt files.
    var machineTop: UInt64 = 0
    var supervisorTop: UInt64 = 0

    /// The interrupts that `mvien` can be set for (AIA spec §5.3): supervisor software and external interrupts.
    static let virtual = InterruptBits.ssi | InterruptBits.sei
    /// The bits that `miselect` and `siselect` have (AIA spec §2.1, §2.2).
    static let selectMask: UInt64 = 0x1ff
}

/// The `iprio` array of one level (AIA spec §5.2.1, §5.4.1): a byte for each major interrupt that the hart has; 0 for the
/// default order.
struct MajorPriorities: Equatable {
    /// Interrupts 0 to 7, and 8 to 15.
    var low: UInt64 = 0
    var high: UInt64 = 0

    var isDefault: Bool { low | high == 0 }

    subscript(_ cause: InterruptCause) -> UInt64 {
        let word = cause.rawValue < 8 ? low : high
        return word >> (cause.rawValue % 8 * 8) & 0xff
    }

    /// The bytes that can be set at machine level: of all that `mie` has but external interrupts of that level.
    static let machine = MajorPriorities(
        interrupts: InterruptBits.all & ~InterruptBits.mei)
    /// The same at supervisor level.
    static let supervisor = MajorPriorities(
        interrupts: InterruptBits.supervisor & ~InterruptBits.sei)

    init() {}

    /// All bits of the bytes of `interrupts`.
    private init(interrupts: UInt64) {
        for code in UInt64(0)..<16 where interrupts >> code & 1 != 0 {
            if code < 8 { low |= 0xff << (code * 8) } else { high |= 0xff << (code % 8 * 8) }
        }
    }

    /// What a value of `miselect` or `siselect` from 0x30 to 0x3f selects; nil for the odd halves, which RV64 does not
    /// have.
    func read(_ select: UInt64, _ xlen: XLEN) -> UInt64? {
        guard xlen == .rv32 || select & 1 == 0 else { return nil }
        let word = select & 0xf < 2 ? low : select & 0xf < 4 ? high : 0
        return xlen.truncate(word >> (select & 1 * 32))
    }

    /// False where there is no such register.
    mutating func write(_ select: UInt64, _ value: UInt64, _ xlen: XLEN, legal: MajorPriorities) -> Bool {
        guard xlen == .rv32 || select & 1 == 0 else { return false }
        let shift = (select & 1) * 32
        let mask = xlen.truncate(.max) << shift
        switch select & 0xf {
        case 0, 1: low = (low & ~mask | value << shift & mask) & legal.low
        case 2, 3: high = (high & ~mask | value << shift & mask) & legal.high
        default: break
        }
        return true
    }
}

extension PrivilegedState {
    /// Bits of `sip` that come from `mvip` and not from `mip` (AIA spec §5.3).
    var virtualPendingInterrupts: UInt64 {
        advanced.virtualEnable & ~interruptDelegation
            & (advanced.virtualPending | softwarePending & InterruptBits.sei)
    }

    /// Bits of `sie` that are no aliases of `mie`, as far as they can be written now.
    var virtualInterruptEnables: UInt64 {
        advanced.virtualInterruptEnable & advanced.virtualEnable & ~interruptDelegation
    }

    /// The cause of the highest priority among `interrupts` of a level (AIA spec §5.2.1, §5.4.1): that with the lowest
    /// number, where external interrupts have that of their controller, and 0 stands behind all numbers; of equal ones
    /// the first in the default order.
    func first(of interrupts: UInt64, at level: InterruptLevel) -> InterruptCause? {
        guard interrupts != 0 else { return nil }
        if priorities(level).isDefault { return InterruptCause.allCases.first { interrupts & $0.bit != 0 } }
        var best: InterruptCause?
        var bestPriority = UInt64.max
        for cause in InterruptCause.allCases where interrupts & cause.bit != 0 {
            let number = priority(of: cause, at: level)
            if best == nil || number < bestPriority { (best, bestPriority) = (cause, number) }
        }
        return best
    }

    private func priorities(_ level: InterruptLevel) -> MajorPriorities {
        level == .machine ? advanced.machinePriorities : advanced.supervisorPriorities
    }

    /// All interrupts of a level stand behind its external ones in the default order.
    private func priority(of cause: InterruptCause, at level: InterruptLevel) -> UInt64 {
        if cause == level.externalCause {
            let top = level == .machine ? advanced.machineTop : advanced.supervisorTop
            return top == 0 ? 256 : top
        }
        let number = priorities(level)[cause]
        return number == 0 ? .max : number
    }

    /// `mtopi` or `stopi` (AIA spec §5.2.2, §5.4.2).
    func topInterrupt(at level: InterruptLevel, lines: UInt64) -> UInt64 {
        guard let cause = first(of: candidates(at: level, lines: lines), at: level) else { return 0 }
        return cause.rawValue << 16 | min(255, priority(of: cause, at: level))
    }
}
