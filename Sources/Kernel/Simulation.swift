/// One simulation: a scheduler, a tree of modules, a quantum, an inbox. Several may live in one process, on one host
/// thread or on several; each belongs to the thread that runs it.
///
/// Modules refer to their simulation without holding it: keep it as long as any of them.
public final class Simulation {
    public let scheduler: Scheduler
    public let quantum: GlobalQuantum
    public let inbox: Inbox
    /// The parent of the platform's top modules.
    public let root: Module
    public let log: Log
    /// What objects tell of what they do, if somebody wants to know.
    public let trace: Trace
    /// Asks for a stop from any thread.
    public let stopHandle: StopHandle
    /// The seed that everything random derives from.
    public let seed: UInt64
    /// Seeded: the only source of random numbers that a module may use.
    public var randomNumberGenerator: SplitMix64

    /// Whether the topology is fixed.
    public private(set) var isFrozen = false
    /// How often an elaboration was begun: each visits every module once.
    private var elaborations: UInt32 = 0
    /// How many modules there are, the root included.
    var moduleCount = 1
    /// All of them in the order of the tree, once it is frozen: walked without counting references. The tree holds them.
    private var modules: [Unmanaged<Module>] = []
    /// The modules that `plug` is making; nothing while it makes none.
    private var plugged: [Module]?
    /// Modules whose bus has let go of them, and which are still to be taken out.
    private var departing: [Module] = []
    private var hasEnded = false
    private var hasAnnouncedStart = false
    /// The last run returned because of a pause, or the present one stands.
    private var isPaused = false
    private var services = ServiceList()
    private let resets: TracePoint

    /// An empty simulation.
    public init(seed: UInt64 = 0) {
        self.seed = seed
        randomNumberGenerator = SplitMix64(seed: seed)
        let scheduler = Scheduler()
        self.scheduler = scheduler
        quantum = GlobalQuantum(scheduler)
        inbox = Inbox(scheduler)
        // Not weak: a weak reference moves the scheduler's count of references to a side table, and each retain of it
        // then takes the slow way (45 ns were measured for a wait). The log is detached before the scheduler ends.
        log = Log { [unowned(unsafe) scheduler] in scheduler.now }
        scheduler.log = log
        trace = Trace { [unowned(unsafe) scheduler] in scheduler.now }
        resets = trace.point(Self.resetEvent)
        stopHandle = StopHandle(scheduler.mailroom)
        root = Module(rootOf: scheduler)
        scheduler.simulation = self
        // SAFETY: only a run calls it, and a run holds the simulation.
        scheduler.mailroom.refuseOwnHold = { [unowned(unsafe) scheduler] in scheduler.refuseOwnHold() }
        scheduler.pauseObserver = { [unowned(unsafe) self] in tellPaused($0) }
    }

    deinit {
        // Threads unwind while the modules that they use still exist; then bodies, handlers and modules go.
        scheduler.takeDown()
        services.end()
        inbox.removeAll()
        departing = []
        root.removeChildren()
        log.detach()
        trace.detach()
    }

    /// The simulation is reset.
    public static let resetEvent = TraceEvent(
        "simulation.reset", "All objects are reset.", [TraceField("kind", .text)])

    /// Whether the first event has been.
    public var hasStarted: Bool { scheduler.hasStarted }
    /// The located error that stopped the run, until a reset.
    public var failure: SimulationError? { scheduler.failure }
    /// The request that stopped the run, until a reset.
    public var stopRequest: StopRequest? { scheduler.stopRequest }

    /// The simulation's only object of that type, made now if there is none yet.
    public func service<Service: SimulationService>(_ type: Service.Type) -> Service { services.service(type) }

    func checkSnapshot() throws(SnapshotError) { try services.checkSnapshot() }

    /// Checks names, calls `elaborated` on every module, also on those that such a call makes, then on every port, and
    /// freezes the topology. Once; later calls do nothing.
    public func elaborate() throws(ElaborationError) {
        if isFrozen { return }
        elaborations += 1
        var modules: [Unmanaged<Module>] = []
        modules.reserveCapacity(moduleCount)
        var known = 0
        repeat {
            known = moduleCount
            let isFirst = modules.isEmpty
            var fresh: [Unmanaged<Module>] = []
            fresh.reserveCapacity(isFirst ? moduleCount : 0)
            root.collect(&fresh, elaboration: elaborations)
            try elaborate(fresh)
            // Parents first, in the order in which they were made: the first round has that order, if it was the only one.
            if isFirst { modules = fresh }
        } while moduleCount != known
        if modules.count != moduleCount {
            modules = []
            root.collect(&modules, elaboration: nil)
            for module in modules { try module.takeUnretainedValue().checkChildNames() }
        }
        for module in modules {
            try module.takeUnretainedValue().forEachPort { (port) throws(ElaborationError) in try port.elaborated() }
        }
        scheduler.resolveSensitivities()
        self.modules = modules
        isFrozen = true
    }

    // MARK: Coming and going

    /// Whether modules may be made.
    var acceptsModules: Bool { !isFrozen || plugged != nil }

    func noteMade(_ module: Module) { plugged?.append(module) }

    /// Makes modules in a machine that exists: `make` constructs and connects them; then they are elaborated, and told of
    /// the start if that has been. If anything is wrong with them, they are taken out again. Between two runs only.
    ///
    /// Whether a bus accepts them is the caller's to check.
    public func plug<Made>(_ make: () throws(ElaborationError) -> Made) throws(ElaborationError) -> Made {
        precondition(!scheduler.isActive, "Modules come between two runs, not during one.")
        if !isFrozen { return try make() }
        precondition(plugged == nil, "Modules that are being made make others in “elaborated”, not by “plug”.")
        plugged = []
        let clockCount = scheduler.startHearers.count
        do throws(ElaborationError) {
            let made = try make()
            let modules = try elaboratePlugged()
            plugged = nil
            if hasAnnouncedStart {
                for module in modules { module.takeUnretainedValue().simulationWillStart() }
                for clock in scheduler.startHearers[clockCount...] { clock.begin() }
            }
            return made
        } catch {
            let half = plugged ?? []
            plugged = nil
            for module in half where module.parent?.children.contains(where: { $0 === module }) ?? false {
                unplug(module)
            }
            throw error
        }
    }

    /// Takes a module and everything below out of a machine that exists: it is told, its ports let go of their
    /// connections, its processes end, what is pending is dropped, and nothing of it is in tree, snapshot or report from
    /// then on. Between two runs only. Nobody may hold links to it: that is the caller's to check.
    public func unplug(_ module: Module) {
        precondition(!scheduler.isActive, "Modules go between two runs, not during one.")
        precondition(module !== root, "The root stays.")
        var modules: [Module] = []
        module.forEachDescendant { modules.append($0) }
        for module in modules.reversed() {
            module.unrealized()
            for port in module.ports.reversed() { port.unrealized() }
        }
        scheduler.startHearers.removeAll { clock in modules.contains { $0 === clock.module } }
        scheduler.remove(modules.flatMap(\.processes))
        module.parent?.disown(module)
        moduleCount -= modules.count
        self.modules = []
        root.collect(&self.modules, elaboration: nil)
        for module in modules.reversed() { module.removeChildren() }
    }

    /// A bus has let go of a module that was to go. A run that is under way pauses at the end of the present delta cycle, so
    /// that whoever runs the simulation can take it out.
    public func noteDeparture(of module: Module) {
        guard !departing.contains(where: { $0 === module }) else { return }
        departing.append(module)
        if scheduler.isActive { scheduler.pause() }
    }

    /// The modules that are to be taken out now, in the order in which their buses let go of them. Whoever asks does it.
    public func takeDeparting() -> [Module] {
        defer { departing = [] }
        return departing
    }

    /// Elaborates the modules that are new, and returns them.
    private func elaboratePlugged() throws(ElaborationError) -> [Unmanaged<Module>] {
        var made: [Unmanaged<Module>] = []
        while true {
            var fresh: [Unmanaged<Module>] = []
            root.collect(&fresh, elaboration: elaborations)
            if fresh.isEmpty { break }
            made += fresh
            try elaborate(fresh)
        }
        var tree: [Unmanaged<Module>] = []
        root.collect(&tree, elaboration: nil)
        for module in tree { try module.takeUnretainedValue().checkChildNames() }
        for module in made {
            try module.takeUnretainedValue().forEachPort { (port) throws(ElaborationError) in try port.elaborated() }
        }
        scheduler.resolveSensitivities()
        modules = tree
        return made
    }

    private func elaborate(_ modules: [Unmanaged<Module>]) throws(ElaborationError) {
        for module in modules { try module.takeUnretainedValue().checkChildNames() }
        for module in modules { try module.takeUnretainedValue().elaborated() }
    }

    /// Calls `body` for every module, parents first, in the order in which they were made.
    private func forEachModule(_ body: (Module) -> Void) {
        if !isFrozen { return root.forEachDescendant(body) }
        for module in modules { module._withUnsafeGuaranteedRef(body) }
    }

    /// Runs until `limit`, which is a point in time and not a span, or until something ends the run. A limit of now
    /// runs one delta cycle. Elaborates first, if that has not been done; an error there ends the run as a failure.
    public func run(until limit: SimTime = .never, starvation: StarvationPolicy = .runToLimit) -> StopReason {
        precondition(!scheduler.isActive, "A simulation cannot be run from inside itself.")
        do throws(ElaborationError) { try elaborate() } catch {
            return .failed(SimulationError(error.diagnosis, time: scheduler.now))
        }
        if hasEnded {
            return .failed(
                SimulationError(
                    at: "", "the simulation has ended and cannot go on", time: scheduler.now,
                    expected: "a reset before the next run"))
        }
        precondition(limit >= scheduler.now, "A run cannot end at \(limit), which has passed: it is \(scheduler.now).")
        if isPaused { tellPaused(false) }
        if !scheduler.hasStarted && scheduler.failure == nil {
            announceStart()
            scheduler.start()
        }
        let reason =
            if let failure = scheduler.failure { StopReason.failed(failure) } else {
                scheduler.run(until: limit.picoseconds, starvation: starvation, inbox: inbox)
            }
        switch reason {
        case .stopped, .failed:
            hasEnded = true
            hasAnnouncedStart = false
            forEachModule { $0.simulationDidEnd() }
        case .paused: tellPaused(true)
        case .starved: warnOfSuspended()
        case .timeReached: break
        }
        return reason
    }

    /// The run begins to stand, or goes on.
    private func tellPaused(_ isPaused: Bool) {
        self.isPaused = isPaused
        forEachModule { if isPaused { $0.simulationDidPause() } else { $0.simulationWillResume() } }
    }

    /// Nothing is left to happen: that is the end, unless somebody is suspended, who has more to do and cannot.
    private func warnOfSuspended() {
        let suspended = scheduler.suspendedProcesses
        guard let first = suspended.first else { return }
        let names = suspended.prefix(8).map { "“\($0.path)”" }.joined(separator: ", ")
        let more = suspended.count > 8 ? " and \(suspended.count - 8) more" : ""
        log.write(
            .warning, at: first.path,
            "nothing can happen any more while processes are suspended: \(names)\(more); expected somebody who resumes "
                + "them, or an attached source that may")
    }

    /// Runs for `span` from now on.
    public func run(for span: SimTime, starvation: StarvationPolicy = .runToLimit) -> StopReason {
        run(until: scheduler.now.saturatingAdd(span), starvation: starvation)
    }

    /// Ends all threads, drops what is pending, takes every module through the phases of a reset, and makes the
    /// simulation ready to start. Time goes on from where it is. Between two runs only.
    public func reset(_ kind: ResetKind = .cold) {
        precondition(!scheduler.isActive, "A simulation is reset between two runs, not during one.")
        resets.tell(of: "", .text("\(kind)"))
        beginRestore()
        forEachModule { module in for channel in module.channels { channel.reset() } }
        forEachModule { $0.reset(.enter(kind)) }
        forEachModule { $0.reset(.hold) }
        forEachModule { $0.reset(.exit) }
    }

    /// Ends all threads, drops what is pending and forgets how the last run ended.
    func beginRestore() {
        scheduler.rewind()
        services.rewind()
        hasEnded = false
        hasAnnouncedStart = false
        isPaused = false
    }

    /// A restore has failed half-way: nothing runs until another one or a reset.
    func abandonRestore() { hasEnded = true }

    func announceStart() {
        if hasAnnouncedStart { return }
        hasAnnouncedStart = true
        forEachModule { $0.simulationWillStart() }
        for clock in scheduler.startHearers { clock.simulationStarts() }
    }
}
