import TandemBus
import TandemKernel

/// Why a hart stopped for its debugger.
public enum HartStop: Equatable, Sendable {
    case breakpoint(UInt64)
    case step
    /// The instruction at the program counter is about to access the address, which is watched.
    case watchpoint(UInt64, HartWatchpoint.Kind)
}

/// Whoever set breakpoints or asked for steps.
public protocol HartDebugger: AnyObject {
    /// The hart rests before the instruction at its program counter, and the run is about to return `.paused`.
    func hartStopped(_ hart: Hart, _ reason: HartStop)
}

/// Stops at exact instructions.
///
/// A hart stops in the middle of its slice and goes on there (`ThreadContext.stand`): what it and others do afterwards is
/// what they would have done without the stop.
///
/// Blocks end before a breakpoint, and the block that begins at one is neither compiled nor chained to. So every way to
/// it leads through the dispatcher, which looks; code elsewhere is executed as ever.
extension Hart {
    /// The debugger looks at every block that the dispatcher enters.
    func noteDebugging() {
        isDebugged = !breakpoints.isEmpty || stepsLeft > 0 || access.pointee.logsInstructions
        access.pointee.isStepping = stepsLeft > 0 || access.pointee.logsInstructions
    }

    /// Stops the hart before the instruction at an address.
    public func addBreakpoint(_ address: UInt64) {
        let address = wrapped(address)
        if !breakpoints.contains(address) { breakpoints.append(address) }
        changeDebugging()
    }

    public func removeBreakpoint(_ address: UInt64) {
        let address = wrapped(address)
        breakpoints.removeAll { $0 == address }
        changeDebugging()
    }

    /// Goes on; with `steps`, for that many instructions. The instruction at the program counter does not stop the hart
    /// before it has begun, unless `pastBreakpoint` is false; nor does its access with `pastWatchpoint`.
    public func resume(steps: Int = 0, pastBreakpoint: Bool = true, pastWatchpoint: Bool = false) {
        stepsLeft = steps
        skipsBreakpoint = pastBreakpoint
        access.pointee.skippedWatch = pastWatchpoint ? retired : .max
        if access.pointee.debuggingChanged { wantsFlush = true }
        if isHalted {
            isHalted = false
            wake.notify(after: .zero)
        }
        interruptSlice()
    }

    /// Rests at the next instruction, and lets the simulation go on.
    public func halt() {
        isHalted = true
        interruptSlice()
    }

    /// What is set takes effect before the next block.
    func changeDebugging() {
        access.pointee.debuggingChanged = true
        wantsFlush = true
        interruptSlice()
    }

    func interruptSlice() {
        needsAttention = true
        state.pointee.limit = CPUState.stopped
    }

    /// The hart stops here; the loop of its thread stands.
    func stop(_ reason: HartStop) {
        access.pointee.stands = true
        debugger?.hartStopped(self, reason)
    }

    /// Whether a breakpoint stands at the program counter; then the hart stops.
    func stopsHere() -> Bool {
        defer { skipsBreakpoint = false }
        guard !skipsBreakpoint, breakpoints.contains(pc) else { return false }
        stop(.breakpoint(pc))
        return true
    }

    /// One instruction was executed, or has trapped.
    func stepDone() {
        if access.pointee.logsInstructions { endInstruction() }
        guard stepsLeft > 0, !access.pointee.stands else { return }
        stepsLeft -= 1
        if stepsLeft == 0 { stop(.step) }
    }

    // MARK: Blocks

    /// Does what `wantsFlush` was set for.
    func renewCode() {
        if access.pointee.debuggingChanged {
            access.pointee.debuggingChanged = false
            renewBreakpoints()
            renewWatchpoints()
        }
        if access.pointee.code != wantedCode { renewMeasuredCode() }
        if blocks.isFull || backend?.isFull == true { flushBlocks() }
        wantsFlush = false
    }

    /// Drops the blocks of the pages in which breakpoints have come or gone. A debugger that takes them all out while the
    /// hart stands, and puts them back, costs nothing.
    private func renewBreakpoints() {
        // Single steps ask for themselves, and a debugger makes one between taking breakpoints out and putting them back.
        if stepsLeft > 0 {
            access.pointee.debuggingChanged = true
            return
        }
        let changed =
            breakpoints.filter { !translatedBreakpoints.contains($0) }
            + translatedBreakpoints.filter { !breakpoints.contains($0) }
        translatedBreakpoints = breakpoints
        let pages = changed.map { $0 & TLBEntry.pageMask }
        if pages.isEmpty { return }
        var physicalPages: [UInt64] = []
        blocks.forEach { block in
            let physical = block.pointee.physical >> 12
            if pages.contains(block.pointee.pc & TLBEntry.pageMask), !physicalPages.contains(physical) {
                physicalPages.append(physical)
            }
        }
        for page in physicalPages { dropCode(page: page) }
    }

    /// How many instructions of a block that begins at `address` stand before the next breakpoint.
    func countBeforeBreakpoint(_ boundaries: [IRBoundary]) -> Int? {
        if translatedBreakpoints.isEmpty { return nil }
        return boundaries.dropFirst().firstIndex { translatedBreakpoints.contains($0.pc) }
    }
}
