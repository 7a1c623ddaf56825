public import TandemBus
public import TandemKernel

/// The PCI device 1337:0001: the shell around `NewDeviceCore`.
public final class NewDevice: PCIFunction, CatalogModule, BusTarget {
    public static let msi = Property<Bool>("msi", default: true, "Whether it can send its interrupt as a message.")
    public static let mask = Property<UInt64>("dma-mask", default: 0xffff_ffff, "The bits that its bus addresses have.")
    public static let cycleTime = Property<SimTime>(
        "cycle-time", default: .nanoseconds(100), range: .picoseconds(1)...SimTime.seconds(1),
        "Time of 64 bytes of a transfer, beside what the bus takes.")

    public static let declaration = ModuleDeclaration(
        "newdev", category: PCIFunction.category, summary: "Teaching device 1337:0001: buffer, DMA, ports, interrupt",
        properties: [msi.erased, mask.erased, cycleTime.erased], registers: NewDeviceCore.registers.declarations,
        documentation: """
            Region 0 is memory and has the registers and the buffer; region 1 has the registers again, as ports. \
            Software reaches the buffer there, byte by byte through INDEX and DATA, or by DMA: it sets SOURCE, \
            DESTINATION and LENGTH, writes START, and waits for DONE or ERROR by polling or by interrupt. Bus addresses \
            lose the bits that `dma-mask` does not have. A transfer goes in accesses of 64 bytes, each after a cycle. \
            The interrupt is INTA, or message 0.
            """)

    private let registers = RegisterBlock(NewDeviceCore.registers)
    private let step: Event
    private let addressMask: UInt64
    private let cycle: SimTime
    private var core = NewDeviceCore()

    public init(_ context: ModuleContext) {
        step = Event("step", context)
        addressMask = context[Self.mask]
        cycle = context[Self.cycleTime]
        super.init(
            context,
            PCIHeader(
                vendor: 0x1337, device: 0x0001, classCode: 0x00_ff00, pin: .a,
                regions: [PCIRegion(0, .memory32, size: 0x2000), PCIRegion(1, .io, size: 0x40)],
                capabilities: context[Self.msi] ? [.messages(vectors: 1)] : [], isMaster: true))
        region(0).serve(self)
        region(1).serve(self)
        method("move", sensitiveTo: [step], initialize: false) { [unowned self] in move() }
    }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        registers.transport(&transaction, core: &core)
        if transaction.command == .write { settle(at: now + delay) }
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        registers.debugTransport(&transaction, core: core)
    }

    private func settle(at time: SimTime) {
        setInterrupt(core.isInterruptAsserted, at: time)
        if core.nextBurst(mask: addressMask) != nil, !step.isPending { step.notify(at: time.saturatingAdd(cycle)) }
    }

    private func move() {
        guard let burst = core.nextBurst(mask: addressMask) else { return }
        var delay = SimTime.zero
        let response = withUnsafeTemporaryAllocation(byteCount: burst.range.count, alignment: 8) { bytes in
            if burst.isWrite { for place in burst.range { bytes[place - burst.range.lowerBound] = core[place] } }
            let response = access(
                burst.isWrite ? .write : .read, at: burst.address, bytes.baseAddress ?? Transaction.noData,
                count: burst.range.count, delay: &delay)
            if !burst.isWrite && response == .ok {
                for place in burst.range { core[place] = bytes[place - burst.range.lowerBound] }
            }
            return response
        }
        core.finish(burst, succeeded: response == .ok)
        settle(at: now + delay)
    }

    public override func reset(_ phase: ResetPhase) {
        if case .enter = phase { core = NewDeviceCore() }
        super.reset(phase)
    }

    public func saveState() -> ModuleState { state(with: core) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        core = try restore(state, as: NewDeviceCore.self)
    }
}
