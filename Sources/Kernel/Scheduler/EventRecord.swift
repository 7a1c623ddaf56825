import TandemOS

typealias EventPointer = UnsafeMutablePointer<EventRecord>
typealias ProcessPointer = UnsafeMutablePointer<ProcessRecord>
typealias WaitPointer = UnsafeMutablePointer<WaitLink>

/// The state of an event that the scheduler works on: plain memory in a slab of the scheduler, owned by an `Event`. One
/// cache line.
struct EventRecord {
    /// First, so that a node of the queue is its record.
    var node: QueueNode
    /// The first process that is statically sensitive; most events have one.
    var listener: ProcessPointer?
    /// The evaluation phase that this event's last firing is seen in.
    var stamp: UInt64 = 0
    /// Processes that wait for this event now, in the order in which they began.
    var firstWaiter: WaitPointer?
    /// The statically sensitive processes besides the first.
    var others: UnsafeMutablePointer<ListenerList>?
    /// The event. Unretained: it owns this record and returns it in its `deinit`.
    var object: Unmanaged<Event>?
    /// The next event of the same module. The previous one stands in the event.
    var nextSibling: EventPointer?

    init(node: QueueNode) { self.node = node }
}

/// Processes in declaration order, in memory of the list's own.
struct ListenerList {
    private(set) var count = 0
    private var capacity = 2
    private var processes: UnsafeMutablePointer<ProcessPointer>

    init() { processes = .allocate(capacity: capacity) }

    subscript(index: Int) -> ProcessPointer { processes[index] }

    mutating func append(_ process: ProcessPointer) {
        if count == capacity {
            capacity *= 2
            let grown = UnsafeMutablePointer<ProcessPointer>.allocate(capacity: capacity)
            grown.moveInitialize(from: processes, count: count)
            processes.deallocate()
            processes = grown
        }
        (processes + count).initialize(to: process)
        count += 1
    }

    func firstIndex(of process: ProcessPointer) -> Int? { (0..<count).first { processes[$0] == process } }

    /// Removes and returns a process; nothing if there is none at `index`. The order of the others stays.
    mutating func remove(at index: Int) -> ProcessPointer? {
        guard index < count else { return nil }
        let process = processes[index]
        (processes + index).update(from: processes + index + 1, count: count - index - 1)
        count -= 1
        return process
    }

    mutating func free() { processes.deallocate() }
}

/// One process waiting for one event.
struct WaitLink {
    var event: EventPointer?
    let process: ProcessPointer
    var next: WaitPointer?
    /// That of the first link is the last one of the list.
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
    /// A process that runs, or one that waits for its timer or for nothing.
    case none
    /// The events of its static sensitivity, more than once.
    case staticCount

    /// Whether wait links stand in the lists of events.
    @inline(__always) var usesLinks: Bool { self == .any || self == .all }
}

/// The state of a process that the scheduler works on: plain memory in a slab of the scheduler, owned by a `Process`.
///
/// What a wake-up and a wait for time touch stands in the first cache line.
struct ProcessRecord {
    /// The timer of waits and time-outs. First, so that a node of the queue is its record.
    var timer: QueueNode
    var nextRunnable: ProcessPointer?
    /// What a method runs. Retained here and released when the simulation is taken down, which breaks the cycle of
    /// module, process and body.
    var method: Unmanaged<MethodBody>?
    /// Where a thread that has begun continues.
    var stack: CoroutineLink?
    var mode = WaitMode.staticEvents
    let isThread: Bool
    var isRunnable = false
    /// Everything unusual; empty for a process that nobody controls.
    var condition: ProcessCondition = []
    var timedOut = false
    var initializes: Bool
    /// A thread that may be saved while it rests: its body is entered anew when what it waits for comes.
    var isResumable = false
    /// The process. Unretained: the scheduler's list of processes holds it.
    var object: Unmanaged<Process>?
    // Second line.
    /// The owner of the stack. Retained here.
    var coroutine: Unmanaged<Coroutine>?
    /// What a thread runs; retained as `method` is.
    var thread: Unmanaged<ThreadBody>?
    /// Wait links, reused from wait to wait.
    var links: WaitPointer?
    var linkCount: UInt32 = 0
    var linkCapacity: UInt32 = 0
    /// How many links still wait.
    var pendingLinks: UInt32 = 0
    /// Static triggers that are still to be counted, in the mode `staticCount`.
    var triggersLeft: UInt32 = 0
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

    /// Memory for one record: that of a record that was released, or zeros.
    mutating func allocate() -> UnsafeMutablePointer<Record> {
        if let record = free.popLast() { return record }
        if used == capacity {
            // The first chunk is small, so that a small platform stays small.
            capacity = chunks.isEmpty ? 32 : 256
            let size = capacity * Self.stride
            let chunk = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Self.line)
            chunk.initializeMemory(as: UInt8.self, repeating: 0, count: size)
            chunks.append(chunk)
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

    /// What the closure captured, or the box itself. Only to load it early: the words behind the two of the object's
    /// header are the function and its context.
    static func context(of body: Unmanaged<MethodBody>) -> UnsafeRawPointer {
        let box = UnsafeRawPointer(body.toOpaque())
        return box.load(fromByteOffset: 24, as: UnsafeRawPointer?.self) ?? box
    }
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
