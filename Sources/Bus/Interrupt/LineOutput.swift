public import TandemKernel

/// The driving end of an interrupt line. Drives any number of inputs; not being connected is legal and means that nobody
/// listens.
public final class LineOutput: Port {
    /// What it drives, in the order of connection.
    public private(set) var inputs: [LineInput] = []
    /// Records what the output drives, connected or not. Not kept.
    public weak var observer: (any LineObserver)? { didSet { storage.core.isObserved = observer != nil } }
    private let trace: TracePoint
    private let storage = CoreStorage(State())

    /// What every change reads and writes: plain memory, so that nothing is checked for exclusive access.
    private struct State {
        var level = false
        var isObserved = false
        var raisedCount: UInt64 = 0
        /// The only input, which most lines have: reached without counting references.
        // SAFETY: `inputs` keeps it.
        var single: Unmanaged<LineInput>?
    }

    public var level: Bool { storage.core.level }
    /// How often the level rose.
    public var raisedCount: UInt64 { storage.core.raisedCount }

    public var isConnected: Bool { !inputs.isEmpty }

    /// A line that the module of `context` drives.
    public override init(_ name: String, _ context: ModuleContext) {
        trace = context.simulation.trace.point(BusTraceEvents.line)
        super.init(name, context)
    }

    /// A line that `owner` drives.
    public override init(_ name: String, in owner: Module) {
        trace = owner.simulation.trace.point(BusTraceEvents.line)
        super.init(name, in: owner)
    }

    /// Drives the line to a level from `time` on, which may be later than the kernel's now: now + delay of the access that
    /// caused it. Driving the present level again does nothing.
    public func set(_ level: Bool, at time: SimTime) {
        guard level != storage.core.level else { return }
        storage.core.level = level
        if level { storage.core.raisedCount += 1 }
        if trace.isOn { trace.tell(of: path, at: time, .flag(level)) }
        if let single = storage.core.single {
            single._withUnsafeGuaranteedRef { $0.drive(level, at: time) }
        } else {
            for input in inputs { input.drive(level, at: time) }
        }
        if storage.core.isObserved { observer?.lineObserved(self, level: level, at: time) }
    }

    /// A short pulse: up and down at the same instant.
    public func pulse(at time: SimTime) {
        set(true, at: time)
        set(false, at: time)
    }

    /// Connects an input, which takes over the present level without an edge.
    public func connect(to input: LineInput) throws(ElaborationError) {
        guard !inputs.contains(where: { $0 === input }) else {
            throw ElaborationError(at: path, "the output already drives “\(input.path)”", expected: "one connection")
        }
        try input.attach(self)
        inputs.append(input)
        storage.core.single = inputs.count == 1 ? Unmanaged.passUnretained(input) : nil
    }

    /// Lets go of its inputs: the line falls first, as that of a board that is pulled out.
    public override func unrealized() {
        set(false, at: owner.now)
        for input in inputs { input.detach() }
        inputs = []
        storage.core.single = nil
    }

    /// Takes over a level from a snapshot: no edge at the inputs, which take over the level too, and nothing is counted.
    public func restore(level: Bool) {
        guard level != storage.core.level else { return }
        storage.core.level = level
        for input in inputs { input.restoreDriver(level: level) }
    }
}
