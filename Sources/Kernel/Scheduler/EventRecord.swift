import TandemOS

typealias EventPointer = UnsafeMutablePointer<EventRecord>
typealias ProcessPointer = UnsafeMutablePointer<ProcessRecord>
typealias WaitPointer = UnsafeMutablePointer<WaitLink>

/// The state of an event that the scheduler works on: plain memory in a slab of the scheduler, owned by an `Event`.
///
/// What firing touches stands in the first cache line.
struct EventRecord {
    /// First, so that a node of the queue is its record.
    var node: QueueNode
    /// The first process that is statically sensitive; most events have one.
    var listener: ProcessPointer?
    /// The evaluation phase that this event's last firing is seen in.
    var stamp: UInt64 = 0
    /// Processes that wait for this event now, in the order in which they began.
    var firstWaiter: WaitPointer?
    /// How many statically sensitive processes there are besides the first.
    var moreCount: UInt32 = 0
    // Second line.
    var moreCapacity: UInt32 = 0
    /// The others, in declaration order.
    var moreListeners: UnsafeMutablePointer<ProcessPointer>?
    var lastWaiter: WaitPointer?
    /// The event. Unretained: it owns this record and returns it in its `deinit`.
    var object: Unmanaged<Event>?
    /// Neighbours among the events of one module.
    var nextSibling: EventPointer?
    var previousSibling: EventPointer?

    init(node: QueueNode) { self.node = node }
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
///
/// What a wake-up touches stands in the first cache line.
struct ProcessRecord {
    /// The timer of waits and time-outs. First, so that a node of the queue is its record.
    var timer: QueueNode
    var nextRunnable: ProcessPointer?
    /// The stack of a thread that has begun. Retained here.
    var coroutine: Unmanaged<Coroutine>?
    /// What a method runs. Retained here and released when the simulation is taken down, which breaks the cycle of
    /// module, process and body.
    var method: Unmanaged<MethodBody>?
    var mode = WaitMode.staticEvents
    let isThread: Bool
    var isRunnable = false
    /// Everything unusual; empty for a process that nobody controls.
    var condition: ProcessCondition = []
    var timedOut = false
    var initializes: Bool
    /// A thread that may be saved while it rests: its body is entered anew when what it waits for comes.
    var isResumable = false
    // Second line.
    /// What a thread runs; retained as `method` is.
    var thread: Unmanaged<ThreadBody>?
    /// Wait links, reused from wait to wait.
    var links: WaitPointer?
    var linkCount: UInt32 = 0
    var linkCapacity: UInt32 = 0
    /// How many links still wait.
    var pendingLinks: UInt32 = 0
    /// Static triggers that are still to be counted.
    var triggersLeft: UInt32 = 0
    /// The process. Unretained: the scheduler's list of processes holds it.
    var object: Unmanaged<Process>?
    /// Of a disabled process: what it waits for, while it stands in no list.
    var parkedMode = WaitMode.none
    var parkedTimer = NodeState.idle

    init(timer: QueueNode, isThread: Bool, initializes: Bool) {
        self.timer = timer
        self.isThread = isThread
        self.initializes = initializes
    }

    var isTerminated: Bool { condition.contains(.terminated) }
}

/// Records of one type at stable addresses, in chunks that grow; freed with the scheduler. Each begins a cache line.
struct RecordSlab<Record>: ~Copyable {
    private static var line: Int { 64 }
    private static var stride: Int { (MemoryLayout<Record>.size + line - 1) / line * line }

    private var chunks: [UnsafeMutableRawPointer] = []
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
            chunks.append(.allocate(byteCount: capacity * Self.stride, alignment: Self.line))
            used = 0
        }
        defer { used += 1 }
        return (chunks[chunks.count - 1] + used * Self.stride).assumingMemoryBound(to: Record.self)
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
