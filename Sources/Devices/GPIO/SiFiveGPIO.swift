public import TandemBus
public import TandemKernel

/// The SiFive GPIO controller: the shell around `SiFiveGPIOCore`.
public final class SiFiveGPIO: Module, CatalogModule, BusTarget, LineReceiver {
    public static let pinCount = Property<Int>("pins", default: 32, range: 1...32, "How many pins there are.")

    public static let declaration = ModuleDeclaration(
        "sifive-gpio", category: "gpio", summary: "General-purpose input and output (SiFive GPIO)",
        properties: [pinCount.erased],
        ports: [
            PortDeclaration("bus", .target, "The registers, 32 bits wide."),
            PortDeclaration("in", .lineIn, count: 32, "What drives the pins from outside."),
            PortDeclaration("out", .lineOut, count: 32, "What the chip drives the pins to; low where it does not."),
            PortDeclaration("interrupt", .lineOut, count: 32, "The interrupt of each pin."),
            PortDeclaration("functionA", .lineIn, count: 32, "Outputs of the hardware functions 0 (IOF0)."),
            PortDeclaration("functionB", .lineIn, count: 32, "Outputs of the hardware functions 1 (IOF1)."),
        ],
        registers: SiFiveGPIOCore.registers.declarations,
        documentation: """
            SiFive FU540-C000 manual, chapter 17, with the hardware-driven functions of the FE310-G000. Edges and \
            levels become pending whether or not their interrupt is enabled, and stay so until they are cleared. A pin \
            that is driven from outside and by the chip has the chip's level. Deviations: the synchronisation of \
            inputs takes no time; the drive strength has no effect; a hardware function sees no input. An access takes \
            no time of its own.
            """)

    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    private let inputs: [LineInput]
    private let outputs: [LineOutput]
    private let interrupts: [LineOutput]
    private let functions: [[LineInput]]
    private let registers = RegisterBlock(SiFiveGPIOCore.registers)
    private let storage: CoreStorage<SiFiveGPIOCore>
    /// The levels of `outputs` and `interrupts`.
    private var driven: UInt32 = 0
    private var raised: UInt32 = 0
    /// How many changes of its lines are under way within each other, and whether they were too many.
    private var depth = 0
    private var givesUp = false

    private var core: SiFiveGPIOCore {
        @inline(__always) _read { yield storage.core }
        @inline(__always) _modify { yield &storage.core }
    }

    public override init(_ context: ModuleContext) {
        let count = context[Self.pinCount]
        bus = TargetSocket("bus", context)
        inputs = (0..<count).map { LineInput("in\($0)", index: $0, context) }
        outputs = (0..<count).map { LineOutput("out\($0)", context) }
        interrupts = (0..<count).map { LineOutput("interrupt\($0)", context) }
        functions = ["functionA", "functionB"].enumerated().map { number, name in
            (0..<count).map { LineInput("\(name)\($0)", index: $0 + 32 * (number + 1), context) }
        }
        storage = CoreStorage(SiFiveGPIOCore(pinCount: count))
        super.init(context)
        bus.serve(self)
        for input in inputs + functions[0] + functions[1] { input.deliver(to: self) }
    }

    /// What is connected is driven, also while it is low.
    public override func elaborated() throws(ElaborationError) {
        for input in inputs where input.isConnected { core.setInput(input.index, input.level) }
    }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        registers.transport(&transaction, core: &core)
        if transaction.command == .write { settle(at: now + delay) }
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        registers.debugTransport(&transaction, core: core)
    }

    /// No read changes anything.
    public func directRead(at offset: UInt64, count: Int) -> DirectRead? {
        guard let place = registers.place(at: offset, count: count) else { return nil }
        return DirectRead(self, argument: UInt64(place.register.rawValue)) { context, argument, _ in
            Unmanaged<SiFiveGPIO>.fromOpaque(context)._withUnsafeGuaranteedRef { controller in
                guard let register = SiFiveGPIOCore.Register(rawValue: Int(truncatingIfNeeded: argument)) else {
                    return DirectRead.declined
                }
                return UInt64(controller.storage.core[register])
            }
        }
    }

    public func lineChanged(_ input: LineInput, level: Bool, at time: SimTime) {
        let (group, pin) = (input.index / 32, input.index % 32)
        if group == 0 { core.setInput(pin, level) } else { core.setFunction(group - 1, pin, level) }
        settle(at: time)
    }

    /// Brings the lines in accord with the registers. A pin may be wired to another one: what a line that is driven
    /// changes here is seen before the next one is driven.
    private func settle(at time: SimTime) {
        guard depth < Self.deepest else {
            givesUp = true
            return scheduler.fail(
                SimulationError(
                    at: path, "a pin hears its own output and never comes to rest", time: now,
                    expected: "a loop that settles, or a device with a delay in it"))
        }
        depth += 1
        defer {
            depth -= 1
            if depth == 0 { givesUp = false }
        }
        while !givesUp, case let changed = core.outputs ^ driven, changed != 0 {
            let pin = changed.trailingZeroBitCount
            driven ^= 1 << UInt32(pin)
            outputs[pin].set(driven >> UInt32(pin) & 1 != 0, at: time)
        }
        while !givesUp, case let changed = core.interrupts ^ raised, changed != 0 {
            let pin = changed.trailingZeroBitCount
            raised ^= 1 << UInt32(pin)
            interrupts[pin].set(raised >> UInt32(pin) & 1 != 0, at: time)
        }
    }

    /// How often lines change within each other: pins wired in a chain do it once for each pin.
    private static let deepest = 64

    public override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter: core.reset()
        case .hold: settle(at: now)
        case .exit: break
        }
    }

    public func saveState() -> ModuleState { ModuleState(DeviceState(core, lines: outputs + interrupts)) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: DeviceState<SiFiveGPIOCore>.self, at: path)
        guard state.core.present == core.present else {
            throw .mismatch(
                at: path, "pins", saved: state.core.present.nonzeroBitCount, here: core.present.nonzeroBitCount)
        }
        try state.restore(outputs + interrupts, of: path)
        core = state.core
        driven = Self.levels(of: outputs)
        raised = Self.levels(of: interrupts)
    }

    private static func levels(of lines: [LineOutput]) -> UInt32 {
        lines.enumerated().reduce(0) { $0 | ($1.element.level ? 1 << UInt32($1.offset) : 0) }
    }
}

extension SiFiveGPIO: DeviceTreeInterruptController {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "gpio", compatible: ["sifive,fu540-c000-gpio", "sifive,gpio0"],
                properties: [
                    DeviceTreeProperty("reg", .registers([RegisterWindow()])),
                    DeviceTreeProperty("interrupts", .interrupts(interrupts.map(\.name))),
                    DeviceTreeProperty("gpio-controller", .flag),
                    DeviceTreeProperty("#gpio-cells", .cells([2])),
                    DeviceTreeProperty("interrupt-controller", .flag),
                    DeviceTreeProperty("#interrupt-cells", .cells([2])),
                    DeviceTreeProperty("clocks", .clocks([1_000_000_000])),
                    DeviceTreeProperty("ngpios", .cells([UInt32(inputs.count)])),
                ]))
    }

    /// Pin and sense: high level, as everything here drives its interrupts.
    public func interruptSpecifier(forInput port: String) -> [UInt32]? {
        inputs.first { $0.name == port }.map { [UInt32($0.index), 4] }
    }
}
