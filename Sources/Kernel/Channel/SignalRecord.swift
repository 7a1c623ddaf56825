@usableFromInline typealias SignalPointer = UnsafeMutablePointer<SignalRecord>

/// The state of a signal that the scheduler works on. The values stand behind it in two places, of which one is
/// current: taking over the other is a change of `side`, whatever the type of the value is.
@usableFromInline struct SignalRecord {
    /// First, so that the record of the channel is this one.
    @usableFromInline var channel: ChannelRecord
    /// `side`, in a byte: it is changed in a byte, and a wider load of it would have to wait until that is stored.
    @usableFromInline var sideBit: UInt8 = 0
    /// Whether the value written in this phase changes the signal.
    var differs = false
    /// Whether every write counts as a change.
    let isBuffer: Bool
    /// Whether writes and updates go by the methods of a subclass.
    let isResolved: Bool
    let policy: WriterPolicy
    /// Whether somebody asked for an edge.
    var hasEdges = false
    /// The evaluation phase that sees the last change.
    var changeStamp: UInt64 = 0
    var changed: EventPointer?
    /// Who wrote last, as far as the policy remembers, if it is a declared process: its record is no other's.
    var writer: ProcessPointer?
    /// What few signals need; made when it is needed first.
    var details: UnsafeMutablePointer<SignalDetails>?

    init(policy: WriterPolicy, isBuffer: Bool, isResolved: Bool) {
        channel = ChannelRecord(kind: isResolved || policy == .onePerDelta ? .custom : .signal)
        self.policy = policy
        self.isBuffer = isBuffer
        self.isResolved = isResolved
        writer = noWriter
    }

    /// Which place holds the value of this phase: 0 or 1.
    @inlinable var side: Int { Int(sideBit) }

    /// Makes the written value current, as of the evaluation phase `stamp`.
    @inline(__always) mutating func takeOver(_ stamp: UInt64) {
        differs = false
        sideBit ^= 1
        changeStamp = stamp
    }

    /// What stands in `writer` as long as nobody has written: of a resolved signal something that no process is.
    var noWriter: ProcessPointer? { isResolved ? ProcessPointer(bitPattern: 16) : nil }
}

/// Of a signal that has edges, is bound to a port that writes it, or was written by a spawned process.
struct SignalDetails {
    /// To one, and to zero. There are none unless the value is of one byte, 0 or 1 when it has a level.
    var risen: EventPointer?
    var fallen: EventPointer?
    /// The port that writes it, unretained: looked at during the elaboration only.
    var writerPort: Unmanaged<Port>?
    /// The spawned process that the policy remembers, retained: that process may end.
    var spawnedWriter: Unmanaged<Process>?
    /// The two places, for edges.
    var places: UnsafePointer<UInt8>?
}

extension SignalPointer {
    /// The details, made now if there are none.
    var details: UnsafeMutablePointer<SignalDetails> {
        if let details = pointee.details { return details }
        let details = UnsafeMutablePointer<SignalDetails>.allocate(capacity: 1)
        details.initialize(to: SignalDetails())
        pointee.details = details
        return details
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
    @inline(__always) mutating func update(_ signal: SignalPointer, _ firesDirectly: Bool) {
        guard signal.pointee.differs else { return }
        signal.pointee.takeOver(stamp)
        if let changed = signal.pointee.changed { notifyUpdate(changed, firesDirectly) }
        if signal.pointee.hasEdges { notifyEdge(signal, firesDirectly) }
    }

    @inline(never) private mutating func notifyEdge(_ signal: SignalPointer, _ firesDirectly: Bool) {
        guard let details = signal.pointee.details, let level = details.pointee.places?[signal.pointee.side] else {
            return
        }
        if level == 1, let risen = details.pointee.risen { notifyUpdate(risen, firesDirectly) }
        if level == 0, let fallen = details.pointee.fallen { notifyUpdate(fallen, firesDirectly) }
    }
}

/// What becomes of a write.
@usableFromInline enum WriteOutcome: UInt8 {
    /// The value is to be put into the place that is not current.
    case admitted
    /// The value belongs to the driver of the process that runs.
    case driven
    /// The value is dropped.
    case refused
}

extension Channel {
    /// Whether the process that runs may write `signal`; asks for an update if there is something to do in it.
    ///
    /// One comparison tells whether there is anything to look at: `writer` is the process that runs only where the
    /// policy knows it.
    @usableFromInline final func admitWrite(_ signal: SignalPointer, differs: Bool) -> WriteOutcome {
        if signal.pointee.writer == core.pointee.current {
            if differs {
                signal.pointee.differs = true
                core.pointee.requestUpdate(UnsafeMutableRawPointer(signal).assumingMemoryBound(to: ChannelRecord.self))
                return .admitted
            }
        }
        return examineWrite(signal, differs)
    }

    @inline(never) private final func examineWrite(_ signal: SignalPointer, _ differs: Bool) -> WriteOutcome {
        if signal.pointee.isResolved { return .driven }
        if signal.pointee.writer != core.pointee.current, !takeOver(signal, differs) { return .refused }
        let counts = differs || signal.pointee.isBuffer
        signal.pointee.differs = counts
        if counts { core.pointee.requestUpdate(record) }
        return .admitted
    }

    /// A process writes that is not the one remembered, or none.
    ///
    /// By its record only a declared process is remembered. That of a spawned one serves another process once it has
    /// ended: what tells the two apart is the handle.
    @inline(never) private final func takeOver(_ signal: SignalPointer, _ differs: Bool) -> Bool {
        guard let current = scheduler.currentProcess, signal.pointee.policy != .any else { return true }
        let isForOneDelta = signal.pointee.policy == .onePerDelta
        // Writing the value that it has is no second write (IEEE 1666-2023 §6.4.4).
        if isForOneDelta && !differs { return true }
        if let first = rememberedWriter(signal) {
            if first === current { return true }
            refuseWriter(
                first.path, isForOneDelta ? "in this delta cycle" : "before",
                expected: isForOneDelta ? "one writer in each delta cycle" : "one writer")
            return false
        }
        if current.isSpawned {
            signal.details.pointee.spawnedWriter = .passRetained(current)
        } else {
            signal.pointee.writer = current.record
        }
        // The update forgets the writer.
        if isForOneDelta { core.pointee.requestUpdate(record) }
        return true
    }

    private final func refuseWriter(_ first: String, _ when: StaticString, expected: String) {
        refuse(
            "\(scheduler.nameOfCurrent) writes it, but “\(first)” has written it \(when)",
            expected: "\(expected), or another policy of writers")
    }

    /// Nobody has written `signal`.
    final func forgetWriter(_ signal: SignalPointer) {
        signal.pointee.writer = signal.pointee.noWriter
        guard let details = signal.pointee.details else { return }
        details.pointee.spawnedWriter?.release()
        details.pointee.spawnedWriter = nil
    }

    /// Whom the policy remembers. Asked by a process that runs, while all declared processes exist.
    private final func rememberedWriter(_ signal: SignalPointer) -> Process? {
        if signal.pointee.writer != signal.pointee.noWriter {
            return signal.pointee.writer?.pointee.object?.takeUnretainedValue()
        }
        return signal.pointee.details?.pointee.spawnedWriter?.takeUnretainedValue()
    }

    /// Whether a change of `signal` is what this evaluation phase is about.
    @usableFromInline final func isChanged(_ signal: SignalPointer) -> Bool {
        core.pointee.phase == .evaluate && signal.pointee.changeStamp == core.pointee.stamp
    }
}
