public import TandemBus
public import TandemKernel

/// The registers of the OpenCores I2C master: no bus, no time, no host. “I2C-Master Core Specification” 0.9, chapter 3.
public struct OpenCoresI2CCore: Equatable, Sendable {
    public enum Register: Int, RegisterName {
        case prescaleLow, prescaleHigh, control, data, command
    }

    /// Bits of the command register (§3.2.4).
    public struct Command: OptionSet, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let start = Command(rawValue: 0x80)
        public static let stop = Command(rawValue: 0x40)
        public static let read = Command(rawValue: 0x20)
        public static let write = Command(rawValue: 0x10)
        /// When reading: the byte is not acknowledged.
        public static let notAcknowledge = Command(rawValue: 0x08)
        static let acknowledgeInterrupt = Command(rawValue: 0x01)
        static let work: Command = [.stop, .read, .write]
    }

    public private(set) var prescale: UInt16 = 0xffff
    /// Enable and interrupt enable (§3.2.2).
    public private(set) var control: UInt8 = 0
    /// What is sent next.
    public private(set) var transmit: UInt8 = 0
    /// What was received last.
    public private(set) var received: UInt8 = 0
    /// What is being done.
    public private(set) var current: Command = []
    private var isNotAcknowledged = false
    private var isBusy = false
    private var isInterruptPending = false

    public init() {}

    public var isEnabled: Bool { control & 0x80 != 0 }
    /// The level of the interrupt output.
    public var isInterruptAsserted: Bool { isInterruptPending && control & 0x40 != 0 }
    /// A command is under way.
    public var isTransferring: Bool { !current.isEmpty }

    /// Input clocks of what is under way: five times the prescaler and one for each period of SCL (§3.2.1), of which a
    /// byte with its acknowledgement takes nine, start and stop one each.
    public var clocks: UInt64 {
        let bits: UInt64 =
            (current.contains(.start) ? 1 : 0) + (current.isDisjoint(with: [.read, .write]) ? 0 : 9)
            + (current.contains(.stop) ? 1 : 0)
        return bits * 5 * (UInt64(prescale) + 1)
    }

    /// What was under way is done.
    /// - Parameters:
    ///   - isAcknowledged: of a byte that was sent.
    ///   - byte: one that was received.
    public mutating func finish(isAcknowledged: Bool?, received byte: UInt8?) {
        if current.contains(.start) { isBusy = true }
        if current.contains(.stop) { isBusy = false }
        if let isAcknowledged { isNotAcknowledged = !isAcknowledged }
        if let byte { received = byte }
        current = []
        isInterruptPending = true
    }

    // MARK: Registers

    public mutating func read(_ register: Register, at index: Int) -> UInt64 {
        switch register {
        case .prescaleLow: UInt64(prescale & 0xff)
        case .prescaleHigh: UInt64(prescale >> 8)
        case .control: UInt64(control)
        case .data: UInt64(received)
        case .command: UInt64(status)
        }
    }

    private var status: UInt8 {
        (isNotAcknowledged ? 0x80 : 0) | (isBusy ? 0x40 : 0) | (isTransferring ? 0x02 : 0)
            | (isInterruptPending ? 0x01 : 0)
    }

    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        // A part of a wide register that does not hold the byte.
        guard mask & 0xff != 0 else { return }
        let byte = UInt8(truncatingIfNeeded: value)
        switch register {
        case .prescaleLow: prescale = prescale & 0xff00 | UInt16(byte)
        case .prescaleHigh: prescale = prescale & 0x00ff | UInt16(byte) << 8
        case .control:
            control = byte & 0xc0
            if !isEnabled { current = [] }
        case .data: transmit = byte
        case .command:
            let command = Command(rawValue: byte)
            if command.contains(.acknowledgeInterrupt) { isInterruptPending = false }
            // A start alone waits for a byte to send, and never comes without one.
            guard isEnabled, !isTransferring, !command.isDisjoint(with: .work) else { return }
            current = command.subtracting(.acknowledgeInterrupt)
        }
    }
}

extension OpenCoresI2CCore: RegisterCore {
    /// As on the FU540-C000: a byte every four bytes.
    public static let registers = table(shift: 2, width: 1)

    /// The registers, `1 << shift` bytes apart and `width` bytes wide.
    public static func table(shift: UInt64, width: Int) -> RegisterTable<Register> {
        func row(_ register: Register, _ name: String, _ fields: [RegisterField], _ text: String) -> RegisterRow<
            Register
        > {
            RegisterRow(
                register, name, offset: UInt64(register.rawValue) << shift, width: width, fields: fields, text)
        }
        return RegisterTable(
            size: 8 << shift, unassigned: .zero,
            [
                row(
                    .prescaleLow, "PRERlo", [RegisterField("PRER", bits: 0...7, reset: 0xff)],
                    "Clock prescaler, low byte: five times it and one make a period of SCL."),
                row(
                    .prescaleHigh, "PRERhi", [RegisterField("PRER", bits: 0...7, reset: 0xff)],
                    "Clock prescaler, high byte."),
                row(
                    .control, "CTR",
                    [
                        RegisterField("IEN", bit: 6, .readWrite, "Interrupt enable."),
                        RegisterField("EN", bit: 7, .readWrite, "Core enable."),
                    ], "Control."),
                row(
                    .data, "TXR/RXR", [RegisterField("DATA", bits: 0...7)],
                    "Written: the byte to send, after a start the address and the direction. Read: the byte received."),
                row(
                    .command, "CR/SR",
                    [
                        RegisterField("IF", bit: 0, .readOnly, "Read: an interrupt is pending. Written: clears it."),
                        RegisterField("TIP", bit: 1, .readOnly, "Read: a transfer is in progress."),
                        RegisterField("ACK", bit: 3, .writeOnly, "Written: send no acknowledgement."),
                        RegisterField("WR", bit: 4, .writeOnly, "Written: send a byte."),
                        RegisterField(
                            "RD", bit: 5, .readOnly, "Written: receive a byte. Read: arbitration lost, never."),
                        RegisterField("STO", bit: 6, .readOnly, "Written: stop. Read: the bus is busy."),
                        RegisterField("STA", bit: 7, .readOnly, "Written: start. Read: not acknowledged."),
                    ], "Command, status."),
            ])
    }
}

extension OpenCoresI2CCore: SnapshotPayload {
    public static let schema = SnapshotSchema("opencores-i2c")

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(prescale)
        for byte in [control, transmit, received, current.rawValue] { writer.write(byte) }
        for flag in [isNotAcknowledged, isBusy, isInterruptPending] { writer.write(flag) }
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        prescale = try reader.read()
        control = try reader.read()
        transmit = try reader.read()
        received = try reader.read()
        current = Command(rawValue: try reader.read())
        isNotAcknowledged = try reader.read()
        isBusy = try reader.read()
        isInterruptPending = try reader.read()
    }
}
