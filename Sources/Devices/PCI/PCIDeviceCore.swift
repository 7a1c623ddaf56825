public import TandemBus
public import TandemKernel

/// A PCI function as a value: what it is, its registers, when it asks for its interrupt, and what it moves. No bus, no time,
/// no PCI protocol: `PCIRegisterDevice` is its shell.
///
/// ```swift
/// struct Lamp: PCIDeviceCore {
///     enum Register: Int, RegisterName { case brightness }
///     static let schema = SnapshotSchema("lamp")
///     static let header = PCIHeader(
///         vendor: 0x1337, device: 0x0100, classCode: 0x00_ff00, pin: .a, regions: [PCIRegion(0, .memory32, size: 16)])
///     static let declaration = declare(summary: "A lamp")
///     static let registers = RegisterTable<Register>(size: 4, [.init(.brightness, "BRIGHTNESS", offset: 0, width: 4)])
///     …
/// }
/// let catalog = Catalog.standard.adding(Lamp.Function.self)
/// ```
///
/// A function that moves data is busy, and at the end of each cycle makes one access; so a transfer goes on in time, and
/// whatever it meets, itself included, it meets between two of its own steps.
public protocol PCIDeviceCore: RegisterCore {
    /// What it says about itself. All regions but that of an MSI-X table show the registers, from their first byte on.
    static var header: PCIHeader { get }
    /// What `declare` gives, kept.
    static var declaration: ModuleDeclaration { get }
    /// The property that says which bits its bus addresses have.
    static var addressMask: Property<UInt64> { get }

    /// The core after a reset.
    init()
    /// Looked at after each write and each step.
    var isInterruptAsserted: Bool { get }
    /// Whether there is something to do at the end of a cycle.
    var isBusy: Bool { get }
    /// A cycle is over: does what it was for, and says which access is to be made now, if any.
    mutating func step() -> PCIBurst?
    /// The access that `step` asked for is over; what a read gave is in place.
    mutating func finish(_ burst: PCIBurst, succeeded: Bool)
    /// The bytes that accesses of its own move.
    subscript(_ place: Int) -> UInt8 { get set }
}

/// One access of a function's own, and the bytes of the device that it moves.
public struct PCIBurst: Equatable, Sendable {
    /// On the bus; loses the bits that the device does not have.
    public var address: UInt64
    public var isWrite: Bool
    public var range: Range<Int>

    /// - Parameter range: places of the core's subscript, at least one.
    public init(at address: UInt64, isWrite: Bool, _ range: Range<Int>) {
        self.address = address
        self.isWrite = isWrite
        self.range = range
    }
}

/// The properties that functions made of a core have.
private enum PCIDeviceProperty {
    static let messages = Property<Bool>(
        "msi", default: true, "Whether it can send its interrupt as a message.")
    static let tableMessages = Property<Bool>(
        "msix", default: false, "Whether it has MSI-X too, with the table of vectors in region 5.")
    static let mask = Property<UInt64>("dma-mask", default: 0xffff_ffff, "The bits that its bus addresses have.")
    static let usualTime = SimTime.nanoseconds(100)
    static let cycleTime = Property<SimTime>(
        "cycle-time", default: usualTime, range: .picoseconds(1)...SimTime.seconds(1),
        "Time of one step of its work, beside what the bus takes.")
}

extension PCIDeviceCore {
    /// The module type for the catalogue.
    public typealias Function = PCIRegisterDevice<Self>

    public static var addressMask: Property<UInt64> { PCIDeviceProperty.mask }
    public var isInterruptAsserted: Bool { false }
    public var isBusy: Bool { false }
    public mutating func step() -> PCIBurst? { nil }
    public mutating func finish(_ burst: PCIBurst, succeeded: Bool) {}
    public subscript(_ place: Int) -> UInt8 {
        get { 0 }
        set {}
    }

    /// The declaration of the module type, which is called as the schema: with `msi` and `msix` if the header has the
    /// capability MSI, and with `dma-mask` and `cycle-time` if it is a bus master.
    public static func declare(summary: String, documentation: String = "") -> ModuleDeclaration {
        var properties: [AnyProperty] = []
        if header.hasMessages {
            properties += [PCIDeviceProperty.messages.erased, PCIDeviceProperty.tableMessages.erased]
        }
        if header.isMaster { properties += [addressMask.erased, PCIDeviceProperty.cycleTime.erased] }
        let table = registers.declarations
        // All regions show the same registers.
        let region = header.regions.first { $0.index != header.messageRegion }
        return ModuleDeclaration(
            schema.kind, category: PCIFunction.category, summary: summary, properties: properties,
            registers: table, registerPorts: region.map { ["bar\($0.index)"] } ?? [], plugging: .hot,
            documentation: documentation)
    }

    /// The header that a module with these properties has.
    static func header(_ context: ModuleContext) -> PCIHeader {
        var header = header
        guard case .messages(let vectors) = header.capabilities.first(where: \.isMessages) else { return header }
        if context[PCIDeviceProperty.tableMessages] {
            header.regions.append(PCIRegion(5, .memory32, size: PCIMessageTable.regionSize(vectors)))
            header.capabilities.append(.extendedMessages(vectors: vectors, region: 5))
        }
        if !context[PCIDeviceProperty.messages] { header.capabilities.removeAll(where: \.isMessages) }
        return header
    }

    /// The time of one step.
    static func cycleTime(_ context: ModuleContext) -> SimTime {
        header.isMaster ? context[PCIDeviceProperty.cycleTime] : PCIDeviceProperty.usualTime
    }
}

extension PCIHeader {
    fileprivate var hasMessages: Bool { capabilities.contains(where: \.isMessages) }
}

extension PCICapability {
    fileprivate var isMessages: Bool { if case .messages = self { true } else { false } }
}
