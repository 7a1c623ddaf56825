public import TandemBus
public import TandemKernel

/// Machine software interrupts of harts: the shell around `MSWICore`.
public final class MSWI: Module, CatalogModule, BusTarget {
    public static let harts = Property<Int>("harts", default: 1, range: 1...4095, "How many harts have a register.")

    public static let declaration = ModuleDeclaration(
        "aclint-mswi", category: "interrupt-controller", summary: "Machine software interrupts (RISC-V ACLINT MSWI)",
        properties: [harts.erased],
        ports: [
            PortDeclaration("bus", .target, "The registers, 32 bits wide."),
            PortDeclaration("msip", .lineOut, count: 1, "Machine software interrupt of each hart (MSIP)."),
        ],
        registers: MSWICore.registers.declarations,
        documentation: """
            RISC-V Advanced Core Local Interruptor specification 1.0-rc4, chapter 3. Registers of harts beyond \
            `harts` read zero and ignore writes. An access takes no time of its own.
            """)

    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    private let lines: [LineOutput]
    private let registers = RegisterBlock(MSWICore.registers)
    private var core: MSWICore

    public override init(_ context: ModuleContext) {
        let count = context[Self.harts]
        bus = TargetSocket("bus", context)
        lines = (0..<count).map { LineOutput("msip\($0)", context) }
        core = MSWICore(hartCount: count)
        super.init(context)
        bus.serve(self)
    }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        registers.transport(&transaction, core: &core)
        if transaction.command == .write { drive(at: now + delay) }
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        registers.debugTransport(&transaction, core: core)
    }

    private func drive(at time: SimTime) {
        for hart in 0..<lines.count { lines[hart].set(core.pending[hart], at: time) }
    }

    public override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter: core = MSWICore(hartCount: lines.count)
        case .hold: drive(at: now)
        case .exit: break
        }
    }

    public func saveState() -> ModuleState { ModuleState(DeviceState(core, lines: lines)) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: DeviceState<MSWICore>.self, at: path)
        guard state.core.pending.count == lines.count else {
            throw .mismatch(at: path, "harts", saved: state.core.pending.count, here: lines.count)
        }
        try state.restore(lines, of: path)
        core = state.core
    }
}

extension MSWI: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "mswi", compatible: ["riscv,aclint-mswi"],
                properties: [
                    DeviceTreeProperty("reg", .registers([RegisterWindow()])),
                    DeviceTreeProperty("interrupts-extended", .interruptsExtended(lines.map(\.name))),
                    DeviceTreeProperty("interrupt-controller", .flag),
                    DeviceTreeProperty("#interrupt-cells", .cells([0])),
                ]))
    }
}
