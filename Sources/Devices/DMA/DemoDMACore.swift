public import TandemBus
public import TandemKernel

/// The registers of the DMA demo device and the progress of its transfer: no bus, no time, no host. The device is this
/// project's own; `docs/devices/dma-demo.md` is its manual.
public struct DemoDMACore: Equatable, Sendable {
    /// The registers in address order, all 32 bits wide.
    public enum Register: Int, RegisterName {
        case identification, control, status, burst, sourceLow, sourceHigh, destinationLow, destinationHigh
        case length, pattern, moved
    }

    /// One step of a transfer: what a single bus transaction each of reading and writing moves.
    public struct Burst: Equatable, Sendable {
        /// Where to read; nothing when the destination is filled with the pattern.
        public var source: UInt64?
        public var destination: UInt64
        public var count: Int
    }

    /// "ADM1" in memory order: what ID reads.
    public static let identification: UInt32 = 0x3141_4d44
    /// The widest burst, in bytes.
    public static let largestBurst = 64

    public private(set) var isBusy = false
    private var isDone = false
    private var hasError = false
    private var isInterruptEnabled = false
    private var fills = false
    private var burst: UInt32 = 64
    private var source: UInt64 = 0
    private var destination: UInt64 = 0
    private var length: UInt32 = 0
    /// Repeated over the destination, aligned to the start of the transfer.
    public private(set) var pattern: UInt32 = 0
    /// Bytes that the transfer has moved.
    private var moved: UInt32 = 0

    public init() {}

    /// The level of the interrupt line.
    public var isInterruptAsserted: Bool { isInterruptEnabled && (isDone || hasError) }

    /// The next step; nothing while idle.
    public var nextBurst: Burst? {
        guard isBusy else { return nil }
        return Burst(
            source: fills ? nil : source &+ UInt64(moved), destination: destination &+ UInt64(moved),
            count: Int(min(burst, length - moved)))
    }

    /// The step has ended. An error ends the transfer; `MOVED` then counts the bytes before it.
    public mutating func finish(_ step: Burst, succeeded: Bool) {
        if succeeded {
            moved += UInt32(step.count)
            if moved < length { return }
        }
        isBusy = false
        if succeeded { isDone = true } else { hasError = true }
    }

    public func read(_ register: Register, at index: Int = 0) -> UInt64 { UInt64(value(of: register)) }

    private func value(of register: Register) -> UInt32 {
        switch register {
        case .identification: Self.identification
        case .control: (isInterruptEnabled ? 2 : 0) | (fills ? 4 : 0)
        case .status: (isBusy ? 1 : 0) | (isDone ? 2 : 0) | (hasError ? 4 : 0)
        case .burst: burst
        case .sourceLow: UInt32(truncatingIfNeeded: source)
        case .sourceHigh: UInt32(truncatingIfNeeded: source >> 32)
        case .destinationLow: UInt32(truncatingIfNeeded: destination)
        case .destinationHigh: UInt32(truncatingIfNeeded: destination >> 32)
        case .length: length
        case .pattern: pattern
        case .moved: moved
        }
    }

    /// While a transfer is under way only INTERRUPT_ENABLE and STATUS can be written.
    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        let value = UInt32(truncatingIfNeeded: value)
        switch register {
        case .control: writeControl(value)
        case .status:
            if value & 2 != 0 { isDone = false }
            if value & 4 != 0 { hasError = false }
        case .identification, .moved: break
        case .burst, .sourceLow, .sourceHigh, .destinationLow, .destinationHigh, .length, .pattern:
            if !isBusy { writeParameter(register, value) }
        }
    }

    private mutating func writeControl(_ value: UInt32) {
        isInterruptEnabled = value & 2 != 0
        guard !isBusy else { return }
        fills = value & 4 != 0
        guard value & 1 != 0 else { return }
        moved = 0
        isDone = length == 0
        hasError = false
        isBusy = length != 0
    }

    private mutating func writeParameter(_ register: Register, _ value: UInt32) {
        switch register {
        case .burst:
            // WARL: what is not a power of two from 4 to 64 leaves the register as it was.
            if value.nonzeroBitCount == 1 && 4...UInt32(Self.largestBurst) ~= value { burst = value }
        case .sourceLow: source = source & ~0xffff_ffff | UInt64(value)
        case .sourceHigh: source = source & 0xffff_ffff | UInt64(value) << 32
        case .destinationLow: destination = destination & ~0xffff_ffff | UInt64(value)
        case .destinationHigh: destination = destination & 0xffff_ffff | UInt64(value) << 32
        case .length: length = value
        case .pattern: pattern = value
        case .identification, .control, .status, .moved: break
        }
    }
}

extension DemoDMACore: RegisterCore {
    public static let registers = RegisterTable<Register>(
        size: 0x1000,
        [
            RegisterRow(
                .identification, "ID", offset: 0x00, width: 4, .readOnly, reset: UInt64(identification),
                "“ADM1” in memory order."),
            RegisterRow(
                .control, "CONTROL", offset: 0x04, width: 4,
                fields: [
                    RegisterField("START", bit: 0, .writeOnly, "Starts a transfer; ignored while one is under way."),
                    RegisterField("INTERRUPT_ENABLE", bit: 1, .readWrite, "DONE and ERROR drive the line."),
                    RegisterField("FILL", bit: 2, .readWrite, "Write PATTERN instead of what SOURCE holds."),
                ]),
            RegisterRow(
                .status, "STATUS", offset: 0x08, width: 4,
                fields: [
                    RegisterField("BUSY", bit: 0, .readOnly, "A transfer is under way."),
                    RegisterField("DONE", bit: 1, .writeOneToClear, "The last transfer has moved everything."),
                    RegisterField("ERROR", bit: 2, .writeOneToClear, "The last transfer met a bus error."),
                ]),
            RegisterRow(
                .burst, "BURST", offset: 0x0c, width: 4, .readWrite, reset: 64,
                "Bytes of one bus transaction: 4, 8, 16, 32 or 64. Other values are not taken."),
            RegisterRow(.sourceLow, "SOURCE_LO", offset: 0x10, width: 4, .readWrite, "Where to read, bits 31:0."),
            RegisterRow(.sourceHigh, "SOURCE_HI", offset: 0x14, width: 4, .readWrite, "Where to read, bits 63:32."),
            RegisterRow(
                .destinationLow, "DESTINATION_LO", offset: 0x18, width: 4, .readWrite, "Where to write, bits 31:0."),
            RegisterRow(
                .destinationHigh, "DESTINATION_HI", offset: 0x1c, width: 4, .readWrite, "Where to write, bits 63:32."),
            RegisterRow(.length, "LENGTH", offset: 0x20, width: 4, .readWrite, "Bytes to move."),
            RegisterRow(.pattern, "PATTERN", offset: 0x24, width: 4, .readWrite, "What FILL writes, little-endian."),
            RegisterRow(.moved, "MOVED", offset: 0x28, width: 4, .readOnly, "Bytes that the last transfer has moved."),
        ])
}

extension DemoDMACore: SnapshotPayload {
    public static let schema = SnapshotSchema("dma-demo")

    public func encode(to writer: inout SnapshotWriter) {
        for flag in [isBusy, isDone, hasError, isInterruptEnabled, fills] { writer.write(flag) }
        for word in [burst, length, pattern, moved] { writer.write(word) }
        writer.write(source)
        writer.write(destination)
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        isBusy = try reader.read()
        isDone = try reader.read()
        hasError = try reader.read()
        isInterruptEnabled = try reader.read()
        fills = try reader.read()
        burst = try reader.read()
        length = try reader.read()
        pattern = try reader.read()
        moved = try reader.read()
        source = try reader.read()
        destination = try reader.read()
        guard 4...UInt32(Self.largestBurst) ~= burst, burst.nonzeroBitCount == 1, moved <= length else {
            throw reader.error("the transfer has moved \(moved) of \(length) bytes in bursts of \(burst)")
        }
    }
}
