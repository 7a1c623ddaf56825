/// The two numbers that initiators read all the time, at a stable address.
@usableFromInline struct SchedulerClock {
    @usableFromInline var now: UInt64
    @usableFromInline var horizonGeneration: UInt64
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
    case none, pause, stop, stopImmediately, fail
}

/// A first-in first-out list of processes, linked through their records.
struct RunnableList {
    var first: ProcessPointer?
    var last: ProcessPointer?

    @inline(__always) mutating func append(_ process: ProcessPointer) {
        process.pointee.nextRunnable = nil
        if let last { last.pointee.nextRunnable = process } else { first = process }
        last = process
    }

    @inline(__always) mutating func popFirst() -> ProcessPointer? {
        guard let process = first else { return nil }
        first = process.pointee.nextRunnable
        if first == nil { last = nil }
        return process
    }

    /// Takes `process` out, if it is here. Cost: linear; for control calls only.
    mutating func remove(_ process: ProcessPointer) -> Bool {
        var previous: ProcessPointer?
        var next = first
        while let candidate = next {
            next = candidate.pointee.nextRunnable
            if candidate == process {
                if let previous { previous.pointee.nextRunnable = next } else { first = next }
                if next == nil { last = previous }
                return true
            }
            previous = candidate
        }
        return false
    }
}

/// Everything that the scheduler works on, as plain memory behind one pointer: no reference counting, no exclusivity
/// checks.
///
/// Its methods are leaves: none of them calls a process, a channel or a handler, because those come back to the same
/// memory. What calls out stands in `Scheduler`.
struct SchedulerCore: ~Copyable {
    let clock: UnsafeMutablePointer<SchedulerClock>
    var queue = EventQueue()
    /// Head of the circular list of delta notifications, first-in first-out.
    let deltas: NodePointer
    /// Processes made runnable in this pass, for the next one.
    var methods = RunnableList()
    var threads = RunnableList()
    /// Processes of the pass under way.
    var passMethods = RunnableList()
    var passThreads = RunnableList()
    /// The rest of the pass, while a process runs in the middle of another one's control call.
    var heldThreads = RunnableList()
    /// Channels that asked for an update, first-in first-out.
    var firstUpdate: ChannelPointer?
    var lastUpdate: ChannelPointer?
    var current: ProcessPointer?
    /// Numbers the evaluation phases; events that fired carry it.
    var stamp: UInt64 = 1
    var deltaCount: UInt64 = 0
    var eventCount: UInt64 = 0
    /// How many initiators wait for the simulation to come to where they stand.
    var catchUpCount: UInt32 = 0
    /// The end of the run under way.
    var limit: UInt64 = .max
    /// The least horizon that was read since the last wait: an earlier notification changes the generation.
    var announcedHorizon: UInt64 = 0
    var phase = SchedulerPhase.outside
    var control = SchedulerControl.none
    /// Whether recorded mail is still to be delivered: time may then not advance past the drain point.
    var isReplaying = false
    /// A process notified itself immediately; the scheduler warns and clears it.
    var ignoredSelfNotification = false

    init(clock: UnsafeMutablePointer<SchedulerClock>) {
        self.clock = clock
        deltas = .allocate(capacity: 1)
        QueueNode.initialize(deltas, owner: .listHead)
    }

    deinit { deltas.deallocate() }

    @inline(__always) var hasDeltas: Bool { deltas.pointee.next != deltas }
    @inline(__always) var hasRunnable: Bool { methods.first != nil || threads.first != nil }
    /// Whether something will happen at this instant besides the pass under way.
    @inline(__always) var hasWorkNow: Bool {
        hasRunnable || hasDeltas || firstUpdate != nil || control != .none
    }
    /// Whether nothing else runs before time advances.
    @inline(__always) var isQuiet: Bool {
        passThreads.first == nil && passMethods.first == nil && !hasWorkNow
    }

    // MARK: Horizon

    /// Tells readers of the horizon that something happens at `time` already.
    @inline(__always) mutating func announce(_ time: UInt64) {
        if time < announcedHorizon {
            announcedHorizon = time
            clock.pointee.horizonGeneration &+= 1
        }
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
        node.pointee.state = .delta
        QueueNode.insert(node, before: deltas)
        announce(clock.pointee.now)
    }

    /// Takes back what is pending.
    @inline(__always) mutating func cancel(_ node: NodePointer) {
        switch node.pointee.state {
        case .idle: break
        case .delta:
            QueueNode.remove(node)
            node.pointee.state = .idle
        case .timed: queue.cancel(node)
        }
    }

    /// Timed notification of an event, one pending a time: the earlier wins, a delta notification beats both.
    @inline(__always) mutating func notify(_ event: EventPointer, at time: UInt64) {
        let node = UnsafeMutableRawPointer(event).assumingMemoryBound(to: QueueNode.self)
        switch node.pointee.state {
        case .idle: break
        case .delta: return
        case .timed:
            if node.pointee.time <= time { return }
            queue.cancel(node)
        }
        schedule(node, at: time)
    }

    @inline(__always) mutating func notifyDelta(_ event: EventPointer) {
        let node = UnsafeMutableRawPointer(event).assumingMemoryBound(to: QueueNode.self)
        switch node.pointee.state {
        case .idle: break
        case .delta: return
        case .timed: queue.cancel(node)
        }
        scheduleDelta(node)
    }

    // MARK: Firing

    /// Fires a node that has left the queue or the delta list.
    @inline(__always) mutating func fire(_ node: NodePointer) {
        switch node.pointee.owner {
        case .event: trigger(UnsafeMutableRawPointer(node).assumingMemoryBound(to: EventRecord.self))
        case .process:
            eventCount &+= 1
            let process = UnsafeMutableRawPointer(node).assumingMemoryBound(to: ProcessRecord.self)
            if process.pointee.mode != .none { dropLinks(process) }
            process.pointee.timedOut = true
            process.pointee.mode = process.pointee.isThread ? .none : .staticEvents
            makeRunnable(process)
        case .listHead: preconditionFailure("The head of a list has no notification.")
        }
    }

    /// Wakes everything that is sensitive to `event`: static listeners in declaration order, then waiters in theirs.
    @inline(__always) mutating func trigger(_ event: EventPointer) {
        eventCount &+= 1
        event.pointee.stamp = stamp
        if let listener = event.pointee.listener {
            wakeStatic(listener)
            if event.pointee.moreCount != 0 { wakeMore(event) }
        }
        // Each waking takes at least the first link away, whatever the process waits for.
        while let link = event.pointee.firstWaiter { wake(link) }
    }

    @inline(never) private mutating func wakeMore(_ event: EventPointer) {
        guard let listeners = event.pointee.moreListeners else { return }
        for index in 0..<Int(event.pointee.moreCount) { wakeStatic(listeners[index]) }
    }

    @inline(__always) private mutating func wakeStatic(_ process: ProcessPointer) {
        guard process.pointee.mode == .staticEvents else { return }
        if process == current {
            // Only an immediate notification fires while a process runs (rule 2 of the semantics).
            ignoredSelfNotification = true
            return
        }
        if process.pointee.triggersLeft > 1 {
            process.pointee.triggersLeft &-= 1
            return
        }
        if process.pointee.isThread { process.pointee.mode = .none }
        process.pointee.timedOut = false
        makeRunnable(process)
    }

    mutating func wake(_ link: WaitPointer) {
        let process = link.pointee.process
        remove(link)
        process.pointee.pendingLinks &-= 1
        if process.pointee.pendingLinks != 0 {
            if process.pointee.mode == .all { return }
            dropLinks(process)
        } else {
            process.pointee.linkCount = 0
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
        process.pointee.timer.isCatchUp = true
        catchUpCount &+= 1
    }

    mutating func endCatchUp(_ process: ProcessPointer) {
        process.pointee.timer.isCatchUp = false
        catchUpCount &-= 1
    }

    @inline(__always) func timerNode(_ process: ProcessPointer) -> NodePointer {
        UnsafeMutableRawPointer(process).assumingMemoryBound(to: QueueNode.self)
    }

    mutating func cancelTimer(_ process: ProcessPointer) { cancel(timerNode(process)) }

    /// Drops whatever dynamic wait the process has.
    @inline(__always) mutating func dropWait(_ process: ProcessPointer) {
        if process.pointee.pendingLinks != 0 { dropLinks(process) }
        if process.pointee.timer.state != .idle { cancelTimer(process) }
        process.pointee.linkCount = 0
    }

    /// Begins a new wait. The list of links is empty: whatever ends a wait empties it, so that a wait for time alone
    /// touches one cache line of the process.
    @inline(__always) func beginWait(_ process: ProcessPointer) { process.pointee.mode = .none }

    /// Adds one event to the dynamic wait of the process.
    mutating func addLink(_ process: ProcessPointer, to event: EventPointer) {
        let index = process.pointee.linkCount
        if index == process.pointee.linkCapacity { growLinks(process) }
        guard let links = process.pointee.links else { return }
        let link = links + Int(index)
        process.pointee.linkCount = index &+ 1
        process.pointee.pendingLinks &+= 1
        link.pointee.event = event
        append(link, to: event)
    }

    @inline(__always) func append(_ link: WaitPointer, to event: EventPointer) {
        link.pointee.next = nil
        link.pointee.previous = event.pointee.lastWaiter
        if let last = event.pointee.lastWaiter { last.pointee.next = link } else { event.pointee.firstWaiter = link }
        event.pointee.lastWaiter = link
    }

    /// Makes room for more links. None of the process's links waits while its list is being built from the start, but
    /// earlier ones of the same list do: they are moved with their neighbours.
    @inline(never) private mutating func growLinks(_ process: ProcessPointer) {
        let capacity = max(1, Int(process.pointee.linkCapacity) * 4)
        let links = WaitPointer.allocate(capacity: capacity)
        for index in 0..<capacity {
            (links + index).initialize(to: WaitLink(event: nil, process: process, next: nil, previous: nil))
        }
        if let old = process.pointee.links {
            for index in 0..<Int(process.pointee.linkCount) {
                guard let event = old[index].event else { continue }
                links[index].event = event
                links[index].next = old[index].next
                links[index].previous = old[index].previous
                let moved = links + index
                if let next = moved.pointee.next {
                    next.pointee.previous = moved
                } else {
                    event.pointee.lastWaiter = moved
                }
                if let previous = moved.pointee.previous {
                    previous.pointee.next = moved
                } else {
                    event.pointee.firstWaiter = moved
                }
            }
            old.deallocate()
        }
        process.pointee.links = links
        process.pointee.linkCapacity = UInt32(capacity)
    }

    @inline(__always) func remove(_ link: WaitPointer) {
        guard let event = link.pointee.event else { return }
        let next = link.pointee.next
        let previous = link.pointee.previous
        if let next { next.pointee.previous = previous } else { event.pointee.lastWaiter = previous }
        if let previous { previous.pointee.next = next } else { event.pointee.firstWaiter = next }
        link.pointee.event = nil
    }

    mutating func dropLinks(_ process: ProcessPointer) {
        guard let links = process.pointee.links else { return }
        for index in 0..<Int(process.pointee.linkCount) { remove(links + index) }
        process.pointee.pendingLinks = 0
        process.pointee.linkCount = 0
    }

    /// Ends the wait of everything that waits for `event`, without waking it: the event is going away.
    mutating func dropWaiters(of event: EventPointer) {
        while let link = event.pointee.firstWaiter {
            remove(link)
            link.pointee.process.pointee.pendingLinks &-= 1
        }
    }

    // MARK: Static sensitivity

    func addListener(_ process: ProcessPointer, to event: EventPointer) {
        guard event.pointee.listener != nil else {
            event.pointee.listener = process
            return
        }
        let count = Int(event.pointee.moreCount)
        if count == Int(event.pointee.moreCapacity) {
            let capacity = max(3, count * 2)
            let listeners = UnsafeMutablePointer<ProcessPointer>.allocate(capacity: capacity)
            if let old = event.pointee.moreListeners {
                listeners.moveInitialize(from: old, count: count)
                old.deallocate()
            }
            event.pointee.moreListeners = listeners
            event.pointee.moreCapacity = UInt32(capacity)
        }
        event.pointee.moreListeners?.advanced(by: count).initialize(to: process)
        event.pointee.moreCount += 1
    }
}
