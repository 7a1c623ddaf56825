public import TandemBus
public import TandemKernel

/// A RISC-V hart: an initiator that executes guest code ahead of simulated time.
///
/// ```
/// thread ─► run(until:) ─► find block ─► PortableExecutor ─► slow paths (Hart+Memory, Hart+Functions)
///              ▲  │ attend: interrupts, timer, limit            │ device access: InitiatorSocket
///              └──┴── sync: wait for the local time ◄───────────┘
/// ```
public final class Hart: Module, CatalogModule {
    // MARK: Fixed by the platform

    let configuration: HartConfiguration
    /// Picoseconds of one instruction.
    let instructionCost: Int64
    /// Picoseconds of one cycle.
    let cyclePicoseconds: UInt64
    let resetVector: UInt64
    let usesDirectMemory: Bool
    public let bus: InitiatorSocket
    let lineInputs: [LineInput]
    let wake: Event
    private let timebasePath: ModulePath?
    private let messagePath: ModulePath?
    let quantum: GlobalQuantum
    var timebase: (any Timebase)?
    private var ownClockReader: ClockReader?
    /// The same, for reading `time`.
    private(set) var clockReader: Unmanaged<ClockReader>?

    // MARK: State of the guest

    /// Registers and what executing blocks touches: plain memory, owned by this object.
    // SAFETY: allocated in `init`, freed only in `deinit`.
    let state: UnsafeMutablePointer<CPUState>
    let frame: UnsafeMutablePointer<UInt64>
    let privilegedState: UnsafeMutablePointer<PrivilegedState>
    let access: UnsafeMutablePointer<AccessState>
    /// The part of memory that was used last, and the last page without direct memory.
    let memoryWindow: UnsafeMutablePointer<PhysicalWindow>
    let deviceWindow: UnsafeMutablePointer<PhysicalWindow>
    /// Instructions between two looks at how the home RAM is used.
    static let condensingInterval: UInt64 = 2_000_000
    var condensedAt: UInt64 = 0
    /// Changes of lines and messages that lie ahead of the hart's local time, earliest first.
    var pendingChanges: [InputChange] = [] {
        didSet { access.pointee.nextChange = pendingChanges.first?.time ?? .never }
    }
    /// The interrupt files, with “imsic”.
    var files: InterruptFiles?

    // MARK: Caches

    var translator: RISCVTranslator
    var lowering = PortableLowering()
    var blocks = BlockTable()
    /// The hot tier, where the engine is `translate` and the host has one.
    var backend: X64Backend? { didSet { backendReference = backend.map { .passUnretained($0) } } }
    /// The same, without references counted each time that a unit is entered.
    // SAFETY: `backend` holds it.
    private(set) var backendReference: Unmanaged<X64Backend>?
    let engine: HartEngine
    /// Executions after which the portable back-end gives a block up to be compiled (docs/design/x64-backend.md).
    let hotThreshold: UInt64
    /// What the trace being built is made of.
    var tracedBlocks: [BlockPointer] = []
    var tracedPages: [UnitPage] = []
    var callStack: [UInt64] = []
    /// Why there is no back-end although the engine wants one.
    var missingBackend: String?
    /// Names compiled units for a profiler, from the moment when it is set.
    public var perfMap: (any PerfMap)? {
        didSet { if let perfMap { backend?.nameThunks(in: perfMap) } }
    }
    let tlb = SoftTLB(regimeCount: 4, spaceCount: AddressSpaces.count)
    let fetchSpaces = FetchSpaces()
    var addressSpaces = AddressSpaces()
    let grants = GrantTable()
    let routes = RouteTable()
    let directReads = DirectReadTable()
    let orphanCell: UnsafeMutablePointer<TrafficCell>
    /// Pages that blocks were translated from.
    /// Looked up by physical page number only.
    var codePages: [UInt64: CodePage] = [:]
    /// The block of an instruction that was fetched by transactions.
    let transient: TransientBlock
    /// Pages of other harts' reservations, whose fast stores must go when this hart runs next.
    var reservedWatches: [UInt64] = [] { didSet { access.pointee.hasReservedWatches = !reservedWatches.isEmpty } }

    // MARK: The slice being run; see also `AccessState`

    /// Traps since the last retired instruction.
    var trapsInARow = 0
    var retiredAtTrap: UInt64 = .max
    /// The first of them.
    var firstTrap: (cause: ExceptionCause, value: UInt64, pc: UInt64) = (.illegalInstruction, 0, 0)
    /// The guest hangs, and nobody has been told yet.
    var hangs = false

    // MARK: What is watched

    /// Names the function at an address of the guest.
    public var functionNames: (UInt64) -> GuestFunction? = { _ in nil }
    /// What is measured of functions and processes; the one that the present code tells; how many there have been.
    var attribution: HartAttribution?
    var codeAttribution: HartAttribution?
    var attributionNumber = 0
    var wantedCode = MeasuredCode()
    /// The shares of the block being made.
    var foundShares: [WorkShare] = []
    // SAFETY: allocated by `renewMeasuredCode`, freed only in `deinit`.
    /// Blocks and units that were executed since they were last folded, up to `CPUState.listed`.
    var listed: UnsafeMutablePointer<BlockPointer>?

    /// Interrupts taken, by cause code.
    public var interruptsTaken: [UInt64] { Array(UnsafeBufferPointer(start: takenCounts, count: Self.causeCount)) }
    // SAFETY: `causeCount` counters, allocated in `init`, freed only in `deinit`.
    let takenCounts: UnsafeMutablePointer<UInt64>
    private static let causeCount = 16
    /// Times the supervisor timer of Sstc became due.
    public internal(set) var timerExpirations: UInt64 = 0
    public var debugLog = HartLog() { didSet { renewLogging() } }
    let trace: HartTracePoints
    /// The state before the instruction under way, if every instruction is logged.
    var loggedInstruction: LoggedInstruction?
    var breakpoints: [UInt64] = [] { didSet { noteDebugging() } }
    /// Those that the translated blocks know of.
    var translatedBreakpoints: [UInt64] = []
    var watchpoints: [HartWatchpoint] = []
    var watchHit: (address: UInt64, kind: HartWatchpoint.Kind) = (0, .write)
    /// Asked when a breakpoint is hit or a step is done; set by a debugger.
    public weak var debugger: (any HartDebugger)?
    var stepsLeft = 0 { didSet { noteDebugging() } }
    var skipsBreakpoint = false

    /// What is wrong with the properties; reported by the elaboration.
    private let mistake: ElaborationError?

    public override init(_ context: ModuleContext) {
        let (xlen, isa, mistake) = Self.isa(context)
        messagePath = context[Properties.imsic]
        let extensions = isa.union([.s, .u]).union(messagePath == nil ? [] : .smaia).withImplied
        configuration = HartConfiguration(
            xlen: xlen, extensions: extensions, maximumTranslation: context[Properties.mmu].mode(xlen),
            hartID: context[Properties.hartID])
        let period = 1_000_000_000_000 / max(1, context[Properties.frequency].hertz)
        cyclePicoseconds = max(1, period)
        self.mistake =
            period > 0
            ? mistake
            : context.error(
                Properties.frequency, "a cycle is shorter than a picosecond", expected: "at most 1 THz")
        instructionCost = Int64(cyclePicoseconds * context[Properties.cyclesPerInstruction])
        resetVector = xlen.truncate(context[Properties.resetVector])
        usesDirectMemory = context[Properties.directMemory]
        quantum = context.simulation.quantum
        engine = context[Properties.engine]
        hotThreshold = context[Properties.hotThreshold]
        timebasePath = context[Properties.timebase]
        trace = HartTracePoints(context.simulation.trace)
        bus = InitiatorSocket("bus", context)
        lineInputs = HartLine.allCases.map { LineInput($0.name, index: $0.rawValue, context) }
        wake = Event("wake", context)
        translator = RISCVTranslator(xlen: xlen, extensions: extensions)
        privilegedState = .allocate(capacity: 1)
        privilegedState.initialize(to: PrivilegedState(xlen: xlen))

        transient = TransientBlock()
        (frame, state) = CPUState.allocate(
            CPUState(
                table: tlb.table(regime: 3), tableMask: tlb.mask(regime: 3),
                jumpCache: fetchSpaces.space(regime: 3).pointee.jumpCache.entries))
        orphanCell = .allocate(capacity: 1)
        orphanCell.initialize(to: TrafficCell())
        memoryWindow = .allocate(capacity: 1)
        memoryWindow.initialize(to: PhysicalWindow())
        deviceWindow = .allocate(capacity: 1)
        deviceWindow.initialize(to: PhysicalWindow())
        takenCounts = .allocate(capacity: Self.causeCount)
        takenCounts.initialize(repeating: 0, count: Self.causeCount)
        access = .allocate(capacity: 1)
        access.initialize(to: AccessState(homeCell: orphanCell))
        super.init(context)
        for input in lineInputs { input.deliver(to: self) }
        bus.onInvalidate(self)
        bus.countsLazily(through: self)
        quantum.addInitiator()
        simulation.trace.whenSwitched { [weak self] in self?.renewLogging() }
        prepareBackend()
        frame[Int(Place.programCounter.index)] = resetVector
        thread("run", stackSize: 256 * 1024, resumable: true) { [unowned self] context in
            try self.execute(context)
        }
    }

    deinit {
        CPUState.deallocate(frame)
        orphanCell.deallocate()
        access.deallocate()
        takenCounts.deallocate()
        memoryWindow.deallocate()
        deviceWindow.deallocate()
        privilegedState.deallocate()
        listed?.deallocate()
    }

    /// Width and extensions of the property “isa”, or what is wrong with it and with “mmu” beside it.
    private static func isa(_ context: ModuleContext) -> (XLEN, ExtensionSet, ElaborationError?) {
        do {
            let (xlen, extensions) = try ExtensionSet.parse(isaString: context[Properties.isa])
            var mistake: ElaborationError?
            if xlen == .rv32, !extensions.isDisjoint(with: [.svnapot, .svpbmt]) {
                // Both live in bits 63…61 of page-table entries (Priv. spec, "Svnapot", "Svpbmt").
                mistake = context.error(
                    Properties.isa, "the page-table entries of RV32 have no room for svnapot and svpbmt",
                    expected: "an ISA without them, or one that starts with rv64")
            } else if xlen == .rv64, context[Properties.mmu] == .sv32 {
                mistake = context.error(
                    Properties.mmu, "RV64 has no Sv32",
                    expected: "none, sv39, sv48 or sv57, or an ISA that starts with rv32")
            }
            return (xlen, extensions, mistake)
        } catch {
            return (.rv64, .g, context.error(Properties.isa, "\(error)"))
        }
    }

    public override func elaborated() throws(ElaborationError) {
        if let mistake { throw mistake }
        modeChanged()
        if let messagePath { try connectFiles(to: messagePath) }
        guard let timebasePath else { return }
        let module = try simulation.root.resolve(timebasePath, from: path)
        guard let timebase = module as? any Timebase else {
            throw ElaborationError(
                at: path, "the module “\(module.path)” is no timebase",
                expected: "a module that counts time, such as an aclint-mtimer")
        }
        self.timebase = timebase
        timebase.add(self)
        let reader = ClockReader(timebase)
        ownClockReader = reader
        clockReader = .passUnretained(reader)
    }

    public override func simulationWillStart() { noteMissingBackend() }

    /// What the hart may run into at one go, in the order of `state.mode`'s bits.
    var mode: TranslationMode {
        TranslationMode(
            privilege: privileged.privilege.rawValue, isFloatEnabled: privileged.floatState != 0,
            isFloatDirty: privileged.floatState == 3, frm: privileged.roundingMode,
            isBare: privileged.dataPrivilege == .machine && !privileged.protection.bindsMachine
                && !access.pointee.isWatched && !access.pointee.code.countsPages)
    }

    /// Recomputes what follows from privilege and status: the key of blocks, the table of data accesses.
    func modeChanged() {
        state.pointee.mode = mode.key
        tableChanged()
        fetchSpaceChanged()
    }

    /// Tells executing blocks where the table of data accesses stands and how large it is.
    func tableChanged() {
        let regime = privilegedState.pointee.dataRegime
        access.pointee.dataRegime = regime
        access.pointee.dataPrivilege = privilegedState.pointee.dataPrivilege
        state.pointee.table = tlb.table(regime: regime)
        state.pointee.tableMask = tlb.mask(regime: regime)
        let isBare = state.pointee.mode & TranslationMode.bare != 0
        let base = isBare ? plainRange?.base : UnsafeMutableRawPointer(state.pointee.table)
        state.pointee.memoryBase = UInt64(UInt(bitPattern: base))
    }

    /// What is known of fetching in the present mode.
    @inline(__always)
    var fetchSpace: UnsafeMutablePointer<FetchSpace> {
        fetchSpaces.space(regime: Int(privilegedState.pointee.privilege.rawValue))
    }

    /// Tells executing blocks what is known of fetching now.
    func fetchSpaceChanged() {
        let space = fetchSpace
        state.pointee.fetchEpoch = space.pointee.epoch
        state.pointee.jumpCache = space.pointee.jumpCache.entries
        state.pointee.targets = space.pointee.targets.entries
    }

    /// Instructions retired, counting the block being executed as finished: what the local time has paid for.
    var retired: UInt64 {
        get {
            retiredBase
                &+ UInt64(bitPattern: (state.pointee.localTime &- state.pointee.waited) / instructionCost)
        }
        set { retiredBase = newValue &- (retired &- retiredBase) }
    }

    // MARK: Reset

    public override func reset(_ phase: ResetPhase) {
        guard case .enter = phase else { return }
        // Counters and time go on: they count for the run, not for the guest.
        privileged = PrivilegedState(xlen: configuration.xlen)
        files?.machine.reset()
        files?.supervisor.reset()
        filesChanged(at: now)
        for place in 0..<Place.count { frame[place] = 0 }
        frame[Int(Place.programCounter.index)] = resetVector
        isWaiting = false
        isHalted = false
        pendingChanges.removeAll()
        lines = 0
        clearReservation()
        flushTranslations()
        trapsInARow = 0
        hangs = false
        timerTime = .never
        needsAttention = true
        modeChanged()
    }
}
