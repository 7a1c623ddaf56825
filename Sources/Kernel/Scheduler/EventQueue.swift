/// The pending timed notifications in the total order (time, priority, sequence).
///
/// What comes next stands sorted in the front, everything later in the wheel: entries before `frontLimit` belong to the
/// front, all others to the wheel. When the front is used up, it is filled with the lowest bucket of the wheel and its
/// neighbours. A queue with few entries never uses the wheel.
///
/// Sequence needs no number: entries of equal time are on the same side of `frontLimit` and in the same bucket, lists
/// are first-in first-out and what moves them keeps their order. Priority is applied in the front.
///
/// Entries are of 16 bytes, in arrays; nodes are touched when they are put in, taken back and fired, not when entries
/// move. A notification that is taken back leaves a void entry, unless it stands where it can be dropped at once; void
/// entries never outnumber the others by much.
struct EventQueue: ~Copyable {
    /// So many entries the front takes before the wheel is used; sorting in costs no more than the wheel up to here.
    private static let frontSize = 48
    /// Refilling takes further buckets until the front has so many entries.
    private static let refillSize = 24

    private var front = EventFront()
    private var wheel = EventWheel()
    private var frontLimit = UInt64.max
    /// The time of the last entry taken out. The base of the wheel may always be set to it while the wheel is empty.
    private var lastTime: UInt64 = 0

    var isEmpty: Bool { front.isEmpty && wheel.isEmpty }

    /// Whether the next entry has to be brought from the wheel.
    @inline(__always) var needsRefill: Bool { front.isEmpty }
    /// Whether there is so much in the wheel that the nodes of the front are not expected in a cache.
    @inline(__always) var isLarge: Bool { wheel.live > 2048 }

    /// Puts in an idle node whose `time` is set. The time must not be before that of the last node taken out.
    @inline(__always) mutating func push(_ node: NodePointer) {
        node.pointee.state = .timed
        let entry = QueueEntry(node)
        if node.pointee.priority != 0 { front.usesPriorities = true }
        if entry.time >= frontLimit { return pushToWheel(entry) }
        if front.isEmpty { return front.begin(with: entry) }
        if front.count >= Self.frontSize && entry.time != front.lastTime { return pushToLongFront(entry) }
        front.insert(entry)
    }

    /// Takes back a timed node.
    @inline(__always) mutating func cancel(_ node: NodePointer) {
        let entry = QueueEntry(node)
        node.pointee.state = .idle
        node.pointee.generation &+= 1
        if entry.time < frontLimit { front.remove(entry) } else { wheel.remove(entry) }
    }

    /// The least time, or `UInt64.max`. Moves nothing: the base of the wheel stays at or before the present.
    @inline(__always) mutating func earliestTime() -> UInt64 {
        front.isEmpty ? wheel.earliestTime() : front.firstTime
    }

    /// The least time of everything but catch-ups of initiators, or `UInt64.max`. Moves nothing. Looks through the front
    /// and the lowest buckets until one has such a node: few steps, as long as catch-ups do not share their bucket with
    /// many.
    func earliestEvent() -> UInt64 {
        let least = front.earliestEvent()
        return least != .max ? least : wheel.earliestEvent()
    }

    /// Takes out the first node. The queue must not be empty, nor in need of a refill.
    @inline(__always) mutating func popFirst() -> NodePointer {
        let entry = front.popFirst()
        lastTime = entry.time
        let node = entry.tag.node
        node.pointee.state = .idle
        return node
    }

    /// Takes out the next node of the time at which the last one was taken, if there is one.
    @inline(__always) mutating func popSameTime() -> NodePointer? {
        if front.isEmpty || front.firstTime != lastTime { return nil }
        let node = front.popFirst().tag.node
        node.pointee.state = .idle
        return node
    }

    /// The first node, if the front has one and no other of its time.
    @inline(__always) var onlyFirst: NodePointer? { front.onlyFirst }

    /// Takes out the node that is `onlyFirst`, whose state the caller changes. Returns its time.
    @inline(__always) mutating func popOnlyFirst() -> UInt64 {
        lastTime = front.popFirst().time
        return lastTime
    }

    /// Brings the lowest entries of the wheel to the front. The caller takes the first one out next: the base of the
    /// wheel is then its time, at most.
    @inline(never) mutating func refill() {
        if wheel.isEmpty { return }
        while true {
            wheel.spreadLowest(unlessAtMost: Self.refillSize)
            repeat {
                frontLimit = wheel.moveLowest(to: &front)
                if wheel.isEmpty {
                    frontLimit = .max
                    return
                }
            } while front.count &+ wheel.lowestCount <= Self.refillSize
            if !front.isEmpty { return }
        }
    }

    /// Calls `body` with the nodes that the front refers to now.
    @inline(__always) func forEachInFront(_ body: (NodePointer) -> Void) { front.forEach { body($0.tag.node) } }

    /// Rearranges the entries of the least time; priorities stay in order. The queue must not be in need of a refill.
    mutating func permuteFirstTime(_ permutation: inout OrderPermutation) { front.permuteFirstTime(&permutation) }

    /// All nodes; those of equal time in the order in which they were put in.
    func forEach(_ body: (NodePointer) -> Void) {
        front.forEach { if $0.tag.isLive { body($0.tag.node) } }
        wheel.forEach { if $0.tag.isLive { body($0.tag.node) } }
    }

    /// Makes every node idle.
    mutating func removeAll() {
        forEach { $0.pointee.state = .idle }
        front.removeAll()
        wheel.removeAll()
        frontLimit = .max
    }

    /// Sets the time before which nothing may be put in. The queue must be empty.
    mutating func rebase(to time: UInt64) {
        precondition(isEmpty, "Only an empty event queue can be set to another time.")
        lastTime = time
        frontLimit = .max
    }

    @inline(__always) private mutating func pushToWheel(_ entry: QueueEntry) {
        if wheel.isEmpty { wheel.rebase(to: lastTime) }
        wheel.push(entry)
    }

    /// Keeps the front short where sorting in would cost more than the wheel: what comes last goes there.
    @inline(never) private mutating func pushToLongFront(_ entry: QueueEntry) {
        let last = front.lastTime
        if entry.time > last {
            frontLimit = last &+ 1
            return pushToWheel(entry)
        }
        if entry.time >= front.firstTime {
            let successor = front.successor(of: entry)
            if front.count &- successor > Self.frontSize {
                frontLimit = front.time(at: successor)
                if wheel.isEmpty { wheel.rebase(to: lastTime) }
                front.moveTail(from: successor, to: &wheel)
            }
        }
        front.insert(entry)
    }

    /// Drops all void entries.
    mutating func dropVoid() {
        front.dropVoid()
        wheel.dropVoid()
    }
}
