internal import TandemKernel

/// The seat before a target's, in a router whose accesses take time or compete: books the link, adds what it takes, and
/// passes on. Routers without timing do not have it, and pay nothing.
final class LinkSeat: BusServer {
    let target: TargetSocket
    let timing: RegionTiming
    let link: Link
    // SAFETY: the router owns this seat, and the simulation outlives its modules.
    private unowned(unsafe) let router: Router
    // SAFETY: the simulation's, which outlives its modules.
    private let scheduler: Unmanaged<Scheduler>
    private let contention: Contention
    private let isRanked: Bool
    // SAFETY: the link's, which this seat holds.
    private let bookings: UnsafeMutablePointer<LinkBookings>
    /// What grants were given that lead by here, by what follows.
    private var paths: [DirectPath] = []

    init(_ target: TargetSocket, _ timing: RegionTiming, _ link: Link, of router: Router) {
        self.target = target
        self.timing = timing
        self.link = link
        self.router = router
        scheduler = .passUnretained(router.scheduler)
        contention = router.contention
        isRanked = link.arbitration == .fixedPriority
        bookings = link.bookings
    }

    override func transport(_ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape) {
        guard transaction.command != .ignore else { return target.server.transport(&transaction, &delay, shape) }
        guard contention.waits else {
            book(transaction, &delay)
            return target.server.transport(&transaction, &delay, shape)
        }
        let occupancy = timing.time(isWrite: transaction.command == .write, count: transaction.count)
        let initiator = transaction.attributes.initiator
        do throws(ProcessKilled) {
            let thread = thread()
            if delay != .zero { try thread.catchUp(by: delay) }
            delay = .zero
            try link.pass(
                occupancy, by: initiator, rank: contention.rank(of: initiator, in: router.simulation), in: thread)
        } catch {
            // The thread is to end: it meets its next wait with the same answer, and nobody acted on the access.
            return
        }
        target.server.transport(&transaction, &delay, shape)
    }

    /// Books the link for an access that is `delay` ahead of now, and adds what it takes and waits.
    func book(_ transaction: borrowing Transaction, _ delay: inout SimTime) {
        _ = book(
            isWrite: transaction.command == .write, count: transaction.count, by: transaction.attributes.initiator,
            &delay)
    }

    /// The same of an access by whatever way. Returns what of it is waiting.
    func book(isWrite: Bool, count: Int, by initiator: InitiatorID, _ delay: inout SimTime) -> SimTime {
        let occupancy = timing.time(isWrite: isWrite, count: count)
        let now = scheduler._withUnsafeGuaranteedRef { $0.now }
        let rank = isRanked ? contention.rank(of: initiator, in: router.simulation) : 0
        let wait = bookings.pointee.book(occupancy, at: now + delay, rank: rank, now: now)
        delay += wait + occupancy
        return wait
    }

    /// Notes reads that did not wait.
    func note(readsOf count: Int, times: Int64, at time: SimTime) {
        bookings.pointee.note(
            queueing: .zero, busy: timing.time(isWrite: false, count: count), at: time, times: times)
    }

    private func thread() -> ThreadContext {
        guard let thread = router.scheduler.currentThread else {
            preconditionFailure("\(router.path): its accesses wait, so that only threads can make them")
        }
        return thread
    }

    override func debugTransport(_ transaction: inout Transaction) -> Int {
        target.server.debugTransport(&transaction)
    }

    /// Uses of direct memory take what the same accesses take, and book what those book. None where accesses wait in
    /// simulated time for their turn, nor where more links of limited bandwidth follow each other than a grant can tell.
    override func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool {
        guard contention.grantsDirectMemory, target.server.directMemory(at: address, command, attributes, &grant)
        else { return false }
        grant.readLatency += timing.readLatency
        grant.writeLatency += timing.writeLatency
        if timing != .none || grant.path != nil { grant.path = .passUnretained(path(before: grant.path)) }
        return grant.bandwidth.add(timing.bandwidth)
    }

    private func path(before rest: Unmanaged<DirectPath>?) -> DirectPath {
        if let known = paths.first(where: { $0.leads(to: rest) }) { return known }
        let path = DirectPath(self, before: rest)
        paths.append(path)
        return path
    }
}
