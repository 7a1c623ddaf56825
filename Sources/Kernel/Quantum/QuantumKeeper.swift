/// The local time of one initiator, ahead of the simulation's.
///
/// A sync point is the end of the quantum or the horizon, whichever is first, so that an initiator never passes an
/// event that is already pending. With the quantum zero it always needs to sync.
public struct QuantumKeeper {
    /// How far the initiator is ahead of now.
    public private(set) var localTime: SimTime
    /// The time at which it has to sync, as of the last reset.
    public private(set) var syncPoint: SimTime
    private var generation: UInt64
    private unowned(unsafe) let scheduler: Scheduler
    private unowned(unsafe) let quantum: GlobalQuantum

    /// A keeper that needs to sync, or be reset, first: its initiator may not have run yet when it is made.
    public init(_ simulation: Simulation) {
        scheduler = simulation.scheduler
        quantum = simulation.quantum
        localTime = .zero
        syncPoint = .zero
        generation = scheduler.horizonGeneration
    }

    /// Now plus local time.
    public var currentTime: SimTime { scheduler.now + localTime }

    /// Adds to the local time.
    public mutating func inc(_ time: SimTime) { localTime += time }

    /// Replaces the local time, as after a transport that was given it.
    public mutating func set(_ time: SimTime) { localTime = time }

    /// Whether the initiator has come to its sync point.
    public var needsSync: Bool {
        let current = scheduler.now.saturatingAdd(localTime)
        if current >= syncPoint { return true }
        return generation != scheduler.horizonGeneration && current >= scheduler.horizon
    }

    /// Lets the simulation catch up, then begins the next quantum.
    public mutating func sync(in thread: ThreadContext) throws(ProcessKilled) {
        try thread.wait(for: localTime)
        reset()
    }

    /// Drops the local time and computes the next sync point from now.
    public mutating func reset() {
        localTime = .zero
        syncPoint = quantum.syncPoint()
        generation = scheduler.horizonGeneration
    }
}
