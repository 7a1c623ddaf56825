public import TandemKernel

/// The links on the way of a grant of direct memory that take time, in the order in which an access comes to them. Whoever
/// uses such a grant books them as a transaction does, so that it waits for others, and others for it, and each link has
/// carried what it would have carried without the grant.
public final class DirectPath {
    // SAFETY: the seat owns this path, and the simulation outlives its modules.
    private let seat: Unmanaged<LinkSeat>
    // SAFETY: owned by a seat further on, as above.
    private let rest: Unmanaged<DirectPath>?

    /// Whether uses may have to wait. Where they do not, they may be noted together, later.
    public let competes: Bool

    init(_ seat: LinkSeat, before rest: Unmanaged<DirectPath>?) {
        competes = seat.link.arbitration != .none || rest?.takeUnretainedValue().competes == true
        self.seat = .passUnretained(seat)
        self.rest = rest
    }

    func leads(to rest: Unmanaged<DirectPath>?) -> Bool { self.rest?.toOpaque() == rest?.toOpaque() }

    /// Books an access of `count` bytes that begins `delay` after now. Returns how long it waits; what it takes besides, the
    /// grant knows.
    public func book(isWrite: Bool, count: Int, by initiator: InitiatorID, ahead delay: SimTime) -> SimTime {
        var (time, queueing) = (delay, SimTime.zero)
        forEachSeat { queueing += $0.book(isWrite: isWrite, count: count, by: initiator, &time) }
        return queueing
    }

    /// Notes `times` reads of `count` bytes that did not compete and came at `time`; a negative number takes some back.
    public func note(readsOf count: Int, times: Int64, at time: SimTime) {
        forEachSeat { $0.note(readsOf: count, times: times, at: time) }
    }

    @inline(__always) private func forEachSeat(_ body: (LinkSeat) -> Void) {
        var next: Unmanaged<DirectPath>? = .passUnretained(self)
        while let path = next {
            next = path._withUnsafeGuaranteedRef { path in
                path.seat._withUnsafeGuaranteedRef(body)
                return path.rest
            }
        }
    }
}
