public import TandemBus
public import TandemKernel

/// A platform-level interrupt controller: the shell around `PLICCore`.
public final class PLIC: Module, CatalogModule, BusTarget, LineReceiver {
    public static let sources = Property<Int>(
        "sources", default: 95, range: 1...1023, "How many interrupt sources there are, numbered from 1.")
    public static let contexts = Property<Int>(
        "contexts", default: 2, range: 1...15_872,
        "How many contexts there are: a machine and a supervisor context for each hart, in this order.")
    public static let hartConfiguration = Property<String>(
        "hart-config", default: "",
        """
        The contexts in order, as the letters of each hart's modes: “M,MS,MS” is a hart without supervisor mode and \
        two with it. It then decides how many contexts there are. Empty for `contexts`.
        """)

    public static let declaration = ModuleDeclaration(
        "plic", category: "interrupt-controller", summary: "Platform-level interrupt controller (RISC-V PLIC)",
        properties: [sources.erased, contexts.erased, hartConfiguration.erased],
        ports: [
            PortDeclaration("bus", .target, "The registers, 32 bits wide."),
            PortDeclaration("source", .lineIn, count: 96, "Interrupt sources; source0 does not exist."),
            PortDeclaration("context", .lineOut, count: 2, "External interrupt of each context."),
        ],
        registers: PLICCore.registers.declarations,
        documentation: """
            RISC-V Platform-Level Interrupt Controller specification 1.0.0. All gateways are level-sensitive: a \
            request that was forwarded stays pending until it is claimed, even if its line falls, and the gateway \
            forwards the next one after the completion. Priorities and thresholds keep three bits (WARL). A \
            completion of a source that is pending and not claimed is ignored. Registers of sources and contexts that \
            there are not read zero and ignore writes. An access takes no time of its own.
            """)

    /// Where accesses to the registers arrive.
    public let bus: TargetSocket
    private let inputs: [LineInput]
    private let outputs: [LineOutput]
    private let registers = RegisterBlock(PLICCore.registers)
    private let storage: CoreStorage<PLICCore>

    private var core: PLICCore {
        @inline(__always) _read { yield storage.core }
        @inline(__always) _modify { yield &storage.core }
    }

    /// What is wrong with `hart-config`; told at elaboration, as a subclass of a module cannot throw from this
    /// initialiser.
    private let mistake: ElaborationError?

    public override init(_ context: ModuleContext) {
        let sourceCount = context[Self.sources]
        let contextCount: Int
        do throws(ElaborationError) {
            contextCount = try Self.contextCount(context)
            mistake = nil
        } catch {
            contextCount = 1
            mistake = error
        }
        bus = TargetSocket("bus", context)
        inputs = (1...sourceCount).map { LineInput("source\($0)", index: $0, context) }
        outputs = (0..<contextCount).map { LineOutput("context\($0)", context) }
        storage = CoreStorage(PLICCore(sourceCount: sourceCount, contextCount: contextCount))
        super.init(context)
        bus.serve(self)
        for input in inputs { input.deliver(to: self) }
    }

    private static func contextCount(_ context: ModuleContext) throws(ElaborationError) -> Int {
        let text = context[hartConfiguration]
        guard !text.isEmpty else { return context[contexts] }
        for hart in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard !hart.isEmpty, hart.allSatisfy({ "MSU".contains($0) }) else {
                throw context.error(
                    hartConfiguration, "“\(hart)” is not the list of a hart's modes", expected: "such as “MS,MS”",
                    choices: ["M", "S", "U"])
            }
        }
        let count = text.count { $0 != "," }
        guard count <= 15_872 else {
            throw context.error(hartConfiguration, "there are \(count) contexts", expected: "at most 15872")
        }
        return count
    }

    public override func elaborated() throws(ElaborationError) {
        if let mistake { throw mistake }
    }

    // MARK: Accesses and lines

    public func transport(_ transaction: inout Transaction, delay: inout SimTime) {
        registers.transport(&transaction, core: &core)
        if let source = core.takeClaimed() {
            inputs[source - 1].noteClaimed(at: now + delay)
        } else if transaction.command == .read {
            return
        }
        notify(at: now + delay)
    }

    public func debugTransport(_ transaction: inout Transaction) -> Int {
        registers.debugTransport(&transaction, core: core)
    }

    /// A claim changes the controller; everything else may be read directly.
    public func directRead(at offset: UInt64, count: Int) -> DirectRead? {
        guard let place = registers.place(at: offset, count: count), place.register != .claim else { return nil }
        let argument = UInt64(place.element) << 8 | UInt64(place.register.rawValue)
        return DirectRead(self, argument: argument) { context, argument, _ in
            Unmanaged<PLIC>.fromOpaque(context)._withUnsafeGuaranteedRef { controller in
                let register = PLICCore.Register(rawValue: Int(truncatingIfNeeded: argument & 0xff))
                guard let register else { return DirectRead.declined }
                let index = Int(truncatingIfNeeded: argument &>> 8)
                return controller.storage.core.peek(register, at: index).map(UInt64.init) ?? DirectRead.declined
            }
        }
    }

    public func lineChanged(_ input: LineInput, level: Bool, at time: SimTime) {
        core.setLevel(input.index, level)
        if level { notify(at: time) }
    }

    private func notify(at time: SimTime) {
        for context in 0..<core.contextCount { outputs[context].set(core.isNotified(context), at: time) }
    }

    // MARK: Reset and snapshot

    public override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter: core.reset()
        case .hold: notify(at: now)
        case .exit: break
        }
    }

    public func saveState() -> ModuleState { ModuleState(DeviceState(core, lines: outputs)) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: DeviceState<PLICCore>.self, at: path)
        guard state.core.sourceCount == core.sourceCount else {
            throw .mismatch(at: path, "sources", saved: state.core.sourceCount, here: core.sourceCount)
        }
        try state.restore(outputs, of: path)
        core = state.core
    }
}

extension PLIC: DeviceTreeInterruptController {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "plic", compatible: ["sifive,plic-1.0.0", "riscv,plic0"],
                properties: [
                    DeviceTreeProperty("reg", .registers([RegisterWindow()])),
                    DeviceTreeProperty("interrupts-extended", .interruptsExtended(outputs.map(\.name))),
                    DeviceTreeProperty("interrupt-controller", .flag),
                    DeviceTreeProperty("#interrupt-cells", .cells([1])),
                    DeviceTreeProperty("#address-cells", .cells([0])),
                    DeviceTreeProperty("riscv,ndev", .cells([UInt32(core.sourceCount)])),
                ]))
    }

    public func interruptSpecifier(forInput port: String) -> [UInt32]? {
        inputs.first { $0.name == port }.map { [UInt32($0.index)] }
    }
}
