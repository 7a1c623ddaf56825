/// A stretch of time in which a link is taken, in picoseconds; `end` is the first instant at which it is free again.
struct LinkSlot: Equatable {
    var start: UInt64
    var end: UInt64
    /// Whose it is: 0 goes before 1. All are 0 where nobody goes before others.
    var rank: UInt32
}

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
    static var capacity: Int { 256 }

    // SAFETY: owned by this value: `capacity` slots and one more, of which `count` are initialised, from the first on.
    private let slots: UnsafeMutablePointer<LinkSlot> = .allocate(capacity: capacity + 1)
    private var count = 0

    init() {}

    deinit { slots.deallocate() }

    /// Books `length`, which is not zero, for an access that comes at `time`. Returns when it begins.
    mutating func book(_ length: UInt64, at time: UInt64, rank: UInt32) -> UInt64 {
        let start = place(length, at: time, rank: rank)
        bound()
        return start
    }

    private mutating func place(_ length: UInt64, at time: UInt64, rank: UInt32) -> UInt64 {
        let start = begin(length, at: time, rank: rank)
        let end = start + length
        var index = count
        while index > 0, slots[index - 1].start >= start { index -= 1 }
        insert(LinkSlot(start: start, end: end, rank: rank), at: index)
        // What was overlapped goes behind.
        while index + 1 < count, slots[index + 1].start < end {
            let displaced = slots[index + 1]
            remove(at: index + 1)
            _ = place(displaced.end - displaced.start, at: end, rank: displaced.rank)
        }
        return start
    }

    /// When an access that comes at `time` would begin.
    private func begin(_ length: UInt64, at time: UInt64, rank: UInt32) -> UInt64 {
        var start = time
        var index = count
        while index > 0, slots[index - 1].end > time { index -= 1 }
        while index < count {
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

    /// Forgets what ended at or before `now`.
    mutating func forget(before now: UInt64) {
        var first = 0
        while first < count, slots[first].end <= now { first += 1 }
        guard first > 0 else { return }
        count -= first
        slots.update(from: slots + first, count: count)
    }

    /// Slots of equal rank that touch become one, so that a busy link is one slot. Not where ranks count: there each access
    /// may be overtaken by itself.
    mutating func mergeNeighbours() {
        var kept = 0
        for index in 1..<max(count, 1) {
            if slots[index].start == slots[kept].end {
                slots[kept].end = slots[index].end
            } else {
                kept += 1
                slots[kept] = slots[index]
            }
        }
        count = min(count, kept + 1)
    }

    private mutating func bound() {
        guard count > Self.capacity else { return }
        slots[1].start = slots[0].start
        slots[1].rank = min(slots[0].rank, slots[1].rank)
        remove(at: 0)
    }

    private mutating func insert(_ slot: LinkSlot, at index: Int) {
        (slots + count).initialize(to: slot)
        var position = count
        while position > index {
            slots[position] = slots[position - 1]
            position -= 1
        }
        slots[index] = slot
        count += 1
    }

    private mutating func remove(at index: Int) {
        count -= 1
        for position in index..<count { slots[position] = slots[position + 1] }
    }

    /// All slots, for snapshots and tests.
    var booked: [LinkSlot] {
        get { Array(UnsafeBufferPointer(start: slots, count: count)) }
        set {
            count = min(newValue.count, Self.capacity)
            for index in 0..<count { (slots + index).initialize(to: newValue[index]) }
        }
    }
}
