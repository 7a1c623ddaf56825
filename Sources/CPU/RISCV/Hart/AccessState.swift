import TandemBus
import TandemKernel

/// What the slow paths and the dispatcher of a hart read and write at every turn: plain memory behind one pointer, so
/// that nothing is checked for exclusive access or counted on the way.
struct AccessState {
    /// Simulated time to which `localTime` is relative.
    var sliceStart = SimTime.zero
    /// Local offset at which the slice ends.
    var sliceLimit: Int64 = 0
    /// Local offset at which the instruction began that last brought the slice's limit nearer.
    var begunOffset: Int64 = 0
    /// Something may have become pending: interrupts and the limit must be looked at before the next block.
    var needsAttention = true
    /// Translated code was written: the block being executed may be stale.
    var codeChanged = false
    /// The store-conditional that was sent as a transaction found its reservation gone.
    var exclusiveFailed = false
    /// The privilege that data accesses have now.
    var dataPrivilege = Privilege.machine
    /// The regime of `CPUState.table`.
    var dataRegime = 3
    var horizonGeneration: UInt64 = 0
    /// The boundary of the instruction whose slow path is being executed.
    var accessIndex = 0
    /// The trap that a slow path raised.
    var trapCause = ExceptionCause.illegalInstruction
    var trapValue: UInt64 = 0
    /// The grant whose accesses are counted by the block; −1 before it is known.
    var homeGrant = -1
    /// Where the static tallies go.
    var homeCell: UnsafeMutablePointer<TrafficCell>
    /// Whose cell that is; `none` before the home is known.
    var homeTarget = TargetID.none
    /// What is measured of the way home; nil while traffic is only counted.
    var homeLink: UnsafeMutablePointer<LinkMeter>?
    // SAFETY: the hart's socket keeps its meters.
    var meter: Unmanaged<TrafficMeter>?
    /// When the next bin of the measurement begins, in absolute time.
    var binEnd = SimTime.never
    // SAFETY: the meter keeps it.
    /// Where accesses are counted by page; nil while they are not.
    var pageTraffic: Unmanaged<PageTraffic>?
    /// What the present code was made for.
    var code = MeasuredCode()
    // SAFETY: the hart keeps it as `codeAttribution`.
    /// Where the work of the present code goes.
    var attribution: Unmanaged<HartAttribution>?
    /// When the counters of the soft-TLB must be emptied, in absolute time.
    var countsDue = SimTime.never
    var reservedMemory: Unmanaged<Memory>?

    // MARK: The dispatcher

    /// When the first of `Hart.pendingChanges` comes.
    var nextChange = SimTime.never
    /// There are `Hart.reservedWatches`.
    var hasReservedWatches = false
    var isWaiting = false
    var isHalted = false
    /// A debugger has set breakpoints or asked for steps.
    var isDebugged = false
    /// A debugger asked for single steps: blocks are executed one instruction at a time.
    var isStepping = false
    /// Breakpoints or watchpoints were set or taken away, and neither blocks nor translations know of it.
    var debuggingChanged = false
    /// The hart has stopped for its debugger, in the middle of its slice.
    var stands = false
    /// The trap being raised is none of the guest's: the instruction is about to access a watched address.
    var stopsBeforeAccess = false
    /// Some page is watched by a debugger.
    var isWatched = false
    /// The number of retired instructions before which accesses to watched addresses do not stop the hart: it has stopped
    /// there already.
    var skippedWatch = UInt64.max
    /// The debug log wants something, and it wants every block.
    var isLogged = false
    var logsBlocks = false
    /// It wants every instruction with what it changes.
    var logsInstructions = false
    /// The code cache is full: it is emptied before the next block.
    var wantsFlush = false
    /// The exit that the last unit came back by, and the address of its computed jump: what comes next is linked there.
    var pendingExit: UnitExitPointer?
    var pendingTarget: UInt64?
    /// A unit could not be entered with the floating-point registers as they are.
    var hasDeclined = false
    /// Levels of the interrupt inputs as far as the hart has seen them, at their places in `mip`.
    var lines: UInt64 = 0
    /// When `stimecmp` is reached, in absolute time, and whether it was when the hart last looked.
    var timerTime = SimTime.never
    var timerWasDue = false
    /// Instructions retired up to the start of the local time.
    var retiredBase: UInt64 = 0
}

extension Hart {
    var sliceStart: SimTime {
        get { access.pointee.sliceStart }
        set { access.pointee.sliceStart = newValue }
    }
    var sliceLimit: Int64 {
        get { access.pointee.sliceLimit }
        set { access.pointee.sliceLimit = newValue }
    }
    var begunOffset: Int64 {
        get { access.pointee.begunOffset }
        set { access.pointee.begunOffset = newValue }
    }
    var needsAttention: Bool {
        get { access.pointee.needsAttention }
        set { access.pointee.needsAttention = newValue }
    }
    var codeChanged: Bool {
        get { access.pointee.codeChanged }
        set { access.pointee.codeChanged = newValue }
    }
    var horizonGeneration: UInt64 {
        get { access.pointee.horizonGeneration }
        set { access.pointee.horizonGeneration = newValue }
    }
    var accessIndex: Int {
        get { access.pointee.accessIndex }
        set { access.pointee.accessIndex = newValue }
    }
    var trapCause: ExceptionCause {
        get { access.pointee.trapCause }
        set { access.pointee.trapCause = newValue }
    }
    var trapValue: UInt64 {
        get { access.pointee.trapValue }
        set { access.pointee.trapValue = newValue }
    }
    var homeGrant: Int {
        get { access.pointee.homeGrant }
        set { access.pointee.homeGrant = newValue }
    }
    var homeCell: UnsafeMutablePointer<TrafficCell> {
        get { access.pointee.homeCell }
        set { access.pointee.homeCell = newValue }
    }
    var reservedMemory: Unmanaged<Memory>? {
        get { access.pointee.reservedMemory }
        set { access.pointee.reservedMemory = newValue }
    }
    var isWaiting: Bool {
        get { access.pointee.isWaiting }
        set { access.pointee.isWaiting = newValue }
    }
    var isDebugged: Bool {
        get { access.pointee.isDebugged }
        set { access.pointee.isDebugged = newValue }
    }
    var wantsFlush: Bool {
        get { access.pointee.wantsFlush }
        set { access.pointee.wantsFlush = newValue }
    }
    var pendingExit: UnitExitPointer? {
        get { access.pointee.pendingExit }
        set { access.pointee.pendingExit = newValue }
    }
    var hasDeclined: Bool {
        get { access.pointee.hasDeclined }
        set { access.pointee.hasDeclined = newValue }
    }
    var pendingTarget: UInt64? {
        get { access.pointee.pendingTarget }
        set { access.pointee.pendingTarget = newValue }
    }
    var lines: UInt64 {
        get { access.pointee.lines }
        set { access.pointee.lines = newValue }
    }
    var timerTime: SimTime {
        get { access.pointee.timerTime }
        set { access.pointee.timerTime = newValue }
    }
    var timerWasDue: Bool {
        get { access.pointee.timerWasDue }
        set { access.pointee.timerWasDue = newValue }
    }
    var retiredBase: UInt64 {
        get { access.pointee.retiredBase }
        set { access.pointee.retiredBase = newValue }
    }
    /// The hart rests until a debugger lets it go on.
    public internal(set) var isHalted: Bool {
        get { access.pointee.isHalted }
        set { access.pointee.isHalted = newValue }
    }
    /// CSRs and privilege.
    var privileged: PrivilegedState {
        @inline(__always) _read { yield privilegedState.pointee }
        @inline(__always) _modify { yield &privilegedState.pointee }
    }
}
