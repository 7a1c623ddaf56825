public import TandemBus
public import TandemKernel

/// A device that is its registers and one interrupt line: the shell around any `DeviceCore`.
public final class RegisterDevice<Core: DeviceCore>: Module, CatalogModule, BusTarget {
    public static var declaration: ModuleDeclaration {
        let table = Core.registers.declarations
        return ModuleDeclaration(
            Core.schema.kind, category: "device", summary: Core.summary,
            ports: [
                PortDeclaration("bus", .target, "The registers."),
                PortDeclaration("interrupt", .lineOut, "High while the registers ask for it."),
            ],
            registers: table, plugging: .hot)
    }

    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    /// What the core's `isInterruptAsserted` drives.
    public let interrupt: LineOutput
    /// The registers as they are, for tests.
    public private(set) var core = Core()
    private let registers = RegisterBlock(Core.registers)

    public override init(_ context: ModuleContext) {
        bus = TargetSocket("bus", context)
        interrupt = LineOutput("interrupt", context)
        super.init(context)
        let state = Mirror(reflecting: core).children.compactMap(\.label)
        precondition(
            state == ["file"],
            "The core \(Core.self) stores \(state); a DeviceCore stores its register file alone, which is what is saved."
        )
        bus.serve(self)
    }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        registers.transport(&transaction, core: &core)
        interrupt.set(core.isInterruptAsserted, at: now + delay)
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        registers.debugTransport(&transaction, core: core)
    }

    public override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter: core = Core()
        case .hold: interrupt.set(core.isInterruptAsserted, at: now)
        case .exit: break
        }
    }

    // A core may ask for its interrupt from the start.
    public override func simulationWillStart() { interrupt.set(core.isInterruptAsserted, at: now) }

    public func saveState() -> ModuleState { ModuleState(DeviceState(core, lines: [interrupt])) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: DeviceState<Core>.self, at: path)
        try state.restore([interrupt], of: path)
        core = state.core
    }
}
