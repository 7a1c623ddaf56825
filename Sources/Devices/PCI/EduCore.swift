public import TandemBus
public import TandemKernel

/// QEMU's teaching device `edu`.
public typealias Edu = EduCore.Function

/// The registers of the teaching device `edu`, its factorial and its transfer. The document of the device is
/// QEMU's `docs/specs/edu.rst`.
public struct EduCore: PCIDeviceCore, Equatable {
    /// The registers in address order.
    public enum Register: Int, RegisterName {
        case identification, liveness, factorial, status, interrupt, raise, acknowledge, source, destination, count
        case command
    }

    public static let header = PCIHeader(
        vendor: 0x1234, device: 0x11e8, classCode: 0x00_ff00, revision: 0x10, subsystemVendor: 0x1af4,
        subsystem: 0x1100,
        pin: .a, regions: [PCIRegion(0, .memory32, size: 0x10_0000)], capabilities: [.messages(vectors: 1)],
        isMaster: true)

    public static let addressMask = Property<UInt64>(
        "dma_mask", default: 0x0fff_ffff, "The bits that its bus addresses have; spelled as QEMU does.")

    public static let declaration = declare(
        summary: "QEMU's teaching device 1234:11e8",
        documentation: """
            QEMU's docs/specs/edu.rst: identification, inverted word, factorial, interrupts raised and acknowledged by \
            software, and transfers between memory and a buffer of 4096 bytes at 0x40000 of the device's own addresses; \
            INTA or message 0. A transfer goes in accesses of 64 bytes, each after a cycle; a factorial is ready when a \
            cycle ends. Deviations: registers that there are not read as zeros; a transfer that does not lie in the \
            buffer moves nothing and is over with its first cycle, and one that meets a bus error is over with that \
            access.
            """)

    /// Where the device's buffer stands for the transfers, and how large it is.
    static let buffer: Range<UInt64> = 0x4_0000..<0x4_1000

    /// What software sees as `(source, destination, count, command)`.
    private var dma: [UInt64] = [0, 0, 0, 0]
    private var liveness: UInt32 = 0
    private var value: UInt32 = 1
    private var isInterruptWanted = false
    /// The causes of the interrupt.
    private var causes: UInt32 = 0
    /// The number whose factorial is being computed.
    private(set) var argument: UInt32?
    /// Bytes that the transfer has moved.
    private var moved: UInt64 = 0
    private var bytes = [UInt8](repeating: 0, count: 4096)

    public init() {}

    public var isInterruptAsserted: Bool { causes != 0 }
    /// A transfer is under way.
    var isTransferring: Bool { dma[3] & 1 != 0 }

    // MARK: Factorial and transfer

    public var isBusy: Bool { isTransferring || argument != nil }

    public mutating func step() -> PCIBurst? {
        finishFactorial()
        let burst = nextBurst
        if burst == nil && isTransferring { abandon() }
        return burst
    }

    public mutating func finish(_ burst: PCIBurst, succeeded: Bool) {
        // A reset that the access itself has caused has ended the transfer.
        guard isTransferring else { return }
        if succeeded { moved += UInt64(burst.range.count) }
        if !succeeded || nextBurst == nil { abandon() }
    }

    /// The factorial is computed: modulo two to the power of 32.
    private mutating func finishFactorial() {
        guard let argument else { return }
        value = argument < 2 ? 1 : (2...min(argument, 64)).reduce(1) { $0 &* $1 }
        // From 34 on the product has 32 factors of two.
        if argument > 33 { value = 0 }
        self.argument = nil
        if isInterruptWanted { causes |= 1 }
    }

    /// The next access of the transfer; nothing when it is over or does not lie in the buffer.
    private var nextBurst: PCIBurst? {
        let isWrite = dma[3] & 2 != 0
        let inner = isWrite ? dma[0] : dma[1]
        guard isTransferring, Self.buffer.contains(inner), dma[2] <= Self.buffer.upperBound - inner, moved < dma[2]
        else { return nil }
        let start = Int(inner - Self.buffer.lowerBound + moved)
        return PCIBurst(
            at: (isWrite ? dma[1] : dma[0]) &+ moved, isWrite: isWrite, start..<start + Int(min(64, dma[2] - moved)))
    }

    /// The transfer is over, whatever it has moved.
    private mutating func abandon() {
        moved = 0
        dma[3] &= ~1
        if dma[3] & 4 != 0 { causes |= 0x100 }
    }

    public subscript(_ place: Int) -> UInt8 {
        get { bytes[place] }
        set { bytes[place] = newValue }
    }

    // MARK: Registers

    public mutating func read(_ register: Register, at index: Int) -> UInt64 {
        switch register {
        case .identification: 0x0100_00ed
        case .liveness: UInt64(liveness)
        case .factorial: UInt64(argument ?? value)
        case .status: (argument != nil ? 1 : 0) | (isInterruptWanted ? 0x80 : 0)
        case .interrupt: UInt64(causes)
        case .raise, .acknowledge: 0
        case .source: dma[0]
        case .destination: dma[1]
        case .count: dma[2]
        case .command: dma[3]
        }
    }

    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        let word = UInt32(truncatingIfNeeded: value)
        switch register {
        case .identification, .interrupt: break
        case .liveness: liveness = ~word
        case .factorial: if argument == nil { argument = word }
        case .status: isInterruptWanted = word & 0x80 != 0
        case .raise: causes |= word
        case .acknowledge: causes &= ~word
        case .source, .destination, .count, .command:
            guard !isTransferring else { return }
            let place = register.rawValue - Register.source.rawValue
            dma[place] = dma[place] & ~mask | value & (register == .command ? 7 : mask)
            if register == .command { dma[3] &= 7 }
        }
    }

    // MARK: Snapshot

    public static let schema = SnapshotSchema("edu")

    public func encode(to writer: inout SnapshotWriter) {
        for word in dma { writer.write(word) }
        for word in [liveness, value, causes] { writer.write(word) }
        writer.write(isInterruptWanted)
        writer.write(optional: argument) { $0.write($1) }
        writer.write(moved)
        writer.write(bytes)
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        for index in dma.indices { dma[index] = try reader.read() }
        liveness = try reader.read()
        value = try reader.read()
        causes = try reader.read()
        isInterruptWanted = try reader.read()
        argument = try reader.read(optional: { reader throws(SnapshotError) in try reader.read(UInt32.self) })
        moved = try reader.read()
        bytes = try reader.read()
        guard bytes.count == 4096, moved <= 4096, dma[3] <= 7 else {
            throw reader.error("the buffer has \(bytes.count) bytes, of which \(moved) are moved", expected: "4096")
        }
    }

    public static let registers = RegisterTable<Register>(
        size: 0x10_0000, unassigned: .zero,
        [
            RegisterRow(
                .identification, "ID", offset: 0x00, width: 4, .readOnly, reset: 0x0100_00ed, "Version 1.0, “ed”."),
            RegisterRow(
                .liveness, "LIVENESS", offset: 0x04, width: 4, .readWrite, "Reads as the inverse of what was written."),
            RegisterRow(
                .factorial, "FACTORIAL", offset: 0x08, width: 4, .readWrite, reset: 1,
                "A number, and later its factorial."),
            RegisterRow(
                .status, "STATUS", offset: 0x20, width: 4,
                fields: [
                    RegisterField("COMPUTING", bit: 0, .readOnly, "The factorial is not ready."),
                    RegisterField("INTERRUPT", bit: 7, .readWrite, "Cause 1 when it is."),
                ]),
            RegisterRow(.interrupt, "INTERRUPT_STATUS", offset: 0x24, width: 4, .readOnly, "The causes."),
            RegisterRow(.raise, "INTERRUPT_RAISE", offset: 0x60, width: 4, .writeOnly, "Adds causes."),
            RegisterRow(.acknowledge, "INTERRUPT_ACK", offset: 0x64, width: 4, .writeOnly, "Takes causes away."),
            RegisterRow(
                .source, "DMA_SOURCE", offset: 0x80, width: 8, sizes: [.word, .double], .readWrite, "Where to read."),
            RegisterRow(
                .destination, "DMA_DESTINATION", offset: 0x88, width: 8, sizes: [.word, .double], .readWrite,
                "Where to write."),
            RegisterRow(
                .count, "DMA_COUNT", offset: 0x90, width: 8, sizes: [.word, .double], .readWrite, "Bytes to move."),
            RegisterRow(
                .command, "DMA_COMMAND", offset: 0x98, width: 8, sizes: [.word, .double],
                fields: [
                    RegisterField("START", bit: 0, .readWrite, "Starts a transfer; reads as one until it is over."),
                    RegisterField("DIRECTION", bit: 1, .readWrite, "0: memory to buffer, 1: buffer to memory."),
                    RegisterField("INTERRUPT", bit: 2, .readWrite, "Cause 0x100 when it is over."),
                ]),
        ])
}
