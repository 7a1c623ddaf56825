public import TandemKernel

/// What hears of the level of an interrupt line: an interrupt controller, a hart, a reset controller.
public protocol LineReceiver: AnyObject {
    /// The level of an input has changed, at `time`, which may be later than the kernel's now: the driver acted as part of
    /// an access with an annotated delay. A receiver whose own time is past it takes the change at once.
    func lineChanged(_ input: LineInput, level: Bool, at time: SimTime)
}

/// Somebody who records lines: a test, a writer of waveforms. An end of a line that nobody observes pays for one test of
/// a flag at each change.
public protocol LineObserver: AnyObject {
    /// The level of a `LineInput` or a `LineOutput` has changed, at `time`. Comes after the receivers have been told.
    func lineObserved(_ line: Port, level: Bool, at time: SimTime)
}

/// What happened on one line, for reports.
public struct LineRecord: Equatable, Sendable {
    /// Path of the input.
    public var line: String
    /// How often the level rose.
    public var raised: UInt64
    /// How often the receiver acted on it: interrupts that a hart took.
    public var taken: UInt64
    /// How often a guest claimed it at a controller.
    public var claimed: UInt64
    /// How long after its rise the receiver acted.
    public var takenLatency: LineLatency
    /// How long after its rise a guest claimed it.
    public var claimedLatency: LineLatency

    public init(
        line: String, raised: UInt64, taken: UInt64, claimed: UInt64, takenLatency: LineLatency = LineLatency(),
        claimedLatency: LineLatency = LineLatency()
    ) {
        self.takenLatency = takenLatency
        self.claimedLatency = claimedLatency
        self.line = line
        self.raised = raised
        self.taken = taken
        self.claimed = claimed
    }
}

/// The receiving end of a line. One output drives it, unless it is declared to be wired-or.
public final class LineInput: Port {
    /// Which of its receiver's inputs it is.
    public let index: Int
    /// Several outputs may drive it; it is high while any of them is.
    public let isWiredOr: Bool
    /// Records the line. Not kept.
    public weak var observer: (any LineObserver)? { didSet { storage.core.isObserved = observer != nil } }
    private let claims: TracePoint
    private let storage = CoreStorage(State())
    private var seat: LineSeat?

    /// What every change reads and writes: plain memory, so that nothing is checked for exclusive access.
    private struct State {
        var level = false
        var isObserved = false
        var driverCount = 0
        var highDrivers = 0
        var raised: UInt64 = 0
        var taken: UInt64 = 0
        var claimed: UInt64 = 0
        var takenLatency = LatencyRecorder()
        var claimedLatency = LatencyRecorder()
        // SAFETY: `seat` keeps it.
        var seat: Unmanaged<LineSeat>?
    }

    /// An input of `owner`.
    public init(_ name: String, index: Int = 0, in owner: Module, isWiredOr: Bool = false) {
        self.index = index
        self.isWiredOr = isWiredOr
        claims = owner.simulation.trace.point(BusTraceEvents.claim)
        super.init(name, in: owner)
        BusDirectory.of(owner.simulation).add(self)
    }

    /// An input of the module that `context` describes.
    public init(_ name: String, index: Int = 0, _ context: ModuleContext, isWiredOr: Bool = false) {
        self.index = index
        self.isWiredOr = isWiredOr
        claims = context.simulation.trace.point(BusTraceEvents.claim)
        super.init(name, context)
        BusDirectory.of(context.simulation).add(self)
    }

    deinit {
        storage.core.takenLatency.deallocate()
        storage.core.claimedLatency.deallocate()
    }

    /// Whom to tell, normally the module that owns this input and outlives it; it is not kept.
    public func deliver<Receiver: LineReceiver>(to receiver: Receiver) {
        let seat = LineSeat(receiver)
        self.seat = seat
        storage.core.seat = .passUnretained(seat)
    }

    public var level: Bool { storage.core.level }
    /// How often the level rose. A restored level is no rise.
    public var raised: UInt64 { storage.core.raised }
    /// How often the receiver acted on it.
    public var taken: UInt64 { storage.core.taken }
    /// How often a guest claimed it.
    public var claimed: UInt64 { storage.core.claimed }
    /// How long rises took to be acted on, and to be claimed.
    public var takenLatency: LineLatency { storage.core.takenLatency.latency }
    public var claimedLatency: LineLatency { storage.core.claimedLatency.latency }

    public var isConnected: Bool { storage.core.driverCount > 0 }

    /// What happened so far.
    public var record: LineRecord {
        LineRecord(
            line: path, raised: raised, taken: taken, claimed: claimed, takenLatency: takenLatency,
            claimedLatency: claimedLatency)
    }

    /// Says that the receiver acted on the line.
    public func noteTaken(at time: SimTime) {
        storage.core.taken += 1
        storage.core.takenLatency.answered(at: time)
    }

    /// Says that the guest claimed the line.
    public func noteClaimed(at time: SimTime) {
        storage.core.claimed += 1
        storage.core.claimedLatency.answered(at: time)
        if claims.isOn { claims.tell(of: path, at: time) }
    }

    /// Drives the input without an output: from a test or a monitor. Not on an input that is connected.
    public func set(_ level: Bool, at time: SimTime) {
        precondition(storage.core.driverCount == 0, "\(path): the line is driven by an output")
        change(level, at: time)
    }

    /// Takes over a level from a snapshot: no edge, nobody is told, nothing is counted.
    public func restore(level: Bool) { storage.core.level = level }

    /// Takes over the counts from a snapshot.
    public func restore(raised: UInt64, taken: UInt64, claimed: UInt64) {
        storage.core.raised = raised
        storage.core.taken = taken
        storage.core.claimed = claimed
    }

    public override func unrealized() { BusDirectory.of(owner.simulation).remove(self) }

    // MARK: The driving side

    func attach(_ output: LineOutput) throws(ElaborationError) {
        guard storage.core.driverCount == 0 || isWiredOr else {
            throw ElaborationError(
                at: path, "a second output drives this line: “\(output.path)”",
                expected: "one driver, or an input that is declared to be wired-or")
        }
        storage.core.driverCount += 1
        if output.level { restoreDriver(level: true) }
    }

    /// An output that drives low goes away.
    func detach() { storage.core.driverCount -= 1 }

    func drive(_ level: Bool, at time: SimTime) {
        storage.core.highDrivers += level ? 1 : -1
        change(storage.core.highDrivers > 0, at: time)
    }

    func restoreDriver(level: Bool) {
        storage.core.highDrivers += level ? 1 : -1
        storage.core.level = storage.core.highDrivers > 0
    }

    private func change(_ level: Bool, at time: SimTime) {
        guard level != storage.core.level else { return }
        storage.core.level = level
        if level {
            storage.core.raised += 1
            storage.core.takenLatency.rose(at: time)
            storage.core.claimedLatency.rose(at: time)
        }
        storage.core.seat?._withUnsafeGuaranteedRef { $0.changed(self, level, time) }
        if storage.core.isObserved { observer?.lineObserved(self, level: level, at: time) }
    }
}

/// The receiver behind an input. A closure, because reading a protocol existential from a class counts references.
private final class LineSeat {
    let changed: (LineInput, Bool, SimTime) -> Void

    // SAFETY: the receiver outlives the input.
    init<Receiver: LineReceiver>(_ receiver: Receiver) {
        let receiver = Unmanaged.passUnretained(receiver)
        changed = { input, level, time in
            receiver._withUnsafeGuaranteedRef { $0.lineChanged(input, level: level, at: time) }
        }
    }
}

extension BusDirectory {
    /// What happened on every line, in the order in which the inputs were made.
    public var lineRecords: [LineRecord] { lines.map(\.record) }
}
