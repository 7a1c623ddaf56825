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
                Self.deliver(state, event, scheduler)
            }
        }
        PhaseDirectory.of(simulation).add(self)
        return event
    }

    /// Delivers what is due, and what becomes due next as long as nothing else happens before.
    private static func deliver(
        _ state: UnsafeMutablePointer<PhaseCalendarState>, _ event: Event, _ scheduler: Scheduler
    ) {
        state.pointee.isDelivering = true
        defer { state.pointee.isDelivering = false }
        var now = scheduler.now.picoseconds
        var delta = scheduler.presentDelta
        while true {
            let entry: ScheduledTransaction
            if !state.pointee.immediate.isEmpty {
                entry = state.pointee.immediate.removeFirst()
            } else if !state.pointee.deltas.isEmpty {
                if state.pointee.deltas.firstOrder == delta {
                    guard scheduler.passDelta() else { return event.notifyDelta() }
                    delta &+= 1
                }
                entry = state.pointee.deltas.removeFirst()
            } else {
                let time = state.pointee.timed.firstTime
                if time > now {
                    guard time != .max else { return }
                    let next = SimTime(picoseconds: time)
                    guard scheduler.passDirectly(to: next) else { return event.notify(at: next) }
                    now = time
                    delta &+= 1
                }
                entry = state.pointee.timed.removeFirst()
            }
            entry.deliver()
        }
    }

    // MARK: SimulationService

    func rewind() {
        state.pointee.immediate.removeAll()
        state.pointee.deltas.removeAll()
        state.pointee.timed.removeAll()
        state.pointee.isDelivering = false
    }

    func end() { wake = nil }

    func checkSnapshot() throws(SnapshotError) {}

    // MARK: PhaseState

    func keeps(_ transaction: PooledTransaction) -> Bool {
        state.pointee.immediate.contains(transaction) || state.pointee.deltas.contains(transaction)
            || state.pointee.timed.contains(transaction)
    }

    var snapshotRefusal: SnapshotError? { nil }
}

/// What a notification and a delivery touch, behind one pointer.
struct PhaseCalendarState: ~Copyable {
    var immediate = TransactionRing()
    var deltas = TransactionRing()
    var timed = TransactionHeap()
    /// The end of a delivery looks what comes first: nobody need be woken meanwhile.
    var isDelivering = false

    /// Forgets everything that is for `queue`.
    mutating func forget(_ queue: UnsafeMutablePointer<PhaseQueueState>) {
        guard queue.pointee.count > 0 else { return }
        immediate.remove(queue)
        deltas.remove(queue)
        timed.remove(queue)
        queue.pointee.count = 0
    }
}

extension ScheduledTransaction {
    @inline(__always) func deliver() {
        guard let queue else { return }
        queue.pointee.count &-= 1
        queue.pointee.delivery?._withUnsafeGuaranteedRef { $0.body(transaction, phase) }
    }
}
