import TandemKernel

/// What the payload event queues of one simulation are to deliver, and the one method that delivers it, in the order
/// (time, delta, sequence).
///
/// One calendar and not one for each queue, because phases go to and fro between the queues of an initiator and of a target:
/// with a queue of its own each of them would be an event, a wake-up and a delta cycle of the kernel. The calendar knows
/// what is due next, and where nothing else happens before, lets time pass by itself.
final class PhaseCalendar: SimulationService, PhaseState {
    // SAFETY: allocated here, freed only in `deinit`; queues hold the calendar.
    let state: UnsafeMutablePointer<PhaseCalendarState> = .allocate(capacity: 1)
    private var wake: Event?

    init() { state.initialize(to: PhaseCalendarState()) }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
    }

    static func of(_ simulation: Simulation) -> PhaseCalendar { simulation.service(PhaseCalendar.self) }

    /// The event that wakes the method.
    func event(in simulation: Simulation) -> Event {
        if let wake { return wake }
        let event = Event("phases", in: simulation.root)
        wake = event
        let scheduler = simulation.scheduler
        let state = state
        // Held by the body, which goes before the simulation does: nothing is counted when it runs.
        simulation.root.method("phases", sensitiveTo: [event], initialize: false) {
            if let seed = scheduler.orderSeed {
                state.deliverInAnyOrder(seed, event, scheduler)
            } else {
                state.deliver(event, scheduler)
            }
        }
        PhaseDirectory.of(simulation).add(self)
        return event
    }

    // MARK: SimulationService

    func rewind() {
        state.pointee.immediate.removeAll()
        state.pointee.deltas.removeAll()
        state.pointee.timed.removeAll()
        state.pointee.now = .max
    }

    func end() { wake = nil }

    func checkSnapshot() throws(SnapshotError) {}

    // MARK: PhaseState

    func keeps(_ transaction: PooledTransaction) -> Bool {
        state.pointee.contains { $0.transaction == transaction }
    }

    var snapshotRefusal: SnapshotError? { nil }
}

/// What a notification and a delivery touch, behind one pointer.
@frozen @usableFromInline struct PhaseCalendarState: ~Copyable {
    /// The time of the delivery under way, whose end looks what comes first; `never` while there is none, and whoever
    /// notifies then has to see to it that the method wakes.
    @usableFromInline var now: UInt64 = .max
    /// The delta cycle of the delivery under way.
    @usableFromInline var delta: UInt64 = 0
    @usableFromInline var deltas = TransactionRing()
    @usableFromInline var timed = TransactionSchedule()
    @usableFromInline var immediate = TransactionRing()

    @usableFromInline init() {}

    /// Nothing is immediate, and everything that is timed came in order.
    @inline(__always) var isPlain: Bool { immediate.count | timed.others.count == 0 }

    /// Forgets everything that is for `queue`.
    mutating func forget(_ queue: UnsafeMutablePointer<PhaseQueueState>) {
        immediate.remove(queue)
        deltas.remove(queue)
        timed.remove(queue)
    }

    func contains(where matches: (ScheduledTransaction) -> Bool) -> Bool {
        immediate.contains(where: matches) || deltas.contains(where: matches) || timed.contains(where: matches)
    }

    func count(for queue: UnsafeMutablePointer<PhaseQueueState>) -> Int {
        var count = 0
        _ = contains { entry in
            if entry.queue == queue { count += 1 }
            return false
        }
        return count
    }
}

extension UnsafeMutablePointer<PhaseCalendarState> {
    /// Delivers what is due, and what becomes due next as long as nothing else happens before.
    ///
    /// Through the pointer only: whoever is delivered to comes back to the same memory.
    func deliver(_ event: Event, _ scheduler: Scheduler) {
        var now = scheduler.now.picoseconds
        var delta = scheduler.presentDelta
        pointee.now = now
        pointee.delta = delta
        defer { pointee.now = .max }
        var passage = scheduler.passage()
        var generation = scheduler.horizonGeneration
        while true {
            // A stop and an error change the generation; one in the middle of the evaluation drops the rest of it.
            if scheduler.horizonGeneration != generation {
                if scheduler.isEvaluationDropped { return }
                generation = scheduler.horizonGeneration
            }
            if !pointee.isPlain && deliverImmediate() { continue }
            let entry: UnsafeMutablePointer<ScheduledTransaction>
            if !pointee.deltas.isEmpty {
                if pointee.deltas.firstTime != delta {
                    entry = pointee.deltas.removeFirst()
                } else if !pointee.timed.isEmpty && pointee.timed.firstTime <= now {
                    entry = pointee.timed.removeFirst()
                } else {
                    guard passage.passesDelta() else { return event.notifyDelta() }
                    delta &+= 1
                    pointee.delta = delta
                    entry = pointee.deltas.removeFirst()
                }
            } else {
                guard !pointee.timed.isEmpty else { return }
                let time = pointee.timed.firstTime
                if time > now {
                    let next = SimTime(picoseconds: time)
                    guard passage.passes(to: next) else { return event.notify(at: next) }
                    now = time
                    delta &+= 1
                    pointee.now = now
                    pointee.delta = delta
                }
                entry = pointee.timed.removeFirst()
            }
            entry.pointee.deliver()
        }
    }

    /// Delivers one that was notified immediately, if there is one. If not, `timed` shows its first afterwards.
    @inline(never) func deliverImmediate() -> Bool {
        guard !pointee.immediate.isEmpty else {
            pointee.timed.settle()
            return false
        }
        pointee.immediate.removeFirst().pointee.deliver()
        return true
    }
}

extension ScheduledTransaction {
    @inline(__always) func deliver() {
        queue.unsafelyUnwrapped.pointee.delivery?._withUnsafeGuaranteedRef { $0.body(transaction, phase) }
    }
}
