public import TandemKernel

/// A payload event queue from which a process takes what is due: it waits for `event` and calls `next` until there is
/// nothing. Of equal times the first in is the first out. It does not hold transactions. IEEE 1666-2023 §16.3.
public final class TransactionQueue: PhaseState {
    /// The name within the module.
    public let name: String
    /// Fires when a transaction becomes due.
    public let event: Event
    private let scheduler: Scheduler
    private var entries = TransactionSchedule()

    /// A queue of `owner`.
    public init(_ name: String, in owner: Module) {
        self.name = name
        event = Event(name, in: owner)
        scheduler = owner.scheduler
        PhaseDirectory.of(owner.simulation).add(self)
    }

    /// A queue of the module that `context` describes.
    public init(_ name: String, _ context: ModuleContext) {
        self.name = name
        event = Event(name, context)
        scheduler = context.scheduler
        PhaseDirectory.of(context.simulation).add(self)
    }

    /// The transaction is due at once: the event fires in the present evaluation phase. From a process only.
    public func notify(_ transaction: PooledTransaction) {
        push(transaction, at: scheduler.now.picoseconds)
        event.notify()
    }

    /// The transaction is due `delay` from now; zero means the next delta cycle. A time beyond the range fails the run.
    public func notify(_ transaction: PooledTransaction, after delay: SimTime) {
        let (time, overflow) = scheduler.now.picoseconds.addingReportingOverflow(delay.picoseconds)
        guard !overflow else { return event.notify(after: delay) }
        push(transaction, at: time)
        event.notify(after: delay)
    }

    private func push(_ transaction: PooledTransaction, at time: UInt64) {
        entries.push(ScheduledTransaction(time: time, transaction, .none, for: nil))
    }

    /// Takes the next transaction that is due; nil if there is none, and the event then fires for the one after.
    public func next() -> PooledTransaction? {
        entries.settle()
        if entries.isEmpty { return nil }
        if entries.firstTime <= scheduler.now.picoseconds { return entries.removeFirst().pointee.transaction }
        event.notify(at: SimTime(picoseconds: entries.firstTime))
        return nil
    }

    /// Forgets everything that is to become due.
    public func cancelAll() {
        entries.removeAll()
        event.cancel()
    }

    /// How many transactions are in it.
    public var count: Int { entries.count }

    /// The path of the module and the name.
    public var path: String { event.path }

    // MARK: PhaseState

    func rewind() { entries.removeAll() }

    func keeps(_ transaction: PooledTransaction) -> Bool { entries.contains { $0.transaction == transaction } }

    var snapshotRefusal: SnapshotError? {
        guard count > 0 else { return nil }
        return SnapshotError(
            at: path, "\(count) transactions wait in the queue",
            expected: "a moment at which no transaction is under way")
    }
}
