public import TandemBus
public import TandemKernel

/// Ends the simulation when the guest says so: the shell around `SiFiveTestCore`.
///
/// The end comes at the simulated time of the guest's write, not when the kernel happens to be told: the request waits
/// in an event.
public final class SiFiveTest: Module, CatalogModule, BusTarget {
    public static let declaration = ModuleDeclaration(
        "sifive-test", category: "system", summary: "Test finisher: power-off, failure with a code, reset",
        ports: [PortDeclaration("bus", .target, "The register, 32 bits wide; its lower half can be written alone.")],
        registers: SiFiveTestCore.registers.declarations,
        documentation: """
            SiFive's test device. 0x5555 ends the run with exit code 0, 0x3333 with the code in the upper half (one \
            whose low byte is 0 becomes 1, as a process cannot fail with 0), 0x7777 asks for a reset. Its device tree \
            nodes also name it as the `syscon` behind `syscon-poweroff` and `syscon-reboot`, by which operating \
            systems reach it.
            """)

    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    private let end: Event
    private let registers = RegisterBlock(SiFiveTestCore.registers)
    private var core = SiFiveTestCore()

    public override init(_ context: ModuleContext) {
        bus = TargetSocket("bus", context)
        // Before anything else at that instant.
        end = Event("end", context, priority: .min)
        super.init(context)
        bus.serve(self)
        method("finish", sensitiveTo: [end], initialize: false) { [unowned self] in
            if let request = core.takeRequest() { scheduler.stop(request, mode: .immediate) }
        }
    }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        registers.transport(&transaction, core: &core)
        if core.request != nil { end.notify(at: now + delay) }
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        registers.debugTransport(&transaction, core: core)
    }

    public override func reset(_ phase: ResetPhase) {
        if case .enter = phase { core = SiFiveTestCore() }
    }

    public func saveState() -> ModuleState { ModuleState(core) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) { core = try state.decode(at: path) }
}

extension SiFiveTest: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        func node(_ name: String, value: UInt32) -> DeviceTreeNode {
            DeviceTreeNode(
                name, compatible: ["syscon-\(name)"],
                properties: [
                    DeviceTreeProperty("regmap", .ownPhandle), DeviceTreeProperty("offset", .cells([0])),
                    DeviceTreeProperty("value", .cells([value])),
                ])
        }
        return DeviceTreeContribution(
            node: DeviceTreeNode(
                "test", compatible: ["sifive,test1", "sifive,test0", "syscon"],
                properties: [DeviceTreeProperty("reg", .registers([RegisterWindow()]))]),
            rootNodes: [node("poweroff", value: 0x5555), node("reboot", value: 0x7777)])
    }
}
