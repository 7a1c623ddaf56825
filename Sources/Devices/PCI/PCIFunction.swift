public import TandemBus
public import TandemKernel

/// A function on a PCI bus: its configuration space, its regions in the memory and the port space, its interrupts by line
/// or by message, and its accesses as a bus master. Devices are subclasses:
///
/// ```swift
/// super.init(context, PCIHeader(vendor: 0x1337, device: 1, classCode: 0xff00, pin: .a, regions: [
///     PCIRegion(0, .memory32, size: 4096)], isMaster: true))
/// region(0).serve(self)
/// ```
/// A subclass that overrides `elaborated` or `reset` calls `super`. Its core holds what is in the regions; everything that
/// PCI says is done here.
open class PCIFunction: Module, BusMember {
    public static let link = Property<ModulePath?>(
        "bus", default: nil, to: ModuleInterface.pciBus.name,
        "The host bridge or bridge on whose bus it stands; the only host bridge, unless given.")
    public static let place = Property<String>(
        "addr", default: "",
        "Device and function number, hexadecimal: “4”, “4.1”, “1f.7”. Empty for the first free device from 1 on.")

    /// The class of all PCI functions.
    public static let category = ModuleClass(
        "pci", summary: "Functions on a PCI bus", properties: [link.erased, place.erased])

    /// What the function says about itself.
    public final let header: PCIHeader
    public final private(set) var configuration: PCIConfiguration
    /// The bus that it stands on; nothing before the elaboration.
    // SAFETY: the controller of the bus ends with all other modules, after the last access.
    public final private(set) unowned(unsafe) var bus: PCIBus?
    /// Where on the bus.
    public final private(set) var address: PCIAddress?

    private let sockets: [TargetSocket?]
    private let rom: TargetSocket?
    private let master: PCIMaster?
    private let wantedBus: ModulePath?
    private let wantedText: String
    /// Where the regions stand now, by index; the expansion ROM is the last.
    private var places: [UInt64?] = Array(repeating: nil, count: 7)
    private var isConnecting = false
    /// The device asks for an interrupt.
    private var isRequesting = false
    /// The line that its pin is wired to is driven by it.
    private var isPinActive = false

    /// A function with that header. What serves its regions is said afterwards, at `region`.
    public init(_ context: ModuleContext, _ header: PCIHeader) {
        self.header = header
        configuration = PCIConfiguration(PCIConfigurationTable(header))
        var sockets: [TargetSocket?] = Array(repeating: nil, count: 6)
        for region in header.regions { sockets[region.index] = TargetSocket("bar\(region.index)", context) }
        self.sockets = sockets
        rom = header.romSize > 0 ? TargetSocket("rom", context) : nil
        master = header.isMaster ? PCIMaster(context, configuration.table) : nil
        wantedBus = context[Self.link]
        wantedText = context[Self.place]
        super.init(context)
        master?.start(self)
        if let table = master?.messageTable, let region = header.messageRegion { self.region(region).serve(table) }
    }

    /// Where accesses to a region arrive, from its first byte on.
    public final func region(_ index: Int) -> TargetSocket {
        guard let socket = sockets[index] else { preconditionFailure("\(path): there is no region \(index)") }
        return socket
    }

    /// Where accesses to the expansion ROM arrive.
    public final var expansionROM: TargetSocket {
        guard let rom else { preconditionFailure("\(path): there is no expansion ROM") }
        return rom
    }

    // MARK: Place on the bus

    open override func elaborated() throws(ElaborationError) { try connectFunction() }

    /// Puts the function on its bus, once.
    final func connectFunction() throws(ElaborationError) {
        guard bus == nil else { return }
        guard !isConnecting else {
            throw ElaborationError(
                at: path, "the bridge stands on a bus behind itself", expected: "buses that do not form a circle")
        }
        isConnecting = true
        defer { isConnecting = false }
        if !wantedText.isEmpty && wantedAddress == nil {
            throw ElaborationError(
                at: path, "“\(wantedText)” is no address on a PCI bus",
                expected: "a device from 0 to 1f and, after a point, a function from 0 to 7, such as “4” or “4.1”")
        }
        let controller = try findController()
        try controller.connect()
        address = try controller.pci.attach(self, at: wantedAddress)
        bus = controller.pci
        if let master { try master.connect(to: controller.pci) }
    }

    public final var memberBus: (any PluggingBus)? {
        bus?.controller._withUnsafeGuaranteedRef { $0 as? any PluggingBus }
    }

    /// Leaves the machine: regions, line and address are free.
    open override func unrealized() { leaveBus() }

    /// Takes the function off its bus, once: nothing reaches it any more, and it reaches nothing.
    final func leaveBus() {
        guard let bus else { return }
        for region in header.regions where places[region.index] != nil {
            (region.space == .io ? bus.ports : bus.memory).unmap(self.region(region.index).path)
        }
        if let rom, places[6] != nil { bus.memory.unmap(rom.path) }
        places = Array(repeating: nil, count: 7)
        isRequesting = false
        settleInterrupt(at: now)
        master?.reset()
        self.bus = nil
        endGrants()
        bus.detach(self)
        address = nil
    }

    private func findController() throws(ElaborationError) -> any PCIBusController {
        // The host bridge's own function.
        if let host = parent as? PCIHost, wantedBus?.text == host.path { return host }
        if wantedBus == nil {
            var hosts: [PCIHost] = []
            simulation.root.forEachDescendant { if let host = $0 as? PCIHost { hosts.append(host) } }
            if hosts.count == 1 { return hosts[0] }
        }
        return try BusLink.resolve(wantedBus, of: self, kind: "PCI", as: (any PCIBusController).self)
    }

    /// What the property `addr` says; nothing if it says nothing.
    final var wantedAddress: PCIAddress? { PCIAddress(text: wantedText) }

    /// Whether the function is to stand on that bus, as far as its property says so.
    final func isMeantFor(_ bus: PCIBus) -> Bool {
        guard let wantedBus else { return bus.host?.pci === bus }
        return (try? simulation.root.resolve(wantedBus, from: path))?.path == bus.path
    }

    final func setMultifunction(_ isMultiple: Bool) { configuration.isMultifunction = isMultiple }

    // MARK: Configuration

    /// Reads 1 to 8 bytes of the configuration space. Without side effects.
    public final func readConfiguration(_ offset: Int, count: Int) -> UInt64 {
        configuration.read(offset, count: count)
    }

    /// Writes 1 to 8 bytes of the configuration space: regions appear, move and vanish.
    public final func writeConfiguration(_ offset: Int, _ value: UInt64, count: Int, at time: SimTime) {
        let wasMaster = configuration.isBusMaster
        configuration.write(offset, value, count: count)
        settleRegions()
        settleInterrupt(at: time)
        if wasMaster != configuration.isBusMaster { endGrants() }
        master?.settle(at: time)
        configurationWritten(offset..<offset + count, at: time)
    }

    /// Software has written to the configuration space. For bridges and the like; nothing has to be done here.
    /// - Parameter offsets: of the access.
    open func configurationWritten(_ offsets: Range<Int>, at time: SimTime) {}

    /// Brings the places of the regions in accord with the configuration space.
    final func settleRegions() {
        guard let bus else { return }
        for region in header.regions {
            guard let socket = sockets[region.index] else { continue }
            move(
                region.index, configuration.place(of: region), size: region.size, socket,
                in: region.space == .io ? bus.ports : bus.memory)
        }
        if let rom { move(6, configuration.placeOfROM, size: header.romSize, rom, in: bus.memory) }
    }

    private func move(_ index: Int, _ place: UInt64?, size: UInt64, _ socket: TargetSocket, in map: Container) {
        guard place != places[index] else { return }
        if places[index] != nil { map.unmap(socket.path) }
        places[index] = nil
        guard let place, let address else { return }
        // Regions that software lets overlap: that of the lowest address and number is seen.
        let priority = -(Int(address.code) << 3 + index)
        do throws(ElaborationError) {
            try map.map(Region(start: place, size: size, target: socket, priority: priority, name: socket.path))
            places[index] = place
        } catch { log.write(.error, at: path, "\(error)") }
    }

    // MARK: Interrupts

    /// Asks for an interrupt from `time` on, or no longer: by the pin, or, where software has enabled messages, by
    /// message 0 when the request begins.
    public final func setInterrupt(_ isRequested: Bool, at time: SimTime) {
        guard isRequested != isRequesting else { return }
        isRequesting = isRequested
        if isRequested { signal(0, at: time) }
        settleInterrupt(at: time)
    }

    /// Sends the message of a vector, where software has enabled messages.
    public final func signal(_ vector: Int, at time: SimTime) { master?.signal(vector, at: time) }

    /// Whether interrupts are messages.
    public final var usesMessages: Bool { configuration.sendsMessages || configuration.sendsTableMessages }

    /// Brings the pin in accord with the request and the configuration. PCI 3.0 §6.2.2 and §6.2.3.
    private func settleInterrupt(at time: SimTime) {
        guard let pin = header.pin else { return }
        configuration.interruptStatus = isRequesting
        let isActive =
            isRequesting && !configuration.isPinDisabled && !usesMessages && configuration.powerState == 0
        guard isActive != isPinActive, let address, let wire = bus?.line(of: pin, at: address) else { return }
        isPinActive = isActive
        wire.host.drive(wire.line, isActive, at: time)
    }

    // MARK: Accesses of its own

    /// Whether software lets it make accesses, here and at all bridges in front.
    public final var isBusMaster: Bool { configuration.isBusMaster && bus?.passesMasters ?? false }

    /// Makes one access to memory as a bus master; without the right to it, it gets an address error.
    /// - Parameter delay: from now; grows by what the access takes.
    public final func access(
        _ command: Command, at address: UInt64, _ data: UnsafeMutableRawPointer, count: Int, delay: inout SimTime
    ) -> Response {
        guard let master else { preconditionFailure("\(path): the function is no bus master") }
        let response = master.access(command, at: address, data, count: count, delay: &delay)
        if response == .addressError, isBusMaster { configuration.noteMasterAbort() }
        return response
    }

    /// What masks and pending bits say about messages has changed, or they are sent.
    final func changeConfiguration(_ body: (inout PCIConfiguration) -> Void) { body(&configuration) }

    final func endGrants() { master?.endGrants() }

    // MARK: Reset and snapshot

    open override func reset(_ phase: ResetPhase) {
        switch phase {
        case .enter:
            let isMultiple = configuration.isMultifunction
            configuration = PCIConfiguration(configuration.table)
            configuration.isMultifunction = isMultiple
            isRequesting = false
            master?.reset()
        case .hold:
            settleRegions()
            settleInterrupt(at: now)
            endGrants()
        case .exit: break
        }
    }

    /// What `saveState` of a subclass gives: the state of the function as PCI knows it, and the core of the device.
    public final func state<Core: SnapshotPayload>(with core: Core) -> ModuleState {
        ModuleState(
            PCIFunctionState(
                contents: configuration.contents, isRequesting: isRequesting, isPinActive: isPinActive,
                messages: master?.messages ?? PCIMessageQueue(), table: master?.messageTable?.contents ?? [],
                core: core))
    }

    /// What `restoreState` of a subclass begins with: takes over all but the core, which it returns.
    public final func restore<Core: SnapshotPayload>(
        _ state: ModuleState, as type: Core.Type
    ) throws(SnapshotError) -> Core {
        let state = try state.decode(as: PCIFunctionState<Core>.self, at: path)
        guard configuration.restore(state.contents), master?.messageTable?.restore(state.table) ?? true else {
            throw SnapshotError(
                at: path, "the snapshot is of a function with another configuration space",
                expected: "\(configuration.contents.count) bytes")
        }
        isRequesting = state.isRequesting
        isPinActive = state.isPinActive
        master?.messages = state.messages
        settleRegions()
        endGrants()
        return state.core
    }
}

extension PCIHeader {
    /// The region of the MSI-X table.
    var messageRegion: Int? {
        for case .extendedMessages(_, let region) in capabilities { return region }
        return nil
    }
}

/// What a function saves: its configuration space, its interrupts, and the core of the device.
private struct PCIFunctionState<Core: SnapshotPayload>: SnapshotPayload {
    static var schema: SnapshotSchema { Core.schema }

    var contents: [UInt8]
    var isRequesting: Bool
    var isPinActive: Bool
    var messages: PCIMessageQueue
    var table: [UInt8]
    var core: Core

    init(
        contents: [UInt8], isRequesting: Bool, isPinActive: Bool, messages: PCIMessageQueue, table: [UInt8], core: Core
    ) {
        self.contents = contents
        self.isRequesting = isRequesting
        self.isPinActive = isPinActive
        self.messages = messages
        self.table = table
        self.core = core
    }

    func encode(to writer: inout SnapshotWriter) {
        writer.write(contents)
        writer.write(isRequesting)
        writer.write(isPinActive)
        messages.encode(to: &writer)
        writer.write(table)
        writer.write(core)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        contents = try reader.read()
        isRequesting = try reader.read()
        isPinActive = try reader.read()
        messages = try PCIMessageQueue(from: &reader)
        table = try reader.read()
        core = try reader.read(payload: Core.self)
    }
}
