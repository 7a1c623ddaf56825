public import TandemBus
public import TandemKernel

/// An ARM PrimeCell UART: the shell around `PL011Core`.
public final class PL011: Module, CatalogModule, BusTarget, CharacterDevice, CharacterReceiver {
    public static let clock = Property<Frequency>(
        "clock-frequency", default: .hertz(24_000_000), range: .hertz(1)...Frequency.gigahertz(1000),
        "UARTCLK, input of the baud rate generator.")
    public static let timed = Property<Bool>(
        "timed", default: false,
        "Characters take the time that the divisor says. Without it they leave at once, and input fills the queue at once."
    )

    public static let declaration = ModuleDeclaration(
        "pl011", category: "serial", summary: "Serial port (ARM PL011)",
        properties: [clock.erased, timed.erased],
        ports: [
            PortDeclaration("bus", .target, "The registers, 32 bits wide; bytes and halves are legal."),
            PortDeclaration("interrupt", .lineOut, "UARTINTR: any source that is pending and not masked."),
            PortDeclaration("characters", .backend, "The far end of the serial line."),
        ],
        registers: PL011Core.registers.declarations, interfaces: [.characterDevice], plugging: .hot,
        documentation: """
            ARM PrimeCell UART (PL011) Technical Reference Manual, ARM DDI 0183G, revision r1p5: queues of 32 \
            characters. All registers, interrupts, queue levels, the receive time-out and loop-back are modelled. \
            Deviations: input from the back-end never overruns the queue, it waits, also while the receiver is off; \
            it has no parity, framing or break errors; a break is not sent; the character length counts for time \
            only; IrDA, hardware flow control and DMA requests are registers only; a divisor below 1 counts as 1; \
            test registers are missing. Without `timed` the transmit queue never fills, so that with FEN set its \
            interrupt, which needs a transition through the level, never rises. An access takes no time of its own.
            """)

    /// Where the far end is connected.
    public var characters: CharacterPort { line.characters }

    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    private let line: SerialLine
    private let clock: Frequency
    private let registers = RegisterBlock(PL011Core.registers)
    private var core = PL011Core()

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
        registers.transport(&transaction, core: &core)
        line.settle(&core, at: now + delay)
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        registers.debugTransport(&transaction, core: core)
    }

    /// A read of the data register takes a character; no other changes anything.
    public func directRead(at offset: UInt64, count: Int) -> DirectRead? {
        guard let place = registers.place(at: offset, count: count), place.shift == 0,
            place.register != .data
        else { return nil }
        let argument = UInt64(place.element) << 8 | UInt64(place.register.rawValue)
        return DirectRead(self, argument: argument) { context, argument, _ in
            Unmanaged<PL011>.fromOpaque(context)._withUnsafeGuaranteedRef { port in
                let register = PL011Core.Register(rawValue: Int(truncatingIfNeeded: argument & 0xff))
                guard let register else { return DirectRead.declined }
                return port.core.read(register, index: Int(truncatingIfNeeded: argument &>> 8))
            }
        }
    }

    public func charactersArrived(at port: CharacterPort) { line.settle(&core, at: now) }

    /// Input that waits in the port stays there: it was typed, whatever the guest does.
    public override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter: core = PL011Core()
        case .hold: line.interrupt.set(false, at: now)
        case .exit: line.settle(&core, at: now)
        }
    }

    public func saveState() -> ModuleState { line.save(core) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) { core = try line.restore(state, of: path) }
}

extension PL011: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "serial", compatible: ["arm,pl011", "arm,primecell"],
                properties: [
                    DeviceTreeProperty("reg", .registers([RegisterWindow()])),
                    DeviceTreeProperty("interrupts", .interrupts(["interrupt"])),
                    DeviceTreeProperty("clocks", .clocks([clock.hertz, clock.hertz])),
                    DeviceTreeProperty("clock-names", .strings(["uartclk", "apb_pclk"])),
                ]),
            isConsole: true)
    }
}
