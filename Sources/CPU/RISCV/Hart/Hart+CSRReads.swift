import TandemBus
import TandemKernel

/// Reads of CSRs that write nothing.
extension Hart {
    @inline(never)
    func readCSR(_ word: UInt32, _ index: Int) -> UInt64 {
        let csr = UInt16(word >> 20)
        if csr == CSRAddress.time { return readTime(word, index) }
        let environment = csrEnvironment(index)
        guard
            let value = privilegedState.pointee.read(csr, configuration, environment)
                ?? readAdvanced(csr, lines: environment.lines)
        else {
            fault(.illegalInstruction, UInt64(word))
            return 0
        }
        // Code of this block and those before it may have changed floating-point state. It is shown here and folded
        // in by the dispatcher: were the mode to change within a chain of blocks, blocks of the old mode would be
        // chained to those of the new one, which no longer note a change.
        let isDirty = frame[Int(RISCVPlace.floatDirty.index)] != 0
        let showsState = csr == CSRAddress.mstatus || csr == CSRAddress.sstatus
        return configuration.xlen.extend(
            isDirty && showsState ? value | Status.fs | privilegedState.pointee.stateDirty : value)
    }

    /// `time`, which guests read most: without what other CSRs need to know.
    @inline(__always)
    private func readTime(_ word: UInt32, _ index: Int) -> UInt64 {
        guard privilegedState.pointee.mayCount(1) else {
            fault(.illegalInstruction, UInt64(word))
            return 0
        }
        return configuration.xlen.extend(ticks(at: startInstant(index)))
    }

    /// Simulated time at which the instruction at `index` starts.
    @inline(__always)
    func startInstant(_ index: Int) -> SimTime { sliceStart + SimTime(picoseconds: UInt64(max(0, startTime(index)))) }

    /// What the timebase shows at that instant; 0 without one.
    @inline(__always)
    func ticks(at time: SimTime) -> UInt64 { clockReader?._withUnsafeGuaranteedRef { $0.ticks(time) } ?? 0 }
}

/// Reads a timebase without counting references to it, which costs as much as the rest of reading `time`.
final class ClockReader {
    let ticks: (SimTime) -> UInt64

    // SAFETY: the timebase is a module, which lives as long as the module tree, as the harts do.
    init<Clock: Timebase>(_ clock: Clock) {
        let clock = Unmanaged.passUnretained(clock)
        ticks = { time in clock._withUnsafeGuaranteedRef { $0.ticks(at: time) } }
    }
}
