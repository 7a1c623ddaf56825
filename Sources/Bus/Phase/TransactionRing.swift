/// A transaction in a payload event queue.
@frozen @usableFromInline struct ScheduledTransaction {
    /// When it is due, in picoseconds; for entries of the next delta cycle, the cycle in which they came.
    @usableFromInline var time: UInt64
    @usableFromInline var transaction: PooledTransaction
    @usableFromInline var phase: Phase
    /// Whom it is delivered to; nil in a queue from which a process takes.
    @usableFromInline var queue: UnsafeMutablePointer<PhaseQueueState>?

    @inlinable @inline(__always) init(
        time: UInt64, _ transaction: PooledTransaction, _ phase: Phase,
        for queue: UnsafeMutablePointer<PhaseQueueState>?
    ) {
        self.time = time
        self.transaction = transaction
        self.phase = phase
        self.queue = queue
    }
}

/// First in, first out, in plain memory that grows to the most that was in it at once.
@frozen @usableFromInline struct TransactionRing: ~Copyable {
    @usableFromInline var entries: UnsafeMutablePointer<ScheduledTransaction>
    @usableFromInline var mask = 3
    /// Both count on and on; what is in the ring lies between them.
    @usableFromInline var first = 0
    @usableFromInline var end = 0

    @usableFromInline init() { entries = .allocate(capacity: 4) }

    @inlinable deinit { entries.deallocate() }

    @inlinable var count: Int { end &- first }
    @inlinable var isEmpty: Bool { end == first }

    /// The time of the first entry; there must be one.
    @inlinable var firstTime: UInt64 { entries[first & mask].time }

    @inlinable var isFull: Bool { end &- first > mask }

    mutating func append(_ entry: ScheduledTransaction) {
        if isFull { grow() }
        appendToRoom(entry)
    }

    mutating func prepend(_ entry: ScheduledTransaction) {
        if isFull { grow() }
        first &-= 1
        (entries + (first & mask)).initialize(to: entry)
    }

    /// It must not be full.
    @inlinable @inline(__always) mutating func appendToRoom(_ entry: ScheduledTransaction) {
        (entries + (end & mask)).initialize(to: entry)
        end &+= 1
    }

    /// Takes out the first; there must be one. It stands there until something is added.
    ///
    /// A place and not a value, because an entry is mostly added just before: a copy of the whole would be loaded in larger
    /// pieces than those that were stored, and wait until they have left the processor.
    @inlinable @inline(__always) mutating func removeFirst() -> UnsafeMutablePointer<ScheduledTransaction> {
        let entry = entries + (first & mask)
        first &+= 1
        return entry
    }

    mutating func removeAll() { first = end }

    /// Forgets what is for `queue`.
    mutating func remove(_ queue: UnsafeMutablePointer<PhaseQueueState>) {
        for _ in 0..<count {
            let entry = removeFirst().pointee
            if entry.queue != queue { append(entry) }
        }
    }

    func contains(where matches: (ScheduledTransaction) -> Bool) -> Bool {
        (first..<end).contains { matches(entries[$0 & mask]) }
    }

    @inline(never) private mutating func grow() {
        let grown = UnsafeMutablePointer<ScheduledTransaction>.allocate(capacity: 2 * (mask + 1))
        let count = count
        for index in 0..<count { (grown + index).initialize(to: entries[(first + index) & mask]) }
        entries.deallocate()
        entries = grown
        first = 0
        end = count
        mask = 2 * mask + 1
    }
}
