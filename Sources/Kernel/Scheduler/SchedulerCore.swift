/// The two numbers that initiators read all the time, at a stable address.
@frozen @usableFromInline struct SchedulerClock {
    @usableFromInline var now: UInt64
    @usableFromInline var horizonGeneration: UInt64
}

/// What an evaluation phase counts, in one place: a method that lets time pass by itself counts there too.
@frozen @usableFromInline struct SchedulerCounts {
    /// Numbers the evaluation phases; events that fired carry it.
    @usableFromInline var stamp: UInt64 = 1
    @usableFromInline var deltaCount: UInt64 = 0
    @usableFromInline var eventCount: UInt64 = 0

    init() {}
}

/// Which phase the kernel is in; decides which notifications are legal.
enum SchedulerPhase: UInt8 {
    /// Construction, elaboration, reset, between two runs, delivery of mail.
    case outside
    case evaluate
    case update
    case notify
    /// The simulation is being taken down: nothing is notified any more.
    case ended
}

/// What the processes asked the run loop to do.
enum SchedulerControl: UInt8 {
    case none, pause, stand, stop, stopImmediately, fail
}

/// Everything that the scheduler works on, as plain memory behind one pointer: no reference counting, no exclusivity
/// checks.
///
/// Its methods are leaves: none of them calls a process, a channel or a handler, because those come back to the same
/// memory. What calls out stands in `Scheduler`.
struct SchedulerCore: ~Copyable {
    let clock: UnsafeMutablePointer<SchedulerClock>
    /// Whose core this is, for objects that have one word for both.
    var scheduler: Unmanaged<Scheduler>?
    var queue = EventQueue()
    var deltas = DeltaList()
    /// Processes made runnable in this pass, for the next one.
    var methods = RunnableList()
    var threads = RunnableList()
    /// Processes of the pass under way.
    var passMethods = RunnableList()
    var passThreads = RunnableList()
    /// The rest of the pass, while a process runs in the middle of another one's control call.
    var heldThreads = RunnableList()
    /// What was to run when a thread had the run return (`Scheduler+Stand.swift`).
    var heldPass: HeldPass?
    /// Channels that asked for an update, first-in first-out.
    var firstUpdate: ChannelPointer?
    var lastUpdate: ChannelPointer?
    /// How many of them are updated by a call.
    var customUpdates = 0
    var current: ProcessPointer?
    var counts = SchedulerCounts()
    /// How many initiators wait for the simulation to come to where they stand.
    var catchUpCount: UInt32 = 0
    /// The end of the run under way.
    var limit: UInt64 = .max
    /// The least horizon that was read since the last wait: an earlier notification changes the generation.
    var announcedHorizon: UInt64 = 0
    var phase = SchedulerPhase.outside
    var control = SchedulerControl.none
    /// Whether a process has run in the delta cycle under way.
    var evaluated = false
    /// Whether a thread that waits may go on with the cycle by itself and switch to the next thread.
    var chainsThreads = false
    /// Permutes what has no order, if there is a seed.
    var orderSeed: UInt64?
    /// Whether recorded mail is still to be delivered: time may then not advance past the drain point.
    var isReplaying = false
    /// A process notified itself immediately; the scheduler warns and clears it.
    var ignoredSelfNotification = false
    var annexSlab = RecordSlab<ProcessAnnex>()

    init(clock: UnsafeMutablePointer<SchedulerClock>) {
        self.clock = clock
    }

    @inline(__always) var stamp: UInt64 {
        get { counts.stamp }
        set { counts.stamp = newValue }
    }
    @inline(__always) var deltaCount: UInt64 {
        get { counts.deltaCount }
        set { counts.deltaCount = newValue }
    }
    @inline(__always) var eventCount: UInt64 {
        get { counts.eventCount }
        set { counts.eventCount = newValue }
    }

    @inline(__always) var hasDeltas: Bool { !deltas.isEmpty }
    @inline(__always) var hasRunnable: Bool { !methods.isEmpty || !threads.isEmpty }
    /// Whether something will happen at this instant besides the pass under way.
    @inline(__always) var hasWorkNow: Bool {
        hasRunnable || hasDeltas || firstUpdate != nil || control != .none
    }
    /// Whether nothing else runs before time advances.
    @inline(__always) var isQuiet: Bool {
        passThreads.isEmpty && passMethods.isEmpty && !hasWorkNow
    }

    // MARK: Horizon

    /// Tells readers of the horizon that something happens at `time` already.
    @inline(__always) mutating func announce(_ time: UInt64) {
        if time < announcedHorizon {
            announcedHorizon = time
            clock.pointee.horizonGeneration &+= 1
        }
    }

    /// Up to when, itself not included, a method may let time pass that was alone to run; nothing earlier is pending. As
    /// with the horizon, an earlier notification changes the generation.
    mutating func readPassage() -> UInt64 {
        announcedHorizon = min(queue.earliestTime(), limit)
        return announcedHorizon
    }

    mutating func readHorizon() -> UInt64 {
        let earliest = catchUpCount == 0 ? queue.earliestTime() : queue.earliestEvent()
        let horizon = hasWorkNow ? clock.pointee.now : min(earliest, limit)
        announcedHorizon = horizon
        return horizon
    }

    // MARK: Notifications

    /// Puts an idle node into the queue at `time`, which lies after now.
    @inline(__always) mutating func schedule(_ node: NodePointer, at time: UInt64) {
        node.pointee.time = time
        queue.push(node)
        announce(time)
    }

    /// Puts an idle node into the next delta cycle.
    @inline(__always) mutating func scheduleDelta(_ node: NodePointer) {
        announce(clock.pointee.now)
        deltas.append(node)
    }

    /// Takes back what is pending.
    @inline(__always) mutating func cancel(_ node: NodePointer) {
        switch node.pointee.state {
        case .idle: return
        case .delta: deltas.cancel(node)
        case .timed: queue.cancel(node)
        }
        if node.pointee.generation == 0 { dropVoid() }
    }

    /// A generation has come round: no void entry of the same node may be left anywhere.
    @inline(never) private mutating func dropVoid() {
        deltas.dropVoid()
        queue.dropVoid()
    }

    /// Timed notification of an event, one pending a time: the earlier wins, a delta notification beats both.
    @inline(__always) mutating func notify(_ event: EventPointer, at time: UInt64) {
        let node = UnsafeMutableRawPointer(event).assumingMemoryBound(to: QueueNode.self)
        switch node.pointee.state {
        case .idle: break
        case .delta: return
        case .timed:
            if node.pointee.time <= time { return }
            cancel(node)
        }
        schedule(node, at: time)
    }

    /// Notifies `event` in the next delta cycle.
    @inline(__always) mutating func notifyDelta(_ event: EventPointer) {
        let node = UnsafeMutableRawPointer(event).assumingMemoryBound(to: QueueNode.self)
        if admitsDelta(node) { scheduleDeltaWithinCapacity(node) } else { notifyDeltaSlowly(node) }
    }

    /// Whether a delta notification of `node` needs nothing but to be put into the list.
    @inline(__always) func admitsDelta(_ node: NodePointer) -> Bool { node.pointee.state == .idle && !deltas.isFull }

    /// Puts a node that `admitsDelta` into the next delta cycle.
    @inline(__always) mutating func scheduleDeltaWithinCapacity(_ node: NodePointer) {
        announce(clock.pointee.now)
        deltas.appendWithinCapacity(node)
    }

    @inline(never) mutating func notifyDeltaSlowly(_ node: NodePointer) {
        switch node.pointee.state {
        case .delta: return
        case .timed: cancel(node)
        case .idle: break
        }
        scheduleDelta(node)
    }

    // MARK: Firing

    /// Fires a node that has left the queue or the delta list.
    @inline(__always) mutating func fire(_ node: NodePointer) {
        if node.pointee.owner == .event {
            trigger(UnsafeMutableRawPointer(node).assumingMemoryBound(to: EventRecord.self))
        } else {
            elapse(UnsafeMutableRawPointer(node).assumingMemoryBound(to: ProcessRecord.self))
        }
    }

    /// The timer of a process fires: its wait is over.
    @inline(__always) private mutating func elapse(_ process: ProcessPointer) {
        eventCount &+= 1
        if process.pointee.mode.usesLinks { dropLinks(process) }
        process.pointee.timedOut = true
        process.pointee.mode = process.pointee.isThread ? .none : .staticEvents
        makeRunnable(process)
    }

    /// Wakes everything that is sensitive to `event`: static listeners in declaration order, then waiters in theirs.
    @inline(__always) mutating func trigger(_ event: EventPointer) {
        eventCount &+= 1
        event.pointee.stamp = stamp
        if let listener = event.pointee.listener {
            wakeStatic(listener)
            if let others = event.pointee.others { wakeOthers(others) }
        }
        // Each waking takes at least the first link away, whatever the process waits for.
        while let link = event.pointee.firstWaiter { wake(link) }
    }

    @inline(never) private mutating func wakeOthers(_ listeners: UnsafeMutablePointer<ListenerList>) {
        for index in 0..<listeners.pointee.count { wakeStatic(listeners.pointee[index]) }
    }

    @inline(__always) private mutating func wakeStatic(_ process: ProcessPointer) {
        guard process.pointee.mode == .staticEvents, process != current else { return wakeSpecial(process) }
        if process.pointee.isThread { process.pointee.mode = .none }
        process.pointee.timedOut = false
        makeRunnable(process)
    }

    @inline(never) private mutating func wakeSpecial(_ process: ProcessPointer) {
        guard process.pointee.mode == .staticEvents || process.pointee.mode == .staticCount else { return }
        if process == current {
            // Only an immediate notification fires while a process runs (rule 2 of the semantics).
            ignoredSelfNotification = true
            return
        }
        let annex = annex(of: process)
        annex.pointee.triggersLeft &-= 1
        if annex.pointee.triggersLeft <= 1 { process.pointee.mode = .staticEvents }
    }

    mutating func wake(_ link: WaitPointer) {
        let process = link.pointee.process
        let annex = process.pointee.annex.unsafelyUnwrapped
        remove(link)
        annex.pointee.pendingLinks &-= 1
        if annex.pointee.pendingLinks != 0 {
            if process.pointee.mode == .all { return }
            dropLinks(process)
        } else {
            annex.pointee.linkCount = 0
        }
        if process.pointee.timer.state != .idle { cancelTimer(process) }
        process.pointee.timedOut = false
        process.pointee.mode = process.pointee.isThread ? .none : .staticEvents
        makeRunnable(process)
    }

    @inline(__always) mutating func makeRunnable(_ process: ProcessPointer) {
        if process.pointee.isRunnable { return }
        if !process.pointee.condition.isEmpty && !admits(process) { return }
        process.pointee.isRunnable = true
        if process.pointee.isThread { threads.append(process) } else { methods.append(process) }
        announce(clock.pointee.now)
    }

    // MARK: Waiting

    mutating func beginCatchUp(_ process: ProcessPointer) {
        process.pointee.timer.owner = .catchUp
        catchUpCount &+= 1
    }

    mutating func endCatchUp(_ process: ProcessPointer) {
        guard process.pointee.timer.isCatchUp else { return }
        process.pointee.timer.owner = .process
        catchUpCount &-= 1
    }

    @inline(__always) func timerNode(_ process: ProcessPointer) -> NodePointer {
        UnsafeMutableRawPointer(process).assumingMemoryBound(to: QueueNode.self)
    }

    mutating func cancelTimer(_ process: ProcessPointer) { cancel(timerNode(process)) }

    /// Drops whatever dynamic wait the process has.
    @inline(__always) mutating func dropWait(_ process: ProcessPointer) {
        if process.pointee.mode.usesLinks { dropLinks(process) }
        if process.pointee.timer.state != .idle { cancelTimer(process) }
    }

    /// Begins a new wait. The list of links is empty: whatever ends a wait empties it, so that a wait for time alone
    /// touches one cache line of the process.
    @inline(__always) func beginWait(_ process: ProcessPointer) { process.pointee.mode = .none }

    /// The annex of the process, made now if it has none.
    @inline(__always) mutating func annex(of process: ProcessPointer) -> UnsafeMutablePointer<ProcessAnnex> {
        process.pointee.annex ?? makeAnnex(process)
    }

    @inline(never) private mutating func makeAnnex(_ process: ProcessPointer) -> UnsafeMutablePointer<ProcessAnnex> {
        let annex = annexSlab.allocate()
        annex.initialize(to: ProcessAnnex())
        process.pointee.annex = annex
        return annex
    }

    /// Adds one event to the dynamic wait of the process.
    mutating func addLink(_ process: ProcessPointer, to event: EventPointer) {
        let annex = annex(of: process)
        let index = annex.pointee.linkCount
        if index == annex.pointee.linkCapacity { growLinks(process, annex) }
        let link = annex.pointee.links.unsafelyUnwrapped + Int(index)
        annex.pointee.linkCount = index &+ 1
        annex.pointee.pendingLinks &+= 1
        link.pointee.event = event
        append(link, to: event)
    }

    @inline(__always) func append(_ link: WaitPointer, to event: EventPointer) {
        link.pointee.next = nil
        if let first = event.pointee.firstWaiter {
            let last = first.pointee.previous
            last?.pointee.next = link
            link.pointee.previous = last
            first.pointee.previous = link
        } else {
            event.pointee.firstWaiter = link
            link.pointee.previous = link
        }
    }

    /// Makes room for more links. None of the process's links waits while its list is being built from the start, but
    /// earlier ones of the same list do: they are moved with their neighbours.
    @inline(never) private mutating func growLinks(
        _ process: ProcessPointer, _ annex: UnsafeMutablePointer<ProcessAnnex>
    ) {
        let capacity = max(1, Int(annex.pointee.linkCapacity) * 4)
        let links = WaitPointer.allocate(capacity: capacity)
        for index in 0..<capacity {
            (links + index).initialize(to: WaitLink(event: nil, process: process, next: nil, previous: nil))
        }
        if let old = annex.pointee.links {
            for index in 0..<Int(annex.pointee.linkCount) { move(old + index, to: links + index) }
            old.deallocate()
        }
        annex.pointee.links = links
        annex.pointee.linkCapacity = UInt32(capacity)
    }

    /// Puts `target` in the place of a link that may wait.
    private func move(_ link: WaitPointer, to target: WaitPointer) {
        guard let event = link.pointee.event else { return }
        target.pointee.event = event
        target.pointee.next = link.pointee.next
        target.pointee.previous = link.pointee.previous
        if event.pointee.firstWaiter == link {
            event.pointee.firstWaiter = target
        } else {
            target.pointee.previous?.pointee.next = target
        }
        (target.pointee.next ?? event.pointee.firstWaiter)?.pointee.previous = target
    }

    @inline(__always) func remove(_ link: WaitPointer) {
        guard let event = link.pointee.event else { return }
        let next = link.pointee.next
        let previous = link.pointee.previous
        if event.pointee.firstWaiter == link { event.pointee.firstWaiter = next } else { previous?.pointee.next = next }
        (next ?? event.pointee.firstWaiter)?.pointee.previous = previous
        link.pointee.event = nil
    }

    mutating func dropLinks(_ process: ProcessPointer) {
        guard let annex = process.pointee.annex, let links = annex.pointee.links else { return }
        for index in 0..<Int(annex.pointee.linkCount) { remove(links + index) }
        annex.pointee.pendingLinks = 0
        annex.pointee.linkCount = 0
    }

    /// Ends the wait of everything that waits for `event`, without waking it: the event is going away.
    mutating func dropWaiters(of event: EventPointer) {
        while let link = event.pointee.firstWaiter {
            remove(link)
            link.pointee.process.pointee.annex?.pointee.pendingLinks &-= 1
        }
    }

    // MARK: Static sensitivity

    func addListener(_ process: ProcessPointer, to event: EventPointer) {
        guard event.pointee.listener != nil else {
            event.pointee.listener = process
            return
        }
        if event.pointee.others == nil {
            let others = UnsafeMutablePointer<ListenerList>.allocate(capacity: 1)
            others.initialize(to: ListenerList())
            event.pointee.others = others
        }
        event.pointee.others?.pointee.append(process)
    }
}
