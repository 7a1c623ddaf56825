public import TandemBus
public import TandemKernel

/// The SiFive UART: the shell around `SiFiveUARTCore`.
public final class SiFiveUART: Module, CatalogModule, BusTarget, CharacterDevice, CharacterReceiver {
    public static let clock = Property<Frequency>(
        "clock-frequency", default: .hertz(33_333_333), range: .hertz(1)...Frequency.gigahertz(1000),
        "Input of the baud rate generator.")
    public static let firstDivisor = Property<Int>(
        "reset-divisor", default: 289, range: 0...0xffff, "The divisor after a reset, which differs between chips.")
    public static let timed = Property<Bool>(
        "timed", default: false,
        "Characters take the time that the divisor says. Without it they leave at once, and input fills the queue at once."
    )

    public static let declaration = ModuleDeclaration(
        "sifive-uart", category: "serial", summary: "Serial port (SiFive UART)",
        properties: [clock.erased, firstDivisor.erased, timed.erased],
        ports: [
            PortDeclaration("bus", .target, "The registers, 32 bits wide."),
            PortDeclaration("interrupt", .lineOut, "A watermark is passed and its interrupt enabled."),
            PortDeclaration("characters", .backend, "The far end of the serial line."),
        ],
        registers: SiFiveUARTCore.registers.declarations, interfaces: [.characterDevice], plugging: .hot,
        documentation: """
            SiFive FU540-C000 manual, chapter 13: two queues of eight characters with watermarks. Deviations: input \
            waits while the receiver is off or its queue is full, instead of being lost; there are no framing errors. \
            An access takes no time of its own.
            """)

    /// Where the far end is connected.
    public var characters: CharacterPort { line.characters }

    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    private let line: SerialLine
    private let clock: Frequency
    private let registers = RegisterBlock(SiFiveUARTCore.registers)
    private let storage: CoreStorage<SiFiveUARTCore>

    private var core: SiFiveUARTCore {
        @inline(__always) _read { yield storage.core }
        @inline(__always) _modify { yield &storage.core }
    }

    public override init(_ context: ModuleContext) {
        clock = context[Self.clock]
        bus = TargetSocket("bus", context)
        line = SerialLine(context, clock: clock, isTimed: context[Self.timed])
        storage = CoreStorage(SiFiveUARTCore(divisor: UInt16(context[Self.firstDivisor])))
        super.init(context)
        bus.serve(self)
        line.characters.deliver(to: self)
        method("transmit", sensitiveTo: [line.transmitted], initialize: false) { [unowned self] in
            line.transmissionEnded(&core, at: now)
        }
        method("receive", sensitiveTo: [line.arrival], initialize: false) { [unowned self] in
            line.characterArrived(&core, at: now)
        }
    }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        registers.transport(&transaction, core: &core)
        // Of the reads, only that of a received character changes anything.
        if transaction.command == .write || transaction.address == 0x04 { line.settle(&core, at: now + delay) }
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        registers.debugTransport(&transaction, core: core)
    }

    public func directRead(at offset: UInt64, count: Int) -> DirectRead? {
        guard let place = registers.place(at: offset, count: count), place.register != .receiveData else { return nil }
        return DirectRead(self, argument: UInt64(place.register.rawValue)) { context, argument, _ in
            Unmanaged<SiFiveUART>.fromOpaque(context)._withUnsafeGuaranteedRef { port in
                guard let register = SiFiveUARTCore.Register(rawValue: Int(truncatingIfNeeded: argument)) else {
                    return DirectRead.declined
                }
                return port.core.read(register, at: 0)
            }
        }
    }

    public func charactersArrived(at port: CharacterPort) { line.settle(&core, at: now) }

    /// Input that waits in the port stays there: it was typed, whatever the guest does.
    public override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter: core.reset()
        case .hold: line.interrupt.set(false, at: now)
        case .exit: line.settle(&core, at: now)
        }
    }

    public func saveState() -> ModuleState { line.save(core) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) { core = try line.restore(state, of: path) }
}

extension SiFiveUART: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "serial", compatible: ["sifive,fu540-c000-uart", "sifive,uart0"],
                properties: [
                    DeviceTreeProperty("reg", .registers([RegisterWindow()])),
                    DeviceTreeProperty("interrupts", .interrupts(["interrupt"])),
                    DeviceTreeProperty("clocks", .clocks([clock.hertz])),
                ]),
            isConsole: true)
    }
}
