/// The next entries of the event queue, sorted: an array with room at both ends.
///
/// The first entry is never void, so that its time is the next that something happens at.
struct EventFront: ~Copyable {
    private var entries: UnsafeMutablePointer<QueueEntry>
    private var capacity = 64
    private var head = 0
    private var tail = 0
    /// How many entries were taken back and still stand here. None while the front is short.
    private var void = 0
    /// Whether any node ever had a priority: else equal times need no look at their nodes.
    var usesPriorities = false

    init() { entries = .allocate(capacity: capacity) }

    deinit { entries.deallocate() }

    @inline(__always) var isEmpty: Bool { head == tail }
    @inline(__always) var count: Int { tail &- head }
    /// The least time. There must be one.
    @inline(__always) var firstTime: UInt64 { entries[head].time }
    @inline(__always) var lastTime: UInt64 { entries[tail &- 1].time }
    @inline(__always) func time(at index: Int) -> UInt64 { entries[head &+ index].time }

    /// The node of the first entry, if no other entry has its time.
    @inline(__always) var onlyFirst: NodePointer? {
        let count = tail &- head
        if count == 0 || count > 1 && entries[head &+ 1].time == entries[head].time { return nil }
        return entries[head].tag.node
    }

    /// Puts the first entry into an empty front.
    @inline(__always) mutating func begin(with entry: QueueEntry) {
        entries[0] = entry
        head = 0
        tail = 1
    }

    /// Sorts an entry in, behind those of its time and of at most its priority. Cost: the number of later entries, or
    /// constant before the first.
    @inline(__always) mutating func insert(_ entry: QueueEntry) {
        if tail == capacity || (head != tail && entry.time < entries[head].time) { return insertAtEdge(entry) }
        insertFromTail(entry)
    }

    @inline(__always) private mutating func insertFromTail(_ entry: QueueEntry) {
        var index = tail
        while index > head {
            let previous = entries[index &- 1]
            if previous.time < entry.time { break }
            if previous.time == entry.time && !comesAfter(previous, entry) { break }
            entries[index] = previous
            index &-= 1
        }
        entries[index] = entry
        tail &+= 1
    }

    /// Whether an entry of the same time has a higher priority number.
    @inline(__always) private func comesAfter(_ earlier: QueueEntry, _ entry: QueueEntry) -> Bool {
        usesPriorities && earlier.tag.node.pointee.priority > entry.tag.node.pointee.priority
    }

    @inline(never) private mutating func insertAtEdge(_ entry: QueueEntry) {
        if isEmpty { return begin(with: entry) }
        if entry.time < entries[head].time {
            if count < 16 && tail < capacity { return insertFromTail(entry) }
            if head == 0 { makeRoom(before: max(16, count / 2)) }
            head &-= 1
            entries[head] = entry
            return
        }
        makeRoom(before: head < 16 ? 0 : 8)
        insertFromTail(entry)
    }

    /// Leaves `gap` free places before the first entry and as many as there are entries behind the last.
    @inline(never) private mutating func makeRoom(before gap: Int) {
        let count = count
        let target: UnsafeMutablePointer<QueueEntry>
        if gap &+ count &+ max(16, count / 2) <= capacity {
            target = entries
        } else {
            capacity = gap &+ count * 2 &+ 16
            target = .allocate(capacity: capacity)
        }
        (target + gap).update(from: entries + head, count: count)
        if target != entries {
            entries.deallocate()
            entries = target
        }
        head = gap
        tail = gap &+ count
    }

    /// The least time of a live entry that is no catch-up, or `UInt64.max`.
    func earliestEvent() -> UInt64 {
        for index in head..<tail where entries[index].isEvent { return entries[index].time }
        return .max
    }

    /// Takes out the first entry.
    @inline(__always) mutating func popFirst() -> QueueEntry {
        let entry = entries[head]
        head &+= 1
        if void != 0 { dropLeadingVoid() }
        return entry
    }

    @inline(never) private mutating func dropLeadingVoid() {
        while head != tail && !entries[head].tag.isLive {
            head &+= 1
            void &-= 1
        }
    }

    /// Removes an entry whose notification was taken back just now.
    @inline(__always) mutating func remove(_ entry: QueueEntry) {
        if tail &- head == 1 {
            tail = head
            return
        }
        removeOne(entry)
    }

    @inline(never) private mutating func removeOne(_ entry: QueueEntry) {
        if entries[head].tag == entry.tag {
            void &+= 1
            return dropLeadingVoid()
        }
        if count > 64 && entries[tail &- 1].tag != entry.tag {
            // Not worth a search: it is skipped when it comes first.
            void &+= 1
            if void > count / 2 { dropVoid() }
            return
        }
        var index = tail &- 1
        while entries[index].tag != entry.tag { index &-= 1 }
        (entries + index).update(from: entries + index + 1, count: tail &- index &- 1)
        tail &-= 1
    }

    mutating func dropVoid() {
        var kept = head
        for index in head..<tail where entries[index].tag.isLive {
            entries[kept] = entries[index]
            kept &+= 1
        }
        tail = kept
        void = 0
    }

    /// The index of the first entry behind `entry`'s place, were it sorted in.
    func successor(of entry: QueueEntry) -> Int {
        var low = head
        var high = tail
        while low < high {
            let middle = (low &+ high) / 2
            let other = entries[middle]
            if other.time < entry.time || other.time == entry.time && !comesAfter(other, entry) {
                low = middle &+ 1
            } else {
                high = middle
            }
        }
        // Entries of one time are not parted.
        while low < tail && entries[low].time == entry.time { low &+= 1 }
        return low &- head
    }

    /// Moves the entries from `index` on to the wheel, whose base is not after them.
    mutating func moveTail(from index: Int, to wheel: inout EventWheel) {
        for position in head &+ index..<tail {
            let entry = entries[position]
            if void != 0 && !entry.tag.isLive { void &-= 1 } else { wheel.push(entry) }
        }
        tail = head &+ index
    }

    mutating func permuteFirstTime(_ permutation: inout OrderPermutation) {
        dropVoid()
        var start = head
        while start < tail && entries[start].time == entries[head].time {
            let priority = entries[start].tag.node.pointee.priority
            var end = start
            while end < tail && entries[end].time == entries[head].time
                && entries[end].tag.node.pointee.priority == priority
            {
                end &+= 1
            }
            permutation.shuffle(UnsafeMutableBufferPointer(start: entries + start, count: end &- start))
            start = end
        }
    }

    func forEach(_ body: (QueueEntry) -> Void) {
        for index in head..<tail { body(entries[index]) }
    }

    mutating func removeAll() {
        head = 0
        tail = 0
        void = 0
    }
}
