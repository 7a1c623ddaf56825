/// Transactions by time; of equal times the one that came first is first.
///
/// Most models notify with few different delays, so that most entries come in the order of their times: those stand in a
/// ring. What comes before the last of the ring goes into a heap beside it.
@frozen @usableFromInline struct TransactionSchedule: ~Copyable {
    @usableFromInline var ascending = TransactionRing()
    /// No time in the ring is later.
    @usableFromInline var lastTime: UInt64 = 0
    @usableFromInline var others = TransactionHeap()

    @usableFromInline init() {}

    var count: Int { ascending.count &+ others.count }

    /// What follows holds once `settle` was called after the last push.
    var isEmpty: Bool { ascending.isEmpty }
    /// The least time, in picoseconds; there must be one.
    var firstTime: UInt64 { ascending.firstTime }

    /// Sees to it that the first stands in the ring.
    ///
    /// Of equal times that in the ring came first: when the other one came, the ring had a later time already, and it still
    /// has, for nothing is taken out before what is earlier.
    mutating func settle() {
        guard others.count > 0, ascending.isEmpty || others.firstTime < ascending.firstTime else { return }
        ascending.prepend(others.removeFirst().pointee)
    }

    mutating func push(_ entry: ScheduledTransaction) {
        guard entry.time >= lastTime else { return others.push(entry) }
        lastTime = entry.time
        ascending.append(entry)
    }

    /// Whether `pushLast` may take an entry of this time.
    @inlinable @inline(__always) func hasRoom(at time: UInt64) -> Bool { time >= lastTime && !ascending.isFull }

    @inlinable @inline(__always) mutating func pushLast(_ entry: ScheduledTransaction) {
        lastTime = entry.time
        ascending.appendToRoom(entry)
    }

    /// Takes out the first; there must be one. It stands there until something is added.
    @inline(__always) mutating func removeFirst() -> UnsafeMutablePointer<ScheduledTransaction> {
        ascending.removeFirst()
    }

    mutating func removeAll() {
        ascending.removeAll()
        others.removeAll()
        lastTime = 0
    }

    /// Forgets what is for `queue`. The last time stays, so that equal times go on to be told apart.
    mutating func remove(_ queue: UnsafeMutablePointer<PhaseQueueState>) {
        ascending.remove(queue)
        others.remove(queue)
    }

    func contains(where matches: (ScheduledTransaction) -> Bool) -> Bool {
        ascending.contains(where: matches) || others.contains(where: matches)
    }
}
