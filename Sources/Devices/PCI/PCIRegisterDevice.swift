public import TandemBus
public import TandemKernel

/// A PCI function that is its registers: the shell around any `PCIDeviceCore`.
public final class PCIRegisterDevice<Core: PCIDeviceCore>: PCIFunction, CatalogModule, BusTarget {
    public static var declaration: ModuleDeclaration { Core.declaration }

    /// The registers as they are, for tests.
    public private(set) var core = Core()
    private let registers = RegisterBlock(Core.registers)
    private let step: Event
    private let addressMask: UInt64
    private let cycle: SimTime

    public init(_ context: ModuleContext) {
        let header = Core.header(context)
        step = Event("step", context)
        addressMask = header.isMaster ? context[Core.addressMask] : 0
        cycle = Core.cycleTime(context)
        super.init(context, header)
        for place in header.regions where place.index != header.messageRegion { region(place.index).serve(self) }
        method("move", sensitiveTo: [step], initialize: false) { [unowned self] in move() }
    }

    // MARK: Accesses

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        registers.transport(&transaction, core: &core)
        if transaction.command == .write { settle(at: now + delay) }
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        registers.debugTransport(&transaction, core: core)
    }

    private func settle(at time: SimTime) {
        setInterrupt(core.isInterruptAsserted, at: time)
        if core.isBusy, !step.isPending { step.notify(at: time.saturatingAdd(cycle)) }
    }

    /// The end of a cycle. During the access the core is nobody's: it may be the device itself that is accessed.
    private func move() {
        guard core.isBusy else { return }
        var delay = SimTime.zero
        if let burst = core.step() {
            let isDone = withUnsafeTemporaryAllocation(byteCount: burst.range.count, alignment: 8) { bytes in
                exchange(burst, bytes, &delay)
            }
            core.finish(burst, succeeded: isDone)
        }
        settle(at: now + delay)
    }

    private func exchange(
        _ burst: PCIBurst, _ bytes: UnsafeMutableRawBufferPointer, _ delay: inout SimTime
    ) -> Bool {
        let first = burst.range.lowerBound
        if burst.isWrite { for place in burst.range { bytes[place - first] = core[place] } }
        let response = access(
            burst.isWrite ? .write : .read, at: burst.address & addressMask, bytes.baseAddress ?? Transaction.noData,
            count: burst.range.count, delay: &delay)
        guard response == .ok else { return false }
        if !burst.isWrite { for place in burst.range { core[place] = bytes[place - first] } }
        return true
    }

    // MARK: Reset and snapshot

    public override func reset(_ phase: ResetPhase) {
        if case .enter = phase {
            core = Core()
            step.cancel()
        }
        super.reset(phase)
    }

    public func saveState() -> ModuleState { state(with: core) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        core = try restore(state, as: Core.self)
    }
}
