/// When a link is taken: slots that do not overlap, in the order of time. An access books the first stretch that is long
/// enough, at or after the time at which it comes. It need not come in the order of times, because initiators run ahead of
/// the simulation: one whose local time is earlier finds the gaps that those who ran ahead have left.
///
/// **Rank.** An access does not see the slots of those who rank after it, except one that has begun; what it overlaps is
/// booked anew behind it. Whoever had booked that was told its time and keeps it, so that the link seems taken twice for a
/// moment; those who come later pay for it, and no time of the link is lost.
///
/// **Bounds.** What ended before now is forgotten, for nobody can come earlier. Beyond `capacity` slots the two earliest
/// become one, with the gap between them.
struct LinkTimeline: ~Copyable {
    /// As many accesses with gaps between them as one quantum has, in all but the longest.
    static var capacity: Int { 1 << 14 }

    /// Whether ranks count. Where they do not, slots that touch become one, so that a busy link is one slot; where they do,
    /// each access may be overtaken by itself.
    private let isRanked: Bool
    private var slots = LinkSlots()

    init(isRanked: Bool) { self.isRanked = isRanked }

    /// Books `length`, which is not zero, for an access that comes at `time`. Returns when it begins.
    mutating func book(_ length: UInt64, at time: UInt64, rank: UInt32) -> UInt64 {
        let start = isRanked ? place(length, at: time, rank: rank) : place(length, at: time)
        bound()
        return start
    }

    // MARK: Without ranks

    private mutating func place(_ length: UInt64, at time: UInt64) -> UInt64 {
        var (start, index) = (time, firstSlot(endingAfter: time))
        while index < slots.count {
            let slot = slots[index]
            if slot.start >= start, slot.start - start >= length { break }
            start = max(start, slot.end)
            index += 1
        }
        let end = start + length
        let touchesNext = index < slots.count && slots[index].start == end
        guard index > 0, slots[index - 1].end == start else {
            if touchesNext {
                slots[index].start = start
            } else {
                slots.insert(LinkSlot(start: start, end: end, rank: 0), at: index)
            }
            return start
        }
        slots[index - 1].end = end
        if touchesNext {
            slots[index - 1].end = slots[index].end
            slots.remove(at: index)
        }
        return start
    }

    // MARK: With ranks

    private mutating func place(_ length: UInt64, at time: UInt64, rank: UInt32) -> UInt64 {
        let start = begin(length, at: time, rank: rank)
        let end = start + length
        var index = firstSlot(endingAfter: start)
        while index < slots.count, slots[index].start < start { index += 1 }
        slots.insert(LinkSlot(start: start, end: end, rank: rank), at: index)
        // What was overlapped goes behind.
        while index + 1 < slots.count, slots[index + 1].start < end {
            let displaced = slots[index + 1]
            slots.remove(at: index + 1)
            _ = place(displaced.end - displaced.start, at: end, rank: displaced.rank)
        }
        return start
    }

    /// When an access that comes at `time` would begin.
    private func begin(_ length: UInt64, at time: UInt64, rank: UInt32) -> UInt64 {
        var (start, index) = (time, firstSlot(endingAfter: time))
        while index < slots.count {
            let slot = slots[index]
            if slot.rank <= rank {
                if slot.start >= start, slot.start - start >= length { break }
                start = max(start, slot.end)
            } else if slot.start < start {
                start = max(start, slot.end)
            }
            index += 1
        }
        return start
    }

    // MARK: Both

    /// The place of the first slot that ends after `time`. Most accesses come near the end.
    private func firstSlot(endingAfter time: UInt64) -> Int {
        var (low, high) = (0, slots.count)
        for _ in 0..<4 where low < high {
            if slots[high - 1].end <= time { return high }
            high -= 1
        }
        while low < high {
            let middle = (low + high) / 2
            if slots[middle].end <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Forgets what ended at or before `now`.
    mutating func forget(before now: UInt64) {
        while slots.count > 0, slots[0].end <= now { slots.remove(at: 0) }
    }

    private mutating func bound() {
        guard slots.count > Self.capacity else { return }
        let first = slots[0]
        slots.remove(at: 0)
        slots[0].start = first.start
        slots[0].rank = min(first.rank, slots[0].rank)
    }

    /// All slots, for snapshots and tests.
    var booked: [LinkSlot] {
        get {
            var all: [LinkSlot] = []
            for index in 0..<slots.count { all.append(slots[index]) }
            return all
        }
        set {
            slots.removeAll()
            for slot in newValue.suffix(Self.capacity) { slots.insert(slot, at: slots.count) }
        }
    }
}
