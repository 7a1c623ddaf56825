import TandemOS

/// The state of a process that the scheduler works on: plain memory in a slab of the scheduler, owned by a `Process`. One
/// cache line; what only threads and dynamic waits need stands in the annex.
struct ProcessRecord {
    /// The timer of waits and time-outs. First, so that a node of the queue is its record.
    var timer: QueueNode
    var nextRunnable: ProcessPointer?
    /// Of a method a `MethodCode`, of a thread a `ThreadStack`.
    private var body: (UInt, UInt) = (0, 0)
    // These four are looked at as one word, see `isPlainMethod`.
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
    /// Each thread has one, and each method that has ever had a next trigger with events, or was disabled.
    var annex: UnsafeMutablePointer<ProcessAnnex>?

    init(timer: QueueNode, isThread: Bool, initializes: Bool) {
        self.timer = timer
        self.isThread = isThread
        self.initializes = initializes
    }

    var isTerminated: Bool { condition.contains(.terminated) }

    /// The owner of the stack of a thread that has begun.
    @inline(__always) var coroutine: Unmanaged<Coroutine>? { annex?.pointee.coroutine }
    /// How many wait links still wait.
    var pendingLinks: UInt32 { annex?.pointee.pendingLinks ?? 0 }
    /// Static triggers that are still to be counted, in the mode `staticCount`.
    var triggersLeft: UInt32 { annex?.pointee.triggersLeft ?? 0 }

    fileprivate static var bodyOffset: Int { MemoryLayout<ProcessRecord>.offset(of: \.body) ?? 0 }
    fileprivate static var modeOffset: Int { MemoryLayout<ProcessRecord>.offset(of: \.mode) ?? 0 }
}

/// What a process needs that has a stack or waits for events dynamically.
struct ProcessAnnex {
    /// The owner of the stack. Retained here.
    var coroutine: Unmanaged<Coroutine>?
    /// What a thread runs. Retained here and released when the simulation is taken down, which breaks the cycle of
    /// module, process and body.
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
}

/// What a method runs, as it stands in its record: calling it there counts no references and touches no other memory.
///
/// Kept until the simulation is taken down, which breaks the cycle of module, process and body.
struct MethodCode: ~Copyable {
    private let run: () -> Void

    init(_ run: @escaping () -> Void) { self.run = run }

    @inline(__always) borrowing func callAsFunction() { run() }
}

extension ProcessPointer {
    /// Whether it is a method that waits for its static sensitivity, is in no list, and is not controlled: the four fields
    /// from `mode` on are zero then.
    @inline(__always) var isPlainMethod: Bool {
        (UnsafeRawPointer(self) + ProcessRecord.modeOffset).load(as: UInt32.self) == 0
    }

    /// Where the record has the body of a method.
    @inline(__always) var code: UnsafeMutablePointer<MethodCode> {
        (UnsafeMutableRawPointer(self) + ProcessRecord.bodyOffset).assumingMemoryBound(to: MethodCode.self)
    }

    /// What the body of a method captured. Only to load it early.
    @inline(__always) var codeContext: UnsafeRawPointer? {
        (UnsafeRawPointer(self) + ProcessRecord.bodyOffset + 8).load(as: UnsafeRawPointer?.self)
    }

    /// Where a thread that has begun continues.
    @inline(__always) var stack: CoroutineLink? {
        get { (UnsafeRawPointer(self) + ProcessRecord.bodyOffset).load(as: CoroutineLink?.self) }
        nonmutating set {
            (UnsafeMutableRawPointer(self) + ProcessRecord.bodyOffset).storeBytes(of: newValue, as: CoroutineLink?.self)
        }
    }

    /// Gives the record of a method its body.
    func setCode(_ body: @escaping () -> Void) { code.initialize(to: MethodCode(body)) }

    /// Lets go of what `setCode` gave, once.
    func releaseCode() {
        let words = UnsafeMutableRawPointer(self) + ProcessRecord.bodyOffset
        if words.load(as: UInt.self) == 0 { return }
        code.deinitialize(count: 1)
        words.initializeMemory(as: UInt.self, repeating: 0, count: 2)
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
