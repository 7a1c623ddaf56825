public import TandemBus
public import TandemKernel

/// A PCI host bridge with memory-mapped configuration space: what the device tree calls `pci-host-ecam-generic`.
public final class PCIHost: Module, CatalogModule, TaggedBusTarget, PCIBusController {
    public static let messages = Property<ModulePath?>(
        "msi-parent", default: nil, to: ModuleInterface.interruptMessages.name,
        "Where messages of the functions become interrupts: what the device tree tells software.")

    public static let declaration = ModuleDeclaration(
        "pci-host", category: "bus", summary: "PCI host bridge (generic ECAM)",
        properties: [messages.erased],
        ports: [
            PortDeclaration("ecam", .target, "Configuration spaces: 4 KiB for each function, 1 MiB for each bus."),
            PortDeclaration(
                "config", .target,
                "CONFIG_ADDRESS at 0 and CONFIG_DATA at 4, for machines with a port space. Need not be mapped."),
            PortDeclaration("memory", .target, "The memory space of bus 0, by its addresses."),
            PortDeclaration("io", .target, "The port space of bus 0: 64 KiB."),
            PortDeclaration("dma", .initiator, "Accesses of the functions: a router, or an IOMMU."),
            PortDeclaration("interrupt", .lineOut, count: 4, "The pins INTA to INTD of bus 0, level-sensitive."),
        ],
        interfaces: [.pciBus],
        documentation: """
            PCI Local Bus Specification 3.0 and, for the enhanced configuration mechanism, PCI Express Base \
            Specification 4.0 §7.2.2. Functions stand on its bus by their properties `bus` and `addr`; bridges lead to \
            further buses. At 00.0 there is the host bridge's own function, 1b36:0008. A configuration access of 1, 2, 4 \
            or 8 bytes may begin anywhere in the space of a function; where no function answers, reads give ones and \
            writes vanish. So they do in the memory and the port space where no region of a function stands. \
            Regions appear in the memory map where software places them, move and vanish; of those that overlap, that \
            of the lowest address on the bus is seen. Pin p of device d arrives at line (d + p) mod 4. Accesses that a \
            function makes leave by `dma`, counted under the function's name; they need Bus Master Enable in the \
            function and in every bridge before it, and get an address error otherwise. Nothing takes time of its own. \
            Deviations: CONFIG_ADDRESS has no special cycles, and errors are kept in no other register than \
            Received Master Abort of the function.
            """)

    /// The bus behind it, number 0.
    public private(set) var pci: PCIBus {
        get { ownBus.unsafelyUnwrapped }
        set { ownBus = newValue }
    }
    private var ownBus: PCIBus?
    private let ecam: TargetSocket
    private let config: TargetSocket
    private let memory: TargetSocket
    private let io: TargetSocket
    private let hole: TargetSocket
    /// Where accesses of the functions leave.
    public let dma: PassingSocket
    private let lines: [LineOutput]
    private let messagePath: ModulePath?
    private var messageParent: (any InterruptMessageController)?
    private var state = PCIHostState()

    /// What the tags of the sockets mean.
    private enum Entrance: Int { case ecam, config, hole }

    public override init(_ context: ModuleContext) {
        ecam = TargetSocket("ecam", context)
        config = TargetSocket("config", context)
        memory = TargetSocket("memory", context)
        io = TargetSocket("io", context)
        hole = TargetSocket("hole", context)
        dma = PassingSocket("dma", context)
        lines = (0..<4).map { LineOutput("interrupt\($0)", context) }
        messagePath = context[Self.messages]
        super.init(context)
        ecam.serve(self, tag: Entrance.ecam.rawValue)
        config.serve(self, tag: Entrance.config.rawValue)
        hole.serve(self, tag: Entrance.hole.rawValue)
        let bus = PCIBus(of: self)
        ownBus = bus
        // Where nothing answers there are ones: behind everything else. Mapped before anybody sees the maps.
        for map in [bus.memory, bus.ports] {
            let region = Region(start: 0, size: .max, target: hole, priority: .min, name: "\(context.path).hole")
            do throws(ElaborationError) { try map.map(region) } catch {
                preconditionFailure("An empty map refuses a region: \(error)")
            }
        }
        memory.bind(to: bus.memory.in)
        io.bind(to: bus.ports.in)
        _ = PCIHostFunction(ModuleContext(name: "root", parent: self))
    }

    public func connect() {}

    /// Only behind a root port is there a slot.
    public var acceptsPlugging: Bool { false }

    public override func elaborated() throws(ElaborationError) {
        messageParent = try messagePath.map { link throws(ElaborationError) in try messageController(link) }
    }

    // MARK: Accesses

    public func transport(_ transaction: inout Transaction, delay: inout SimTime, tag: Int) {
        let count = transaction.count
        let isPlain = transaction.byteEnables == nil && transaction.streamingWidth >= count
        guard let entrance = Entrance(rawValue: tag), entrance == .hole || isPlain && [1, 2, 4, 8].contains(count)
        else {
            transaction.response = transaction.byteEnables == nil ? .burstError : .byteEnableError
            return
        }
        transaction.response = .ok
        guard transaction.command != .ignore else { return }
        switch entrance {
        case .hole:
            guard transaction.command == .read else { return }
            transaction.data.initializeMemory(as: UInt8.self, repeating: 0xff, count: count)
        case .ecam:
            let offset = Int(transaction.address & 0xfff)
            // PCIe 4.0 §7.2.2: 20 bits select the function.
            guard offset + count <= 4096, transaction.address < 1 << 28 else {
                transaction.response = .addressError
                return
            }
            access(&transaction, UInt32(transaction.address >> 12), offset, at: now + delay)
        case .config: accessPorts(&transaction, at: now + delay)
        }
    }

    /// An access to the configuration space of a function, which 8 bits of bus and 8 of device and function select.
    private func access(_ transaction: inout Transaction, _ selection: UInt32, _ offset: Int, at time: SimTime) {
        let count = transaction.count
        let function = function(selection)
        if transaction.command == .read {
            let value = function?.readConfiguration(offset, count: count) ?? .max
            withUnsafeBytes(of: value.littleEndian) {
                if let bytes = $0.baseAddress { transaction.data.copyMemory(from: bytes, byteCount: count) }
            }
        } else {
            var value: UInt64 = 0
            withUnsafeMutableBytes(of: &value) {
                $0.copyMemory(from: UnsafeRawBufferPointer(start: transaction.data, count: count))
            }
            function?.writeConfiguration(offset, UInt64(littleEndian: value), count: count, at: time)
        }
    }

    private func function(_ selection: UInt32) -> PCIFunction? {
        pci.function(
            bus: UInt8(truncatingIfNeeded: selection >> 8), at: PCIAddress(code: UInt8(truncatingIfNeeded: selection)))
    }

    /// PCI 3.0 §3.2.2.3.2: CONFIG_ADDRESS takes only accesses of four bytes; CONFIG_DATA any within its four.
    private func accessPorts(_ transaction: inout Transaction, at time: SimTime) {
        let offset = Int(truncatingIfNeeded: transaction.address)
        let count = transaction.count
        if offset == 0 && count == 4 {
            if transaction.command == .read {
                transaction.data.copyMemory(from: [state.selection.littleEndian], byteCount: 4)
            } else {
                let value = transaction.data.loadUnaligned(as: UInt32.self)
                state.selection = UInt32(littleEndian: value) & 0x80ff_fffc
            }
        } else if 4..<8 ~= offset && offset + count <= 8, state.selection >> 31 != 0 {
            access(
                &transaction, state.selection >> 8 & 0xffff, Int(state.selection & 0xfc) + offset - 4, at: time)
        } else if transaction.command == .read {
            transaction.data.initializeMemory(as: UInt8.self, repeating: 0xff, count: count)
        }
    }

    /// Reading a configuration space has no side effects; a debugger writes none.
    public func debugTransport(_ transaction: inout Transaction, tag: Int) -> Int {
        guard tag == Entrance.ecam.rawValue, transaction.command == .read else { return 0 }
        for index in 0..<transaction.count {
            let address = transaction.address &+ UInt64(index)
            guard address < 1 << 28 else { return index }
            let value = function(UInt32(address >> 12))?.readConfiguration(Int(address & 0xfff), count: 1)
            transaction.data.storeBytes(
                of: UInt8(truncatingIfNeeded: value ?? 0xff), toByteOffset: index, as: UInt8.self)
        }
        return transaction.count
    }

    // MARK: Lines

    /// One more function drives a line, or one less.
    func drive(_ line: Int, _ isActive: Bool, at time: SimTime) {
        state.drivers[line] += isActive ? 1 : -1
        lines[line].set(state.drivers[line] > 0, at: time)
    }

    // MARK: Reset and snapshot

    /// The lines follow from the functions, which let go of them in their own reset.
    public override func reset(_ phase: ResetPhase) {
        if case .enter = phase { state.selection = 0 }
    }

    public func saveState() -> ModuleState { ModuleState(DeviceState(state, lines: lines)) }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let saved = try state.decode(as: DeviceState<PCIHostState>.self, at: path)
        try saved.restore(lines, of: path)
        self.state = saved.core
    }
}

/// What a host bridge knows beside its bus.
private struct PCIHostState: SnapshotPayload {
    static let schema = SnapshotSchema("pci-host")

    /// CONFIG_ADDRESS.
    var selection: UInt32 = 0
    /// How many functions drive each line.
    var drivers: [Int32] = [0, 0, 0, 0]

    init() {}

    func encode(to writer: inout SnapshotWriter) {
        writer.write(selection)
        for count in drivers { writer.write(count) }
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        selection = try reader.read()
        for line in drivers.indices {
            drivers[line] = try reader.read()
            guard 0...256 * 256 ~= drivers[line] else {
                throw reader.error("\(drivers[line]) functions drive a line", expected: "none or more")
            }
        }
    }
}

/// The host bridge as a function on its own bus, at 00.0.
final class PCIHostFunction: PCIFunction, CatalogModule {
    static let declaration = ModuleDeclaration(
        "pci-host-function", category: PCIFunction.category, summary: "Host bridge as a function of its bus",
        documentation: "Made by each `pci-host`.")

    init(_ context: ModuleContext) {
        var properties = PropertyValues()
        properties.set(Self.link.name, .link(ModulePath(context.parent.path)))
        properties.set(Self.place.name, .string("0"))
        super.init(
            ModuleContext(name: context.name, parent: context.parent, properties: properties),
            // The numbers of QEMU's generic host bridge, by which software tells a machine of this kind.
            PCIHeader(
                vendor: 0x1b36, device: 0x0008, classCode: 0x06_0000, subsystemVendor: 0x1af4, subsystem: 0x1100))
    }

    func saveState() -> ModuleState { state(with: PCIEmptyCore()) }

    func restoreState(_ state: ModuleState) throws(SnapshotError) {
        _ = try restore(state, as: PCIEmptyCore.self)
    }
}

/// The core of a function that has nothing but its configuration space.
struct PCIEmptyCore: SnapshotPayload {
    static let schema = SnapshotSchema("pci-function")
    init() {}
    func encode(to writer: inout SnapshotWriter) {}
    init(from reader: inout SnapshotReader) throws(SnapshotError) {}
}

extension PCIHost: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        // Pin p of device d arrives at line (d + p) mod 4: four devices stand for all.
        var rows: [InterruptMapRow] = []
        for device in UInt8(0)..<4 {
            for pin in [PCIInterruptPin.a, .b, .c, .d] {
                let line = pin.swizzled(PCIAddress(device: device)).rawValue - 1
                rows.append(
                    InterruptMapRow(
                        unit: [UInt32(device) << 11, 0, 0, UInt32(pin.rawValue)], line: "interrupt\(line)"))
            }
        }
        let messages = messageParent.map { [DeviceTreeProperty("msi-parent", .phandle(module: $0.path))] } ?? []
        return DeviceTreeContribution(
            node: DeviceTreeNode(
                "pci", compatible: ["pci-host-ecam-generic"],
                properties: [
                    DeviceTreeProperty("device_type", .strings(["pci"])),
                    DeviceTreeProperty("reg", .registers([RegisterWindow(port: "ecam")])),
                    DeviceTreeProperty("#address-cells", .cells([3])),
                    DeviceTreeProperty("#size-cells", .cells([2])),
                    DeviceTreeProperty("#interrupt-cells", .cells([1])),
                    DeviceTreeProperty("bus-range", .cells([0, 0xff])),
                    DeviceTreeProperty("dma-coherent", .flag),
                    DeviceTreeProperty("ranges", .pciRanges(ports: "io", memory: "memory")),
                    DeviceTreeProperty("interrupt-map", .interruptMap(rows)),
                    DeviceTreeProperty("interrupt-map-mask", .cells([0x1800, 0, 0, 7])),
                ] + messages))
    }
}
