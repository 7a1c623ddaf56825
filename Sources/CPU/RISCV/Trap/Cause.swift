import TandemBus

/// Exceptions and their codes (Priv. spec §3.1.15, table of `mcause`).
enum ExceptionCause: UInt64, CaseIterable {
    case instructionMisaligned = 0
    case instructionAccessFault = 1
    case illegalInstruction = 2
    case breakpoint = 3
    case loadMisaligned = 4
    case loadAccessFault = 5
    case storeMisaligned = 6
    case storeAccessFault = 7
    case callFromUser = 8
    case callFromSupervisor = 9
    case callFromMachine = 11
    case instructionPageFault = 12
    case loadPageFault = 13
    case storePageFault = 15
}

/// Interrupts and their codes, in the order in which they are taken (Priv. spec §3.1.9).
enum InterruptCause: UInt64, CaseIterable {
    case machineExternal = 11
    case machineSoftware = 3
    case machineTimer = 7
    case supervisorExternal = 9
    case supervisorSoftware = 1
    case supervisorTimer = 5

    var bit: UInt64 { 1 << rawValue }
}

/// An interrupt that is to be taken, and where to.
struct PendingInterrupt: Equatable {
    var cause: InterruptCause
    var level: InterruptLevel
}

extension InterruptLevel {
    /// The interrupts of that level that come through an external controller.
    var externalCause: InterruptCause { self == .machine ? .machineExternal : .supervisorExternal }
}
