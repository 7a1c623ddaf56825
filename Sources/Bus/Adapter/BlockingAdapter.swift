import TandemKernel

/// Lets initiators that send phases reach a target that serves blocking accesses: the request ends at once, the access is
/// made when the request takes effect, and the response begins when the access has taken its time, one response at a time.
/// Accesses to a target that may wait run in threads of a pool. IEEE 1666-2023 §16.1.2.
final class BlockingAdapter: PhaseState {
    // SAFETY: the socket owns this object.
    private unowned(unsafe) let socket: TargetSocket
    private let seat: BusServer
    private let scheduler: Scheduler
    private let queue: PhaseQueue
    private let workers: AdapterThreads?
    private var responses = PhaseChannels()

    init(_ socket: TargetSocket, _ seat: BusServer, mayWait: Bool) {
        self.socket = socket
        self.seat = seat
        scheduler = socket.owner.scheduler
        queue = PhaseQueue("\(socket.name).phases", in: socket.owner)
        workers = mayWait ? AdapterThreads("\(socket.name).thread", in: socket.owner) : nil
        workers?.serve = { [unowned self] in self.access($0) }
        queue.onDelivery { [unowned self] transaction, phase in self.take(transaction, phase) }
        PhaseDirectory.of(socket.owner.simulation).add(self)
    }

    func forward(
        _ transaction: PooledTransaction, phase: inout Phase, delay: inout SimTime
    ) -> TransportStatus {
        switch phase {
        case .beginRequest:
            transaction.acquire()
            queue.notify(transaction, .beginRequest, after: delay)
            phase = .endRequest
            return .updated
        case .endResponse:
            guard let up = upstream(of: transaction) else { return .completed }
            free(up, transaction, after: delay)
            return .completed
        default: return .accepted
        }
    }

    private func take(_ transaction: PooledTransaction, _ phase: Phase) {
        guard phase == .beginRequest else { return respond(transaction) }
        if let workers { workers.run(transaction) } else { access(transaction) }
    }

    /// The blocking access, at the time of the request.
    private func access(_ transaction: PooledTransaction) {
        var delay = SimTime.zero
        let shape = AccessShape(transaction.slot.pointee.payload)
        seat.transport(&transaction.slot.pointee.payload, &delay, shape)
        guard transaction.isHeld else { return }
        if delay == .zero { respond(transaction) } else { queue.notify(transaction, .beginResponse, after: delay) }
    }

    /// The response is due: it begins if its channel is free, and waits in line otherwise.
    private func respond(_ transaction: PooledTransaction) {
        guard let up = upstream(of: transaction) else { return }
        let channel = responses[up.toOpaque()]
        let now = scheduler.now.picoseconds
        if channel.pointee.holder != transaction.slot {
            guard channel.pointee.take(transaction, at: now) else { return }
            if channel.pointee.freeTime > now {
                return queue.notify(
                    transaction, .beginResponse, after: SimTime(picoseconds: channel.pointee.freeTime - now))
            }
        }
        var phase = Phase.beginResponse
        var delay = SimTime.zero
        let status = socket.transportBackward(transaction, phase: &phase, delay: &delay)
        if status == .completed || (status == .updated && phase == .endResponse) {
            free(up, transaction, after: delay)
        }
    }

    private func free(_ up: Unmanaged<BackwardSeat>, _ transaction: PooledTransaction, after delay: SimTime) {
        let now = scheduler.now.picoseconds
        if let next = responses[up.toOpaque()].pointee.free(at: now &+ delay.picoseconds) {
            let wait = SimTime(picoseconds: next.slot.pointee.readyTime - now)
            queue.notify(next, .beginResponse, after: wait)
        }
        transaction.release()
    }

    private func upstream(of transaction: PooledTransaction) -> Unmanaged<BackwardSeat>? {
        let hop = transaction.slot.pointee.hop(to: socket.id)
        return hop < 0 ? nil : transaction.slot.pointee.hops[hop].origin
    }

    // MARK: PhaseState

    func rewind() {
        responses.clear()
        workers?.rewind()
    }

    var snapshotRefusal: SnapshotError? { nil }
}

/// Threads that wait for work: as many as there ever was work at once.
final class AdapterThreads {
    private final class Worker {
        let event: Event
        var transaction: PooledTransaction?
        init(_ event: Event) { self.event = event }
    }

    var serve: (PooledTransaction) -> Void = { _ in }
    private let name: String
    // SAFETY: the module owns the socket that owns the adapter that owns this object.
    private unowned(unsafe) let owner: Module
    private var workers: [Worker] = []
    private var idle: [Worker] = []

    init(_ name: String, in owner: Module) {
        self.name = name
        self.owner = owner
    }

    /// Serves the transaction in a thread, in the present evaluation phase.
    func run(_ transaction: PooledTransaction) {
        if let worker = idle.popLast() {
            worker.transaction = transaction
            worker.event.notify()
        } else {
            spawn().transaction = transaction
        }
    }

    private func spawn() -> Worker {
        let number = workers.count
        let worker = Worker(Event("\(name)\(number)", in: owner))
        workers.append(worker)
        owner.thread("\(name)\(number)") { [unowned self] thread in
            while true {
                while worker.transaction == nil { try thread.wait(worker.event) }
                if let transaction = worker.transaction { serve(transaction) }
                worker.transaction = nil
                idle.append(worker)
            }
        }
        return worker
    }

    /// All threads have ended and will begin anew.
    func rewind() {
        for worker in workers { worker.transaction = nil }
        idle = workers
    }
}
