public import TandemBus
public import TandemKernel

/// A two-wire EEPROM of the AT24 family on an I2C bus: the shell around `AT24Core`.
public final class AT24: Module, CatalogModule, I2CTarget, LineReceiver, StorageOwner {
    public static let controller = Property<ModulePath?>(
        "bus", default: nil, to: ModuleInterface.i2cController.name,
        "The I2C controller on whose bus it stands; must be given in a platform.")
    public static let address = Property<Int>(
        "address", default: 0x50, range: 0x50...0x57,
        "Its first I2C address; parts from 24c04 to 24c16 take two, four or eight in a row.")
    public static let part = Property<AT24Part>("part", default: .c02, "Which one it is: its size in kilobits.")
    public static let writeTime = Property<SimTime>(
        "write-time", default: .milliseconds(5), "How long it answers to nothing after a write.")
    public static let file = Property<String>(
        "file", default: "", "The file that holds the contents, seen from the working directory; empty for none.")
    public static let mode = Property<StorageMode>(
        "file-mode", default: .read, "“read” leaves the file as it is; “write” makes it follow every change.")

    public static let declaration = ModuleDeclaration(
        "at24", category: "i2c", summary: "EEPROM on I2C (AT24C02 to AT24C256)",
        properties: [controller.erased, address.erased, part.erased, writeTime.erased, file.erased, mode.erased],
        ports: [PortDeclaration("wp", .lineIn, "Write protect: while it is high, nothing is written.")],
        plugging: .hot,
        documentation: """
            Atmel data sheets AT24C02 to AT24C256. A write of up to a page takes effect at its stop; the address wraps \
            within the page. For the write time after it the chip acknowledges no address. A write that a start ends, \
            or that comes while it is protected, changes nothing. Without a file it is erased at the start (all ones); a \
            file shorter than the chip leaves the rest erased. Contents are part of a snapshot, and survive a reset.
            """)

    private let protect: LineInput
    private let link: ModulePath?
    private let firstAddress: UInt8
    private let writeTime: SimTime
    private var core: AT24Core
    private var contents: StoredBytes
    private var busyUntil = SimTime.zero
    /// The bus that it stands on.
    private var bus: I2CBus?
    private let mistake: ElaborationError?

    public override init(_ context: ModuleContext) {
        let part = context[Self.part]
        let address = context[Self.address]
        mistake =
            address % part.deviceAddresses == 0
            ? nil
            : context.error(
                Self.address, "a \(part.rawValue) cannot stand at 0x\(String(address, radix: 16))",
                expected: "a multiple of \(part.deviceAddresses)")
        link = context[Self.controller]
        firstAddress = UInt8(address)
        writeTime = context[Self.writeTime]
        core = AT24Core(part)
        contents = StoredBytes(size: part.size)
        protect = LineInput("wp", context)
        super.init(context)
        protect.deliver(to: self)
    }

    public override func unrealized() {
        bus?.detach(self)
        bus = nil
    }

    /// Stands on the bus of a controller. Later than the elaboration, too.
    public func attach(to bus: I2CBus) throws(ElaborationError) {
        try bus.attach(self)
        self.bus = bus
    }

    public override func elaborated() throws(ElaborationError) {
        if let mistake { throw mistake }
        guard bus == nil else { return }
        try attach(to: BusLink.resolve(link, of: self, kind: "I2C", as: (any I2CController).self).i2c)
    }

    /// The level is looked at when a write ends.
    public func lineChanged(_ input: LineInput, level: Bool, at time: SimTime) {}

    // MARK: Transfers

    public var i2cAddresses: ClosedRange<UInt8> {
        firstAddress...firstAddress + UInt8(core.part.deviceAddresses - 1)
    }

    public func i2cBegin(_ address: UInt8, _ direction: I2CDirection, at time: SimTime) -> Bool {
        guard time >= busyUntil else { return false }
        core.begin(block: Int(address - firstAddress), direction)
        return true
    }

    public func i2cReceive(_ byte: UInt8, at time: SimTime) -> Bool {
        core.receive(byte)
        return true
    }

    public func i2cSend(at time: SimTime) -> UInt8 { contents[core.send()] }

    public func i2cEnd(at time: SimTime) {
        let written = core.end()
        guard !written.isEmpty, !protect.level else { return }
        for (address, byte) in written { contents.write(CollectionOfOne(byte), at: address) }
        busyUntil = time.saturatingAdd(writeTime)
    }

    // MARK: Contents

    public var storageFile: String { properties[Self.file] }
    public var storageMode: StorageMode { properties[Self.mode] }
    public var storageSize: Int { core.part.size }
    public var storage: [UInt8] { contents.bytes }

    public func connectStorage(_ contents: [UInt8], _ backend: (any StorageBackend)?) {
        self.contents.load(contents)
        self.contents.backend = backend
    }

    // MARK: Reset and snapshot

    /// The chip has no reset pin; switching on ends whatever it was doing.
    public override func reset(_ phase: ResetPhase) {
        guard phase == .enter(.cold) else { return }
        core = AT24Core(core.part)
        busyUntil = .zero
    }

    public func saveState() -> ModuleState {
        ModuleState(StoredState(core: core, busyUntil: busyUntil, contents: contents.bytes))
    }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: StoredState<AT24Core>.self, at: path)
        guard state.core.part == core.part else {
            throw SnapshotError(
                at: path, "the snapshot is of a \(state.core.part.rawValue)", expected: core.part.rawValue)
        }
        try contents.restore(state.contents, of: path)
        core = state.core
        busyUntil = state.busyUntil
    }
}

/// The state of a chip that keeps contents: its registers, until when it is busy, and the contents.
struct StoredState<Core: SnapshotPayload>: SnapshotPayload {
    static var schema: SnapshotSchema { Core.schema }

    var core: Core
    var busyUntil: SimTime
    var contents: [UInt8]

    init(core: Core, busyUntil: SimTime, contents: [UInt8]) {
        self.core = core
        self.busyUntil = busyUntil
        self.contents = contents
    }

    func encode(to writer: inout SnapshotWriter) {
        writer.write(core)
        writer.write(busyUntil)
        writer.write(contents)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        core = try reader.read(payload: Core.self)
        busyUntil = try reader.read()
        contents = try reader.read()
    }
}

extension AT24: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "eeprom@\(String(firstAddress, radix: 16))", compatible: ["atmel,\(core.part.rawValue)"],
                properties: [
                    DeviceTreeProperty("reg", .cells([UInt32(firstAddress)])),
                    DeviceTreeProperty("pagesize", .cells([UInt32(core.part.pageSize)])),
                ]),
            parent: link?.text)
    }
}
