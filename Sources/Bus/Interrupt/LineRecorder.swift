public import TandemKernel

/// Records when lines change, for waveforms. Each line that it watches pays for a call at each change.
public final class LineRecorder: LineObserver {
    /// A line has taken another level.
    public struct Change: Equatable, Sendable {
        public var time: SimTime
        /// Its place in `lines`.
        public var line: Int
        public var level: Bool
    }

    /// The inputs that are recorded, with their levels when recording began.
    public let lines: [(input: LineInput, initial: Bool)]
    /// When recording began.
    public let start: SimTime
    private var places: [ObjectIdentifier: Int] = [:]
    private var recorded: [Change] = []
    /// Changes that were not kept because there were too many.
    public private(set) var lost = 0

    /// How many changes are kept.
    public static let capacity = 1 << 22

    /// Records every connected line of a simulation that nobody else observes.
    public init(_ simulation: Simulation) {
        lines = BusDirectory.of(simulation).lines.filter { $0.isConnected && $0.observer == nil }.map { ($0, $0.level) }
        start = simulation.scheduler.now
        for (place, line) in lines.enumerated() {
            places[ObjectIdentifier(line.input)] = place
            line.input.observer = self
        }
    }

    public func lineObserved(_ line: Port, level: Bool, at time: SimTime) {
        guard let place = places[ObjectIdentifier(line)] else { return }
        if recorded.count < Self.capacity {
            recorded.append(Change(time: time, line: place, level: level))
        } else {
            lost += 1
        }
    }

    /// What was recorded, in the order of the times; of one time in the order in which it came. Lines are told before
    /// their time comes, so that they come in another order.
    public var changes: [Change] {
        recorded.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }
}
