public import TandemBus
public import TandemKernel

/// A bank of parallel NOR flash: the shell around `CFIFlashCore`, read as a ROM, written as a device.
public final class CFIFlash: RomDevice, CatalogModule, StorageOwner {
    public static let size = Property<ByteSize>(
        "size", default: .mebibytes(32), range: ByteSize.kibibytes(64)...ByteSize.gibibytes(1),
        "How many bytes the bank holds, a power of two.")
    public static let blockSize = Property<ByteSize>(
        "block-size", default: .kibibytes(256), range: ByteSize.kibibytes(1)...ByteSize.mebibytes(4),
        "How many bytes of the bank are erased together, a power of two.")
    public static let width = Property<BankWidth>("width", default: .four, "Bytes of data lines of the bank.")
    public static let chipWidth = Property<BankWidth>(
        "chip-width", default: .two, "Bytes of data lines of one chip, at most those of the bank.")
    public static let manufacturer = Property<UInt16>("manufacturer-id", default: 0x89, "Of the chips: 0x89 is Intel.")
    public static let device = Property<UInt16>("device-id", default: 0x18, "Of the chips: 0x18 is a 28F128J3.")
    public static let readLatency = Property<SimTime>(
        "read-latency", default: .zero, "Time of one read, whatever its length.")
    public static let writeLatency = Property<SimTime>(
        "write-latency", default: .zero, "Time of one write, whatever its length.")
    public static let programTime = Property<SimTime>("program-time", default: .microseconds(210), "To program a word.")
    public static let bufferTime = Property<SimTime>(
        "buffer-program-time", default: .microseconds(218), "To program a buffer.")
    public static let eraseTime = Property<SimTime>("erase-time", default: .seconds(1), "To erase a block.")
    public static let lockTime = Property<SimTime>("lock-time", default: .microseconds(64), "To lock a block.")
    public static let unlockTime = Property<SimTime>(
        "unlock-time", default: .milliseconds(500), "To unlock all blocks.")
    public static let file = Property<String>(
        "file", default: "", "The file that holds the contents, seen from the working directory; empty for none.")
    public static let mode = Property<StorageMode>(
        "file-mode", default: .read, "“read” leaves the file as it is; “write” makes it follow every change.")

    public static let declaration = ModuleDeclaration(
        "cfi-flash", category: "memory", summary: "Parallel NOR flash (Intel command set, CFI)",
        properties: [
            size.erased, blockSize.erased, width.erased, chipWidth.erased, manufacturer.erased, device.erased,
            readLatency.erased, writeLatency.erased, programTime.erased, bufferTime.erased, eraseTime.erased,
            lockTime.erased, unlockTime.erased, file.erased, mode.erased,
        ],
        ports: [
            PortDeclaration("bus", .target, "Accesses; grants direct memory for reading while reads are contents.")
        ],
        documentation: """
            Intel data sheet 28F128J3A and JESD68.01 (Common Flash Interface): read array, identifier codes, query, status; \
            program of words and of the buffer of 32 bytes a chip, block erase, block locks. Chips stand side by side \
            and work in step. Programming clears bits and never sets them. Reads of the contents are direct memory; \
            while a command is under way they give what it says. Writes arrive at their simulated time, and the status \
            says “busy” for as long as the work takes. Deviations: suspending, the protection register and STS are not \
            modelled, and not offered in the query. What no file gives is zeros, as on QEMU's board, so that an unused flash costs \
            nothing; erased bytes are ones. Contents and locks are part of a snapshot and survive a reset.
            """)

    private let times: Times
    private var core: CFIFlashCore
    private var busyUntil = SimTime.zero
    private var backend: (any StorageBackend)?

    /// How long the chips work.
    private struct Times {
        var program, buffer, erase, lock, unlock: SimTime

        func time(of work: CFIFlashCore.Work) -> SimTime {
            switch work {
            case .program: program
            case .programBuffer: buffer
            case .erase: erase
            case .setLock: lock
            case .clearLocks: unlock
            }
        }
    }

    public init(_ context: ModuleContext) throws(ElaborationError) {
        times = Times(
            program: context[Self.programTime], buffer: context[Self.bufferTime], erase: context[Self.eraseTime],
            lock: context[Self.lockTime], unlock: context[Self.unlockTime])
        var geometry = try Self.geometry(context)
        geometry.programExponent = Self.exponent(times.program, in: .microseconds(1))
        geometry.bufferExponent = Self.exponent(times.buffer, in: .microseconds(1))
        geometry.eraseExponent = Self.exponent(times.erase, in: .milliseconds(1))
        core = CFIFlashCore(geometry)
        try super.init(
            context, size: context[Self.size], readLatency: context[Self.readLatency],
            writeLatency: context[Self.writeLatency])
    }

    private static func geometry(_ context: ModuleContext) throws(ElaborationError) -> CFIFlashCore.Geometry {
        let geometry = CFIFlashCore.Geometry(
            size: Int(context[size].bytes), blockSize: Int(context[blockSize].bytes),
            bankWidth: context[width].bytes, chipWidth: context[chipWidth].bytes,
            manufacturer: context[manufacturer], device: context[device])
        guard geometry.size.nonzeroBitCount == 1 else {
            throw context.error(size, "a flash has a power of two of bytes", expected: "64K, 128K … 512M or 1G")
        }
        guard geometry.chipWidth <= geometry.bankWidth else {
            throw context.error(
                chipWidth, "a chip of \(geometry.chipWidth) bytes is wider than the bank",
                expected: "at most the “width”, \(geometry.bankWidth)")
        }
        // The query gives blocks of a chip in units of 256 bytes, and their number less one in 16 bits.
        let legal = max(256 * geometry.chips, geometry.size >> 16)
        guard geometry.blockSize.nonzeroBitCount == 1, legal...max(legal, geometry.size) ~= geometry.blockSize else {
            throw context.error(
                blockSize, "the bank cannot have blocks of \(context[blockSize])",
                expected: "a power of two from \(legal) bytes to the size of the bank")
        }
        return geometry
    }

    /// The power of two of units that a time fits in.
    private static func exponent(_ time: SimTime, in unit: SimTime) -> UInt8 {
        // One less than the number of units, rounded up.
        let last = (max(time.picoseconds, 1) - 1) / unit.picoseconds
        return UInt8(64 - last.leadingZeroBitCount)
    }

    // MARK: Accesses

    public override func serve(_ transaction: inout Transaction, delay: inout SimTime) {
        let time = now.saturatingAdd(delay)
        if core.isBusy, time >= busyUntil { core.finishWork() }
        let address = Int(transaction.address)
        let bytes = transaction.data.assumingMemoryBound(to: UInt8.self)
        if transaction.command == .read {
            for index in 0..<transaction.count { bytes[index] = core.answer(at: address + index) }
        } else {
            var start = 0
            while start < transaction.count {
                let width = core.geometry.bankWidth
                let count = min(width - (address + start) % width, transaction.count - start)
                var value: UInt64 = 0
                for index in 0..<count { value |= UInt64(bytes[start + index]) << UInt64(8 * index) }
                if let work = core.write(at: address + start, value, count: count) { begin(work, at: time) }
                start += count
            }
            setReadsContents(core.readsContents)
        }
        transaction.response = .ok
    }

    private func begin(_ work: CFIFlashCore.Work, at time: SimTime) {
        switch work {
        case .program(let range), .programBuffer(let range):
            let bytes = base.assumingMemoryBound(to: UInt8.self)
            for address in range { bytes[address] &= core.buffered(address) }
            noteChange(range)
        case .erase(let range):
            (base + range.lowerBound).initializeMemory(as: UInt8.self, repeating: 0xff, count: range.count)
            noteChange(range)
        case .setLock, .clearLocks: break
        }
        busyUntil = time.saturatingAdd(times.time(of: work))
    }

    /// Tells who watches the contents, and the file.
    private func noteChange(_ range: Range<Int>) {
        noteWrite(offset: UInt64(range.lowerBound), count: range.count, by: .none)
        contentsChanged(UInt64(range.lowerBound)..<UInt64(range.upperBound))
    }

    // MARK: Contents

    public var storageFile: String { properties[Self.file] }
    public var storageMode: StorageMode { properties[Self.mode] }
    public var storageSize: Int { core.geometry.size }
    public var storage: [UInt8] { bytes(at: 0, count: core.geometry.size) }

    public func connectStorage(_ contents: [UInt8], _ backend: (any StorageBackend)?) {
        load(contents, at: 0)
        self.backend = backend
    }

    public override func contentsChanged(_ range: Range<UInt64>) {
        guard let backend else { return }
        backend.store(bytes(at: range.lowerBound, count: range.count)[...], at: Int(range.lowerBound))
    }

    // MARK: Reset and snapshot

    public override func reset(_ phase: ResetPhase) {
        guard case .enter = phase else { return }
        core.reset()
        busyUntil = .zero
        setReadsContents(true)
    }

    public override func saveDevice() -> ModuleState { ModuleState(FlashState(core: core, busyUntil: busyUntil)) }

    public override func restoreDevice(_ state: ModuleState) throws(SnapshotError) {
        let state = try state.decode(as: FlashState.self, at: path)
        guard state.core.geometry == core.geometry else {
            throw SnapshotError(
                at: path, "the snapshot is of a flash with other chips or times", expected: "the same properties")
        }
        core = state.core
        busyUntil = state.busyUntil
    }
}

/// Bytes of data lines.
public enum BankWidth: String, PropertyChoice {
    case one = "1"
    case two = "2"
    case four = "4"
    case eight = "8"

    var bytes: Int {
        switch self {
        case .one: 1
        case .two: 2
        case .four: 4
        case .eight: 8
        }
    }
}

/// The registers of the chips and until when they work.
private struct FlashState: SnapshotPayload {
    static var schema: SnapshotSchema { CFIFlashCore.schema }

    var core: CFIFlashCore
    var busyUntil: SimTime

    init(core: CFIFlashCore, busyUntil: SimTime) {
        self.core = core
        self.busyUntil = busyUntil
    }

    func encode(to writer: inout SnapshotWriter) {
        writer.write(core)
        writer.write(busyUntil)
    }

    init(from reader: inout SnapshotReader) throws(SnapshotError) {
        core = try reader.read(payload: CFIFlashCore.self)
        busyUntil = try reader.read()
    }
}

extension CFIFlash: DeviceTreeContributor {
    public var deviceTree: DeviceTreeContribution {
        DeviceTreeContribution(
            node: DeviceTreeNode(
                "flash", compatible: ["cfi-flash"],
                properties: [
                    DeviceTreeProperty("reg", .registers([RegisterWindow()])),
                    DeviceTreeProperty("bank-width", .cells([UInt32(core.geometry.bankWidth)])),
                ]))
    }
}
