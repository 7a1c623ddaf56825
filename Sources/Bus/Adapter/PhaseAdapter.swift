import TandemKernel

/// Lets initiators that make blocking accesses reach a target that takes phases: each access becomes a transaction of a
/// pool, and the thread that makes it waits for the response. One request at a time, in the order of the calls. IEEE
/// 1666-2023 §16.1.2.
final class PhaseAdapter: PhaseState {
    /// An access under way.
    private final class Call {
        let event: Event
        var transaction: PooledTransaction?
        /// The request channel is this call's.
        var mayRequest = false
        var hasEndedRequest = false
        /// When the response begins.
        var responseTime: SimTime?
        /// The thread was killed in the middle; the target does not know.
        var isAbandoned = false

        init(_ event: Event) { self.event = event }
    }

    // SAFETY: the socket owns this object.
    private unowned(unsafe) let socket: TargetSocket
    private let target: ForwardSeat
    private let scheduler: Scheduler
    private let pool: TransactionPool
    private var seat: BackwardSeat?
    private var calls: [Call] = []
    private var freeCalls: [Call] = []
    private var waiting: [Call] = []
    private var made = 0
    private var isRequesting = false
    /// When the last request ended: may lie ahead, by an annotated delay.
    private var freeTime = SimTime.zero

    init(_ socket: TargetSocket, _ target: ForwardSeat) {
        self.socket = socket
        self.target = target
        scheduler = socket.owner.scheduler
        pool = TransactionPool("\(socket.name).accesses", in: socket.owner)
        seat = BackwardSeat { [unowned self] transaction, hop, phase, delay in
            self.receive(transaction, hop, phase: &phase, delay: delay)
        }
        PhaseDirectory.of(socket.owner.simulation).add(self)
    }

    // MARK: The access

    func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        guard let thread = scheduler.currentThread else {
            scheduler.fail(
                SimulationError(
                    at: socket.path,
                    "a method makes a blocking access to a target that takes phases, which has to wait",
                    time: scheduler.now, expected: "an initiator that runs as a thread"))
            transaction.response = .genericError
            return
        }
        let call = freeCalls.popLast() ?? makeCall()
        let pooled = pool.take()
        swap(&pooled.slot.pointee.payload, &transaction)
        call.transaction = pooled
        calls.append(call)
        do throws(ProcessKilled) {
            try run(call, pooled, delay: &delay, in: thread)
            swap(&pooled.slot.pointee.payload, &transaction)
            finish(call, pooled)
        } catch {
            swap(&pooled.slot.pointee.payload, &transaction)
            abandon(call, pooled)
        }
    }

    private func run(
        _ call: Call, _ transaction: PooledTransaction, delay: inout SimTime, in thread: ThreadContext
    ) throws(ProcessKilled) {
        let effective = scheduler.now + delay
        try awaitRequest(call, thread)
        let start = scheduler.now
        var later = max(effective, freeTime, start) - start
        var phase = Phase.beginRequest
        push(transaction, begin: start + later)
        switch target.forward(transaction, &phase, &later) {
        case .accepted: break
        case .updated: note(call, phase, later)
        case .completed:
            endRequest(call, after: later)
            delay = later
            return
        }
        while true {
            if let time = call.responseTime {
                if scheduler.now >= time { break }
                try thread.wait(until: time)
            } else {
                try thread.wait(call.event)
            }
        }
        // Time has passed by itself: nothing is left to annotate.
        delay = .zero
        phase = .endResponse
        later = .zero
        _ = target.forward(transaction, &phase, &later)
    }

    /// Waits until no other request is under way. Calls are served in their order.
    private func awaitRequest(_ call: Call, _ thread: ThreadContext) throws(ProcessKilled) {
        if isRequesting {
            waiting.append(call)
            while !call.mayRequest { try thread.wait(call.event) }
        }
        isRequesting = true
        call.mayRequest = true
    }

    private func push(_ transaction: PooledTransaction, begin: SimTime) {
        guard let seat else { return }
        let address = transaction.slot.pointee.payload.address
        _ = transaction.slot.pointee.push(
            PhaseHop(upstream: .passUnretained(seat), address: address, begin: begin.picoseconds))
    }

    // MARK: Answers of the target

    private func receive(
        _ transaction: PooledTransaction, _ hop: Int, phase: inout Phase, delay: SimTime
    ) -> TransportStatus {
        guard let call = calls.first(where: { $0.transaction == transaction }) else { return .accepted }
        note(call, phase, delay)
        guard call.isAbandoned, call.responseTime != nil else { return .accepted }
        finish(call, transaction)
        return .completed
    }

    private func note(_ call: Call, _ phase: Phase, _ delay: SimTime) {
        if phase == .endRequest { endRequest(call, after: delay) }
        guard phase == .beginResponse else { return }
        endRequest(call, after: delay)
        call.responseTime = scheduler.now + delay
        call.event.notify(after: delay)
    }

    private func endRequest(_ call: Call, after delay: SimTime) {
        guard call.mayRequest && !call.hasEndedRequest else { return }
        call.hasEndedRequest = true
        freeTime = scheduler.now + delay
        isRequesting = false
        guard !waiting.isEmpty else { return }
        let next = waiting.removeFirst()
        isRequesting = true
        next.mayRequest = true
        next.event.notify(after: delay)
    }

    // MARK: Calls

    private func makeCall() -> Call {
        made += 1
        return Call(Event("\(socket.name).access\(made)", in: socket.owner))
    }

    private func finish(_ call: Call, _ transaction: PooledTransaction) {
        let hop = transaction.slot.pointee.hop(to: socket.id)
        if hop >= 0 { transaction.slot.pointee.end(hop: hop) }
        transaction.release()
        calls.removeAll { $0 === call }
        clear(call)
    }

    private func clear(_ call: Call) {
        call.event.cancel()
        call.transaction = nil
        call.mayRequest = false
        call.hasEndedRequest = false
        call.responseTime = nil
        call.isAbandoned = false
        freeCalls.append(call)
    }

    /// The thread is to end. A request that the target has goes on without it, and moves no data.
    private func abandon(_ call: Call, _ transaction: PooledTransaction) {
        if call.mayRequest && transaction.isHeld && call.responseTime == nil {
            transaction.slot.pointee.payload.clear()
            call.isAbandoned = true
        } else {
            waiting.removeAll { $0 === call }
            finish(call, transaction)
        }
    }

    // MARK: PhaseState

    func rewind() {
        for call in calls { clear(call) }
        calls = []
        waiting = []
        isRequesting = false
        freeTime = .zero
    }

    var snapshotRefusal: SnapshotError? { nil }
}
