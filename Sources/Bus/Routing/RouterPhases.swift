import TandemKernel

/// How phases pass a router. Each target gets one request at a time and each initiator one response at a time, whatever
/// stands on the other side: who finds the way taken waits in line and is sent on when it is free. Requests have their turns
/// by the router's arbitration, first come, first served unless it says otherwise; responses always so.
///
/// The address of a transaction is the target's from the beginning of its request to the beginning of its response, and
/// the initiator's in every call that goes up.
final class RouterPhases: PhaseState {
    // SAFETY: the router owns this object.
    private unowned(unsafe) let router: Router
    private let scheduler: Scheduler
    private let queue: PhaseQueue
    private var requests = PhaseChannels()
    private var responses = PhaseChannels()
    private var seat: BackwardSeat?

    init(_ router: Router) {
        self.router = router
        scheduler = router.scheduler
        queue = PhaseQueue("phases", in: router)
        queue.onDelivery { [unowned self] transaction, phase in
            phase == .beginRequest ? self.sendRequest(transaction) : self.sendResponse(transaction)
        }
        seat = BackwardSeat { [unowned self] transaction, hop, phase, delay in
            self.backward(transaction, hop, phase: &phase, delay: &delay)
        }
        PhaseDirectory.of(router.simulation).add(self)
    }

    private var now: UInt64 { scheduler.now.picoseconds }

    private var back: Unmanaged<BackwardSeat> {
        guard let seat else { preconditionFailure("A router's seat is made with it.") }
        return .passUnretained(seat)
    }

    // MARK: Forward

    func forward(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        if phase == .beginRequest { return begin(transaction, phase: &phase, delay: &delay) }
        let slot = transaction.slot
        let hop = slot.pointee.hop(of: back)
        guard hop > 0 else { return .accepted }
        if phase == .endResponse { return end(transaction, hop, phase: &phase, delay: &delay) }
        return passDown(transaction, hop, phase: &phase, delay: &delay)
    }

    private func begin(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        let slot = transaction.slot
        let address = slot.pointee.payload.address
        guard let (server, delta) = router.destination(of: &slot.pointee.payload) else { return .completed }
        transaction.acquire()
        var hop = PhaseHop(upstream: back, address: address, begin: now)
        hop.downstream = server
        hop.delta = delta
        let index = slot.pointee.push(hop)
        slot.pointee.payload.address = address &+ delta
        var later = delay + router.latency
        let channel = requests[server.toOpaque()]
        guard channel.pointee.take(transaction, at: now &+ later.picoseconds) else { return .accepted }
        later = max(later, untilFree(channel))
        router.contention.noteTurn(of: slot.pointee.payload.attributes.initiator)
        router.bookLink(of: slot.pointee.payload, at: address, &later)
        let status = server._withUnsafeGuaranteedRef { $0.forward(transaction, &phase, &later) }
        switch status {
        case .accepted: return .accepted
        case .completed:
            freeRequest(server, after: later)
            slot.pointee.payload.address = address
            end(transaction, index)
        case .updated where phase == .endRequest: freeRequest(server, after: later)
        case .updated where phase == .beginResponse:
            freeRequest(server, after: later)
            let answers = responses[origin(of: index, transaction)]
            guard answers.pointee.take(transaction, at: now &+ later.picoseconds) else {
                // The response waits; that the request is over can be said.
                phase = .endRequest
                break
            }
            later = max(later, untilFree(answers))
            slot.pointee.payload.address = address
        case .updated: break
        }
        delay = later
        return status
    }

    private func end(
        _ transaction: PooledTransaction, _ hop: Int, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        let slot = transaction.slot
        freeResponse(origin(of: hop, transaction), after: delay)
        var status = TransportStatus.completed
        if !slot.pointee.hops[hop].isCompletedBelow {
            status = passDown(transaction, hop, phase: &phase, delay: &delay)
        }
        end(transaction, hop)
        return status
    }

    /// A phase goes down with the target's address; afterwards the initiator sees its own.
    private func passDown(
        _ transaction: PooledTransaction, _ hop: Int, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        let slot = transaction.slot
        guard let server = slot.pointee.hops[hop].downstream else { return .accepted }
        let before = slot.pointee.payload.address
        let isOurs = before == slot.pointee.hops[hop].address
        slot.pointee.payload.address = slot.pointee.hops[hop].address &+ slot.pointee.hops[hop].delta
        let status = server._withUnsafeGuaranteedRef { $0.forward(transaction, &phase, &delay) }
        if isOurs && transaction.isHeld { slot.pointee.payload.address = before }
        return status
    }

    // MARK: Backward

    private func backward(
        _ transaction: PooledTransaction, _ hop: Int, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        if phase == .beginResponse { return respond(transaction, hop, phase: &phase, delay: &delay) }
        if phase == .endRequest { freeRequest(of: transaction, hop, after: delay) }
        return passUp(transaction, hop, phase: &phase, delay: &delay)
    }

    /// A phase goes up with the initiator's address; afterwards the target sees its own again.
    private func passUp(
        _ transaction: PooledTransaction, _ hop: Int, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        let slot = transaction.slot
        let before = slot.pointee.payload.address
        slot.pointee.payload.address = slot.pointee.hops[hop].address
        let status = upstream(of: hop, transaction)._withUnsafeGuaranteedRef {
            $0.backward(transaction, hop - 1, &phase, &delay)
        }
        if transaction.isHeld { slot.pointee.payload.address = before }
        return status
    }

    private func respond(
        _ transaction: PooledTransaction, _ hop: Int, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        freeRequest(of: transaction, hop, after: delay)
        let up = upstream(of: hop, transaction)
        let origin = origin(of: hop, transaction)
        let channel = responses[origin]
        guard channel.pointee.take(transaction, at: now &+ delay.picoseconds) else { return .accepted }
        var later = max(delay, untilFree(channel))
        transaction.slot.pointee.payload.address = transaction.slot.pointee.hops[hop].address
        let status = up._withUnsafeGuaranteedRef { $0.backward(transaction, hop - 1, &phase, &later) }
        guard status != .accepted else { return .accepted }
        delay = later
        if status == .completed || phase == .endResponse {
            freeResponse(origin, after: later)
            end(transaction, hop)
        }
        return status
    }

    // MARK: Later

    /// A request that waited in line has its turn.
    private func sendRequest(_ transaction: PooledTransaction) {
        let slot = transaction.slot
        let hop = slot.pointee.hop(of: back)
        guard transaction.isHeld, hop > 0, let server = slot.pointee.hops[hop].downstream else { return }
        var phase = Phase.beginRequest
        var delay = SimTime.zero
        router.bookLink(of: slot.pointee.payload, at: slot.pointee.hops[hop].address, &delay)
        let status = server._withUnsafeGuaranteedRef { $0.forward(transaction, &phase, &delay) }
        switch status {
        case .accepted: break
        case .updated where phase == .endRequest:
            freeRequest(server, after: delay)
            _ = passUp(transaction, hop, phase: &phase, delay: &delay)
        case .updated where phase == .beginResponse:
            freeRequest(server, after: delay)
            queueResponse(transaction, hop, delay)
        case .updated: _ = passUp(transaction, hop, phase: &phase, delay: &delay)
        case .completed:
            freeRequest(server, after: delay)
            slot.pointee.hops[hop].isCompletedBelow = true
            queueResponse(transaction, hop, delay)
        }
    }

    private func queueResponse(_ transaction: PooledTransaction, _ hop: Int, _ delay: SimTime) {
        let channel = responses[origin(of: hop, transaction)]
        guard channel.pointee.take(transaction, at: now &+ delay.picoseconds) else { return }
        queue.notify(transaction, .beginResponse, after: max(delay, untilFree(channel)))
    }

    /// A response that waited in line has its turn; it holds the channel already.
    private func sendResponse(_ transaction: PooledTransaction) {
        let slot = transaction.slot
        let hop = slot.pointee.hop(of: back)
        guard transaction.isHeld, hop > 0 else { return }
        let up = upstream(of: hop, transaction)
        let origin = origin(of: hop, transaction)
        var phase = Phase.beginResponse
        var delay = SimTime.zero
        slot.pointee.payload.address = slot.pointee.hops[hop].address
        let status = up._withUnsafeGuaranteedRef { $0.backward(transaction, hop - 1, &phase, &delay) }
        guard status == .completed || (status == .updated && phase == .endResponse) else { return }
        freeResponse(origin, after: delay)
        if !slot.pointee.hops[hop].isCompletedBelow {
            phase = .endResponse
            _ = passDown(transaction, hop, phase: &phase, delay: &delay)
        }
        end(transaction, hop)
    }

    // MARK: Channels

    private func upstream(of hop: Int, _ transaction: PooledTransaction) -> Unmanaged<BackwardSeat> {
        transaction.slot.pointee.hops[hop - 1].upstream
    }

    private func origin(of hop: Int, _ transaction: PooledTransaction) -> UnsafeMutableRawPointer {
        transaction.slot.pointee.hops[hop - 1].origin.toOpaque()
    }

    private func untilFree(_ channel: UnsafeMutablePointer<PhaseChannel>) -> SimTime {
        let free = channel.pointee.freeTime
        return free > now ? SimTime(picoseconds: free - now) : .zero
    }

    private func freeRequest(of transaction: PooledTransaction, _ hop: Int, after delay: SimTime) {
        guard let server = transaction.slot.pointee.hops[hop].downstream else { return }
        guard requests[server.toOpaque()].pointee.holder == transaction.slot else { return }
        freeRequest(server, after: delay)
    }

    private func freeRequest(_ server: Unmanaged<ForwardSeat>, after delay: SimTime) {
        let time = now &+ delay.picoseconds
        let channel = requests[server.toOpaque()]
        if router.contention.isRanked {
            channel.pointee.bringForward(after: time) { router.contention.turn(of: $0, in: router.simulation) }
        }
        guard let next = channel.pointee.free(at: time) else { return }
        router.contention.noteTurn(of: next.slot.pointee.payload.attributes.initiator)
        queue.notify(next, .beginRequest, after: SimTime(picoseconds: next.slot.pointee.readyTime - now))
    }

    private func freeResponse(_ origin: UnsafeMutableRawPointer, after delay: SimTime) {
        guard let next = responses[origin].pointee.free(at: now &+ delay.picoseconds) else { return }
        queue.notify(next, .beginResponse, after: SimTime(picoseconds: next.slot.pointee.readyTime - now))
    }

    private func end(_ transaction: PooledTransaction, _ hop: Int) {
        guard transaction.isHeld else { return }
        transaction.slot.pointee.end(hop: hop)
        transaction.release()
    }

    // MARK: PhaseState

    func rewind() {
        requests.clear()
        responses.clear()
    }

    var snapshotRefusal: SnapshotError? { nil }
}
