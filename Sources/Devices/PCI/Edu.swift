public import TandemBus
public import TandemKernel

/// QEMU's teaching device `edu`: the shell around `EduCore`.
public final class Edu: PCIFunction, CatalogModule, BusTarget {
    public static let mask = Property<UInt64>(
        "dma_mask", default: 0x0fff_ffff, "The bits that its bus addresses have; spelled as QEMU does.")
    public static let cycleTime = Property<SimTime>(
        "cycle-time", default: .nanoseconds(100), range: .picoseconds(1)...SimTime.seconds(1),
        "Time of 64 bytes of a transfer beside what the bus takes, and of a factorial.")

    public static let declaration = ModuleDeclaration(
        "edu", category: PCIFunction.category, summary: "QEMU's teaching device 1234:11e8",
        properties: [mask.erased, cycleTime.erased], registers: EduCore.registers.declarations,
        documentation: """
            QEMU's docs/specs/edu.rst: identification, inverted word, factorial, interrupts raised and acknowledged by \
            software, and transfers between memory and a buffer of 4096 bytes at 0x40000 of the device's own addresses; \
            INTA or message 0. A transfer goes in accesses of 64 bytes, each after a cycle. Deviations: registers that \
            there are not read as zeros; a transfer that does not lie in the buffer moves nothing and is over at once, \
            and one that meets a bus error is over with that access.
            """)

    private let registers = RegisterBlock(EduCore.registers)
    private let step: Event
    private let factorial: Event
    private let addressMask: UInt64
    private let cycle: SimTime
    private var core = EduCore()

    public init(_ context: ModuleContext) {
        step = Event("step", context)
        factorial = Event("factorial", context)
        addressMask = context[Self.mask]
        cycle = context[Self.cycleTime]
        super.init(
            context,
            PCIHeader(
                vendor: 0x1234, device: 0x11e8, classCode: 0x00_ff00, revision: 0x10, subsystemVendor: 0x1af4,
                subsystem: 0x1100, pin: .a, regions: [PCIRegion(0, .memory32, size: 0x10_0000)],
                capabilities: [.messages(vectors: 1)], isMaster: true))
        region(0).serve(self)
        method("move", sensitiveTo: [step], initialize: false) { [unowned self] in move() }
        method("compute", sensitiveTo: [factorial], initialize: false) { [unowned self] in
            core.finishFactorial()
            settle(at: now)
        }
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
        if core.isTransferring && !step.isPending { step.notify(at: time.saturatingAdd(cycle)) }
        if core.argument != nil && !factorial.isPending { factorial.notify(at: time.saturatingAdd(cycle)) }
    }

    private func move() {
        guard core.isTransferring else { return }
        var delay = SimTime.zero
        var isOver = true
        if let burst = core.nextBurst(mask: addressMask) {
            isOver = !transfer(burst.address, burst.isWrite, burst.range, &delay)
            if !isOver { core.finish(burst.range.count, mask: addressMask) }
        }
        if isOver { core.abandon() }
        settle(at: now + delay)
    }

    private func transfer(_ address: UInt64, _ isWrite: Bool, _ range: Range<Int>, _ delay: inout SimTime) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: range.count, alignment: 8) { bytes in
            if isWrite { for place in range { bytes[place - range.lowerBound] = core[place] } }
            let response = access(
                isWrite ? .write : .read, at: address, bytes.baseAddress ?? Transaction.noData, count: range.count,
                delay: &delay)
            guard response == .ok else { return false }
            if !isWrite { for place in range { core[place] = bytes[place - range.lowerBound] } }
            return true
        }
    }

    public override func reset(_ phase: ResetPhase) {
        if case .enter = phase { core = EduCore() }
        super.reset(phase)
    }

    public func saveState() -> ModuleState { state(with: core) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        core = try restore(state, as: EduCore.self)
    }
}
