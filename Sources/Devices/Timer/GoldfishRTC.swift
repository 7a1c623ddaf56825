public import TandemBus
public import TandemKernel

/// A real-time clock that counts simulated time: the shell around `GoldfishRTCCore`.
public final class GoldfishRTC: Module, CatalogModule, BusTarget {
    public static let baseTime = Property<UInt64>(
        "base-time", default: 1_767_225_600_000_000_000,
        """
        Nanoseconds since the Unix epoch at simulated time zero. The default is 2026-01-01T00:00:00Z, a fixed date, \
        so that runs are repeatable.
        """)

    public static let declaration = ModuleDeclaration(
        "goldfish-rtc", category: "timer", summary: "Real-time clock with an alarm (Google Goldfish)",
        properties: [baseTime.erased],
        ports: [
            PortDeclaration("bus", .target, "The registers, 32 bits wide."),
            PortDeclaration("interrupt", .lineOut, "The alarm has gone off and its interrupt is enabled."),
        ],
        registers: GoldfishRTCCore.registers.declarations,
        documentation: """
            Goldfish virtual hardware, real-time clock. The clock shows `base-time` plus simulated time, moved by \
            what the guest writes until the next reset; the host's clock plays no part. An alarm goes off in the \
            exact nanosecond. An access takes no time of its own.
            """)

    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    private let interrupt: LineOutput
    private let alarm: Event
    private let base: UInt64
    private let registers = RegisterBlock(GoldfishRTCCore.registers)
    private var core: GoldfishRTCCore

    public override init(_ context: ModuleContext) {
        bus = TargetSocket("bus", context)
        interrupt = LineOutput("interrupt", context)
        alarm = Event("alarm", context)
        base = context[Self.baseTime]
        core = GoldfishRTCCore(base: base)
        super.init(context)
        bus.serve(self)
        method("ring", sensitiveTo: [alarm], initialize: false) { [unowned self] in
            core.elapsed = now.picoseconds / 1000
            core.fireIfDue()
            settle(at: now)
        }
    }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        let time = now + delay
        core.elapsed = time.picoseconds / 1000
        registers.transport(&transaction, core: &core)
        if transaction.command == .write { settle(at: time) }
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        var peek = core
        peek.elapsed = now.picoseconds / 1000
        return registers.debugTransport(&transaction, core: peek)
    }

    /// Brings the line and the event of the alarm in accord with the registers.
    private func settle(at time: SimTime) {
        interrupt.set(core.isInterruptAsserted, at: time)
        alarm.cancel()
        guard let left = core.timeToAlarm else { return }
        let (nanoseconds, overflow) = core.elapsed.addingReportingOverflow(left)
        let (picoseconds, overflowToo) = nanoseconds.multipliedReportingOverflow(by: 1000)
        // An alarm beyond the end of simulated time never goes off.
        if !overflow && !overflowToo { alarm.notify(at: .picoseconds(picoseconds)) }
    }

    public override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter: core = GoldfishRTCCore(base: base)
        case .hold: interrupt.set(false, at: now)
        case .exit: break
        }
    }

    public func saveState() -> ModuleState { ModuleState(DeviceState(core, lines: [interrupt])) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: DeviceState<GoldfishRTCCore>.self, at: path)
        try state.restore([interrupt], of: path)
        core = state.core
    }
}

extension GoldfishRTC: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "rtc", compatible: ["google,goldfish-rtc"],
                properties: [
                    DeviceTreeProperty("reg", .registers([RegisterWindow()])),
                    DeviceTreeProperty("interrupts", .interrupts(["interrupt"])),
                ]))
    }
}
