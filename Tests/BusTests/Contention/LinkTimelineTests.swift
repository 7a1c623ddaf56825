import TandemKernel
import TandemTesting
import Testing

@testable import TandemBus

@Suite("Time line of a link")
struct LinkTimelineTests {
    @Test("random bookings begin where a naive search says", arguments: [1, 2, 3, 4] as [UInt64])
    func random(seed: UInt64) {
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        var timeline = LinkTimeline(isRanked: false)
        var taken: [Range<UInt64>] = []
        var now: UInt64 = 0
        for _ in 0..<500 {
            if Int.random(in: 0..<4, using: &random) == 0 { now += UInt64.random(in: 0..<60, using: &random) }
            timeline.forget(before: now)
            taken.removeAll { $0.upperBound <= now }
            let time = now + UInt64.random(in: 0..<200, using: &random)
            let length = UInt64.random(in: 1..<12, using: &random)
            let start = timeline.book(length, at: time, rank: 0)
            let candidates = ([time] + taken.map(\.upperBound)).filter { $0 >= time }.sorted()
            let expected = candidates.first { begin in !taken.contains { $0.overlaps(begin..<begin + length) } }
            #expect(start == expected)
            taken.append(start..<start + length)
        }
    }

    @Test("who ranks first passes those who have not begun, and they lose no time of the link")
    func ranks() {
        var timeline = LinkTimeline(isRanked: true)
        #expect(timeline.book(10, at: 0, rank: 1) == 0)
        #expect(timeline.book(10, at: 0, rank: 1) == 10)
        #expect(timeline.book(10, at: 0, rank: 2) == 20)
        // The first has begun at 5; the second and the third go behind.
        #expect(timeline.book(7, at: 5, rank: 0) == 10)
        #expect(timeline.booked.map(\.start) == [0, 10, 17, 27] && timeline.booked.map(\.rank) == [1, 0, 1, 2])
        #expect(timeline.book(5, at: 12, rank: 1) == 27)
        #expect(timeline.booked.last == LinkSlot(start: 32, end: 42, rank: 2))
        #expect(timeline.book(1, at: 0, rank: 2) == 42)
    }

    /// The rule, by instants: the first stretch of free ones at or after `time` that is long enough.
    private struct Model {
        var isTaken = [Bool](repeating: false, count: 40_000)

        mutating func book(_ length: Int, at time: Int) -> Int {
            var start = time
            while let taken = (start..<start + length).last(where: { isTaken[$0] }) { start = taken + 1 }
            for instant in start..<start + length { isTaken[instant] = true }
            return start
        }
    }

    @Test("initiators far behind others find the gaps that those have left")
    func gaps() {
        let seed: UInt64 = 0x717e_1111
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        for round in 0..<20 {
            var model = Model()
            var line = LinkTimeline(isRanked: false)
            // Initiators that go forward, each at its own pace, some far behind others.
            var times = [Int](repeating: 0, count: 3)
            var now = 0
            for _ in 0..<800 {
                let who = Int(random.next() % 3)
                let length = Int(random.next() % [4, 20, 60][round % 3]) + 1
                let start = model.book(length, at: times[who])
                #expect(line.book(UInt64(length), at: UInt64(times[who]), rank: 0) == UInt64(start), "round \(round)")
                times[who] = start + length + Int(random.next() % 30)
                if random.next() % 10 == 0 {
                    now = max(now, times.min() ?? 0)
                    line.forget(before: UInt64(now))
                }
            }
            let slots = line.booked
            #expect(zip(slots, slots.dropFirst()).allSatisfy { $0.end < $1.start }, "what touches is one")
            for slot in slots { #expect((slot.start..<slot.end).allSatisfy { model.isTaken[Int($0)] }) }
            #expect(
                slots.reduce(0) { $0 + Int($1.end - $1.start) }
                    == model.isTaken[Int(slots.first?.start ?? 0)...].count { $0 })
        }
    }

    @Test("by rank no time of the link is lost, and slots stay in the order of time")
    func randomRanks() {
        let seed: UInt64 = 0x717e_2222
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        var timeline = LinkTimeline(isRanked: true)
        var sum: UInt64 = 0
        for _ in 0..<600 {
            let length = random.next() % 40 + 1
            _ = timeline.book(length, at: random.next() % 20_000, rank: UInt32(random.next() % 4))
            sum += length
            let slots = timeline.booked
            #expect(zip(slots, slots.dropFirst()).allSatisfy { $0.end <= $1.start })
            #expect(slots.reduce(0) { $0 + $1.end - $1.start } == sum)
        }
    }

    @Test("slots come and go at every place")
    func slots() {
        var random = SplitMix64(seed: 0x717e_3333)
        var slots = LinkSlots(room: 4)
        var model: [UInt64] = []
        for step in 0..<4000 {
            let index = random.next() % 4 == 0 ? 0 : Int(random.next() % UInt64(model.count + 1))
            if index < model.count, random.next() % 5 < (step / 500 % 2 == 0 ? 1 : 3) {
                slots.remove(at: index)
                model.remove(at: index)
            } else {
                let slot = LinkSlot(start: random.next(), end: 0, rank: 0)
                slots.insert(slot, at: index)
                model.insert(slot.start, at: index)
            }
            #expect(slots.count == model.count)
        }
        #expect(model.indices.allSatisfy { slots[$0].start == model[$0] })
        slots.removeAll()
        #expect(slots.count == 0)
    }

    @Test("a full time line closes its earliest gap, and goes on in order")
    func bounds() {
        var timeline = LinkTimeline(isRanked: false)
        for index in 0..<UInt64(LinkTimeline.capacity + 10) {
            #expect(timeline.book(1, at: index * 4, rank: 0) == index * 4)
        }
        #expect(timeline.booked.count == LinkTimeline.capacity)
        #expect(timeline.booked[0] == LinkSlot(start: 0, end: 41, rank: 0))
        #expect(timeline.book(1, at: 2, rank: 0) == 41)
        timeline.forget(before: 1 << 40)
        #expect(timeline.booked.isEmpty && timeline.book(3, at: 5, rank: 0) == 5)
    }
}
