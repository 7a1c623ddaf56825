public import TandemBus
public import TandemKernel

/// An NS16550A serial port: the shell around `UART16550Core`.
public final class UART16550: Module, CatalogModule, BusTarget, CharacterDevice, CharacterReceiver {
    public static let clock = Property<Frequency>(
        "clock-frequency", default: .hertz(3_686_400), range: .hertz(1)...Frequency.gigahertz(1000),
        "Input of the baud rate generator.")
    public static let timed = Property<Bool>(
        "timed", default: false,
        "Characters take the time that the divisor says. Without it they leave at once, and input fills the queue at once."
    )

    public static let declaration = ModuleDeclaration(
        "uart16550", category: "serial", summary: "Serial port (NS16550A)",
        properties: [clock.erased, timed.erased],
        ports: [
            PortDeclaration("bus", .target, "The registers, one byte each."),
            PortDeclaration("interrupt", .lineOut, "INTR: any enabled source is pending."),
            PortDeclaration("characters", .backend, "The far end of the serial line."),
        ],
        registers: UART16550Core.registers.declarations, interfaces: [.characterDevice], plugging: .hot,
        documentation: """
            National Semiconductor PC16550D data sheet, June 1995. Both queues, trigger levels, the character \
            time-out, loop mode, modem status and the order of interrupts are modelled. Deviations: input from the \
            back-end never overruns the queue, it waits; it has no parity, framing or break errors; a break is not \
            sent; the character length counts for time only; the modem inputs stand at CTS, DSR and DCD asserted; the \
            divisor is 12 at the start. Only accesses of one byte are legal. An access takes no time of its own.
            """)

    /// Where the far end is connected.
    public var characters: CharacterPort { line.characters }

    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    private let line: SerialLine
    private let clock: Frequency
    private let registers = RegisterBlock(UART16550Core.registers)
    private let storage = CoreStorage(UART16550Core())

    private var core: UART16550Core {
        @inline(__always) _read { yield storage.core }
        @inline(__always) _modify { yield &storage.core }
    }

    public override init(_ context: ModuleContext) {
        clock = context[Self.clock]
        bus = TargetSocket("bus", context)
        line = SerialLine(context, clock: clock, isTimed: context[Self.timed])
        super.init(context)
        bus.serve(self)
        line.characters.deliver(to: self)
        method("transmit", sensitiveTo: [line.transmitted], initialize: false) { [unowned self] in
            line.transmissionEnded(&core, at: now)
        }
        method("receive", sensitiveTo: [line.arrival], initialize: false) { [unowned self] in
            line.characterArrived(&core, at: now)
        }
        method("timeOut", sensitiveTo: [line.silence], initialize: false) { [unowned self] in
            core.timeOut()
            line.settle(&core, at: now)
        }
    }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        // Most reads change nothing: neither the line nor the interrupt need be looked at.
        let isQuiet =
            transaction.command == .read && transaction.count == 1
            && UART16550Core.Register(rawValue: Int(truncatingIfNeeded: transaction.address))
                .map { !core.changesByReading($0) } ?? false
        registers.transport(&transaction, core: &core)
        if !isQuiet { line.settle(&core, at: now + delay) }
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        registers.debugTransport(&transaction, core: core)
    }

    public func directRead(at offset: UInt64, count: Int) -> DirectRead? {
        guard let place = registers.place(at: offset, count: count), place.register != .data else { return nil }
        return DirectRead(self, argument: UInt64(place.register.rawValue)) { context, argument, _ in
            Unmanaged<UART16550>.fromOpaque(context)._withUnsafeGuaranteedRef { port in
                guard let register = UART16550Core.Register(rawValue: Int(truncatingIfNeeded: argument)),
                    !port.core.changesByReading(register)
                else { return DirectRead.declined }
                return UInt64(port.core.read(register))
            }
        }
    }

    public func charactersArrived(at port: CharacterPort) { line.settle(&core, at: now) }

    /// Input that waits in the port stays there: it was typed, whatever the guest does.
    public override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter: core = UART16550Core()
        case .hold: line.interrupt.set(false, at: now)
        case .exit: line.settle(&core, at: now)
        }
    }

    public func saveState() -> ModuleState { line.save(core) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) { core = try line.restore(state, of: path) }
}

extension UART16550: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "serial", compatible: ["ns16550a"],
                properties: [
                    DeviceTreeProperty("reg", .registers([RegisterWindow()])),
                    DeviceTreeProperty("interrupts", .interrupts(["interrupt"])),
                    DeviceTreeProperty("clock-frequency", .cells([UInt32(truncatingIfNeeded: clock.hertz)])),
                ]),
            isConsole: true)
    }
}
