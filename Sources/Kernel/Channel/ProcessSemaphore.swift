/// A number of permits that processes share (IEEE 1666-2023 §6.29). Threads that wait get one in the order in which they
/// asked: `post` hands the permit to the first of them at once.
public final class ProcessSemaphore: Channel {
    private let posted: Event
    private let first: Int
    /// Threads that were handed a permit and have not run since.
    private var granted: [ProcessPointer] = []

    /// How many permits nobody has.
    public private(set) var value: Int

    /// A semaphore of `module` with `value` permits, not fewer than none.
    public init(_ name: String, in module: Module, _ value: Int) {
        precondition(value >= 0, "The semaphore “\(name)” cannot begin with \(value) permits.")
        first = value
        self.value = value
        posted = Event("\(name).posted", in: module)
        super.init(name, in: module)
    }

    /// A semaphore of the module that `context` describes.
    public init(_ name: String, _ context: ModuleContext, _ value: Int) {
        precondition(value >= 0, "The semaphore “\(name)” cannot begin with \(value) permits.")
        first = value
        self.value = value
        posted = Event("\(name).posted", context)
        super.init(name, context)
    }

    /// Takes a permit; waits until there is one. In a thread only, if it has to wait.
    public func wait() throws(ProcessKilled) {
        if value > 0 {
            value -= 1
            return
        }
        let current = core.pointee.current
        do throws(ProcessKilled) { try wait(for: posted, "a wait for a permit") } catch {
            // Handed over to a thread that was killed before it could run.
            if forgetGrant(to: current) { post() }
            throw error
        }
        _ = forgetGrant(to: current)
    }

    /// Takes a permit if there is one; whether there was.
    public func tryWait() -> Bool {
        guard value > 0 else { return false }
        value -= 1
        return true
    }

    /// Gives a permit to the first process that waits, or keeps it for the next. Also from outside of processes.
    public func post() {
        if let process = core.pointee.wakeFirstWaiter(of: posted.record) {
            granted.append(process)
        } else {
            value += 1
        }
    }

    private func forgetGrant(to process: ProcessPointer?) -> Bool {
        guard let index = granted.firstIndex(where: { $0 == process }) else { return false }
        granted.remove(at: index)
        return true
    }

    public override func reset() {
        value = first
        granted = []
    }

    public override func save(to writer: inout SnapshotWriter) throws(SnapshotError) {
        writer.write(value)
        writer.write(each: granted) { writer, process in writer.write(scheduler.path(of: process)) }
    }

    public override func restore(from reader: inout SnapshotReader) throws(SnapshotError) {
        value = try reader.read()
        guard value >= 0 else { throw reader.error("a semaphore has \(value) permits") }
        granted = []
        for path in try reader.read(each: { reader throws(SnapshotError) in try reader.read(String.self) }) {
            guard let process = scheduler.process(at: path) else {
                throw reader.error("“\(path)” has a permit, and there is no such process")
            }
            granted.append(process)
        }
    }
}
