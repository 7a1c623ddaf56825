public import Synchronization

/// How a method lets time pass that knows when it would be woken next and wakes nobody else: a calendar of many things
/// that are due. One for each call of the method.
///
/// Order and counts are those of the long way. What the kernel found once holds until an earlier notification is added,
/// somebody else becomes runnable, or the outside wants something: each is seen by one load.
@frozen public struct Passage: ~Copyable {
    // SAFETY: the scheduler runs the method, and owns the rest.
    @usableFromInline let scheduler: Unmanaged<Scheduler>
    @usableFromInline let mailroom: Unmanaged<Mailroom>
    @usableFromInline let clock: UnsafeMutablePointer<SchedulerClock>
    @usableFromInline let counts: UnsafeMutablePointer<SchedulerCounts>
    /// Times before it pass directly while the generation stays; nothing does at first.
    @usableFromInline var end: UInt64 = 0
    @usableFromInline var generation: UInt64 = 0

    @inlinable @inline(__always) init(
        _ scheduler: Unmanaged<Scheduler>, _ mailroom: Unmanaged<Mailroom>,
        _ clock: UnsafeMutablePointer<SchedulerClock>, _ counts: UnsafeMutablePointer<SchedulerCounts>
    ) {
        self.scheduler = scheduler
        self.mailroom = mailroom
        self.clock = clock
        self.counts = counts
    }

    @inlinable @inline(__always) func isOpen(at time: UInt64) -> Bool {
        time < end && clock.pointee.horizonGeneration == generation
            && mailroom._withUnsafeGuaranteedRef { $0.attention.load(ordering: .relaxed) } == 0
    }

    @inlinable @inline(__always) func count() {
        counts.pointee.stamp &+= 1
        counts.pointee.deltaCount &+= 1
        counts.pointee.eventCount &+= 1
    }

    /// Ends the present delta cycle and lets time pass to `time`, which lies after now, as if the method had been notified
    /// at `time` and had returned; true if nothing else can happen before and at `time`. False changes nothing: the
    /// method then notifies itself.
    @inlinable @inline(__always) public mutating func passes(to time: SimTime) -> Bool {
        guard isOpen(at: time.picoseconds) else { return passesAnew(to: time) }
        count()
        clock.pointee.now = time.picoseconds
        return true
    }

    /// As `passes(to:)`, for the next delta cycle.
    @inlinable @inline(__always) public mutating func passesDelta() -> Bool {
        guard isOpen(at: clock.pointee.now) else { return passesDeltaAnew() }
        count()
        return true
    }

    @usableFromInline @inline(never) mutating func passesAnew(to time: SimTime) -> Bool {
        let passes = scheduler._withUnsafeGuaranteedRef { $0.passes(directlyTo: time.picoseconds) }
        if passes { open() }
        return passes
    }

    @usableFromInline @inline(never) mutating func passesDeltaAnew() -> Bool {
        let passes = scheduler._withUnsafeGuaranteedRef { $0.passesDelta() }
        if passes { open() }
        return passes
    }

    /// Nothing else is to run now.
    private mutating func open() {
        end = scheduler._withUnsafeGuaranteedRef { $0.core.pointee.readPassage() }
        generation = clock.pointee.horizonGeneration
    }
}

extension Scheduler {
    /// A passage for the method that runs now.
    @inlinable @inline(__always) public func passage() -> Passage {
        Passage(.passUnretained(self), .passUnretained(mailroom), clock, counts)
    }

    fileprivate func passesDelta() -> Bool {
        guard core.pointee.isQuiet, !mailroom.needsAttention, !core.pointee.isReplaying,
            core.pointee.phase == .evaluate, core.pointee.limit != core.pointee.clock.pointee.now
        else { return false }
        core.pointee.deltaCount &+= 1
        core.pointee.eventCount &+= 1
        core.pointee.stamp &+= 1
        return true
    }
}
