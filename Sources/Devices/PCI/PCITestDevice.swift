public import TandemBus
public import TandemKernel

/// QEMU's `pci-testdev`: the shell around `PCITestDeviceCore`.
public final class PCITestDevice: PCIFunction, CatalogModule, TaggedBusTarget {
    public static let declaration = ModuleDeclaration(
        "pci-testdev", category: PCIFunction.category, summary: "QEMU's device for tests of accesses, 1b36:0005",
        plugging: .hot,
        documentation: """
            QEMU's docs/specs/pci-testdev.rst: a region of memory and one of ports, each with three tests. Software \
            writes the number of a test to offset 0 and reads there of which width, where and what to write; COUNT says \
            how many writes the device has seen. Tests of a number that there is not read as zeros. Deviation: there is \
            no region 2.
            """)

    private var core = PCITestDeviceCore()

    public init(_ context: ModuleContext) {
        super.init(
            context,
            PCIHeader(
                vendor: 0x1b36, device: 0x0005, classCode: 0x00_ff00, subsystemVendor: 0x1af4, subsystem: 0x1100,
                regions: [PCIRegion(0, .memory32, size: 4096), PCIRegion(1, .io, size: 256)]))
        for index in 0..<2 { region(index).serve(self, tag: index) }
    }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime, tag: Int) {
        let count = transaction.count
        guard transaction.isPlain, [1, 2, 4, 8].contains(count) else {
            transaction.response = transaction.byteEnables == nil ? .burstError : .byteEnableError
            return
        }
        transaction.response = .ok
        if transaction.command == .read { return read(&transaction, tag: tag) }
        guard transaction.command == .write else { return }
        let value = (0..<count).reduce(UInt64(0)) {
            $0 | UInt64((transaction.data + $1).load(as: UInt8.self)) << UInt64($1 * 8)
        }
        core.regions[tag].write(Int(transaction.address), value, count: count)
    }

    private func read(_ transaction: inout Transaction, tag: Int) {
        for index in 0..<transaction.count {
            transaction.data.storeBytes(
                of: core.regions[tag].read(Int(transaction.address) + index), toByteOffset: index, as: UInt8.self)
        }
    }

    public func debugTransport(_ transaction: inout Transaction, tag: Int) -> Int {
        guard transaction.command == .read else { return 0 }
        read(&transaction, tag: tag)
        return transaction.count
    }

    public override func reset(_ phase: ResetPhase) {
        if case .enter = phase { core = PCITestDeviceCore() }
        super.reset(phase)
    }

    public func saveState() -> ModuleState { state(with: core) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        core = try restore(state, as: PCITestDeviceCore.self)
    }
}
