typealias EventPointer = UnsafeMutablePointer<EventRecord>
typealias ProcessPointer = UnsafeMutablePointer<ProcessRecord>
typealias WaitPointer = UnsafeMutablePointer<WaitLink>

/// The state of an event that the scheduler works on: plain memory in a slab of the scheduler, owned by an `Event`.
struct EventRecord {
    /// First, so that a node of the queue is its record.
    var node: QueueNode
    /// The first process that is statically sensitive; most events have one.
    var listener: ProcessPointer?
    /// The others, in declaration order.
    var moreListeners: UnsafeMutablePointer<ProcessPointer>?
    var moreCount: UInt32
    var moreCapacity: UInt32
    /// Processes that wait for this event now, in the order in which they began.
    var firstWaiter: WaitPointer?
    var lastWaiter: WaitPointer?
    /// The evaluation phase that this event's last firing is seen in.
    var stamp: UInt64
    /// The event. Unretained: it owns this record and returns it in its `deinit`.
    var object: Unmanaged<Event>?
    /// Neighbours among the events of one module.
    var nextSibling: EventPointer?
    var previousSibling: EventPointer?
}

/// One process waiting for one event.
struct WaitLink {
    var event: EventPointer?
    let process: ProcessPointer
    var next: WaitPointer?
    var previous: WaitPointer?
}

/// What a process waits for besides running.
enum WaitMode: UInt8 {
    /// The events of its static sensitivity.
    case staticEvents
    /// The first of its wait links or its timer.
    case any
    /// All of its wait links, or its timer.
    case all
    /// A thread that runs, or one that waits for nothing.
    case none
}

/// The state of a process that the scheduler works on: plain memory in a slab of the scheduler, owned by a `Process`.
struct ProcessRecord {
    /// The timer of waits and time-outs. First, so that a node of the queue is its record.
    var timer: QueueNode
    var nextRunnable: ProcessPointer?
    /// What a method runs. Retained here and released when the simulation is taken down, which breaks the cycle of
    /// module, process and body.
    var method: Unmanaged<MethodBody>?
    var thread: Unmanaged<ThreadBody>?
    /// The stack of a thread that has begun. Retained here.
    var coroutine: Unmanaged<AnyObject>?
    /// Wait links, reused from wait to wait.
    var links: WaitPointer?
    var linkCount: UInt32
    var linkCapacity: UInt32
    /// How many links still wait.
    var pendingLinks: UInt32
    /// Static triggers that are still to be counted.
    var triggersLeft: UInt32
    var mode: WaitMode
    let isThread: Bool
    var isRunnable: Bool
    var isTerminated: Bool
    var timedOut: Bool
    var isKilled: Bool
    var initializes: Bool
    /// A thread that may be saved while it rests: its body is entered anew when what it waits for comes.
    var isResumable: Bool
    /// The process. Unretained: the scheduler's list of processes holds it.
    var object: Unmanaged<Process>?
}

/// Records of one type at stable addresses, in chunks that grow; freed with the scheduler.
struct RecordSlab<Record>: ~Copyable {
    private var chunks: [UnsafeMutablePointer<Record>] = []
    private var free: [UnsafeMutablePointer<Record>] = []
    private var used = 0
    private var capacity = 0

    init() {}

    deinit { for chunk in chunks { chunk.deallocate() } }

    /// Uninitialised memory for one record.
    mutating func allocate() -> UnsafeMutablePointer<Record> {
        if let record = free.popLast() { return record }
        if used == capacity {
            // The first chunk is small, so that a small platform stays small.
            capacity = chunks.isEmpty ? 32 : 256
            chunks.append(.allocate(capacity: capacity))
            used = 0
        }
        defer { used += 1 }
        return chunks[chunks.count - 1] + used
    }

    mutating func release(_ record: UnsafeMutablePointer<Record>) { free.append(record) }
}

/// The body of a method, in a box that a record can hold.
final class MethodBody {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
}

/// The body of a thread, in a box that a record can hold.
final class ThreadBody {
    let run: (ThreadContext) throws -> Void
    let stackSize: Int
    init(stackSize: Int, _ run: @escaping (ThreadContext) throws -> Void) {
        self.run = run
        self.stackSize = stackSize
    }
}
