public import TandemBus
public import TandemKernel

/// The clock registers of the FE310-G000: no bus, no time, no host. SiFive FE310-G000 manual v3p2, chapter 6.
public struct SiFivePRCICore: RegisterCore {
    public enum Register: Int, RegisterName {
        case ringOscillator, crystalOscillator, loop, loopDivider
    }

    public static let registers = RegisterTable<Register>(
        size: 0x8000, unassigned: .zero,
        [
            RegisterRow(
                .ringOscillator, "hfrosccfg", offset: 0x00, width: 4,
                fields: [
                    RegisterField("hfroscdiv", bits: 0...5, reset: 4),
                    RegisterField("hfrosctrim", bits: 16...20, reset: 16),
                    RegisterField("hfroscen", bit: 30, reset: 1),
                    RegisterField("hfroscrdy", bit: 31, .readOnly, reset: 1, "Always ready."),
                ], "Ring oscillator."),
            RegisterRow(
                .crystalOscillator, "hfxosccfg", offset: 0x04, width: 4,
                fields: [
                    RegisterField("hfxoscen", bit: 30, reset: 1),
                    RegisterField("hfxoscrdy", bit: 31, .readOnly, reset: 1, "Always ready."),
                ], "Crystal oscillator."),
            RegisterRow(
                .loop, "pllcfg", offset: 0x08, width: 4,
                fields: [
                    RegisterField("pllr", bits: 0...2, reset: 1), RegisterField("pllf", bits: 4...9, reset: 31),
                    RegisterField("pllq", bits: 10...11, reset: 3), RegisterField("pllsel", bit: 16),
                    RegisterField("pllrefsel", bit: 17, reset: 1), RegisterField("pllbypass", bit: 18, reset: 1),
                    RegisterField("plllock", bit: 31, .readOnly, reset: 1, "Always locked."),
                ], "Phase-locked loop."),
            RegisterRow(
                .loopDivider, "plloutdiv", offset: 0x0c, width: 4,
                fields: [
                    RegisterField("plloutdiv", bits: 0...5), RegisterField("plloutdivby1", bit: 8, reset: 1),
                ], "Divider behind the loop."),
        ])

    private var file: RegisterFile<Register>

    public init() { file = RegisterFile(Self.registers) }

    public mutating func read(_ register: Register, at index: Int) -> UInt64 { file.read(register) }

    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        file.write(register, value, mask: mask)
    }

    public static let schema = SnapshotSchema("sifive-prci")

    public func encode(to writer: inout SnapshotWriter) { file.encode(to: &writer) }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        file = try RegisterFile(from: &reader, Self.registers)
    }
}

/// The clock control of the FE310-G000: the shell around `SiFivePRCICore`.
public final class SiFivePRCI: Module, CatalogModule, BusTarget {
    public static let declaration = ModuleDeclaration(
        "sifive-prci", category: "system", summary: "Clock control (SiFive FE310 PRCI)",
        ports: [PortDeclaration("bus", .target, "The registers, 32 bits wide.")],
        registers: SiFivePRCICore.registers.declarations,
        documentation: """
            SiFive FE310-G000 manual, chapter 6. Oscillators are ready and the loop is locked at all times, so that \
            software which waits for them goes on. Deviation: what is written changes no clock; the frequencies of \
            harts and devices are their own properties. An access takes no time of its own.
            """)

    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    private let registers = RegisterBlock(SiFivePRCICore.registers)
    private var core = SiFivePRCICore()

    public override init(_ context: ModuleContext) {
        bus = TargetSocket("bus", context)
        super.init(context)
        bus.serve(self)
    }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        registers.transport(&transaction, core: &core)
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        registers.debugTransport(&transaction, core: core)
    }

    public override func reset(_ phase: ResetPhase) {
        if case .enter = phase { core = SiFivePRCICore() }
    }

    public func saveState() -> ModuleState { ModuleState(core) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) { core = try state.decode(at: path) }
}

extension SiFivePRCI: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "clock-controller", compatible: ["sifive,fe310-g000-prci"],
                properties: [DeviceTreeProperty("reg", .registers([RegisterWindow()]))]))
    }
}
