public import TandemBus
public import TandemKernel

/// Supervisor software interrupts of harts: the shell around `SSWICore`.
public final class SSWI: Module, CatalogModule, BusTarget {
    public static let harts = Property<Int>("harts", default: 1, range: 1...4095, "How many harts have a register.")

    public static let declaration = ModuleDeclaration(
        "aclint-sswi", category: "interrupt-controller", summary: "Supervisor software interrupts (RISC-V ACLINT SSWI)",
        properties: [harts.erased],
        ports: [
            PortDeclaration("bus", .target, "The registers, 32 bits wide."),
            PortDeclaration(
                "ssip", .lineOut, count: 1, "A pulse sets the hart's supervisor software interrupt (SSIP)."),
        ],
        registers: SSWICore.registers.declarations,
        documentation: """
            RISC-V Advanced Core Local Interruptor specification 1.0-rc4, chapter 4. Registers of harts beyond \
            `harts` ignore writes. An access takes no time of its own.
            """)

    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    private let lines: [LineOutput]
    private let registers = RegisterBlock(SSWICore.registers)
    private var core: SSWICore

    public override init(_ context: ModuleContext) {
        let count = context[Self.harts]
        bus = TargetSocket("bus", context)
        lines = (0..<count).map { LineOutput("ssip\($0)", context) }
        core = SSWICore(hartCount: count)
        super.init(context)
        bus.serve(self)
    }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        registers.transport(&transaction, core: &core)
        if let hart = core.takeEdge() { lines[hart].pulse(at: now + delay) }
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        registers.debugTransport(&transaction, core: core)
    }

    public override func reset(_ phase: ResetPhase) {
        if case .enter = phase { core = SSWICore(hartCount: lines.count) }
    }

    public func saveState() -> ModuleState { ModuleState(core) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let saved = try state.decode(as: SSWICore.self, at: path)
        guard saved.hartCount == lines.count else {
            throw .mismatch(at: path, "harts", saved: saved.hartCount, here: lines.count)
        }
        core = saved
    }
}

extension SSWI: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "sswi", compatible: ["riscv,aclint-sswi"],
                properties: [
                    DeviceTreeProperty("reg", .registers([RegisterWindow()])),
                    DeviceTreeProperty("interrupts-extended", .interruptsExtended(lines.map(\.name))),
                    DeviceTreeProperty("interrupt-controller", .flag),
                    DeviceTreeProperty("#interrupt-cells", .cells([0])),
                ]))
    }
}
