/// Transactions by time; of equal times the one that came first is first. A binary heap in plain memory.
@frozen @usableFromInline struct TransactionHeap: ~Copyable {
    @frozen @usableFromInline struct Entry {
        @usableFromInline var scheduled: ScheduledTransaction
        /// Orders entries of equal time.
        @usableFromInline var order: UInt64

        @usableFromInline var time: UInt64 { @inline(__always) get { scheduled.time } }

        init(order: UInt64, _ scheduled: ScheduledTransaction) {
            self.order = order
            self.scheduled = scheduled
        }
    }

    @usableFromInline var entries: UnsafeMutablePointer<Entry>
    @usableFromInline var capacity = 4
    @usableFromInline var count = 0
    @usableFromInline var nextOrder: UInt64 = 0

    @usableFromInline init() { entries = .allocate(capacity: 4) }

    @inlinable deinit { entries.deallocate() }

    /// The least time, in picoseconds; there must be one.
    @usableFromInline var firstTime: UInt64 { entries[0].time }

    @inline(never) mutating func push(_ scheduled: ScheduledTransaction) {
        if count == capacity { grow() }
        let entry = Entry(order: nextOrder, scheduled)
        nextOrder &+= 1
        var place = count
        count &+= 1
        while place > 0 {
            let parent = (place &- 1) / 2
            // A later entry of equal time stays below.
            if entries[parent].time <= entry.time { break }
            (entries + place).initialize(to: entries[parent])
            place = parent
        }
        (entries + place).initialize(to: entry)
    }

    /// Takes out the first; there must be one. It stands there until something is added.
    mutating func removeFirst() -> UnsafeMutablePointer<ScheduledTransaction> {
        let least = entries[0]
        count &-= 1
        if count > 0 { sink(entries[count]) }
        entries[count] = least
        // SAFETY: the first stored property of a frozen struct.
        return UnsafeMutableRawPointer(entries + count).assumingMemoryBound(to: ScheduledTransaction.self)
    }

    mutating func removeAll() { count = 0 }

    /// Forgets what is for `queue`.
    mutating func remove(_ queue: UnsafeMutablePointer<PhaseQueueState>) {
        var kept: [ScheduledTransaction] = []
        while count > 0 {
            let scheduled = removeFirst().pointee
            if scheduled.queue != queue { kept.append(scheduled) }
        }
        for scheduled in kept { push(scheduled) }
    }

    func contains(where matches: (ScheduledTransaction) -> Bool) -> Bool {
        (0..<count).contains { matches(entries[$0].scheduled) }
    }

    private func sink(_ entry: Entry) {
        var place = 0
        while true {
            var child = 2 &* place &+ 1
            if child >= count { break }
            if child &+ 1 < count && Self.precedes(entries[child &+ 1], entries[child]) { child &+= 1 }
            if !Self.precedes(entries[child], entry) { break }
            entries[place] = entries[child]
            place = child
        }
        entries[place] = entry
    }

    @inline(__always) private static func precedes(_ a: Entry, _ b: Entry) -> Bool {
        a.time < b.time || (a.time == b.time && a.order < b.order)
    }

    @inline(never) private mutating func grow() {
        let grown = UnsafeMutablePointer<Entry>.allocate(capacity: 2 * capacity)
        grown.moveInitialize(from: entries, count: count)
        entries.deallocate()
        entries = grown
        capacity *= 2
    }
}
