/// A process: a method, which runs to its end each time that it is woken, or a thread, which has a stack and may wait
/// anywhere. Made by `Module.method` and `Module.thread`, owned by its module.
public final class Process {
    /// The two kinds.
    public enum Kind: Sendable {
        case method, thread
    }

    /// The name within the module.
    public let name: String
    /// The module that declared it.
    public unowned(unsafe) let module: Module
    /// The events of its static sensitivity, kept alive by it.
    public let sensitivity: [Event]

    let record: ProcessPointer
    unowned(unsafe) let scheduler: Scheduler

    init(
        _ name: String, in module: Module, kind: Kind, sensitiveTo sensitivity: [Event], initialize: Bool,
        priority: Int32
    ) {
        self.name = name
        self.module = module
        self.sensitivity = sensitivity
        scheduler = module.scheduler
        record = scheduler.allocateProcess()
        let deltas = scheduler.core.pointee.deltas
        record.initialize(
            to: ProcessRecord(
                timer: QueueNode(next: deltas, previous: deltas, priority: priority, owner: .process),
                isThread: kind == .thread, initializes: initialize))
        record.pointee.object = .passUnretained(self)
        for event in sensitivity { scheduler.core.pointee.addListener(record, to: event.record) }
    }

    /// The path of the module and the name.
    public var path: String { module.path.isEmpty ? name : "\(module.path).\(name)" }
    /// Method or thread.
    public var kind: Kind { record.pointee.isThread ? .thread : .method }
    /// Whether a thread has returned from its body. A method never ends.
    public var isTerminated: Bool { record.pointee.isTerminated }
    /// Whether it will run in the present or next evaluation phase.
    public var isRunnable: Bool { record.pointee.isRunnable }
    /// Whether its last wait ended by time.
    public var timedOut: Bool { record.pointee.timedOut }
}

/// Thrown out of a wait when the thread is to end: at a reset and at the end of the simulation. The body lets it pass,
/// so that its locals are released; a wait while it passes throws again.
public struct ProcessKilled: Error, Sendable {
    public init() {}
}

extension Module {
    /// Declares a method: `body` runs to its end whenever one of the events fires, or whatever its last `nextTrigger`
    /// named. With `initialize` it also runs once at the start. Declared while the simulation runs, it joins the
    /// present evaluation phase.
    ///
    /// `body` is kept until the simulation is taken down; it may hold its module strongly.
    @discardableResult
    public func method(
        _ name: String, sensitiveTo events: [Event] = [], initialize: Bool = true, _ body: @escaping () -> Void
    ) -> Process {
        let process = Process(
            name, in: self, kind: .method, sensitiveTo: events, initialize: initialize, priority: 0)
        process.record.pointee.method = .passRetained(MethodBody(body))
        scheduler.register(process)
        return process
    }

    /// Declares a thread: `body` has a stack of its own and waits through its context. It begins at the start of the
    /// simulation, or in the present evaluation phase when it is declared while the simulation runs; without
    /// `initialize` at the first static trigger.
    ///
    /// - Parameters:
    ///   - stackSize: bytes; guarded, and only touched pages are resident.
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
        process.record.pointee.thread = .passRetained(ThreadBody(stackSize: stackSize, body))
        process.record.pointee.isResumable = resumable
        scheduler.register(process)
        return process
    }
}
