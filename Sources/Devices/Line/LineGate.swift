public import TandemBus
public import TandemKernel

/// What a gate makes of its inputs.
public enum GateFunction: String, PropertyChoice {
    case and, or, xor, nand, nor, xnor, not

    /// The output when `high` of `count` inputs are high.
    func output(high: Int, of count: Int) -> Bool {
        switch self {
        case .and: high == count
        case .or: high > 0
        case .xor: high % 2 == 1
        case .nand: high < count
        case .nor, .not: high == 0
        case .xnor: high % 2 == 0
        }
    }
}

/// A logic gate between lines. A line that is to reach several inputs needs none: an output drives any number of them.
public final class LineGate: Module, CatalogModule, LineReceiver {
    public static let function = Property<GateFunction>(
        "function", default: .or, "What the output is: high if all, any, an odd number … of the inputs are high.")
    public static let inputCount = Property<Int>(
        "inputs", default: 2, range: 1...1024, "How many inputs there are; a “not” has one.")

    public static let declaration = ModuleDeclaration(
        "line-gate", category: "line", summary: "Logic gate between lines",
        properties: [function.erased, inputCount.erased],
        ports: [
            PortDeclaration("in", .lineIn, count: 2, "The inputs; one that is not connected is low."),
            PortDeclaration("out", .lineOut, "The output."),
        ],
        documentation: """
            The output follows the inputs without a delay, at the time at which the driver of the input changed it. \
            Several inputs that change one after the other at the same instant make as many changes at the output.
            """)

    private let inputs: [LineInput]
    private let output: LineOutput
    private let gate: GateFunction
    private var levels: [Bool]
    private var highCount = 0
    private var depth = 0
    /// Told at elaboration, as a subclass of a module cannot throw from this initialiser.
    private let mistake: ElaborationError?

    public override init(_ context: ModuleContext) {
        gate = context[Self.function]
        let given = context[Self.inputCount]
        let hasGiven = context.properties.entries.contains { $0.name == Self.inputCount.name && $0.value != .typed(2) }
        if gate == .not, given != 1, hasGiven {
            mistake = context.error(
                Self.inputCount, "a “not” cannot have \(given) inputs",
                expected: "1, or the function “nor”, which is high if no input is")
        } else {
            mistake = nil
        }
        let count = gate == .not ? 1 : given
        inputs = (0..<count).map { LineInput("in\($0)", index: $0, context) }
        output = LineOutput("out", context)
        levels = Array(repeating: false, count: count)
        super.init(context)
        for input in inputs { input.deliver(to: self) }
    }

    public override func elaborated() throws(ElaborationError) {
        if let mistake { throw mistake }
        levels = inputs.map(\.level)
        highCount = levels.count { $0 }
    }

    /// A gate that inverts is high from the start.
    public override func simulationWillStart() { drive(at: now) }

    private func drive(at time: SimTime) {
        guard depth < Self.deepest else {
            return scheduler.fail(
                SimulationError(
                    at: path, "the gate hears its own output and never comes to rest", time: now,
                    expected: "a loop that settles, or a device with a delay in it"))
        }
        depth += 1
        defer { depth -= 1 }
        output.set(gate.output(high: highCount, of: levels.count), at: time)
    }

    /// How often a gate changes its output while it does so: a latch of two gates does it twice.
    private static let deepest = 64

    public func lineChanged(_ input: LineInput, level: Bool, at time: SimTime) {
        levels[input.index] = level
        highCount += level ? 1 : -1
        drive(at: time)
    }

    public override func reset(_ phase: ResetPhase) {
        // The inputs are others' outputs: there is nothing of its own to be reset.
        if phase == .hold { drive(at: now) }
    }

    public func saveState() -> ModuleState { ModuleState(DeviceState(LineLevels(levels), lines: [output])) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: DeviceState<LineLevels>.self, at: path)
        guard state.core.levels.count == levels.count else {
            throw .mismatch(at: path, "inputs", saved: state.core.levels.count, here: levels.count)
        }
        try state.restore([output], of: path)
        levels = state.core.levels
        highCount = levels.count { $0 }
    }
}

/// Levels of lines as a payload.
struct LineLevels: SnapshotPayload {
    static let schema = SnapshotSchema("line-levels")

    var levels: [Bool]

    init(_ levels: [Bool]) { self.levels = levels }

    func encode(to writer: inout SnapshotWriter) { writer.write(each: levels) { $0.write($1) } }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        levels = try reader.read(each: { reader throws(SnapshotError) in try reader.read(Bool.self) })
    }
}
