public import TandemBus
public import TandemKernel

/// The SiFive PWM controller: the shell around `SiFivePWMCore`.
public final class SiFivePWM: Module, CatalogModule, BusTarget {
    public static let clock = Property<Frequency>(
        "clock-frequency", default: .megahertz(16), range: .hertz(1)...Frequency.gigahertz(1000),
        "Input of the counter.")

    public static let declaration = ModuleDeclaration(
        "sifive-pwm", category: "timer", summary: "Pulse-width modulator and timer (SiFive PWM)",
        properties: [clock.erased],
        ports: [
            PortDeclaration("bus", .target, "The registers, 32 bits wide."),
            PortDeclaration("interrupt", .lineOut, count: 4, "The comparator is reached."),
            PortDeclaration("out", .lineOut, count: 4, "The output of the comparator, for pins."),
        ],
        registers: SiFivePWMCore.registers.declarations,
        documentation: """
            SiFive FU540-C000 manual, chapter 14, with comparators of 16 bits: scale, sticky and deglitched pending \
            bits, periods by comparator 0, one-shot, centered and ganged pulses. Outputs change in the exact input \
            clock, by an event for each change while the counter runs. An access takes no time of its own.
            """)

    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    private let interrupts: [LineOutput]
    private let outputs: [LineOutput]
    private let change: Event
    private let clock: Frequency
    private let registers = RegisterBlock(SiFivePWMCore.registers)
    private let storage = CoreStorage(SiFivePWMCore())

    private var core: SiFivePWMCore {
        @inline(__always) _read { yield storage.core }
        @inline(__always) _modify { yield &storage.core }
    }

    public override init(_ context: ModuleContext) {
        clock = context[Self.clock]
        bus = TargetSocket("bus", context)
        interrupts = (0..<SiFivePWMCore.comparators).map { LineOutput("interrupt\($0)", context) }
        outputs = (0..<SiFivePWMCore.comparators).map { LineOutput("out\($0)", context) }
        change = Event("change", context)
        super.init(context)
        bus.serve(self)
        method("count", sensitiveTo: [change], initialize: false) { [unowned self] in
            core.cycle = clock.cycles(at: now)
            settle(at: now)
        }
    }

    /// Comparators of zero are reached from the start.
    public override func simulationWillStart() { drive(at: now) }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        let time = now + delay
        core.cycle = clock.cycles(at: time)
        registers.transport(&transaction, core: &core)
        if transaction.command == .write { settle(at: time) }
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        var peek = core
        peek.cycle = clock.cycles(at: now)
        return registers.debugTransport(&transaction, core: peek)
    }

    private func drive(at time: SimTime) {
        for index in 0..<SiFivePWMCore.comparators {
            interrupts[index].set(core.isPending(index), at: time)
            outputs[index].set(core.output(index), at: time)
        }
    }

    /// Brings the lines and the event of the next change in accord with the registers.
    private func settle(at time: SimTime) {
        drive(at: time)
        change.cancel()
        guard let cycle = core.nextChange else { return }
        change.notify(at: clock.time(ofCycle: cycle))
    }

    public override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter: core = SiFivePWMCore(cycle: clock.cycles(at: now))
        case .hold: drive(at: now)
        case .exit: break
        }
    }

    public func saveState() -> ModuleState { ModuleState(DeviceState(core, lines: interrupts + outputs)) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: DeviceState<SiFivePWMCore>.self, at: path)
        try state.restore(interrupts + outputs, of: path)
        core = state.core
    }
}

extension SiFivePWM: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "pwm", compatible: ["sifive,fu540-c000-pwm", "sifive,pwm0"],
                properties: [
                    DeviceTreeProperty("reg", .registers([RegisterWindow()])),
                    DeviceTreeProperty("interrupts", .interrupts(interrupts.map(\.name))),
                    DeviceTreeProperty("clocks", .clocks([clock.hertz])),
                    DeviceTreeProperty("#pwm-cells", .cells([3])),
                ]))
    }
}
