/// The pending timed notifications in the total order (time, priority, sequence).
///
/// A radix wheel: 11 levels of 64 buckets. A time stands at the level of the highest group of six bits in which it
/// differs from `base`, in the bucket of that group's digit. `base` is the time of the last node taken out; it never
/// exceeds the time of a node inside, so that the lowest non-empty bucket of the lowest non-empty level holds the
/// minimum. Taking the minimum either finds it alone in its bucket, or spreads the bucket over the levels below,
/// relative to the bucket's least time. A node moves down at most once a level, in practice one to three times.
///
/// Sequence needs no number: lists are first-in first-out, nodes of equal time always share a bucket (while neither has
/// been taken, `base` agrees with both or with neither), and spreading keeps their order. Priority is applied where a
/// bucket holds a single time, at level 0.
///
/// Nodes belong to their owners; the queue owns the heads and allocates nothing afterwards.
struct EventQueue: ~Copyable {
    private static let levels = 11
    private static let buckets = levels * 64
    /// In a head: the least time has to be looked for.
    private static let unknown = UInt64.max - 1

    private let heads: NodePointer
    /// One bit a bucket, one word a level.
    private let occupied: UnsafeMutablePointer<UInt64>
    /// One bit a level.
    private var occupiedLevels: UInt64 = 0
    private var base: UInt64 = 0

    init() {
        heads = .allocate(capacity: Self.buckets)
        occupied = .allocate(capacity: Self.levels)
        occupied.initialize(repeating: 0, count: Self.levels)
        for index in 0..<Self.buckets {
            QueueNode.initialize(heads + index, owner: .listHead)
        }
    }

    deinit {
        heads.deallocate()
        occupied.deallocate()
    }

    var isEmpty: Bool { occupiedLevels == 0 }

    /// Puts in an idle node whose `time` and `priority` are set. The time must not be before that of the last node
    /// taken out.
    @inline(__always) mutating func push(_ node: NodePointer) {
        node.pointee.state = .timed
        link(node)
    }

    /// Takes out a timed node. Cost: constant.
    @inline(__always) mutating func cancel(_ node: NodePointer) {
        unlink(node)
        node.pointee.state = .idle
    }

    /// The least time, or `UInt64.max`. Moves nothing. The minimum of a bucket is kept with it, so that the search
    /// through a bucket happens once after its minimum was cancelled.
    @inline(__always) func earliestTime() -> UInt64 {
        if occupiedLevels == 0 { return .max }
        let level = occupiedLevels.trailingZeroBitCount
        let head = heads + (level &* 64 &+ occupied[level].trailingZeroBitCount)
        let first = head.pointee.next
        if level == 0 || first == head.pointee.previous { return first.pointee.time }
        if head.pointee.time != Self.unknown { return head.pointee.time }
        return searchedMinimum(head)
    }

    /// The least time of everything but catch-ups of initiators, or `UInt64.max`. Moves nothing. Looks through the
    /// lowest buckets until one has such a node: few steps, as long as catch-ups do not share their bucket with many.
    func earliestEvent() -> UInt64 {
        var levels = occupiedLevels
        while levels != 0 {
            let level = levels.trailingZeroBitCount
            levels &= levels &- 1
            var digits = occupied[level]
            while digits != 0 {
                let least = leastEvent(heads + (level &* 64 &+ digits.trailingZeroBitCount), ofOneTime: level == 0)
                if least != .max { return least }
                digits &= digits &- 1
            }
        }
        return .max
    }

    private func leastEvent(_ head: NodePointer, ofOneTime: Bool) -> UInt64 {
        var least = UInt64.max
        var node = head.pointee.next
        while node != head {
            if node.pointee.time < least, !node.pointee.isCatchUp {
                least = node.pointee.time
                if ofOneTime || least == head.pointee.time { return least }
            }
            node = node.pointee.next
        }
        return least
    }

    /// Takes out the first node. The queue must not be empty.
    @inline(__always) mutating func popFirst() -> NodePointer {
        while true {
            let level = occupiedLevels.trailingZeroBitCount
            let digit = occupied[level].trailingZeroBitCount
            let head = heads + (level &* 64 &+ digit)
            let first = head.pointee.next
            // A node alone in the lowest bucket is the minimum at whatever level it stands.
            if level == 0 || head.pointee.previous == first {
                unlink(first)
                base = first.pointee.time
                first.pointee.state = .idle
                return first
            }
            spread(level, digit, head)
        }
    }

    /// Takes out the next node of the time at which the last one was taken, if there is one.
    @inline(__always) mutating func popSameTime() -> NodePointer? {
        let digit = Int(truncatingIfNeeded: base & 63)
        if occupied[0] & (1 &<< UInt64(digit)) == 0 { return nil }
        let first = heads[digit].next
        unlink(first)
        first.pointee.state = .idle
        return first
    }

    /// All nodes, in no order.
    func forEach(_ body: (NodePointer) -> Void) {
        for index in 0..<Self.buckets {
            let head = heads + index
            var node = head.pointee.next
            while node != head {
                body(node)
                node = node.pointee.next
            }
        }
    }

    /// Makes every node idle.
    mutating func removeAll() {
        for index in 0..<Self.buckets {
            let head = heads + index
            var node = head.pointee.next
            while node != head {
                let next = node.pointee.next
                node.pointee.state = .idle
                node = next
            }
            head.pointee.next = head
            head.pointee.previous = head
        }
        for level in 0..<Self.levels { occupied[level] = 0 }
        occupiedLevels = 0
    }

    /// Sets the time before which nothing may be put in. The queue must be empty.
    mutating func rebase(to time: UInt64) {
        precondition(isEmpty, "Only an empty event queue can be set to another time.")
        base = time
    }

    /// Where a time stands relative to `base`. For a time inside the queue this is where its node is, whenever it came.
    @inline(__always) private func bucket(of time: UInt64) -> Int {
        let difference = time ^ base
        let level = difference == 0 ? 0 : (63 &- difference.leadingZeroBitCount) / 6
        return level &* 64 &+ Int(truncatingIfNeeded: (time &>> UInt64(level &* 6)) & 63)
    }

    @inline(__always) private mutating func link(_ node: NodePointer) {
        let time = node.pointee.time
        let priority = node.pointee.priority
        let bucket = bucket(of: time)
        let head = heads + bucket
        var successor = head
        if head.pointee.next == head {
            occupy(bucket)
            head.pointee.time = time
            head.pointee.priority = priority
            head.pointee.isUniform = true
        } else if bucket < 64 {
            // One time a bucket: here priority decides, and arrival among equals.
            while successor.pointee.previous != head && successor.pointee.previous.pointee.priority > priority {
                successor = successor.pointee.previous
            }
        } else if time != head.pointee.time || priority != head.pointee.priority {
            head.pointee.isUniform = false
            if time < head.pointee.time && head.pointee.time != Self.unknown { head.pointee.time = time }
        }
        QueueNode.insert(node, before: successor)
    }

    @inline(__always) private mutating func unlink(_ node: NodePointer) {
        let next = node.pointee.next
        let previous = node.pointee.previous
        previous.pointee.next = next
        next.pointee.previous = previous
        if next == previous {
            // Its only neighbour was the head: the bucket is empty. Two nodes cannot be each other's both neighbours.
            if next.pointee.next == next { vacate(next - heads) }
        } else if node.pointee.time ^ base >= 64 {
            let head = heads + bucket(of: node.pointee.time)
            if !head.pointee.isUniform && head.pointee.time == node.pointee.time { head.pointee.time = Self.unknown }
        }
    }

    @inline(__always) private mutating func occupy(_ bucket: Int) {
        let level = bucket &>> 6
        occupied[level] |= 1 &<< UInt64(truncatingIfNeeded: bucket & 63)
        occupiedLevels |= 1 &<< UInt64(level)
    }

    @inline(__always) private mutating func vacate(_ bucket: Int) {
        let level = bucket &>> 6
        occupied[level] &= ~(1 &<< UInt64(truncatingIfNeeded: bucket & 63))
        if occupied[level] == 0 { occupiedLevels &= ~(1 &<< UInt64(level)) }
    }

    @inline(never) private func searchedMinimum(_ head: NodePointer) -> UInt64 {
        var least = UInt64.max
        var node = head.pointee.next
        while node != head {
            least = min(least, node.pointee.time)
            node = node.pointee.next
        }
        head.pointee.time = least
        return least
    }

    /// Spreads a bucket over the levels below it, which are empty.
    @inline(never) private mutating func spread(_ level: Int, _ digit: Int, _ head: NodePointer) {
        base = head.pointee.time == Self.unknown ? searchedMinimum(head) : head.pointee.time
        var node = head.pointee.next
        let last = head.pointee.previous
        head.pointee.next = head
        head.pointee.previous = head
        vacate(level &* 64 &+ digit)
        if head.pointee.isUniform {
            // Everything of one instant, as when many processes wait for the same time: the list moves as a whole.
            let bucket = Int(truncatingIfNeeded: base & 63)
            let target = heads + bucket
            target.pointee.next = node
            target.pointee.previous = last
            node.pointee.previous = target
            last.pointee.next = target
            occupy(bucket)
            return
        }
        while node != head {
            let next = node.pointee.next
            link(node)
            node = next
        }
    }
}
