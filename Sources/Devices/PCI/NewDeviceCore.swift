public import TandemBus
public import TandemKernel

/// The PCI device 1337:0001.
public typealias NewDevice = NewDeviceCore.Function

/// The registers and the buffer of `newdev`, and the progress of its transfer.
public struct NewDeviceCore: PCIDeviceCore, Equatable {
    /// The registers in address order.
    public enum Register: Int, RegisterName {
        case identification, status, control, doorbell, source, destination, length, moved, filled, index, data, buffer
    }

    public static let header = PCIHeader(
        vendor: 0x1337, device: 0x0001, classCode: 0x00_ff00, pin: .a,
        regions: [PCIRegion(0, .memory32, size: 0x2000), PCIRegion(1, .io, size: 0x40)],
        capabilities: [.messages(vectors: 1)], isMaster: true)

    public static let declaration = declare(
        summary: "Teaching device 1337:0001: buffer, DMA, ports, interrupt",
        documentation: """
            Region 0 is memory and has the registers and the buffer; region 1 has the registers again, as ports. \
            Software reaches the buffer there, byte by byte through INDEX and DATA, or by DMA: it sets SOURCE, \
            DESTINATION and LENGTH, writes START, and waits for DONE or ERROR by polling or by interrupt. Bus addresses \
            lose the bits that `dma-mask` does not have. A transfer goes in accesses of 64 bytes, each after a cycle. \
            The interrupt is INTA, or message 0.
            """)

    static let bufferSize = 4096
    // The bits of STATUS.
    private static let busy: UInt64 = 1, done: UInt64 = 2, failed: UInt64 = 4, rung: UInt64 = 8
    private var file: RegisterFile<Register> = RegisterFile(registers)

    public init() {}

    public var isInterruptAsserted: Bool {
        file[.control] & 4 != 0 && file[.status] & (Self.done | Self.failed | Self.rung) != 0
    }

    // MARK: Transfer

    public var isBusy: Bool { file[.status] & Self.busy != 0 }

    public func step() -> PCIBurst? {
        let isWrite = file[.control] & 2 != 0
        let start = Int(file[isWrite ? .source : .destination] + file[.moved])
        return PCIBurst(
            at: file[isWrite ? .destination : .source] &+ file[.moved], isWrite: isWrite,
            start..<start + Int(min(64, file[.length] - file[.moved])))
    }

    public mutating func finish(_ burst: PCIBurst, succeeded: Bool) {
        // A reset that the access itself has caused has ended the transfer.
        guard isBusy else { return }
        if succeeded { file[.moved] += UInt64(burst.range.count) }
        if succeeded && file[.moved] < file[.length] { return }
        file[.status] = file[.status] & ~Self.busy | (succeeded ? Self.done : Self.failed)
    }

    public subscript(_ place: Int) -> UInt8 {
        get { file[byte: place, of: .buffer] }
        set { file[byte: place, of: .buffer] = newValue }
    }

    private mutating func start() {
        let offset = file[file[.control] & 2 != 0 ? .source : .destination]
        let fits = offset <= UInt64(Self.bufferSize) && file[.length] <= UInt64(Self.bufferSize) - offset
        file[.moved] = 0
        file[.status] &= Self.rung
        file[.status] |= !fits ? Self.failed : file[.length] == 0 ? Self.done : Self.busy
    }

    // MARK: Registers

    public mutating func read(_ register: Register, at index: Int) -> UInt64 {
        guard register == .data else { return file.read(register, at: index) }
        defer { file[.index] = (file[.index] + 1) & 0xfff }
        return UInt64(self[Int(file[.index])])
    }

    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        switch register {
        case .source, .destination, .length: if !isBusy { file.write(register, value, mask: mask) }
        case .control:
            // While a transfer is under way only the interrupt enable changes.
            file.write(.control, value, mask: isBusy ? mask & 4 : mask & 6)
            if value & 1 != 0 && !isBusy { start() }
        case .doorbell: file[.status] |= Self.rung
        case .data:
            self[Int(file[.index])] = UInt8(truncatingIfNeeded: value)
            file[.index] = (file[.index] + 1) & 0xfff
        default: file.write(register, at: index, value, mask: mask)
        }
    }

    // MARK: Snapshot

    public static let schema = SnapshotSchema("newdev")
    public func encode(to writer: inout SnapshotWriter) { file.encode(to: &writer) }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        file = try RegisterFile(from: &reader, Self.registers)
        let (offset, length) = (file[file[.control] & 2 != 0 ? .source : .destination], file[.length])
        guard !isBusy || file[.moved] < length && offset <= 4096 && length <= 4096 - offset, file[.index] < 4096
        else { throw reader.error("the transfer of \(length) bytes does not fit the buffer") }
    }

    public static let registers = RegisterTable<Register>(
        size: 0x2000, splitsWideAccesses: true,
        [
            RegisterRow(.identification, "ID", offset: 0x00, width: 4, .readOnly, reset: 0x3156_444e, "“NDV1”."),
            RegisterRow(
                .status, "STATUS", offset: 0x04, width: 4,
                fields: [
                    RegisterField("BUSY", bit: 0, .readOnly, "A transfer is under way."),
                    RegisterField("DONE", bit: 1, .writeOneToClear, "The last transfer has moved everything."),
                    RegisterField("ERROR", bit: 2, .writeOneToClear, "It met a bus error, or does not fit the buffer."),
                    RegisterField("RUNG", bit: 3, .writeOneToClear, "DOORBELL has been written."),
                ]),
            RegisterRow(
                .control, "CONTROL", offset: 0x08, width: 4,
                fields: [
                    RegisterField("START", bit: 0, .writeOnly, "Starts a transfer; ignored while one is under way."),
                    RegisterField("DIRECTION", bit: 1, .readWrite, "0: memory to buffer, 1: buffer to memory."),
                    RegisterField("INTERRUPT_ENABLE", bit: 2, .readWrite, "DONE, ERROR and RUNG ask for an interrupt."),
                ]),
            RegisterRow(.doorbell, "DOORBELL", offset: 0x0c, width: 4, .writeOnly, "Any write sets RUNG."),
            RegisterRow(
                .source, "SOURCE", offset: 0x10, width: 8, sizes: [.word, .double], .readWrite,
                "Where to read: a bus address, or with DIRECTION an offset in the buffer."),
            RegisterRow(
                .destination, "DESTINATION", offset: 0x18, width: 8, sizes: [.word, .double], .readWrite,
                "Where to write: an offset in the buffer, or with DIRECTION a bus address."),
            RegisterRow(.length, "LENGTH", offset: 0x20, width: 4, .readWrite, "Bytes to move."),
            RegisterRow(.moved, "MOVED", offset: 0x24, width: 4, .readOnly, "Bytes that the last transfer has moved."),
            RegisterRow(
                .filled, "FILLED", offset: 0x28, width: 4, .readWrite, "Software's: how many bytes of the buffer count."
            ),
            RegisterRow(
                .index, "INDEX", offset: 0x2c, width: 4,
                fields: [RegisterField("INDEX", bits: 0...11, .readWrite, "The byte of the buffer that DATA shows.")]),
            RegisterRow(
                .data, "DATA", offset: 0x30, width: 1, .readWrite, "A byte of the buffer; every access moves INDEX on."),
            RegisterRow(
                .buffer, "BUFFER", offset: 0x1000, width: 8, count: 512, sizes: .all, .readWrite,
                "The buffer, in region 0 only."),
        ])
}
