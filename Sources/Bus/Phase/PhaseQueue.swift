public import TandemKernel

/// A payload event queue with a callback: gives each transaction and phase that it is told back at its time. A stored
/// property of a module, which says `onDelivery` once.
///
/// Of equal times the first in is the first out, over all queues of a simulation; a delay of zero means the next delta
/// cycle, no delay the present evaluation phase. It does not hold transactions: who needs one longer than its sender
/// acquires it. IEEE 1666-2023 §16.4.
public final class PhaseQueue: PhaseState {
    /// The name within the module.
    public let name: String
    /// The path of the module and the name.
    public let path: String
    private let calendar: PhaseCalendar
    // SAFETY: the calendar owns it.
    @usableFromInline let due: UnsafeMutablePointer<PhaseCalendarState>
    private let event: Event
    private let scheduler: Scheduler
    // SAFETY: allocated in `init`, freed only in `deinit`, after the calendar has forgotten it.
    @usableFromInline let state: UnsafeMutablePointer<PhaseQueueState> = .allocate(capacity: 1)

    /// A queue of `owner`.
    public init(_ name: String, in owner: Module) {
        self.name = name
        path = owner.path.isEmpty ? name : "\(owner.path).\(name)"
        calendar = PhaseCalendar.of(owner.simulation)
        due = calendar.state
        event = calendar.event(in: owner.simulation)
        scheduler = owner.scheduler
        state.initialize(to: PhaseQueueState())
        PhaseDirectory.of(owner.simulation).add(self)
    }

    /// A queue of the module that `context` describes.
    public init(_ name: String, _ context: ModuleContext) {
        self.name = name
        path = "\(context.path).\(name)"
        calendar = PhaseCalendar.of(context.simulation)
        due = calendar.state
        event = calendar.event(in: context.simulation)
        scheduler = context.scheduler
        state.initialize(to: PhaseQueueState())
        PhaseDirectory.of(context.simulation).add(self)
    }

    deinit {
        due.pointee.forget(state)
        state.pointee.delivery?.release()
        state.deallocate()
    }

    /// Says what takes the deliveries: it runs in a method. Once. `body` is kept until the simulation goes away; it may hold
    /// its module strongly, and is fastest when it does.
    public func onDelivery(_ body: @escaping (PooledTransaction, Phase) -> Void) {
        precondition(
            state.pointee.delivery == nil, "\(path): the queue has somebody who takes its deliveries already")
        state.pointee.delivery = .passRetained(PhaseDelivery(body))
    }

    // MARK: Notifying

    /// Delivers in the present evaluation phase. From a process only, as every immediate notification.
    public func notify(_ transaction: PooledTransaction, _ phase: Phase) {
        guard scheduler.isEvaluating else {
            return fail(
                "\(phase) of \(transaction.summary) is notified immediately outside of a process",
                expected: "a notification with a delay, which may be zero")
        }
        due.pointee.immediate.append(ScheduledTransaction(time: 0, transaction, phase, for: state))
        if !isDelivering { event.notify() }
    }

    /// Delivers `delay` from now; zero means the next delta cycle. A time beyond the range fails the run.
    @inlinable @inline(__always) public func notify(
        _ transaction: PooledTransaction, _ phase: Phase, after delay: SimTime
    ) {
        let due = due
        let now = due.pointee.now
        // While nobody delivers, now is the end of the range, and no time lies after it.
        let time = now &+ delay.picoseconds
        if time > now && time != .max && due.pointee.timed.hasRoom(at: time) {
            due.pointee.timed.pushLast(ScheduledTransaction(time: time, transaction, phase, for: state))
        } else if delay == .zero && now != .max && !due.pointee.deltas.isFull {
            due.pointee.deltas.appendToRoom(
                ScheduledTransaction(time: due.pointee.delta, transaction, phase, for: state))
        } else {
            notifySlowly(transaction, phase, after: delay)
        }
    }

    /// From outside of a delivery, out of the order of times, where there is no room, or beyond the range.
    @usableFromInline @inline(never) func notifySlowly(
        _ transaction: PooledTransaction, _ phase: Phase, after delay: SimTime
    ) {
        if delay == .zero {
            due.pointee.deltas.append(
                ScheduledTransaction(time: scheduler.presentDelta, transaction, phase, for: state))
            if !isDelivering { event.notifyDelta() }
            return
        }
        let (time, overflow) = scheduler.now.picoseconds.addingReportingOverflow(delay.picoseconds)
        guard !overflow && time != .max else {
            return fail(
                "\(phase) of \(transaction.summary) is notified \(delay) from now, beyond the range of time",
                expected: "a delay that ends within the range")
        }
        due.pointee.timed.push(ScheduledTransaction(time: time, transaction, phase, for: state))
        if !isDelivering { event.notify(at: SimTime(picoseconds: time)) }
    }

    private var isDelivering: Bool { due.pointee.now != .max }

    @inline(never) private func fail(_ problem: String, expected: String) {
        scheduler.fail(SimulationError(at: path, problem, time: scheduler.now, expected: expected))
    }

    /// Forgets everything that is to be delivered.
    public func cancelAll() { due.pointee.forget(state) }

    /// How many deliveries are to come.
    public var count: Int { due.pointee.count(for: state) }

    // MARK: PhaseState

    func rewind() { due.pointee.forget(state) }

    func end(_ directory: PhaseDirectory) {
        state.pointee.delivery?.release()
        state.pointee.delivery = nil
    }

    var snapshotRefusal: SnapshotError? {
        guard count > 0 else { return nil }
        return SnapshotError(
            at: path, "\(count) transactions wait in the queue",
            expected: "a moment at which no transaction is under way")
    }
}

/// What a delivery from the calendar touches of its queue.
@usableFromInline struct PhaseQueueState {
    // SAFETY: retained by `onDelivery`, released when the simulation ends. Unmanaged, so that a delivery counts no
    // references.
    var delivery: Unmanaged<PhaseDelivery>?
}

/// What a queue delivers to.
final class PhaseDelivery {
    let body: (PooledTransaction, Phase) -> Void
    init(_ body: @escaping (PooledTransaction, Phase) -> Void) { self.body = body }
}
