import TandemKernel

/// The order in which initiators that run ahead of time begin their accesses, target by target: where one comes to a
/// target after another that began later, the distance is skew. Only in platforms with several such initiators, and only
/// for what is no plain memory, because most accesses to that are not seen.
final class AccessOrder: SimulationService {
    /// The access to a target that began latest.
    private struct Latest {
        var time: UInt64 = 0
        var initiator = InitiatorID.none
        var isWatched: Bool
    }

    private var latest: [Latest?] = []

    init() {}

    /// Time goes on after a reset, and a restored one begins anew.
    func rewind() { latest = [] }
    func end() {}
    func checkSnapshot() throws(SnapshotError) {}

    /// `initiator` began an access to `target` at `time`, in picoseconds.
    func note(_ target: TargetID, by initiator: InitiatorID, at time: UInt64, in simulation: Simulation) {
        let index = Int(target.rawValue)
        while latest.count <= index { latest.append(nil) }
        var entry = latest[index] ?? Latest(isWatched: isWatched(target, in: simulation))
        defer { latest[index] = entry }
        guard entry.isWatched else { return }
        if time >= entry.time || entry.initiator == initiator {
            entry.time = max(time, entry.time)
            if time == entry.time { entry.initiator = initiator }
            return
        }
        let skew = SimTime(picoseconds: entry.time - time)
        let at = SimTime(picoseconds: time)
        guard simulation.quantum.isNotable(skew, at: at) else { return }
        let directory = BusDirectory.of(simulation)
        guard let ahead = directory.initiator(entry.initiator), let late = directory.initiator(initiator) else {
            return
        }
        simulation.quantum.noteSkew(skew, at: at, ahead: ahead.owner, late: late.owner)
    }

    private func isWatched(_ target: TargetID, in simulation: Simulation) -> Bool {
        guard let socket = BusDirectory.of(simulation).target(target) else { return false }
        return !(socket.owner is Memory)
    }
}

/// The seat before another through which one of several initiators goes: notes when its accesses begin, and keeps them
/// within the bound on skew that the platform states. An initiator that is too far ahead lets the simulation catch up
/// first; the annotated delay is then less by as much.
final class OrderingSeat: BusServer {
    let seat: BusServer
    /// What routers in front of `seat` have added to the delay since the access began.
    let latency: SimTime
    // SAFETY: the socket owns this seat, and the simulation outlives its modules.
    private unowned(unsafe) let socket: InitiatorSocket
    private unowned(unsafe) let simulation: Simulation
    private let scheduler: Scheduler
    private let quantum: GlobalQuantum
    private let order: AccessOrder
    private let initiator: InitiatorID

    init(_ seat: BusServer, of socket: InitiatorSocket, latency: SimTime) {
        self.seat = seat
        self.latency = latency
        self.socket = socket
        simulation = socket.owner.simulation
        scheduler = simulation.scheduler
        quantum = simulation.quantum
        order = simulation.service(AccessOrder.self)
        initiator = socket.id
    }

    override func transport(_ transaction: inout Transaction, _ delay: inout SimTime, _ shape: AccessShape) {
        var ahead = delay.picoseconds &- min(latency, delay).picoseconds
        var caughtUp = SimTime.zero
        if SimTime(picoseconds: ahead) > quantum.maxSkew, let thread = scheduler.currentThread {
            caughtUp = SimTime(picoseconds: ahead)
            // A thread that is to end meets its next wait with the same answer.
            try? thread.catchUp(by: caughtUp)
            delay = latency
            ahead = 0
        }
        let now = scheduler.now.picoseconds
        seat.transport(&transaction, &delay, shape)
        if caughtUp != .zero { socket.count(waited: caughtUp, in: transaction) }
        // What another began while this one waited is no skew.
        if scheduler.now.picoseconds == now {
            order.note(transaction.target, by: initiator, at: now &+ ahead, in: simulation)
        }
    }

    override func debugTransport(_ transaction: inout Transaction) -> Int { seat.debugTransport(&transaction) }

    override func directMemory(
        at address: UInt64, _ command: Command, _ attributes: Attributes, _ grant: inout DirectMemory
    ) -> Bool { seat.directMemory(at: address, command, attributes, &grant) }
}
