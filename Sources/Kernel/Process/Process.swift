/// A process: a method, which runs to its end each time that it is woken, or a thread, which has a stack and may wait
/// anywhere. Made by `Module.method` and `Module.thread`.
///
/// A process that is declared before the simulation runs, or between two runs, stays until the simulation ends. One that
/// is spawned while the simulation runs gives its memory back when it ends, at the latest at a reset of the simulation.
/// The handle may be kept for longer: it then says that the process has terminated.
public final class Process {
    /// The two kinds.
    public enum Kind: Sendable {
        case method, thread
    }

    /// The name within the module.
    public let name: String
    /// The module that declared it; nothing once the simulation or a spawned process is gone.
    public internal(set) unowned(unsafe) var module: Module?
    /// The events of its static sensitivity, kept alive by it. Those behind ports join at the elaboration.
    public var sensitivity: [Event] { staticEvents.elements }
    private var staticEvents: CompactList<Event>

    /// Where the scheduler keeps its state; the tombstone of all processes once that is given back.
    var record: ProcessPointer
    let scheduler: Scheduler
    private var rareDetails: ProcessDetails?

    init(
        _ name: String, in module: Module, kind: Kind, sensitiveTo sensitivity: [Event], initialize: Bool,
        priority: Int32
    ) {
        self.name = name
        self.module = module
        staticEvents = CompactList(sensitivity)
        scheduler = module.scheduler
        record = scheduler.allocateProcess()
        let generation = QueueNode.generation(inMemory: record)
        record.initialize(
            to: ProcessRecord(
                timer: QueueNode(priority: priority, owner: .process, generation: generation),
                isThread: kind == .thread, initializes: initialize))
        record.pointee.object = .passUnretained(self)
        for event in sensitivity { scheduler.core.pointee.addListener(record, to: event.record) }
    }

    /// Becomes sensitive to one more event.
    func join(sensitivity event: Event) {
        staticEvents.append(event)
        scheduler.core.pointee.addListener(record, to: event.record)
    }

    // MARK: Looking

    /// The path of the module and the name. Of a declared process only the name is left when the simulation is gone.
    public var path: String {
        let place = module?.path ?? rareDetails?.formerPlace ?? ""
        return place.isEmpty ? name : "\(place).\(name)"
    }
    /// Method or thread.
    public var kind: Kind { record.pointee.isThread ? .thread : .method }
    /// Whether it has ended: its body has returned, for a thread, or it was killed.
    public var isTerminated: Bool { record.pointee.isTerminated }
    /// Whether it will run in the present or next evaluation phase.
    public var isRunnable: Bool { record.pointee.isRunnable }
    /// Whether its last wait ended by time.
    public var timedOut: Bool { record.pointee.timedOut }
    /// Whether triggers are remembered and not followed, until `resume`.
    public var isSuspended: Bool { record.pointee.condition.contains(.suspended) }
    /// Whether triggers are lost, until `enable`.
    public var isDisabled: Bool { record.pointee.condition.contains(.disabled) }
    /// Whether it is leaving its stack, because it was killed or reset.
    public var isUnwinding: Bool { record.pointee.condition.contains(.unwinding) }
    /// Whether it begins anew each time that it is woken.
    public var isHeldInReset: Bool { record.pointee.condition.contains(.heldInReset) }
    /// Whether it was spawned while the simulation ran.
    public var isSpawned: Bool { rareDetails?.slot != nil }

    /// Fires when the process ends, immediately; not when a reset or the end of the simulation ends it.
    public var terminated: Event {
        if let event = details.terminated { return event }
        let event =
            module.map { Event("\(name).terminated", in: $0) }
            ?? Event("\(name).terminated", scheduler: scheduler, priority: 0)
        details.terminated = event
        return event
    }

    // MARK: Family

    /// The process that spawned this one; nothing for one that was declared outside of every process, and once the
    /// spawner has ended.
    public var parent: Process? { rareDetails?.parent }

    /// The processes that this one spawned and that have not ended, in the order in which they were spawned.
    public var children: [Process] {
        var children: [Process] = []
        var next = rareDetails?.firstChild
        while let child = next {
            children.append(child)
            next = child.details.nextSibling
        }
        return children
    }

    /// The children, their children and so on: children before their parents.
    var descendants: [Process] { children.flatMap { $0.descendants + [$0] } }

    var details: ProcessDetails {
        if let rareDetails { return rareDetails }
        let details = ProcessDetails()
        rareDetails = details
        return details
    }
    /// The details if there are any: to look without making some.
    var existingDetails: ProcessDetails? { rareDetails }

    /// Becomes the last child of `parent`.
    func join(_ parent: Process) {
        details.parent = parent
        let family = parent.details
        details.previousSibling = family.lastChild
        if let last = family.lastChild { last.details.nextSibling = self } else { family.firstChild = self }
        family.lastChild = self
    }

    /// Leaves its parent, and its children without one.
    func leaveFamily() {
        guard let details = rareDetails else { return }
        for child in children {
            child.details.parent = nil
            child.details.nextSibling = nil
            child.details.previousSibling = nil
        }
        details.firstChild = nil
        details.lastChild = nil
        guard let parent = details.parent else { return }
        let (next, previous) = (details.nextSibling, details.previousSibling)
        if let next { next.details.previousSibling = previous } else { parent.details.lastChild = previous }
        if let previous { previous.details.nextSibling = next } else { parent.details.firstChild = next }
        details.parent = nil
        details.nextSibling = nil
        details.previousSibling = nil
    }
}

extension Module {
    /// Declares a method: `body` runs to its end whenever one of the events fires, or whatever its last `nextTrigger`
    /// named. With `initialize` it also runs once at the start. Declared while the simulation runs, it joins the
    /// present evaluation phase.
    ///
    /// `body` is kept until the process ends or the simulation is taken down; it may hold its module strongly.
    @discardableResult
    public func method(
        _ name: String, sensitiveTo events: [Event] = [], initialize: Bool = true, _ body: @escaping () -> Void
    ) -> Process {
        let process = Process(
            name, in: self, kind: .method, sensitiveTo: events, initialize: initialize, priority: 0)
        process.record.setCode(body)
        scheduler.register(process)
        return process
    }

    /// Declares a thread: `body` has a stack of its own and waits through its context. It begins at the start of the
    /// simulation, or in the present evaluation phase when it is declared while the simulation runs; without
    /// `initialize` at the first static trigger.
    ///
    /// - Parameters:
    ///   - stackSize: bytes; guarded, and only touched pages are resident. An overflow ends the program with a message
    ///     that names the thread and the size.
    ///   - priority: rank of its waits among timed notifications of equal time; lower runs first.
    ///   - resumable: the thread keeps nothing on its stack across its waits: all of its waits stand where entering the
    ///     body anew would do the same as returning from the wait. Such a thread can be part of a snapshot.
    @discardableResult
    public func thread(
        _ name: String, sensitiveTo events: [Event] = [], stackSize: Int = Scheduler.defaultStackSize,
        priority: Int32 = 0, resumable: Bool = false, initialize: Bool = true,
        _ body: @escaping (ThreadContext) throws -> Void
    ) -> Process {
        let process = Process(
            name, in: self, kind: .thread, sensitiveTo: events, initialize: initialize, priority: priority)
        scheduler.core.pointee.annex(of: process.record).pointee.thread = .passRetained(
            ThreadBody(stackSize: stackSize, body))
        process.record.pointee.isResumable = resumable
        scheduler.register(process)
        return process
    }
}
