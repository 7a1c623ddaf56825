import TandemBus
public import TandemKernel

/// A bridge to another PCI bus.
public final class PCIBridge: PCIFunction, CatalogModule, PCIBusController {
    public static let declaration = ModuleDeclaration(
        "pci-bridge", category: PCIFunction.category, summary: "PCI-to-PCI bridge", interfaces: [.pciBus],
        documentation: """
            PCI-to-PCI Bridge Architecture Specification 1.2: type 1 header, bus numbers, a window of ports, one of \
            memory and one of prefetchable memory with 64-bit addresses, secondary bus reset, pins of the bus behind \
            swizzled by device number. Accesses of functions behind need its Bus Master Enable. 1b36:0001. Deviations: \
            no ISA and VGA modes, no address decoding upstream beside that of the memory map.
            """)

    public private(set) var pci: PCIBus {
        get { ownBus.unsafelyUnwrapped }
        set { ownBus = newValue }
    }
    private var ownBus: PCIBus?
    private let memory: TargetSocket
    private let io: TargetSocket
    /// What is passed on now: memory, prefetchable memory, ports.
    private var windows: [ClosedRange<UInt64>?] = [nil, nil, nil]
    private var heldReset = false

    public init(_ context: ModuleContext) {
        memory = TargetSocket("memory", context)
        io = TargetSocket("io", context)
        super.init(
            context,
            PCIHeader(
                vendor: 0x1b36, device: 0x0001, classCode: 0x06_0400, capabilities: [.powerManagement], isBridge: true))
        let bus = PCIBus(of: self)
        ownBus = bus
        memory.bind(to: bus.memory.in)
        io.bind(to: bus.ports.in)
    }

    public func connect() throws(ElaborationError) { try connectFunction() }

    public override func configurationChanged(at time: SimTime) {
        settleWindows()
        pci.mastersChanged()
        guard configuration.holdsReset != heldReset else { return }
        heldReset = configuration.holdsReset
        if heldReset { resetBus() }
    }

    private func settleWindows() {
        guard let bus, let address else { return }
        let wanted = [configuration.memoryWindow, configuration.prefetchableWindow, configuration.portWindow]
        for (index, window) in wanted.enumerated() where window != windows[index] {
            let map = index == 2 ? bus.ports : bus.memory
            let name = "\(path).\(["memory", "prefetchable", "io"][index])"
            if windows[index] != nil { map.unmap(name) }
            windows[index] = nil
            guard let window else { continue }
            let (size, isAll) = (window.upperBound - window.lowerBound).addingReportingOverflow(1)
            do throws(ElaborationError) {
                try map.map(
                    Region(
                        start: window.lowerBound, size: isAll ? .max : size, target: index == 2 ? io : memory,
                        offset: window.lowerBound, priority: -(Int(address.code) << 3 + index), name: name))
                windows[index] = window
            } catch { log.write(.error, at: path, "\(error)") }
        }
    }

    /// §3.2.5.18: the functions behind go through a reset; the bridge itself does not.
    private func resetBus() {
        for phase in [ResetPhase.enter(.warm), .hold, .exit] { pci.forEachFunction { $0.reset(phase) } }
    }

    public override func reset(_ phase: ResetPhase) {
        super.reset(phase)
        if case .enter = phase { heldReset = false }
        if phase == .hold { settleWindows() }
    }

    public func saveState() -> ModuleState { state(with: PCIEmptyCore()) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        _ = try restore(state, as: PCIEmptyCore.self)
        heldReset = configuration.holdsReset
        settleWindows()
    }
}
