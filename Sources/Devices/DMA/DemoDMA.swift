public import TandemBus
public import TandemKernel

/// A small DMA engine, for demonstrations and tests: the shell around `DemoDMACore`.
///
/// One burst moves each cycle as real transactions through the bus: an event, a read, a write. What the bus adds to
/// their delay comes on top of the cycle.
public final class DemoDMA: Module, CatalogModule, BusTarget {
    public static let cycleTime = Property<SimTime>(
        "cycle-time", default: .nanoseconds(100), range: .picoseconds(1)...SimTime.seconds(1),
        "Time of one burst, beside what the bus takes.")

    public static let declaration = ModuleDeclaration(
        "dma-demo", category: "dma", summary: "Small DMA engine: copies and fills memory",
        properties: [cycleTime.erased],
        ports: [
            PortDeclaration("bus", .target, "The registers, 32 bits wide."),
            PortDeclaration("memory", .initiator, "What the transfers read and write."),
            PortDeclaration("interrupt", .lineOut, "INTERRUPT_ENABLE, and DONE or ERROR."),
        ],
        registers: DemoDMACore.registers.declarations, plugging: .hot,
        documentation: """
            A device of this project. Software sets SOURCE, DESTINATION, LENGTH and BURST, writes START, and waits \
            for DONE or ERROR by polling or by interrupt. Every cycle one burst is read and written, the last one as \
            short as it needs to be; addresses need no alignment, and overlapping areas are copied upwards. An error \
            response ends the transfer with ERROR, and MOVED counts the bytes before that burst. While BUSY only \
            STATUS and INTERRUPT_ENABLE can be written. LENGTH 0 is done at once. START clears DONE and ERROR.
            """)

    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    private let memory: InitiatorSocket
    private let interrupt: LineOutput
    private let step: Event
    private let cycle: SimTime
    private let registers = RegisterBlock(DemoDMACore.registers)
    // SAFETY: allocated in `init`, freed only in `deinit`; no burst is longer.
    private let buffer = UnsafeMutableRawPointer.allocate(byteCount: DemoDMACore.largestBurst, alignment: 8)
    private var core = DemoDMACore()

    public override init(_ context: ModuleContext) {
        bus = TargetSocket("bus", context)
        memory = InitiatorSocket("memory", context, neverWaits: true)
        interrupt = LineOutput("interrupt", context)
        step = Event("step", context)
        cycle = context[Self.cycleTime]
        super.init(context)
        bus.serve(self)
        method("move", sensitiveTo: [step], initialize: false) { [unowned self] in moveBurst() }
    }

    deinit { buffer.deallocate() }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        registers.transport(&transaction, core: &core)
        if transaction.command == .write { settle(at: now + delay) }
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        registers.debugTransport(&transaction, core: core)
    }

    private func settle(at time: SimTime) {
        interrupt.set(core.isInterruptAsserted, at: time)
        if core.isBusy && !step.isPending { step.notify(at: time.saturatingAdd(cycle)) }
    }

    private func moveBurst() {
        guard let burst = core.nextBurst else { return }
        var delay = SimTime.zero
        var succeeded = true
        if let source = burst.source {
            succeeded = access(.read, at: source, count: burst.count, delay: &delay)
        } else {
            // Every burst but the last is a multiple of the pattern: it starts with its first byte.
            for index in 0..<burst.count {
                let byte = UInt8(truncatingIfNeeded: core.pattern >> UInt32(index % 4 * 8))
                buffer.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
            }
        }
        if succeeded { succeeded = access(.write, at: burst.destination, count: burst.count, delay: &delay) }
        core.finish(burst, succeeded: succeeded)
        settle(at: now + delay)
    }

    private func access(_ command: Command, at address: UInt64, count: Int, delay: inout SimTime) -> Bool {
        var transaction = Transaction(command, address: address, data: buffer, count: count)
        memory.transport(&transaction, delay: &delay)
        return transaction.response == .ok
    }

    public override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter: core = DemoDMACore()
        case .hold: interrupt.set(false, at: now)
        case .exit: break
        }
    }

    public func saveState() -> ModuleState { ModuleState(DeviceState(core, lines: [interrupt])) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: DeviceState<DemoDMACore>.self, at: path)
        try state.restore([interrupt], of: path)
        core = state.core
    }
}

extension DemoDMA: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "dma", compatible: ["tandem,dma-demo"],
                properties: [
                    DeviceTreeProperty("reg", .registers([RegisterWindow()])),
                    DeviceTreeProperty("interrupts", .interrupts(["interrupt"])),
                ]))
    }
}
