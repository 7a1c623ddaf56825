public import TandemKernel

/// A payload event queue with a callback: gives each transaction and phase that it is told back at its time. A stored
/// property of a module, which says `onDelivery` once.
///
/// Of equal times the first in is the first out; a delay of zero means the next delta cycle, no delay the present
/// evaluation phase. It does not hold transactions: who needs one longer than its sender acquires it. IEEE 1666-2023 §16.4.
public final class PhaseQueue: PhaseState {
    /// The name within the module.
    public let name: String
    private let event: Event
    private let scheduler: Scheduler
    // SAFETY: allocated in `init`, freed only in `deinit`.
    private let state: UnsafeMutablePointer<State> = .allocate(capacity: 1)

    /// What a notification and a delivery touch, behind one pointer.
    private struct State: ~Copyable {
        var immediate = TransactionRing()
        var deltas = TransactionRing()
        var timed = TransactionHeap()
        var isDelivering = false
        // SAFETY: retained by `onDelivery`, released when the simulation ends. Unmanaged, so that a delivery counts no
        // references.
        var delivery: Unmanaged<Delivery>?
    }

    private final class Delivery {
        let body: (PooledTransaction, Phase) -> Void
        init(_ body: @escaping (PooledTransaction, Phase) -> Void) { self.body = body }
    }

    /// A queue of `owner`.
    public init(_ name: String, in owner: Module) {
        self.name = name
        event = Event(name, in: owner)
        scheduler = owner.scheduler
        state.initialize(to: State())
        PhaseDirectory.of(owner.simulation).add(self)
    }

    /// A queue of the module that `context` describes.
    public init(_ name: String, _ context: ModuleContext) {
        self.name = name
        event = Event(name, context)
        scheduler = context.scheduler
        state.initialize(to: State())
        PhaseDirectory.of(context.simulation).add(self)
    }

    deinit {
        state.pointee.delivery?.release()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Says what takes the deliveries: it runs as a method of the module. Once, after the module's `super.init`. `body` is
    /// kept until the simulation goes away; it may hold its module strongly, and is fastest when it does.
    public func onDelivery(_ body: @escaping (PooledTransaction, Phase) -> Void) {
        precondition(
            state.pointee.delivery == nil, "\(event.path): the queue has somebody who takes its deliveries already")
        guard let module = event.module else {
            preconditionFailure("The queue “\(name)” was used before its module was made.")
        }
        state.pointee.delivery = .passRetained(Delivery(body))
        // The body lives until the simulation is taken down, and the queue with it.
        module.method(name, sensitiveTo: [event], initialize: false) { self.deliver() }
    }

    // MARK: Notifying

    /// Delivers in the present evaluation phase. From a process only, as every immediate notification.
    public func notify(_ transaction: PooledTransaction, _ phase: Phase) {
        state.pointee.immediate.append(
            ScheduledTransaction(time: 0, order: 0, transaction: transaction, phase: phase))
        // A delivery under way goes on until nothing is left.
        if !state.pointee.isDelivering { event.notify() }
    }

    /// Delivers `delay` from now; zero means the next delta cycle. A time beyond the range fails the run.
    public func notify(_ transaction: PooledTransaction, _ phase: Phase, after delay: SimTime) {
        let state = state
        if delay == .zero {
            state.pointee.deltas.append(
                ScheduledTransaction(
                    time: 0, order: scheduler.presentDelta, transaction: transaction, phase: phase))
            if !state.pointee.isDelivering { event.notifyDelta() }
            return
        }
        let (time, overflow) = scheduler.now.picoseconds.addingReportingOverflow(delay.picoseconds)
        guard !overflow else { return event.notify(after: delay) }
        state.pointee.timed.push(transaction, phase, at: time)
        // While a delivery is under way its end looks what comes first.
        if !state.pointee.isDelivering { event.notify(at: SimTime(picoseconds: time)) }
    }

    /// Forgets everything that is to be delivered.
    public func cancelAll() {
        forget()
        event.cancel()
    }

    /// How many deliveries are to come.
    public var count: Int {
        state.pointee.immediate.count + state.pointee.deltas.count + state.pointee.timed.count
    }

    /// The path of the module and the name.
    public var path: String { event.path }

    // MARK: Delivering

    private func deliver() {
        let state = state
        guard let delivery = state.pointee.delivery else { return }
        state.pointee.isDelivering = true
        let delta = scheduler.presentDelta
        let now = scheduler.now.picoseconds
        while true {
            let entry: ScheduledTransaction
            if !state.pointee.immediate.isEmpty {
                entry = state.pointee.immediate.removeFirst()
            } else if !state.pointee.deltas.isEmpty && state.pointee.deltas.firstOrder != delta {
                entry = state.pointee.deltas.removeFirst()
            } else if state.pointee.timed.firstTime <= now {
                entry = state.pointee.timed.removeFirst()
            } else {
                break
            }
            delivery._withUnsafeGuaranteedRef { $0.body(entry.transaction, entry.phase) }
        }
        state.pointee.isDelivering = false
        if !state.pointee.deltas.isEmpty {
            event.notifyDelta()
        } else if !state.pointee.timed.isEmpty {
            event.notify(at: SimTime(picoseconds: state.pointee.timed.firstTime))
        }
    }

    private func forget() {
        state.pointee.immediate.removeAll()
        state.pointee.deltas.removeAll()
        state.pointee.timed.removeAll()
    }

    // MARK: PhaseState

    func rewind() {
        forget()
        state.pointee.isDelivering = false
    }

    func end(_ directory: PhaseDirectory) {
        state.pointee.delivery?.release()
        state.pointee.delivery = nil
    }

    func keeps(_ transaction: PooledTransaction) -> Bool {
        state.pointee.immediate.contains(transaction) || state.pointee.deltas.contains(transaction)
            || state.pointee.timed.contains(transaction)
    }

    var snapshotRefusal: SnapshotError? {
        guard count > 0 else { return nil }
        return SnapshotError(
            at: path, "\(count) transactions wait in the queue",
            expected: "a moment at which no transaction is under way")
    }
}
