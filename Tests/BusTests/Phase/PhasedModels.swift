import TandemBus
import TandemKernel

/// A target of 4 KiB that answers in one of the ways that the base protocol allows.
final class PhasedTarget: Module, PhaseTarget {
    enum Style: CaseIterable {
        /// END_REQ after 5 ns, BEGIN_RESP after 10 ns more, each by a call.
        case calls
        /// BEGIN_RESP after 15 ns by a call, END_REQ left out.
        case responseOnly
        /// END_REQ by the answer, BEGIN_RESP after 15 ns by a call.
        case updatedRequest
        /// BEGIN_RESP by the answer, 15 ns later.
        case updatedResponse
        /// Completion by the answer, 15 ns later.
        case completed
    }

    let socket: TargetSocket
    let queue: PhaseQueue
    var style: Style
    var memory = [UInt8](repeating: 0, count: 4096)
    /// "BEGIN_REQ 0x10 @ 5 ns", in order.
    private(set) var trace: [String] = []
    private(set) var openRequests = 0
    private(set) var mostRequests = 0
    /// One response at a time, whoever asked.
    private var isResponding = false
    private var waiting: [PooledTransaction] = []
    private static let ready = Phase("ready")

    init(_ context: ModuleContext, _ style: Style = .calls) {
        socket = TargetSocket("socket", context)
        queue = PhaseQueue("queue", context)
        self.style = style
        super.init(context)
        socket.servePhases(self)
        queue.onDelivery { self.take($0, $1) }
    }

    func transportForward(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        trace.append("\(phase) \(transaction.payload.address) @ \(now + delay)")
        guard phase == .beginRequest else {
            guard phase == .endResponse else { return .accepted }
            if transaction.isHeld { queue.notify(transaction, phase, after: delay) }
            return .accepted
        }
        openRequests += 1
        mostRequests = max(mostRequests, openRequests)
        switch style {
        case .calls, .responseOnly:
            transaction.acquire()
            queue.notify(transaction, phase, after: delay)
            return .accepted
        case .updatedRequest:
            transaction.acquire()
            queue.notify(transaction, Self.ready, after: delay + .nanoseconds(15))
            phase = .endRequest
            openRequests -= 1
        case .updatedResponse:
            transaction.acquire()
            access(transaction)
            phase = .beginResponse
            delay += .nanoseconds(15)
            openRequests -= 1
        case .completed:
            access(transaction)
            delay += .nanoseconds(15)
            openRequests -= 1
            return .completed
        }
        return .updated
    }

    private func take(_ transaction: PooledTransaction, _ phase: Phase) {
        if phase == .beginRequest {
            if style == .calls {
                var next = Phase.endRequest
                var delay = SimTime.nanoseconds(5)
                openRequests -= 1
                _ = socket.transportBackward(transaction, phase: &next, delay: &delay)
            }
            queue.notify(transaction, Self.ready, after: .nanoseconds(15))
            return
        }
        if phase == .endResponse {
            // In the answer to a request it holds no response.
            if isResponding && style != .updatedResponse { ended() }
            return transaction.release()
        }
        access(transaction)
        if isResponding { waiting.append(transaction) } else { respond(transaction) }
    }

    private func respond(_ transaction: PooledTransaction) {
        isResponding = true
        if style == .responseOnly { openRequests -= 1 }
        var next = Phase.beginResponse
        var delay = SimTime.zero
        let status = socket.transportBackward(transaction, phase: &next, delay: &delay)
        guard status == .completed || (status == .updated && next == .endResponse) else { return }
        transaction.release()
        ended()
    }

    private func ended() {
        isResponding = false
        if !waiting.isEmpty { respond(waiting.removeFirst()) }
    }

    private func access(_ transaction: PooledTransaction) {
        let start = Int(transaction.payload.address)
        guard start + transaction.payload.count <= memory.count else {
            transaction.payload.response = .addressError
            return
        }
        for index in 0..<transaction.payload.count {
            if transaction.payload.command == .write {
                memory[start + index] = transaction.payload.data.load(fromByteOffset: index, as: UInt8.self)
            } else {
                transaction.payload.data.storeBytes(of: memory[start + index], toByteOffset: index, as: UInt8.self)
            }
        }
        transaction.payload.response = .ok
    }
}

/// An initiator that sends writes of 4 bytes, one after the other as the exclusion rules allow, and logs what comes back.
final class PhasedSource: Module, PhaseInitiator {
    enum Style: CaseIterable {
        /// END_RESP 2 ns after the response, by a call.
        case calls
        /// END_RESP by the answer.
        case updated
        /// Completion by the answer.
        case completed
    }

    let socket: InitiatorSocket
    let pool: TransactionPool
    let queue: PhaseQueue
    var style: Style
    private(set) var trace: [String] = []
    private(set) var responses: [Response] = []
    private var addresses: [UInt64] = []
    private var requesting: PooledTransaction?
    private let start: Event
    private static let over = Phase("over")

    init(_ context: ModuleContext, _ style: Style = .calls) {
        socket = InitiatorSocket("socket", context)
        pool = TransactionPool("pool", context, bufferSize: 4)
        queue = PhaseQueue("queue", context)
        start = Event("start", context)
        self.style = style
        super.init(context)
        socket.servePhases(self)
        queue.onDelivery { self.take($0, $1) }
        method("go", sensitiveTo: [start], initialize: false) { self.sendNext() }
    }

    /// Sends writes to `addresses`, the first `delay` from now.
    func send(_ addresses: [UInt64], after delay: SimTime = .nanoseconds(1)) {
        self.addresses += addresses
        start.notify(after: delay)
    }

    private func sendNext() {
        guard !addresses.isEmpty, requesting == nil else { return }
        let address = addresses.removeFirst()
        let transaction = pool.take(.write, address: address, count: 4)
        requesting = transaction
        transaction.payload.data.storeBytes(of: UInt32(truncatingIfNeeded: address + 1), as: UInt32.self)
        var phase = Phase.beginRequest
        var delay = SimTime.zero
        trace.append("BEGIN_REQ \(address) @ \(now)")
        switch socket.transportForward(transaction, phase: &phase, delay: &delay) {
        case .accepted: break
        case .updated: queue.notify(transaction, phase, after: delay)
        case .completed: queue.notify(transaction, .none, after: delay)
        }
    }

    func transportBackward(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        guard phase == .beginResponse, style != .calls else {
            queue.notify(transaction, phase, after: delay)
            return .accepted
        }
        note("BEGIN_RESP", transaction, now + delay)
        responses.append(transaction.payload.response)
        // The socket counts it when this call returns.
        queue.notify(transaction, Self.over, after: .zero)
        if requesting == transaction { requestEnded() }
        phase = .endResponse
        return style == .updated ? .updated : .completed
    }

    private func take(_ transaction: PooledTransaction, _ phase: Phase) {
        if phase == Self.over { return transaction.release() }
        note("\(phase)", transaction, now)
        if requesting == transaction { requestEnded() }
        if phase == .endRequest { return }
        responses.append(transaction.payload.response)
        if phase == .beginResponse {
            var next = Phase.endResponse
            var delay = SimTime.nanoseconds(2)
            _ = socket.transportForward(transaction, phase: &next, delay: &delay)
        }
        transaction.release()
    }

    private func note(_ phase: String, _ transaction: PooledTransaction, _ time: SimTime) {
        trace.append("\(phase) \(transaction.payload.address) @ \(time)")
    }

    private func requestEnded() {
        requesting = nil
        if !addresses.isEmpty { start.notifyDelta() }
    }
}
