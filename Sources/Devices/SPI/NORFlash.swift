public import TandemKernel

/// A serial NOR flash on an SPI bus: the shell around `NORFlashCore`.
public final class NORFlash: Module, CatalogModule, SPIMemory, StorageOwner {
    public static let controller = Property<ModulePath?>(
        "bus", default: nil, to: ModuleInterface.spiController.name,
        "The SPI controller on whose bus it stands; must be given in a platform.")
    public static let line = Property<Int>("select", default: 0, range: 0...31, "Its chip select line.")
    public static let size = Property<ByteSize>(
        "size", default: .mebibytes(16), range: ByteSize.kibibytes(64)...ByteSize.mebibytes(16),
        "How many bytes it holds, a power of two.")
    public static let identification = Property<UInt32?>(
        "jedec-id", default: nil,
        "Manufacturer, type and capacity, 0xef4018 for a W25Q128. If it is not given, that of a W25Q of the size.")
    public static let maximum = Property<Frequency>(
        "maximum-frequency", default: .megahertz(25), range: .hertz(1)...Frequency.gigahertz(1),
        "What the device tree allows SCK to be.")
    public static let programTime = Property<SimTime>("program-time", default: .microseconds(700), "To program a page.")
    public static let sectorTime = Property<SimTime>(
        "sector-erase-time", default: .milliseconds(45), "To erase 4 KiB.")
    public static let blockTime = Property<SimTime>(
        "block-erase-time", default: .milliseconds(150), "To erase 64 KiB; 32 KiB take four fifths of it.")
    public static let chipTime = Property<SimTime>("chip-erase-time", default: .seconds(40), "To erase everything.")
    public static let statusTime = Property<SimTime>(
        "status-write-time", default: .milliseconds(10), "To write a status register.")
    public static let file = Property<String>(
        "file", default: "", "The file that holds the contents, seen from the working directory; empty for none.")
    public static let mode = Property<StorageMode>(
        "file-mode", default: .read, "“read” leaves the file as it is; “write” makes it follow every change.")

    public static let declaration = ModuleDeclaration(
        "spi-nor", category: "spi", summary: "Serial NOR flash (Winbond W25Q series)",
        properties: [
            controller.erased, line.erased, size.erased, identification.erased, maximum.erased, programTime.erased,
            sectorTime.erased, blockTime.erased, chipTime.erased, statusTime.erased, file.erased, mode.erased,
        ],
        plugging: .hot,
        documentation: """
            Winbond W25Q128JV data sheet, revision F, and JESD216: identification, reads at one, two and four lanes of \
            data, page program, erase of 4, 32 and 64 KiB and of the chip, both status registers with block protection \
            by BP2 to BP0 and TB, power-down, reset by software, the basic flash parameter table. Programming clears \
            bits and never sets them. While it works the chip answers nothing but reads of its status. Deviations: \
            three address bytes only; commands of the quad and dual I/O families, security registers, suspend, SEC, \
            CMP and the pins /WP and /HOLD are not modelled. Without a file it is erased at the start. Contents are \
            part of a snapshot and survive a reset.
            """)

    private let link: ModulePath?
    private let number: Int
    private let frequency: Frequency
    private let times: Times
    private var core: NORFlashCore
    private var contents: StoredBytes
    private var busyUntil = SimTime.zero
    /// The bus that it stands on.
    private var bus: SPIBus?
    private let mistake: ElaborationError?

    /// How long the chip works.
    private struct Times {
        var program, sector, block, chip, status: SimTime

        func time(of work: NORFlashCore.Work, size: Int) -> SimTime {
            switch work {
            case .program: program
            case .writeStatus: status
            case .erase(let range):
                switch range.count {
                case size: chip
                case 4 << 10: sector
                case 32 << 10: .picoseconds(block.picoseconds / 5 * 4)
                default: block
                }
            }
        }
    }

    public override init(_ context: ModuleContext) {
        let bytes = context[Self.size].bytes
        let isPower = bytes.nonzeroBitCount == 1
        mistake =
            isPower
            ? nil : context.error(Self.size, "a flash has a power of two of bytes", expected: "64K, 128K … 8M or 16M")
        let size = isPower ? Int(bytes) : 64 << 10
        link = context[Self.controller]
        number = context[Self.line]
        frequency = context[Self.maximum]
        times = Times(
            program: context[Self.programTime], sector: context[Self.sectorTime], block: context[Self.blockTime],
            chip: context[Self.chipTime], status: context[Self.statusTime])
        let identification = context[Self.identification] ?? 0xef_4000 | UInt32(size.trailingZeroBitCount)
        core = NORFlashCore(size: size, identification: identification & 0xff_ffff)
        contents = StoredBytes(size: size)
        super.init(context)
    }

    public override func unrealized() {
        bus?.detach(self)
        bus = nil
    }

    /// Stands at a select line of a controller. Later than the elaboration, too.
    public func attach(to bus: SPIBus) throws(ElaborationError) {
        try bus.attach(self, at: number)
        self.bus = bus
    }

    public override func elaborated() throws(ElaborationError) {
        if let mistake { throw mistake }
        guard bus == nil else { return }
        try attach(to: BusLink.resolve(link, of: self, kind: "SPI", as: (any SPIController).self).spi)
    }

    // MARK: Commands

    public func spiSelect(_ isSelected: Bool, at time: SimTime) {
        rest(at: time)
        if isSelected { return core.begin() }
        guard let work = core.end() else { return }
        switch work {
        case .program(let page, let start):
            contents.update(start..<start + page.count) { $1 & (page[$0 - start] ?? 0xff) }
        case .erase(let range): contents.update(range) { _, _ in 0xff }
        case .writeStatus: break
        }
        busyUntil = time.saturatingAdd(times.time(of: work, size: core.size))
    }

    public func spiExchange(_ byte: UInt8, lanes: Int, at time: SimTime) -> UInt8 {
        rest(at: time)
        switch core.exchange(byte, clocks: 8 / lanes) {
        case .value(let value): return value
        case .contents(let address): return contents[address]
        }
    }

    public func spiIdle(clocks: Int, at time: SimTime) { core.idle(clocks: clocks) }

    /// The chip's own work may be over.
    private func rest(at time: SimTime) {
        if core.isBusy, time >= busyUntil { core.finishWork() }
    }

    // MARK: Contents

    public var storageFile: String { properties[Self.file] }
    public var storageMode: StorageMode { properties[Self.mode] }
    public var storageSize: Int { core.size }
    public var storage: [UInt8] { contents.bytes }

    public func connectStorage(_ contents: [UInt8], _ backend: (any StorageBackend)?) {
        self.contents.load(contents)
        self.contents.backend = backend
    }

    public func spiPeek(_ address: Int) -> UInt8? { address < core.size ? contents[address] : nil }

    public func spiPoke(_ byte: UInt8, at address: Int) -> Bool {
        guard address < core.size else { return false }
        contents.write(CollectionOfOne(byte), at: address)
        return true
    }

    // MARK: Reset and snapshot

    /// The chip has no reset pin; switching on ends whatever it was doing.
    public override func reset(_ phase: ResetPhase) {
        guard phase == .enter(.cold) else { return }
        core = NORFlashCore(size: core.size, identification: core.identification)
        busyUntil = .zero
    }

    public func saveState() -> ModuleState {
        ModuleState(StoredState(core: core, busyUntil: busyUntil, contents: contents.bytes))
    }

    public func restoreState(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: StoredState<NORFlashCore>.self, at: path)
        guard state.core.size == core.size else {
            throw .mismatch(at: path, "bytes", saved: state.core.size, here: core.size)
        }
        try contents.restore(state.contents, of: path)
        core = state.core
        busyUntil = state.busyUntil
    }
}

extension NORFlash: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "flash@\(String(number, radix: 16))", compatible: ["jedec,spi-nor"],
                properties: [
                    DeviceTreeProperty("reg", .cells([UInt32(number)])),
                    DeviceTreeProperty("spi-max-frequency", .cells([UInt32(truncatingIfNeeded: frequency.hertz)])),
                    DeviceTreeProperty("m25p,fast-read", .flag),
                ]),
            parent: link?.text)
    }
}
