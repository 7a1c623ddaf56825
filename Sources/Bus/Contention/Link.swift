internal import TandemKernel

/// What accesses of several initiators compete for.
///
/// Loosely timed accesses book their time on a time line and go on at once, with the time that they wait and occupy in
/// their delay. Accesses that wait in simulated time queue here, and the one whose turn it is goes first: exactly, for
/// nothing is decided before it is known who else has come.
final class Link {
    let name: String
    let arbitration: Arbitration
    /// What is booked and counted, where seats reach it without counting references.
    // SAFETY: owned by this value; seats hold their link as long as they use it.
    let bookings: UnsafeMutablePointer<LinkBookings>

    // MARK: What waits in simulated time

    /// Notified when the link becomes free or somebody gives up.
    private let changed: Event
    private var isTaken = false
    private var last = InitiatorID.none
    private var waiting: [Request] = []
    private var nextTicket: UInt64 = 0

    private struct Request {
        var ticket: UInt64
        var initiator: InitiatorID
        var rank: UInt32
    }

    init(_ name: String, _ arbitration: Arbitration, of router: Router) {
        self.name = name
        self.arbitration = arbitration
        bookings = .allocate(capacity: 1)
        bookings.initialize(to: LinkBookings(arbitration))
        changed = Event("link of \(name) is free", in: router)
    }

    deinit {
        bookings.deinitialize(count: 1)
        bookings.deallocate()
    }

    var statistics: LinkStatistics { bookings.pointee.statistics }
    /// What it carried over time; nothing while traffic is only counted.
    var bins: LinkBins? { bookings.pointee.bins }

    /// Measures in bins of `width` from `time` on; nil ends that.
    func measure(inBins width: SimTime?, from time: SimTime) {
        bookings.pointee.bins = width.map { LinkBins(width: $0, from: time) }
    }

    /// Forgets what was counted and measured.
    func clearTraffic(at time: SimTime) {
        bookings.pointee.statistics = LinkStatistics()
        if let width = bins?.width { measure(inBins: width, from: time) }
    }

    /// Waits for the turn of `initiator`, then for `occupancy`. Those who come within the same delta cycle compete.
    func pass(
        _ occupancy: SimTime, by initiator: InitiatorID, rank: UInt32, in thread: ThreadContext
    ) throws(ProcessKilled) {
        let begin = thread.now
        guard arbitration != .none, occupancy != .zero else {
            bookings.pointee.note(queueing: .zero, busy: occupancy, at: begin)
            if occupancy != .zero { try thread.wait(for: occupancy) }
            return
        }
        let ticket = nextTicket
        nextTicket += 1
        waiting.append(Request(ticket: ticket, initiator: initiator, rank: rank))
        do throws(ProcessKilled) {
            try thread.wait(for: .zero)
            while isTaken || next() != ticket { try thread.wait(changed) }
            leave(ticket)
        } catch {
            leave(ticket)
            changed.notifyDelta()
            throw error
        }
        isTaken = true
        last = initiator
        bookings.pointee.note(queueing: thread.now - begin, busy: occupancy, at: begin)
        defer {
            isTaken = false
            changed.notifyDelta()
        }
        try thread.wait(for: occupancy)
    }

    /// Whose turn it is among those who wait.
    private func next() -> UInt64? {
        switch arbitration {
        case .none, .firstCome: waiting.first?.ticket
        case .fixedPriority: waiting.min { ($0.rank, $0.ticket) < ($1.rank, $1.ticket) }?.ticket
        case .roundRobin: waiting.min { (distance($0), $0.ticket) < (distance($1), $1.ticket) }?.ticket
        }
    }

    /// How many initiators are before this one in the round that begins after the last.
    private func distance(_ request: Request) -> UInt16 { request.initiator.rawValue &- last.rawValue &- 1 }

    private func leave(_ ticket: UInt64) { waiting.removeAll { $0.ticket == ticket } }

    // MARK: State

    var state: LinkState {
        get { LinkState(slots: bookings.pointee.timeline.booked, statistics: statistics, last: last.rawValue) }
        set {
            bookings.pointee.timeline.booked = newValue.slots
            bookings.pointee.statistics = newValue.statistics
            last = InitiatorID(rawValue: newValue.last)
        }
    }

    /// Accesses stand in the queue on the stacks of their threads.
    var isQuiet: Bool { waiting.isEmpty && !isTaken }
}
