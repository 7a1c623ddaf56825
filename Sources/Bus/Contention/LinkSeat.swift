internal import TandemKernel

/// The seat before a target's, in a router whose accesses take time or compete: books the link, adds what it takes, and
/// passes on. Routers without timing do not have it, and pay nothing.
final class LinkSeat: BusServer {
    let target: TargetSocket
    let timing: RegionTiming
    let link: Link
    // SAFETY: the router owns this seat, and the simulation outlives its modules.
    private unowned(unsafe) let router: Router
    private let scheduler: Scheduler
    private let contention: Contention

    init(_ target: TargetSocket, _ timing: RegionTiming, _ link: Link, of router: Router) {
        self.target = target
        self.timing = timing
        self.link = link
        self.router = router
        scheduler = router.scheduler
        contention = router.contention
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
        let occupancy = timing.time(isWrite: transaction.command == .write, count: transaction.count)
        let rank = contention.rank(of: transaction.attributes.initiator, in: router.simulation)
        delay += link.book(occupancy, at: scheduler.now + delay, rank: rank, now: scheduler.now)
        delay += occupancy
    }

    private func thread() -> ThreadContext {
        guard let thread = scheduler.currentThread else {
            preconditionFailure("\(router.path): its accesses wait, so that only threads can make them")
        }
        return thread
    }

    override func debugTransport(_ transaction: inout Transaction) -> Int {
        target.server.debugTransport(&transaction)
    }

    /// Direct memory is charged as the same accesses that meet no others. None where more links of limited bandwidth follow
    /// each other than a grant can tell.
    override func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool {
        guard contention.grantsDirectMemory, target.server.directMemory(at: address, command, attributes, &grant)
        else { return false }
        grant.readLatency += timing.readLatency
        grant.writeLatency += timing.writeLatency
        return grant.bandwidth.add(timing.bandwidth)
    }
}
