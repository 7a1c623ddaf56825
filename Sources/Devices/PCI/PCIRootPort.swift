public import TandemKernel

/// A PCI Express root port with a slot, into which a device is plugged while the machine runs.
public final class PCIRootPort: PCIBridgeFunction, CatalogModule {
    public static let slot = Property<UInt16>(
        "slot", default: 0, range: 0...8191, "The number of the slot, which software shows.")
    public static let hotplug = Property<Bool>(
        "hotplug", default: true, "Whether devices come and go while the machine exists.")

    public static let declaration = ModuleDeclaration(
        "pcie-root-port", category: PCIFunction.category, summary: "PCI Express root port with a slot",
        properties: [slot.erased, hotplug.erased], interfaces: [.pciBus],
        documentation: """
            A bridge whose bus is a link to one device, at address 0. With `hotplug` there is a slot with attention \
            button, attention and power indicator, power controller and presence detection (PCI Express Base \
            Specification 4.0 §6.7 and §7.5.3.9 to 11), whose events interrupt by INTA or message 0. `device_add` plugs \
            a device in. `device_del` presses the attention button, if software has enabled its interrupt and the slot \
            has power; the device leaves when software has switched power and power indicator off, or with a reset. \
            Where nobody listens it is pulled out at once, as the slot allows. Without power a device keeps no state, \
            answers nothing and accesses nothing. 1b36:000c. Deviations: commands are completed at once; a link is up \
            as soon as a device has power; no power faults, no latch and no interlock.
            """)

    private let slotNumber: UInt16?
    private var core = PCIRootPortCore()

    public init(_ context: ModuleContext) {
        slotNumber = context[Self.hotplug] ? context[Self.slot] : nil
        super.init(
            context,
            PCIHeader(
                vendor: 0x1b36, device: 0x000c, classCode: 0x06_0400, pin: .a,
                capabilities: [
                    .powerManagement, .messages(vectors: 1),
                    .express(.rootPort, slot: slotNumber),
                ],
                isMaster: true, isBridge: true))
    }

    // MARK: The slot

    public override var isLink: Bool { true }
    public override var isOpen: Bool { configuration.slotHasPower }
    public override var acceptsPlugging: Bool { slotNumber != nil }

    /// What the slot is like, for monitors; nothing without one.
    public var slotState: PCISlotState? {
        guard let slotNumber else { return nil }
        return PCISlotState(
            number: slotNumber, isOccupied: isOccupied, hasPower: configuration.slotHasPower,
            leaving: core.leaving)
    }

    private var isOccupied: Bool { pci.functions[0] != nil }

    public override func functionsChanged(at time: SimTime) {
        core.leaving.removeAll { path in !pci.functions.contains { $0?.path == path } }
        settleSlot(isChange: simulation.isFrozen)
        settleSlotInterrupt(at: time)
    }

    /// What is in the slot is what software sees; a change of it, of power too, is an event.
    private func settleSlot(isChange: Bool) {
        changeConfiguration { $0.settleSlot(isOccupied: isOccupied, isChange: isChange) }
    }

    private func settleSlotInterrupt(at time: SimTime) { setInterrupt(configuration.slotWantsInterrupt, at: time) }

    public override func release(_ module: Module) throws(ElaborationError) -> Bool {
        guard configuration.slotHasPower, configuration.slotListensToButton else { return true }
        if core.leaving.contains(module.path) {
            throw ElaborationError(
                at: module.path, "the guest's software has been asked to let go of it, and has not yet done so",
                expected: "software to switch the slot of “\(path)” off, or a reset")
        }
        core.leaving.append(module.path)
        changeConfiguration { $0.pressAttentionButton() }
        settleSlotInterrupt(at: now)
        return false
    }

    public override func configurationWritten(_ offsets: Range<Int>, at time: SimTime) {
        super.configurationWritten(offsets, at: time)
        guard slotNumber != nil else { return }
        if configuration.isSlotCommand(offsets) {
            changeConfiguration { $0.completeSlotCommand() }
            if configuration.slotHasPower != core.hadPower {
                core.hadPower = configuration.slotHasPower
                resetBus(.cold)
                pci.mastersChanged()
                settleSlot(isChange: true)
            }
            if configuration.slotIsOff { letLeavingGo() }
        }
        settleSlotInterrupt(at: time)
    }

    /// Those that software has let go of leave the bus now and the machine as soon as it stands.
    private func letLeavingGo() {
        let paths = core.leaving
        core.leaving = []
        for case let function? in pci.functions where paths.contains(function.path) {
            function.leaveBus()
            simulation.noteDeparture(of: function)
        }
    }

    // MARK: Connecting, reset and snapshot

    public override func elaborated() throws(ElaborationError) {
        try super.elaborated()
        if let bus, bus.host?.pci !== bus {
            throw ElaborationError(
                at: path, "a root port stands on the bus of a host bridge, and “\(bus.path)” is none",
                expected: "bus: the host bridge")
        }
    }

    public override func reset(_ phase: ResetPhase) {
        super.reset(phase)
        switch phase {
        case .enter: core.hadPower = true
        case .hold:
            letLeavingGo()
            changeConfiguration { $0.forgetSlotEvents() }
            settleSlot(isChange: false)
        case .exit: break
        }
    }

    public func saveState() -> ModuleState { state(with: core) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        core = try restore(state, as: PCIRootPortCore.self)
        settleSlot(isChange: false)
        settleRestored()
    }
}

/// The slot of a root port, as monitors show it.
public struct PCISlotState: Equatable, Sendable {
    public var number: UInt16
    public var isOccupied: Bool
    public var hasPower: Bool
    /// The functions that software has been asked to let go of.
    public var leaving: [String]
}

/// What a root port knows beside its configuration space.
private struct PCIRootPortCore: SnapshotPayload {
    static let schema = SnapshotSchema("pcie-root-port")

    /// The functions that software has been asked to let go of.
    var leaving: [String] = []
    var hadPower = true

    init() {}

    func encode(to writer: inout SnapshotWriter) {
        writer.write(each: leaving) { $0.write($1) }
        writer.write(hadPower)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        leaving = try reader.read(each: { reader throws(SnapshotError) in try reader.read() })
        hadPower = try reader.read()
    }
}
