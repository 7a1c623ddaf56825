import TandemBus
public import TandemKernel

/// A function that controls another PCI bus: bus numbers, windows, secondary bus reset. Bridges and ports are subclasses.
open class PCIBridgeFunction: PCIFunction, PCIBusController {
    public private(set) var pci: PCIBus {
        get { ownBus.unsafelyUnwrapped }
        set { ownBus = newValue }
    }
    private var ownBus: PCIBus?
    /// Where the functions behind stand in memory, as seen from the bus in front.
    private let memory: TargetSocket
    private let io: TargetSocket
    /// What is passed on now: memory, prefetchable memory, ports.
    private var windows: [ClosedRange<UInt64>?] = [nil, nil, nil]
    private var heldReset = false
    private static let windowNames = ["memory", "prefetchable", "io"]

    /// A bridge with that header, which says that it is one.
    public override init(_ context: ModuleContext, _ header: PCIHeader) {
        precondition(header.isBridge, "The header of a bridge is of type 1.")
        memory = TargetSocket("memory", context)
        io = TargetSocket("io", context)
        super.init(context, header)
        let bus = PCIBus(of: self)
        ownBus = bus
        memory.bind(to: bus.memory.in)
        io.bind(to: bus.ports.in)
    }

    public func connect() throws(ElaborationError) { try connectFunction() }

    // MARK: For subclasses

    /// Whether the bus behind is a link, on which there is only device 0.
    open var isLink: Bool { false }
    /// Whether configuration and functions' accesses get through at all.
    open var isOpen: Bool { true }
    /// Whether functions come and go on the bus behind while the machine exists.
    open var acceptsPlugging: Bool { false }
    /// A function that stands on the bus behind is to go. See `PluggingBus`.
    open func release(_ module: Module) throws(ElaborationError) -> Bool { true }
    /// A function has come to the bus behind, or has left it.
    open func functionsChanged(at time: SimTime) {}

    // MARK: Configuration

    open override func configurationWritten(_ offsets: Range<Int>, at time: SimTime) {
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
            let name = "\(path).\(Self.windowNames[index])"
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
    final func resetBus(_ kind: ResetKind = .warm) {
        for phase in [ResetPhase.enter(kind), .hold, .exit] { pci.forEachFunction { $0.reset(phase) } }
    }

    open override func reset(_ phase: ResetPhase) {
        super.reset(phase)
        if case .enter = phase { heldReset = false }
        if phase == .hold { settleWindows() }
    }

    /// What `restoreState` of a subclass ends with.
    public final func settleRestored() {
        heldReset = configuration.holdsReset
        settleWindows()
    }

    open override func unrealized() {
        for (index, name) in Self.windowNames.enumerated() where windows[index] != nil {
            (index == 2 ? bus?.ports : bus?.memory)?.unmap("\(path).\(name)")
            windows[index] = nil
        }
        super.unrealized()
    }
}
