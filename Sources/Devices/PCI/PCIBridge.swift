public import TandemKernel

/// A bridge to another PCI bus.
public final class PCIBridge: PCIBridgeFunction, CatalogModule {
    public static let declaration = ModuleDeclaration(
        "pci-bridge", category: PCIFunction.category, summary: "PCI-to-PCI bridge", interfaces: [.pciBus],
        documentation: """
            PCI-to-PCI Bridge Architecture Specification 1.2: type 1 header, bus numbers, a window of ports, one of \
            memory and one of prefetchable memory with 64-bit addresses, secondary bus reset, pins of the bus behind \
            swizzled by device number. Accesses of functions behind need its Bus Master Enable. 1b36:0001. Deviations: \
            no ISA and VGA modes, no address decoding upstream beside that of the memory map.
            """)

    public init(_ context: ModuleContext) {
        super.init(
            context,
            PCIHeader(
                vendor: 0x1b36, device: 0x0001, classCode: 0x06_0400, capabilities: [.powerManagement], isBridge: true))
    }

    public func saveState() -> ModuleState { state(with: PCIEmptyCore()) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        _ = try restore(state, as: PCIEmptyCore.self)
        settleRestored()
    }
}
