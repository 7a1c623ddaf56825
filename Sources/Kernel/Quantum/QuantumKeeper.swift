/// The local time of one initiator, ahead of the simulation's.
///
/// A sync point is the end of the quantum or the horizon, whichever is first, so that an initiator never passes an
/// event that is already pending. With the quantum zero it always needs to sync. The keeper holds nothing: its
/// initiator is a module, which the simulation outlives.
@frozen public struct QuantumKeeper {
    @usableFromInline var local: UInt64 = 0
    @usableFromInline var end: UInt64 = 0
    @usableFromInline var generation: UInt64
    @usableFromInline let clock: UnsafeMutablePointer<SchedulerClock>
    @usableFromInline let scheduler: Unmanaged<Scheduler>
    @usableFromInline let quantum: Unmanaged<GlobalQuantum>
    /// A quantum of this keeper's own, instead of the global one.
    @usableFromInline let own: SimTime?

    /// A keeper that needs to sync, or be reset, first: its initiator may not have run yet when it is made.
    ///
    /// - Parameter own: a quantum of its own, such as a shorter one for an initiator that polls; without it the global
    ///   quantum counts. The platform's bound on skew holds for both.
    public init(_ simulation: Simulation, quantum own: SimTime? = nil) {
        self.own = own
        scheduler = .passUnretained(simulation.scheduler)
        quantum = .passUnretained(simulation.quantum)
        clock = simulation.scheduler.clock
        generation = clock.pointee.horizonGeneration
    }

    /// How far the initiator is ahead of now.
    public var localTime: SimTime { @inlinable get { SimTime(picoseconds: local) } }

    /// The time at which it has to sync, as of the last reset.
    public var syncPoint: SimTime { @inlinable get { SimTime(picoseconds: end) } }

    /// Now plus local time.
    public var currentTime: SimTime { @inlinable get { SimTime(picoseconds: clock.pointee.now) + localTime } }

    /// Adds to the local time.
    @inlinable public mutating func inc(_ time: SimTime) { local = (localTime + time).picoseconds }

    /// Replaces the local time, as after a transport that was given it.
    @inlinable public mutating func set(_ time: SimTime) { local = time.picoseconds }

    /// Whether the initiator has come to its sync point.
    public var needsSync: Bool {
        @inlinable get {
            let (current, overflow) = clock.pointee.now.addingReportingOverflow(local)
            if overflow || current >= end { return true }
            return generation != clock.pointee.horizonGeneration && isPastHorizon
        }
    }

    /// Looks again, because something may have been notified that is earlier than the sync point.
    @usableFromInline @inline(__always) var isPastHorizon: Bool { Self.isPastHorizon(currentTime, of: scheduler) }

    @usableFromInline @inline(never) static func isPastHorizon(
        _ time: SimTime, of scheduler: Unmanaged<Scheduler>
    ) -> Bool { scheduler._withUnsafeGuaranteedRef { time >= $0.horizon } }

    /// Lets the simulation catch up, then begins the next quantum.
    ///
    /// Inlined down to calls that know nothing of the keeper, so that one that is a local variable stays in registers.
    @inlinable public mutating func sync(in thread: ThreadContext) throws(ProcessKilled) {
        try thread.catchUp(by: localTime)
        reset()
    }

    /// Drops the local time and computes the next sync point from now.
    @inlinable public mutating func reset() {
        local = 0
        end = Self.syncPoint(of: quantum, own).picoseconds
        generation = clock.pointee.horizonGeneration
    }

    @usableFromInline @inline(never) static func syncPoint(
        of quantum: Unmanaged<GlobalQuantum>, _ own: SimTime?
    ) -> SimTime {
        quantum._withUnsafeGuaranteedRef { quantum in
            own.map { quantum.syncPoint(of: quantum.bounded($0)) } ?? quantum.syncPoint()
        }
    }
}
