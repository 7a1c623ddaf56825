import TandemBus
public import TandemKernel

/// A switch or push button: a line whose level is a property that may be set while the simulation runs.
public final class LineSwitch: Module, CatalogModule {
    public static let level = Property<Bool>("level", default: false, when: .anyTime, "The level of the output.")

    public static let declaration = ModuleDeclaration(
        "line-switch", category: "line", summary: "Switch that drives a line",
        properties: [level.erased],
        ports: [PortDeclaration("out", .lineOut, "The level that is set.")],
        documentation: """
            The output has the level of the property `level`, from the instant on at which that is set. A reset does \
            not move the switch.
            """)

    private let output: LineOutput
    private var isOn: Bool

    public override init(_ context: ModuleContext) {
        isOn = context[Self.level]
        output = LineOutput("out", context)
        super.init(context)
        properties.observe(Self.level) { [unowned self] level in
            isOn = level
            output.set(level, at: now)
        }
    }

    public override func simulationWillStart() { output.set(isOn, at: now) }

    public override func reset(_ phase: ResetPhase) {
        if phase == .hold { output.set(isOn, at: now) }
    }

    public func saveState() -> ModuleState { ModuleState(DeviceState(LineLevels([isOn]), lines: [output])) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: DeviceState<LineLevels>.self, at: path)
        guard let level = state.core.levels.first, state.core.levels.count == 1 else {
            throw .mismatch(at: path, "levels", saved: state.core.levels.count, here: 1)
        }
        try state.restore([output], of: path)
        isOn = level
    }
}
