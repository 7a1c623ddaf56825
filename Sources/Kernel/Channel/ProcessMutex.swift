/// Mutual exclusion between processes (IEEE 1666-2023 §6.27). Threads that wait for it get it in the order in which they
/// asked: `unlock` hands it to the first of them at once, so that nobody comes in between.
public final class ProcessMutex: Channel {
    private let freed: Event
    /// A handle and no record: the holder may have ended.
    private var holder: Process?

    /// A mutex of `module` that nobody holds.
    public override init(_ name: String, in module: Module) {
        freed = Event("\(name).freed", in: module)
        super.init(name, in: module)
    }

    /// A mutex of the module that `context` describes.
    public override init(_ name: String, _ context: ModuleContext) {
        freed = Event("\(name).freed", context)
        super.init(name, context)
    }

    /// Whether a process holds it.
    public var isLocked: Bool { holder != nil }
    /// The process that holds it.
    public var owner: Process? { holder }

    /// Waits until no other process holds it, and takes it. A process that holds it already goes on. In a thread only,
    /// if it has to wait.
    public func lock() throws(ProcessKilled) {
        guard let current = currentProcess("locks") else { throw ProcessKilled() }
        if holder == nil { holder = current }
        do throws(ProcessKilled) {
            while holder !== current { try wait(for: freed, "a lock") }
        } catch {
            // Handed over to a thread that was killed before it could run.
            if holder === current { handOver() }
            throw error
        }
    }

    /// Takes it if no other process holds it; whether it has it now.
    public func tryLock() -> Bool {
        guard let current = currentProcess("locks") else { return false }
        if holder == nil { holder = current }
        return holder === current
    }

    /// Gives it to the first process that waits for it. Only its owner may: of any other process it is an error that
    /// ends the run.
    public func unlock() {
        guard let current = currentProcess("unlocks") else { return }
        guard holder === current else {
            return refuse(
                "\(scheduler.nameOfCurrent) unlocks it, but \(holder.map { "“\($0.path)” holds it" } ?? "nobody holds it")",
                expected: "an unlock by the process that locked it")
        }
        handOver()
    }

    /// Calls `body` while it holds the mutex.
    public func withLock<Result>(_ body: () throws -> Result) throws -> Result {
        try lock()
        defer { if holder === scheduler.currentProcess { unlock() } }
        return try body()
    }

    private func handOver() {
        holder = core.pointee.wakeFirstWaiter(of: freed.record)?.pointee.object?.takeUnretainedValue()
    }

    private func currentProcess(_ verb: StaticString) -> Process? {
        if let current = scheduler.currentProcess { return current }
        refuse("no process \(verb) it", expected: "a call from a process")
        return nil
    }

    public override func reset() { holder = nil }

    public override func save(to writer: inout SnapshotWriter) throws(SnapshotError) {
        writer.write(optional: owner?.path) { $0.write($1) }
    }

    public override func restore(from reader: inout SnapshotReader) throws(SnapshotError) {
        holder = nil
        if let path = try reader.read(optional: { reader throws(SnapshotError) in try reader.read(String.self) }) {
            holder = scheduler.process(at: path)?.pointee.object?.takeUnretainedValue()
            if holder == nil { throw reader.error("“\(path)” holds the mutex, and there is no such process") }
        }
    }
}

extension SchedulerCore {
    /// Wakes the process that began first to wait for `event`, and no other; that process, if there is one.
    mutating func wakeFirstWaiter(of event: EventPointer) -> ProcessPointer? {
        guard let link = event.pointee.firstWaiter else { return nil }
        let process = link.pointee.process
        eventCount &+= 1
        event.pointee.stamp = stamp
        wake(link)
        return process
    }
}

extension Scheduler {
    /// The process at `path`, for what a snapshot says.
    func process(at path: String) -> ProcessPointer? { allProcesses.first { $0.path == path }?.record }
}
