import TandemKernel

/// Something that holds transactions across calls: ends with a reset, and stands in the way of a snapshot.
protocol PhaseState: AnyObject {
    /// All threads have ended and all notifications are dropped: forgets everything under way.
    func rewind()
    /// The simulation goes away: reports what was not given back, and lets go of what others gave.
    func end(_ directory: PhaseDirectory)
    /// Whether it will still hand the transaction to somebody.
    func keeps(_ transaction: PooledTransaction) -> Bool
    /// Why no snapshot can be taken now; nil if it can.
    var snapshotRefusal: SnapshotError? { get }
}

/// Everything of one simulation that holds transactions across calls.
final class PhaseDirectory: SimulationService {
    private var entries: [WeakState] = []
    /// How many non-blocking calls are open at sockets that are checked.
    var openCalls = 0

    private struct WeakState {
        weak var object: (any PhaseState)?
    }

    init() {}

    static func of(_ simulation: Simulation) -> PhaseDirectory { simulation.service(PhaseDirectory.self) }

    func add(_ state: any PhaseState) { entries.append(WeakState(object: state)) }

    func rewind() {
        openCalls = 0
        for entry in entries { entry.object?.rewind() }
    }

    func end() {
        for entry in entries { entry.object?.end(self) }
    }

    /// Whether somebody will still hand the transaction to somebody.
    func keeps(_ transaction: PooledTransaction) -> Bool {
        entries.contains { $0.object?.keeps(transaction) ?? false }
    }

    func checkSnapshot() throws(SnapshotError) {
        for entry in entries {
            if let refusal = entry.object?.snapshotRefusal { throw refusal }
        }
    }
}

extension PhaseState {
    func end(_ directory: PhaseDirectory) {}
    func keeps(_ transaction: PooledTransaction) -> Bool { false }
}
