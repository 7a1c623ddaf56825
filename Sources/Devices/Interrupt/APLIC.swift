public import TandemBus
public import TandemKernel

/// An advanced platform-level interrupt controller: the shell around two domains, each an `APLICCore`.
public final class APLIC: Module, CatalogModule, TaggedBusTarget, LineReceiver {
    public static let sources = Property<Int>(
        "sources", default: 96, range: 1...1023, "How many interrupt sources there are, numbered from 1.")
    public static let harts = Property<Int>(
        "harts", default: 1, range: 1...16_384, "How many harts there are, by their indices.")
    public static let priorityBits = Property<Int>(
        "priority-bits", default: 8, range: 1...8, "How many bits priority numbers have.")
    public static let messages = Property<ModulePath?>(
        "imsic", default: nil, to: ModuleInterface.interruptMessages.name,
        """
        Where messages become interrupts of the harts; they leave by the port “msi”. Without it the harts are signalled \
        by lines.
        """)

    public static let declaration = ModuleDeclaration(
        "aplic", category: "interrupt-controller",
        summary: "Advanced platform-level interrupt controller (RISC-V APLIC)",
        properties: [sources.erased, harts.erased, priorityBits.erased, messages.erased],
        ports: [
            PortDeclaration("machine", .target, "The registers of the root domain, 32 bits wide."),
            PortDeclaration("supervisor", .target, "The registers of its child, 32 bits wide."),
            PortDeclaration("msi", .initiator, "Messages to harts, with “imsic”."),
            PortDeclaration("source", .lineIn, count: 97, "Interrupt sources; source0 does not exist."),
            PortDeclaration("meip", .lineOut, count: 1, "External interrupt of each hart, from the root domain."),
            PortDeclaration("seip", .lineOut, count: 1, "External interrupt of each hart, from the child."),
        ],
        registers: APLICCore.registers.declarations, registerPorts: ["machine", "supervisor"],
        documentation: """
            RISC-V Advanced Interrupt Architecture 1.0, chapter 4. There are two domains: the root is for machine level, \
            its only child for supervisor level. With `imsic` both deliver by messages, without it both by lines: DM can \
            be read only. BE is zero. Source modes have all values that are defined; reserved ones make a source \
            inactive. A source that becomes active has the priority 1, or the identity 0, and hart 0. The addresses of \
            messages come from mmsiaddrcfg and smsiaddrcfg; there are no guest indices. A message leaves 50 ns after its \
            cause. Registers of sources and harts that there are not read zero and ignore writes. An access takes no \
            time of its own.
            """)

    /// A message takes this long to be sent.
    private static let messageTime = SimTime.nanoseconds(50)

    /// Where accesses to the root domain arrive.
    public let machine: TargetSocket
    /// Where accesses to its child arrive.
    public let supervisor: TargetSocket
    private let out: InitiatorSocket
    private let inputs: [LineInput]
    private let machineLines: [LineOutput]
    private let supervisorLines: [LineOutput]
    private let sending: Event
    private let registers = RegisterBlock(APLICCore.registers)
    private let root: CoreStorage<APLICCore>
    private let child: CoreStorage<APLICCore>
    private let messagePath: ModulePath?
    private var messageParent: (any InterruptMessageController)?
    // SAFETY: allocated in `init`, freed only in `deinit`; what a message writes.
    private let data: UnsafeMutableRawPointer = .allocate(byteCount: 4, alignment: 4)

    public override init(_ context: ModuleContext) {
        var configuration = APLICCore.Configuration(
            sourceCount: context[Self.sources], hartCount: context[Self.harts],
            sendsMessages: context[Self.messages] != nil, priorityBits: context[Self.priorityBits], isRoot: true)
        messagePath = context[Self.messages]
        machine = TargetSocket("machine", context)
        supervisor = TargetSocket("supervisor", context)
        out = InitiatorSocket("msi", context, neverWaits: true)
        inputs = (1...configuration.sourceCount).map { LineInput("source\($0)", index: $0, context) }
        machineLines = (0..<configuration.hartCount).map { LineOutput("meip\($0)", context) }
        supervisorLines = (0..<configuration.hartCount).map { LineOutput("seip\($0)", context) }
        sending = Event("message", context)
        root = CoreStorage(APLICCore(configuration))
        configuration.isRoot = false
        child = CoreStorage(APLICCore(configuration))
        super.init(context)
        machine.serve(self, tag: Int(InterruptLevel.machine.rawValue))
        supervisor.serve(self, tag: Int(InterruptLevel.supervisor.rawValue))
        for input in inputs { input.deliver(to: self) }
        method("send", sensitiveTo: [sending], initialize: false) { [unowned self] in send() }
    }

    deinit { data.deallocate() }

    public override func elaborated() throws(ElaborationError) {
        messageParent = try messagePath.map { link throws(ElaborationError) in try messageController(link) }
    }

    // MARK: Accesses and wires

    public func transport(_ transaction: inout Transaction, delay: inout SimTime, tag: Int) {
        let claimed: Int?
        if tag == 0 {
            registers.transport(&transaction, core: &root.core)
            claimed = root.core.takeClaimed()
            if transaction.command == .write { child.core.offer(root.core.delegatedSources) }
        } else {
            registers.transport(&transaction, core: &child.core)
            claimed = child.core.takeClaimed()
        }
        if let claimed, claimed > 0 { inputs[claimed - 1].noteClaimed(at: now + delay) }
        if claimed != nil || transaction.command == .write { settle(at: now + delay) }
    }

    public func debugTransport(_ transaction: inout Transaction, tag: Int) -> Int {
        registers.debugTransport(&transaction, core: tag == 0 ? root.core : child.core)
    }

    public func lineChanged(_ input: LineInput, level: Bool, at time: SimTime) {
        root.core.setLevel(input.index, level)
        child.core.setLevel(input.index, level)
        settle(at: time)
    }

    /// Signals the harts, or has messages sent.
    private func settle(at time: SimTime) {
        if !root.core.configuration.sendsMessages {
            for hart in 0..<machineLines.count {
                machineLines[hart].set(root.core.isSignalled(hart), at: time)
                supervisorLines[hart].set(child.core.isSignalled(hart), at: time)
            }
        } else if !sending.isPending, root.core.hasMessage || child.core.hasMessage {
            sending.notify(at: time.saturatingAdd(Self.messageTime))
        }
    }

    private func send() {
        var delay = SimTime.zero
        while let message = root.core.takeMessage() { send(message, .machine, &delay) }
        while let message = child.core.takeMessage() { send(message, .supervisor, &delay) }
    }

    private func send(_ message: APLICCore.Message, _ level: InterruptLevel, _ delay: inout SimTime) {
        data.storeBytes(of: message.identity.littleEndian, as: UInt32.self)
        var transaction = Transaction(
            .write, address: root.core.address(ofHart: message.hart, level), data: data, count: 4)
        out.transport(&transaction, delay: &delay)
    }

    // MARK: Reset and snapshot

    public override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter:
            root.core.reset()
            child.core.reset()
        case .hold: settle(at: now)
        case .exit: break
        }
    }

    public func saveState() -> ModuleState {
        ModuleState(DeviceState(APLICState(root: root.core, child: child.core), lines: machineLines + supervisorLines))
    }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: DeviceState<APLICState>.self, at: path)
        guard state.core.root.configuration == root.core.configuration,
            state.core.child.configuration == child.core.configuration
        else {
            let saved = state.core.root.configuration
            throw SnapshotError(
                at: path,
                "the snapshot is of a controller with \(saved.sourceCount) sources and \(saved.hartCount) harts",
                expected: "as many as here, and the same way of delivery")
        }
        try state.restore(machineLines + supervisorLines, of: path)
        root.core = state.core.root
        child.core = state.core.child
    }
}

/// The state of both domains.
private struct APLICState: SnapshotPayload {
    static let schema = SnapshotSchema("aplic")

    var root: APLICCore
    var child: APLICCore

    init(root: APLICCore, child: APLICCore) {
        self.root = root
        self.child = child
    }

    func encode(to writer: inout SnapshotWriter) {
        root.encode(to: &writer)
        child.encode(to: &writer)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        root = try APLICCore(from: &reader)
        child = try APLICCore(from: &reader)
    }
}

extension APLIC: DeviceTreeInterruptController {
    /// The domain of supervisor level, which operating systems use, and beside it the root, which firmware delegates from.
    public var deviceTree: DeviceTreeContribution {
        let count = UInt32(inputs.count)
        var rootNode = node("machine", machineLines, part: "machine")
        rootNode.properties += [
            DeviceTreeProperty("riscv,children", .ownPhandle),
            DeviceTreeProperty("riscv,delegation", .ownSpecifier([1, count])),
            // Its name before the binding was settled.
            DeviceTreeProperty("riscv,delegate", .ownSpecifier([1, count])),
        ]
        return DeviceTreeContribution(
            node: node("supervisor", supervisorLines, part: nil), parts: [DeviceTreePart("machine", rootNode)])
    }

    private func node(_ port: String, _ lines: [LineOutput], part: String?) -> DeviceTreeNode {
        let delivery =
            messageParent.map { DeviceTreeProperty("msi-parent", .phandle(module: $0.path, part: part)) }
            ?? DeviceTreeProperty("interrupts-extended", .interruptsExtended(lines.map(\.name)))
        return DeviceTreeNode(
            "aplic", compatible: ["riscv,aplic"],
            properties: [
                DeviceTreeProperty("reg", .registers([RegisterWindow(port: port)])), delivery,
                DeviceTreeProperty("interrupt-controller", .flag),
                DeviceTreeProperty("#interrupt-cells", .cells([2])),
                DeviceTreeProperty("#address-cells", .cells([0])),
                DeviceTreeProperty("riscv,num-sources", .cells([UInt32(inputs.count)])),
            ])
    }

    /// All sources of boards are active high: 4 is IRQ_TYPE_LEVEL_HIGH.
    public func interruptSpecifier(forInput port: String) -> [UInt32]? {
        inputs.first { $0.name == port }.map { [UInt32($0.index), 4] }
    }
}
