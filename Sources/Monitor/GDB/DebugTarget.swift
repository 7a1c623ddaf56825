public import TandemCPU

/// A register as a debugger knows it.
public enum DebugRegister: Hashable, Sendable {
    case integer(Int)
    case programCounter
    case float(Int)
    case csr(UInt16)
    /// 0 user, 1 supervisor, 3 machine.
    case privilege
}

/// Why the guest stopped.
public enum DebugStop: Equatable, Sendable {
    /// A thread stands before the instruction at this address, where a breakpoint is.
    case breakpoint(thread: Int, address: UInt64)
    /// A thread stands before an instruction that is about to access this address, which is watched.
    case watchpoint(thread: Int, address: UInt64, HartWatchpoint.Kind)
    /// A thread has executed the one instruction that it was to execute.
    case step(thread: Int)
    /// The debugger asked for it.
    case interrupt
}

/// What a thread does when the guest goes on.
public enum DebugAction: Equatable, Sendable {
    case stay
    case step
    case go
}

/// What a debugger session works on: a guest whose threads, numbered from 0, are its harts. Everything is called on the
/// simulation's thread; registers and memory only while the guest stands.
public protocol DebugTarget: AnyObject {
    var description: TargetDescription { get }
    var threadCount: Int { get }
    /// A line about a thread: its name and where it stands.
    func summary(of thread: Int) -> String

    /// Nil where the thread lacks the register.
    func read(_ register: DebugRegister, of thread: Int) -> UInt64?
    /// False where the thread lacks the register or it cannot be written.
    func write(_ register: DebugRegister, of thread: Int, _ value: UInt64) -> Bool
    /// Guest memory as the thread sees it, or by physical addresses, without side effects; nil where part of it is not
    /// there.
    func readMemory(_ address: UInt64, count: Int, of thread: Int, physical: Bool) -> [UInt8]?
    /// False where part of it is not there.
    func writeMemory(_ address: UInt64, _ bytes: [UInt8], of thread: Int, physical: Bool) -> Bool
    /// Memory that the guest cannot write, by physical addresses, ascending.
    var readOnlyMemory: [ClosedRange<UInt64>] { get }

    /// Stops every thread before the instruction at an address.
    func addBreakpoint(_ address: UInt64)
    func removeBreakpoint(_ address: UInt64)

    /// Stops every thread before it accesses a range.
    func addWatchpoint(_ watchpoint: HartWatchpoint)
    /// Takes away one that equals this.
    func removeWatchpoint(_ watchpoint: HartWatchpoint)

    /// Lets the guest go on: one action for each thread.
    func resume(_ actions: [DebugAction])
    /// Has the guest stop soon, for the reason `interrupt` unless another comes first.
    func interrupt()

    /// Restarts the machine, which goes on standing.
    func reset()

    /// The answer to a command in words; nil for one that is not known.
    func perform(_ command: String) -> String?
}
