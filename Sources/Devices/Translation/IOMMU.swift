public import TandemBus
public import TandemKernel

/// A small IOMMU with windows that software sets: the shell around `IOMMUCore`.
public final class IOMMU: Module, CatalogModule, BusTarget {
    public static let streams = Property<Int>(
        "streams", default: 1, range: 1...IOMMUCore.mostStreams, "How many inputs there are, each a stream of its own.")
    public static let windows = Property<Int>(
        "windows", default: 8, range: 1...IOMMUCore.mostWindows, "How many windows there are.")
    public static let latency = Property<SimTime>(
        "latency", default: .zero, "Time that a translation adds to every access.")

    public static let declaration = ModuleDeclaration(
        "iommu", category: "translation", summary: "IOMMU with a table of windows",
        properties: [streams.erased, windows.erased, latency.erased],
        ports: [
            PortDeclaration("bus", .target, "The registers."),
            PortDeclaration("in", .target, count: 1, "Accesses of initiators; the number is their stream."),
            PortDeclaration("out", .initiator, "Where translated accesses go: a router, usually."),
            PortDeclaration("interrupt", .lineOut, "INTERRUPT_ENABLE and FAULT."),
        ],
        registers: IOMMUCore.registers.declarations, registerPorts: ["bus"],
        documentation: """
            A device of this project. Until ENABLE is set all addresses pass as they are. Then an access must lie \
            in a window of its stream that allows it, and goes to TARGET plus its distance from START; of windows that \
            overlap the one of the lowest number counts. Without a window the access ends in an address error, without \
            the right to it in a command error, and the first such access is kept in FAULT_STREAM and FAULT_ADDRESS \
            until software clears FAULT. Direct memory is granted through windows, and ends when software changes them. \
            Debuggers read and write through windows whatever they allow. An access takes no time beside `latency`. \
            Windows beyond WINDOWS read as zeros and ignore writes.
            """)

    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    /// Where translated accesses leave.
    public let out: PassingSocket
    private let interrupt: LineOutput
    private let inputs: [TargetSocket]
    private var streams: [Stream] = []
    private let registers = RegisterBlock(IOMMUCore.registers)
    private let windowCount: Int
    fileprivate let storage: CoreStorage<IOMMUCore>

    public override init(_ context: ModuleContext) {
        bus = TargetSocket("bus", context)
        inputs = (0..<context[Self.streams]).map { TargetSocket("in\($0)", context) }
        out = PassingSocket("out", context)
        interrupt = LineOutput("interrupt", context)
        windowCount = context[Self.windows]
        storage = CoreStorage(IOMMUCore(windowCount: windowCount))
        super.init(context)
        bus.serve(self)
        let latency = context[Self.latency]
        streams = inputs.enumerated().map { Stream($0.offset, $0.element, latency, of: self) }
    }

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        registers.transport(&transaction, core: &storage.core)
        guard transaction.command == .write else { return }
        interrupt.set(storage.core.isInterruptAsserted, at: now + delay)
        if storage.core.takeChange() { endGrants() }
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        registers.debugTransport(&transaction, core: storage.core)
    }

    fileprivate func note(_ fault: TranslationFault, of stream: Int, delay: SimTime) {
        storage.core.note(fault, of: stream)
        interrupt.set(storage.core.isInterruptAsserted, at: now + delay)
    }

    private func endGrants() {
        for stream in streams { stream.translation?.invalidate() }
    }

    public override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter:
            storage.core = IOMMUCore(windowCount: windowCount)
            endGrants()
        case .hold: interrupt.set(false, at: now)
        case .exit: break
        }
    }

    public func saveState() -> ModuleState { ModuleState(DeviceState(storage.core, lines: [interrupt])) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: DeviceState<IOMMUCore>.self, at: path)
        guard state.core.count == windowCount else {
            throw .mismatch(at: path, "windows", saved: state.core.count, here: windowCount)
        }
        try state.restore([interrupt], of: path)
        storage.core = state.core
        endGrants()
    }

    /// The translator of one input.
    private final class Stream: AddressTranslator {
        private let number: Int
        // SAFETY: the module owns its streams.
        private unowned(unsafe) let module: IOMMU
        private(set) var translation: Translation?

        init(_ number: Int, _ input: TargetSocket, _ latency: SimTime, of module: IOMMU) {
            self.number = number
            self.module = module
            translation = Translation(from: input, to: module.out, latency: latency, by: self)
        }

        func translate(_ address: UInt64, _ attributes: Attributes) -> TranslatedWindow? {
            module.storage.core.translate(address, of: number)
        }

        func translationFailed(_ fault: TranslationFault, delay: SimTime) {
            module.note(fault, of: number, delay: delay)
        }
    }
}

extension IOMMU: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "iommu", compatible: ["tandem,iommu"],
                properties: [
                    DeviceTreeProperty("reg", .registers([RegisterWindow()])),
                    DeviceTreeProperty("interrupts", .interrupts(["interrupt"])),
                    DeviceTreeProperty("#iommu-cells", .cells([1])),
                ]))
    }
}
