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
        var timeline = LinkTimeline()
        var taken: [Range<UInt64>] = []
        var now: UInt64 = 0
        for _ in 0..<500 {
            if Int.random(in: 0..<4, using: &random) == 0 { now += UInt64.random(in: 0..<60, using: &random) }
            timeline.forget(before: now)
            taken.removeAll { $0.upperBound <= now }
            let time = now + UInt64.random(in: 0..<200, using: &random)
            let length = UInt64.random(in: 1..<12, using: &random)
            let start = timeline.book(length, at: time, rank: 0)
            timeline.mergeNeighbours()
            let candidates = ([time] + taken.map(\.upperBound)).filter { $0 >= time }.sorted()
            let expected = candidates.first { begin in !taken.contains { $0.overlaps(begin..<begin + length) } }
            #expect(start == expected)
            taken.append(start..<start + length)
        }
    }

    @Test("who ranks first passes those who have not begun, and they lose no time of the link")
    func ranks() {
        var timeline = LinkTimeline()
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

    @Test("a full time line closes its earliest gap, and goes on in order")
    func bounds() {
        var timeline = LinkTimeline()
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
