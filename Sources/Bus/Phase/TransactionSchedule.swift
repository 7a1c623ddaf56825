import TandemKernel

/// A transaction in a payload event queue.
struct ScheduledTransaction {
    var time: UInt64
    /// Orders entries of equal time; for entries of the next delta cycle, the cycle in which they came.
    var order: UInt64
    var transaction: PooledTransaction
    var phase: Phase
    /// Whom it is delivered to; nil in a queue from which a process takes.
    var queue: UnsafeMutablePointer<PhaseQueueState>?
}

/// First in, first out, in plain memory that grows to the most that was in it at once.
struct TransactionRing: ~Copyable {
    private var entries: UnsafeMutablePointer<ScheduledTransaction> = .allocate(capacity: 4)
    private var capacity = 4
    private var first = 0
    private(set) var count = 0

    deinit { entries.deallocate() }

    var isEmpty: Bool { count == 0 }

    /// The order of the first entry; there must be one.
    var firstOrder: UInt64 { entries[first].order }

    mutating func append(_ entry: ScheduledTransaction) {
        if count == capacity { grow() }
        (entries + ((first &+ count) & (capacity &- 1))).initialize(to: entry)
        count &+= 1
    }

    /// There must be one.
    mutating func removeFirst() -> ScheduledTransaction {
        let entry = entries[first]
        first = (first &+ 1) & (capacity &- 1)
        count &-= 1
        return entry
    }

    mutating func removeAll() { count = 0 }

    /// Forgets what is for `queue`.
    mutating func remove(_ queue: UnsafeMutablePointer<PhaseQueueState>) {
        for _ in 0..<count {
            let entry = removeFirst()
            if entry.queue != queue { append(entry) }
        }
    }

    func contains(_ transaction: PooledTransaction) -> Bool {
        (0..<count).contains { entries[(first + $0) & (capacity - 1)].transaction == transaction }
    }

    @inline(never) private mutating func grow() {
        let grown = UnsafeMutablePointer<ScheduledTransaction>.allocate(capacity: 2 * capacity)
        for index in 0..<count { (grown + index).initialize(to: entries[(first + index) & (capacity - 1)]) }
        entries.deallocate()
        entries = grown
        first = 0
        capacity *= 2
    }
}

/// Transactions by time; of equal times the one that came first is first. A binary heap in plain memory.
struct TransactionHeap: ~Copyable {
    private var entries: UnsafeMutablePointer<ScheduledTransaction> = .allocate(capacity: 4)
    private var capacity = 4
    private(set) var count = 0
    private var nextOrder: UInt64 = 0

    deinit { entries.deallocate() }

    var isEmpty: Bool { count == 0 }

    /// The least time, in picoseconds; `never` when empty.
    var firstTime: UInt64 { count == 0 ? .max : entries[0].time }

    mutating func push(
        _ transaction: PooledTransaction, _ phase: Phase, at time: UInt64,
        for queue: UnsafeMutablePointer<PhaseQueueState>? = nil
    ) {
        if count == capacity { grow() }
        let entry = ScheduledTransaction(
            time: time, order: nextOrder, transaction: transaction, phase: phase, queue: queue)
        nextOrder &+= 1
        var place = count
        count &+= 1
        while place > 0 {
            let parent = (place &- 1) / 2
            // A later entry of equal time stays below.
            if entries[parent].time <= time { break }
            (entries + place).initialize(to: entries[parent])
            place = parent
        }
        (entries + place).initialize(to: entry)
    }

    /// There must be one.
    mutating func removeFirst() -> ScheduledTransaction {
        let least = entries[0]
        count &-= 1
        if count > 0 { sink(entries[count]) }
        return least
    }

    mutating func removeAll() { count = 0 }

    /// Forgets what is for `queue`.
    mutating func remove(_ queue: UnsafeMutablePointer<PhaseQueueState>) {
        var kept: [ScheduledTransaction] = []
        while count > 0 {
            let entry = removeFirst()
            if entry.queue != queue { kept.append(entry) }
        }
        // In ascending order they are a heap.
        for (index, entry) in kept.enumerated() { entries[index] = entry }
        count = kept.count
    }

    func contains(_ transaction: PooledTransaction) -> Bool {
        (0..<count).contains { entries[$0].transaction == transaction }
    }

    private func sink(_ entry: ScheduledTransaction) {
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

    @inline(__always) private static func precedes(_ a: ScheduledTransaction, _ b: ScheduledTransaction) -> Bool {
        a.time < b.time || (a.time == b.time && a.order < b.order)
    }

    @inline(never) private mutating func grow() {
        let grown = UnsafeMutablePointer<ScheduledTransaction>.allocate(capacity: 2 * capacity)
        grown.moveInitialize(from: entries, count: count)
        entries.deallocate()
        entries = grown
        capacity *= 2
    }
}
