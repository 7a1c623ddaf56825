public import TandemBus
public import TandemKernel

/// The incoming-MSI controllers of harts: the shell around `IMSICCore`.
public final class IMSIC: Module, CatalogModule, TaggedBusTarget, InterruptMessageController {
    public static let harts = Property<Int>(
        "harts", default: 1, range: 1...4096, "How many harts have interrupt files.")
    public static let identities = Property<Int>(
        "identities", default: 255, range: 63...2047,
        "The identities that a file tells apart, from 1 on: one less than a multiple of 64.")

    public static let declaration = ModuleDeclaration(
        "imsic", category: "interrupt-controller", summary: "Incoming-MSI controllers of harts (RISC-V IMSIC)",
        properties: [harts.erased, identities.erased],
        ports: [
            PortDeclaration("machine", .target, "A page for each hart's file of machine level."),
            PortDeclaration("supervisor", .target, "A page for each hart's file of supervisor level."),
        ],
        registers: IMSICCore.registers.declarations, registerPorts: ["machine", "supervisor"],
        interfaces: [.interruptMessages],
        documentation: """
            RISC-V Advanced Interrupt Architecture 1.0, chapter 3. A write of an identity to a page sends it to the \
            interrupt file of the hart with that `hart-id`, whose property `imsic` names this module; the file itself \
            is the hart's, which software reaches by CSRs. Pages are 4 KiB apart; there are no guest files. Identities \
            that a file does not have, and pages of harts that there are not, ignore writes. An access takes no time of \
            its own.
            """)

    /// Where messages for files of machine level arrive.
    public let machine: TargetSocket
    /// Where messages for files of supervisor level arrive.
    public let supervisor: TargetSocket
    public let identityCount: Int
    private let registers = RegisterBlock(IMSICCore.registers)
    private var core: IMSICCore
    /// By number; nothing where no hart has asked for messages.
    private var receivers: [Receiver?]

    private struct Receiver {
        // SAFETY: harts are modules, which end together, after the last access.
        unowned(unsafe) var hart: any InterruptMessageReceiver
    }

    public override init(_ context: ModuleContext) {
        let count = context[Self.harts]
        identityCount = context[Self.identities]
        machine = TargetSocket("machine", context)
        supervisor = TargetSocket("supervisor", context)
        core = IMSICCore(hartCount: count, identityCount: identityCount)
        receivers = Array(repeating: nil, count: count)
        super.init(context)
        machine.serve(self, tag: Int(InterruptLevel.machine.rawValue))
        supervisor.serve(self, tag: Int(InterruptLevel.supervisor.rawValue))
    }
    public override func elaborated() throws(ElaborationError) {
        guard (identityCount + 1) % 64 == 0 else {
            throw ElaborationError(
                at: path, "an interrupt file cannot have \(identityCount) identities",
                expected: "one less than a multiple of 64, such as 63, 127 or 255")
        }
    }

    public func attach(_ receiver: any InterruptMessageReceiver, hart: UInt64) throws(ElaborationError) {
        guard hart < receivers.count else {
            throw ElaborationError(
                at: receiver.path, "“\(path)” has no pages for the hart \(hart)",
                expected: "a hart-id below \(receivers.count), or more “harts” there")
        }
        if let other = receivers[Int(hart)] {
            throw ElaborationError(
                at: receiver.path, "“\(other.hart.path)” has the pages of the hart \(hart) of “\(path)” already",
                expected: "another hart-id")
        }
        receivers[Int(hart)] = Receiver(hart: receiver)
    }

    // MARK: Accesses

    public func transport(_ transaction: inout Transaction, delay: inout SimTime, tag: Int) {
        registers.transport(&transaction, core: &core)
        guard let message = core.takeMessage(), let receiver = receivers[message.hart] else { return }
        receiver.hart.messageArrived(message.identity, at: Self.level(tag), at: now + delay)
    }

    private static func level(_ tag: Int) -> InterruptLevel { tag == 0 ? .machine : .supervisor }

    public func debugTransport(_ transaction: inout Transaction, tag: Int) -> Int {
        registers.debugTransport(&transaction, core: core)
    }

    // MARK: Snapshot

    public func saveState() -> ModuleState { ModuleState(core) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let saved = try state.decode(as: IMSICCore.self, at: path)
        guard saved.hartCount == core.hartCount else {
            throw .mismatch(at: path, "harts", saved: saved.hartCount, here: core.hartCount)
        }
        guard saved.identityCount == identityCount else {
            throw .mismatch(at: path, "identities", saved: saved.identityCount, here: identityCount)
        }
    }
}

extension IMSIC: DeviceTreeContributor {
    /// The controller of supervisor level, which is the one that operating systems use; that of machine level beside it.
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: node(.supervisor),
            parts: [DeviceTreePart("machine", node(.machine))])
    }

    private func node(_ level: InterruptLevel) -> DeviceTreeNode {
        DeviceTreeNode(
            "imsics", compatible: ["riscv,imsics"],
            properties: [
                DeviceTreeProperty("reg", .registers([RegisterWindow(port: "\(level)")])),
                DeviceTreeProperty(
                    "interrupts-extended",
                    .hartInterrupts(
                        receivers.compactMap { $0?.hart.path }, input: level == .machine ? "meip" : "seip")),
                DeviceTreeProperty("interrupt-controller", .flag),
                DeviceTreeProperty("msi-controller", .flag),
                DeviceTreeProperty("#interrupt-cells", .cells([0])),
                DeviceTreeProperty("#msi-cells", .cells([0])),
                DeviceTreeProperty("riscv,num-ids", .cells([UInt32(identityCount)])),
            ])
    }
}
