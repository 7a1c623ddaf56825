/// A stretch of time in which a link is taken, in picoseconds; `end` is the first instant at which it is free again.
struct LinkSlot: Equatable {
    var start: UInt64
    var end: UInt64
    /// Whose it is: 0 goes before 1. All are 0 where nobody goes before others.
    var rank: UInt32
}

/// Slots in the order of time, in one piece of memory with a hole in it. Who adds one moves the hole there, so that
/// initiators that go forward in time, each at its own place, move little; the first goes without moving any.
struct LinkSlots: ~Copyable {
    // SAFETY: owned by this value: `room` slots, of which those from `head` to `hole` and from `holeEnd` to `room` are
    // initialised.
    private var storage: UnsafeMutablePointer<LinkSlot>
    private var room: Int
    private var head = 0
    private var hole = 0
    private var holeEnd: Int

    init(room: Int = 64) {
        self.room = room
        holeEnd = room
        storage = .allocate(capacity: room)
    }

    deinit { storage.deallocate() }

    var count: Int { room - holeEnd + hole - head }

    subscript(_ index: Int) -> LinkSlot {
        @inline(__always) get { storage[place(of: index)] }
        @inline(__always) set { storage[place(of: index)] = newValue }
    }

    @inline(__always) private func place(of index: Int) -> Int {
        let place = head &+ index
        return place < hole ? place : place &+ (holeEnd &- hole)
    }

    mutating func insert(_ slot: LinkSlot, at index: Int) {
        if hole == holeEnd { makeRoom() }
        moveHole(to: index)
        (storage + hole).initialize(to: slot)
        hole += 1
    }

    mutating func remove(at index: Int) {
        if index == 0, head < hole {
            head += 1
        } else {
            moveHole(to: index)
            holeEnd += 1
        }
    }

    mutating func removeAll() { (head, hole, holeEnd) = (0, 0, room) }

    private mutating func moveHole(to index: Int) {
        let place = head + index
        if place < hole {
            let count = hole - place
            (storage + holeEnd - count).update(from: storage + place, count: count)
            hole -= count
            holeEnd -= count
        } else if place > hole {
            let count = place - hole
            (storage + hole).update(from: storage + holeEnd, count: count)
            hole += count
            holeEnd += count
        }
    }

    /// Closes up, in twice the room unless half of it is free.
    private mutating func makeRoom() {
        let count = count
        let larger = count * 2 > room ? room * 2 : room
        let old = storage
        let next = UnsafeMutablePointer<LinkSlot>.allocate(capacity: larger)
        for index in 0..<count { (next + index).initialize(to: self[index]) }
        old.deallocate()
        (storage, room, head, hole, holeEnd) = (next, larger, 0, count, larger)
    }
}
