@usableFromInline typealias SignalPointer = UnsafeMutablePointer<SignalRecord>

/// The state of a signal that the scheduler works on. The values stand behind it in two places, of which one is
/// current: taking over the other is a change of `side`, whatever the type of the value is.
@usableFromInline struct SignalRecord {
    /// First, so that the record of the channel is this one.
    @usableFromInline var channel: ChannelRecord
    /// Which place holds the value of this phase: 0 or 1.
    @usableFromInline var side = 0
    /// Whether the value written in this phase changes the signal.
    var differs = false
    /// Whether every write counts as a change.
    let isBuffer: Bool
    /// Whether writes and updates go by the methods of a subclass.
    @usableFromInline let isResolved: Bool
    let policy: WriterPolicy
    /// Whether somebody asked for an edge.
    var hasEdges = false
    /// The evaluation phase that sees the last change.
    var changeStamp: UInt64 = 0
    var changed: EventPointer?
    /// To one, and to zero. There are none unless the value is of one byte, 0 or 1 when it has a level.
    var risen: EventPointer?
    var fallen: EventPointer?
    /// Who wrote last, as far as the policy remembers.
    var writer: ProcessPointer?
    /// Its handle, retained, if there is one writer for the whole simulation: that process may end.
    var writerHandle: Unmanaged<Process>?
    /// The port that writes it, unretained: looked at during the elaboration only.
    var writerPort: Unmanaged<Port>?
    /// The two places, for edges.
    var places: UnsafePointer<UInt8>?

    init(policy: WriterPolicy, isBuffer: Bool, isResolved: Bool) {
        channel = ChannelRecord(kind: isResolved ? .custom : .signal)
        self.policy = policy
        self.isBuffer = isBuffer
        self.isResolved = isResolved
    }
}

/// Who may write a signal (IEEE 1666-2023 §6.3). A write from outside of any process is always legal.
public enum WriterPolicy: UInt8, Sendable {
    /// One process, and one output port, for the whole simulation.
    case one
    /// One process in each delta cycle.
    case onePerDelta
    /// Anybody. The last write of a delta cycle wins.
    case any
}

extension SchedulerCore {
    /// The update phase of a signal.
    @inline(__always) mutating func update(_ signal: SignalPointer) {
        if signal.pointee.policy == .onePerDelta { signal.pointee.writer = nil }
        guard signal.pointee.differs else { return }
        signal.pointee.differs = false
        signal.pointee.side ^= 1
        signal.pointee.changeStamp = stamp
        if let changed = signal.pointee.changed { notifyDelta(changed) }
        if signal.pointee.hasEdges { notifyEdge(signal) }
    }

    @inline(never) private mutating func notifyEdge(_ signal: SignalPointer) {
        guard let level = signal.pointee.places?[signal.pointee.side] else { return }
        if level == 1, let risen = signal.pointee.risen { notifyDelta(risen) }
        if level == 0, let fallen = signal.pointee.fallen { notifyDelta(fallen) }
    }
}

extension Channel {
    /// Whether the process that runs may write `signal`; asks for an update if there is something to do in it.
    @usableFromInline final func admitWrite(_ signal: SignalPointer, differs: Bool) -> Bool {
        if signal.pointee.policy != .any {
            let current = core.pointee.current
            if signal.pointee.writer != current, current != nil, !takeOver(signal, differs) { return false }
        }
        let counts = differs || signal.pointee.isBuffer
        signal.pointee.differs = counts
        if counts || signal.pointee.policy == .onePerDelta && signal.pointee.writer != nil {
            core.pointee.requestUpdate(record)
        }
        return true
    }

    /// A process writes that is not the one remembered.
    @inline(never) private final func takeOver(_ signal: SignalPointer, _ differs: Bool) -> Bool {
        if let first = signal.pointee.writer {
            // Writing the value that it has is no second write (IEEE 1666-2023 §6.4.4).
            if signal.pointee.policy == .onePerDelta && !differs { return true }
            let isPerDelta = signal.pointee.policy == .onePerDelta
            let name = signal.pointee.writerHandle?.takeUnretainedValue().path ?? scheduler.path(of: first)
            refuse(
                "\(scheduler.nameOfCurrent) writes it, but “\(name)” has written it \(isPerDelta ? "in this delta cycle" : "before")",
                expected: isPerDelta ? "one writer in each delta cycle" : "one writer, or another policy of writers")
            return false
        }
        if signal.pointee.policy == .onePerDelta && !differs { return true }
        signal.pointee.writer = core.pointee.current
        if signal.pointee.policy == .one {
            signal.pointee.writerHandle = scheduler.currentProcess.map { .passRetained($0) }
        }
        return true
    }

    /// Nobody has written `signal`.
    final func forgetWriter(_ signal: SignalPointer) {
        signal.pointee.writer = nil
        signal.pointee.writerHandle?.release()
        signal.pointee.writerHandle = nil
    }

    /// Whether a change of `signal` is what this evaluation phase is about.
    @usableFromInline final func isChanged(_ signal: SignalPointer) -> Bool {
        core.pointee.phase == .evaluate && signal.pointee.changeStamp == core.pointee.stamp
    }
}
