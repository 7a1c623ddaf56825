import TandemOS

/// Orders everything that happens in one simulation: (time, delta, priority, sequence), methods before threads, first
/// in first out. `docs/design/time.md` has the rules and their reasons.
///
/// It owns the memory of events and processes; they own the entries. Not for other host threads: those have the inbox
/// and the stop handle.
public final class Scheduler {
    /// Bytes of stack of a thread that asks for nothing else.
    public static let defaultStackSize = 64 * 1024

    @usableFromInline let clock: UnsafeMutablePointer<SchedulerClock>
    let core: UnsafeMutablePointer<SchedulerCore>
    // SAFETY: a stored property of `core`, which never moves.
    @usableFromInline let counts: UnsafeMutablePointer<SchedulerCounts>
    @usableFromInline let mailroom = Mailroom()

    private var eventSlab = RecordSlab<EventRecord>()
    private var processSlab = RecordSlab<ProcessRecord>()
    /// The declared processes in their order. Holds them, so that records may refer to them unretained.
    var processes: [Process] = []
    /// Those that were spawned during a run, in no order; each knows its place.
    var spawned: [Process] = []
    var nextSerial: UInt64 = 0
    /// Spawned processes that have ended and may still run.
    var ended: [Process] = []
    /// Disabled processes, whose waits stand in no list.
    var parked: [ProcessPointer] = []
    /// What the wait that returns next throws, if it does.
    var thrown = ProcessKilled()
    /// What the handles of processes refer to whose records were given back.
    private var tombstones: (method: ProcessPointer?, thread: ProcessPointer?)
    private var stackPools: [(size: Int, pool: CoroutineStackPool)] = []

    /// Processes that are sensitive to events behind ports, until the elaboration.
    var pendingSensitivities = PendingSensitivities()
    /// Clocks, which begin with the simulation. Held by the bodies of their methods as well.
    var startHearers: [Clock] = []

    /// Set by the simulation that owns the scheduler, for its modules.
    unowned(unsafe) var simulation: Simulation?
    /// Whom warnings are told to; set by the simulation that owns both.
    var log: Log?
    var hasStarted = false
    var isRunning = false
    var failure: SimulationError?
    /// Of the host thread of the run under way.
    var accesses = OpenAccesses.unknown
    var stopRequest: StopRequest?
    /// Told when a run begins to stand because another host thread holds it (true), and when it goes on (false).
    var pauseObserver: ((Bool) -> Void)?
    /// Whether somebody wants the simulation to stop.
    public var isStopRequested: Bool { stopRequest != nil }

    init() {
        clock = .allocate(capacity: 1)
        clock.initialize(to: SchedulerClock(now: 0, horizonGeneration: 0))
        core = .allocate(capacity: 1)
        core.initialize(to: SchedulerCore(clock: clock))
        counts = withUnsafeMutablePointer(to: &core.pointee.counts) { $0 }
        core.pointee.scheduler = .passUnretained(self)
    }

    deinit {
        core.deinitialize(count: 1)
        core.deallocate()
        clock.deallocate()
    }

    // MARK: Time and counts

    /// The simulated time.
    @inlinable public var now: SimTime { SimTime(picoseconds: clock.pointee.now) }

    /// How many delta cycles had an evaluation phase in which something ran.
    public var deltaCount: UInt64 { core.pointee.deltaCount }

    /// How many notifications fired, time-outs and elapsed waits included.
    public var eventCount: UInt64 { core.pointee.eventCount }

    /// Up to when the process that runs may run ahead: the time of the next pending timed notification or the end of
    /// the run, whichever is first; now, if something happens at this instant as soon as the process waits. Other
    /// initiators that run ahead do not count, neither those that were woken together with it nor those that wait for
    /// the simulation to catch up with them: the quantum bounds how far one runs ahead of the other.
    ///
    /// Valid until the process waits. Until then a changed `horizonGeneration` says that it may have become earlier.
    public var horizon: SimTime { SimTime(picoseconds: core.pointee.readHorizon()) }

    /// Changes when a notification is added that is earlier than the horizon that was read last. One load.
    @inlinable public var horizonGeneration: UInt64 { clock.pointee.horizonGeneration }

    /// Where `horizonGeneration` stands for the life of the scheduler, for code that is generated.
    public var horizonGenerationPlace: UnsafePointer<UInt64> {
        let offset = MemoryLayout<SchedulerClock>.offset(of: \SchedulerClock.horizonGeneration) ?? 0
        return (UnsafeRawPointer(clock) + offset).assumingMemoryBound(to: UInt64.self)
    }

    /// The process that runs; nothing outside of the evaluation phase.
    public var currentProcess: Process? { core.pointee.current?.pointee.object?.takeUnretainedValue() }

    /// Whether processes run: the evaluation phase of a delta cycle.
    public var isEvaluating: Bool { core.pointee.phase == .evaluate }

    /// The delta cycle that what is asked for now belongs to: the present one while processes run, otherwise the one
    /// before the next.
    public var presentDelta: UInt64 {
        core.pointee.phase == .evaluate ? core.pointee.deltaCount : core.pointee.deltaCount &- 1
    }

    /// Whether `run` is active.
    public var isActive: Bool { isRunning }

    // MARK: Ending a run

    /// Ends the run with `request` once the present delta cycle is through; delta notifications do not fire. The first
    /// request counts. From processes, handlers and channels.
    public func stop(_ request: StopRequest, mode: StopMode = .finishDelta) {
        if stopRequest == nil { stopRequest = request }
        if core.pointee.control == .fail { return }
        core.pointee.control = mode == .immediate ? .stopImmediately : .stop
        core.pointee.announce(core.pointee.clock.pointee.now)
        // Also for initiators that did not read the horizon.
        clock.pointee.horizonGeneration &+= 1
        if mode == .immediate { core.pointee.dropRunnable() }
    }

    /// Whether an immediate stop or an error has dropped the rest of the present evaluation phase. For a method that does
    /// the work of several: what it has not begun is dropped too. Only after a change of `horizonGeneration`.
    public var isEvaluationDropped: Bool {
        core.pointee.control == .stopImmediately || core.pointee.control == .fail
    }

    /// Ends the run once the present delta cycle is through, delta notifications included. The next run goes on.
    public func pause() {
        if core.pointee.control == .none {
            core.pointee.control = .pause
            core.pointee.announce(core.pointee.clock.pointee.now)
        }
    }

    /// As `StopHandle.requestStop`, for callers on the simulation's thread that are no part of the simulation.
    public func requestStop(_ request: StopRequest) { mailroom.requestStop(request) }

    /// Ends the run at once with an error. The first error counts.
    public func fail(_ error: SimulationError) {
        if failure == nil { failure = error }
        core.pointee.control = .fail
        core.pointee.announce(core.pointee.clock.pointee.now)
        clock.pointee.horizonGeneration &+= 1
        core.pointee.dropRunnable()
    }

    // MARK: Order

    /// Permutes what may happen in any order: the methods and the threads of a pass, delta notifications of one cycle,
    /// timed notifications of one time and priority. A model whose outcome depends on the seed has a race. Nothing, the
    /// default, is first in first out. The order is a function of the seed, the time and the delta count; it can be set
    /// between two runs.
    public var orderSeed: UInt64? {
        get { core.pointee.orderSeed }
        set { core.pointee.orderSeed = newValue }
    }

    // MARK: Records

    func allocateEvent() -> EventPointer { eventSlab.allocate() }
    func releaseEvent(_ record: EventPointer) { eventSlab.release(record) }
    func allocateProcess() -> ProcessPointer { processSlab.allocate() }

    func releaseProcess(_ record: ProcessPointer) { processSlab.release(record) }

    /// The processes are going away with the simulation.
    func removeProcesses() { processes = [] }

    func tombstone(isThread: Bool) -> ProcessPointer {
        if let tombstone = isThread ? tombstones.thread : tombstones.method { return tombstone }
        let tombstone = processSlab.allocate()
        tombstone.initialize(
            to: ProcessRecord(
                timer: QueueNode(priority: 0, owner: .process, generation: 0), isThread: isThread, initializes: false))
        tombstone.pointee.condition = .terminated
        if isThread { tombstones.thread = tombstone } else { tombstones.method = tombstone }
        return tombstone
    }

    /// How many stacks threads have taken from the host so far.
    var mappedStacks: Int { stackPools.reduce(0) { $0 + $1.pool.mappedStacks } }

    func stackPool(_ size: Int) -> CoroutineStackPool {
        if let entry = stackPools.first(where: { $0.size == size }) { return entry.pool }
        let pool = CoroutineStackPool(stackSize: size)
        stackPools.append((size, pool))
        return pool
    }
}
