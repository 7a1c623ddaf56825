internal import TandemKernel

/// What of a link is taken in the time to come, and what it has carried.
struct LinkBookings: ~Copyable {
    private let arbitration: Arbitration
    var statistics = LinkStatistics()
    /// What it carried over time; nothing while traffic is only counted.
    var bins: LinkBins?
    var timeline: LinkTimeline

    init(_ arbitration: Arbitration) {
        self.arbitration = arbitration
        timeline = LinkTimeline(isRanked: arbitration == .fixedPriority)
    }

    /// Books an access of `occupancy` that comes at `time`. Returns how long it waits.
    mutating func book(_ occupancy: SimTime, at time: SimTime, rank: UInt32, now: SimTime) -> SimTime {
        guard arbitration != .none, occupancy != .zero else {
            note(queueing: .zero, busy: occupancy, at: time)
            return .zero
        }
        timeline.forget(before: now.picoseconds)
        let start = timeline.book(occupancy.picoseconds, at: time.picoseconds, rank: rank)
        let queueing = SimTime(picoseconds: start) - time
        note(queueing: queueing, busy: occupancy, at: time)
        return queueing
    }

    /// Counts `times` accesses that came at `time`; a negative number takes some back that did not wait.
    mutating func note(queueing: SimTime, busy: SimTime, at time: SimTime, times: Int64 = 1) {
        statistics.count(queueing: queueing, busy: busy, times: times)
        if bins != nil { bins?.count(queueing: queueing, busy: busy, at: time, times: times) }
    }
}
