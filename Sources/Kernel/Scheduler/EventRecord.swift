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
    case staticEvents = 0
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
