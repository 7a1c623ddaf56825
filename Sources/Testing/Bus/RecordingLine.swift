public import TandemBus
public import TandemKernel

/// The receiving end of an interrupt line in the hands of a test: remembers every change.
public final class RecordingLine: Module, CatalogModule, LineReceiver {
    public static let declaration = ModuleDeclaration(
        "recording-line", category: "test", summary: "Line whose changes a test looks at",
        ports: [PortDeclaration("in", .lineIn, "What is recorded.")])

    /// A change of level.
    public struct Change: Equatable, Sendable {
        public var level: Bool
        public var time: SimTime

        public init(_ level: Bool, at time: SimTime) {
            self.level = level
            self.time = time
        }
    }

    public let input: LineInput
    public private(set) var changes: [Change] = []

    public override init(_ context: ModuleContext) {
        input = LineInput("in", context)
        super.init(context)
        input.deliver(to: self)
    }

    /// A receiver called `name` at the top of a bench.
    public init(_ name: String, in bench: SimBench, isWiredOr: Bool = false) {
        let context = bench.context(name)
        input = LineInput("in", context, isWiredOr: isWiredOr)
        super.init(context)
        input.deliver(to: self)
    }

    /// A receiver that an output drives.
    public convenience init(_ name: String, of output: LineOutput, in bench: SimBench) throws(ElaborationError) {
        self.init(name, in: bench)
        try output.connect(to: input)
    }

    public var level: Bool { input.level }

    /// The level is its driver's; what was recorded is the test's.
    public func saveState() -> ModuleState { .stateless }
    public func restoreState(_ state: ModuleState) throws(SnapshotError) {}

    public func clear() { changes = [] }

    public func lineChanged(_ input: LineInput, level: Bool, at time: SimTime) {
        changes.append(Change(level, at: time))
    }
}
