public import TandemBus
public import TandemKernel

/// The registers of the SiFive UART: no bus, no time, no host. SiFive FU540-C000 manual v1p0, chapter 13.
///
/// Time comes in from outside, as for `UART16550Core`; there is no time-out of the receiver.
public struct SiFiveUARTCore: Equatable, Sendable {
    public enum Register: Int, RegisterName {
        case transmitData, receiveData, transmitControl, receiveControl, interruptEnable, interruptPending, divisor
    }

    /// Entries of each queue.
    public static let depth = 8

    public private(set) var transmitControl: UInt32 = 0
    public private(set) var receiveControl: UInt32 = 0
    public private(set) var interruptEnable: UInt32 = 0
    /// The bit rate is the input clock over this and one (§13.9).
    public private(set) var divisor: UInt16
    private let firstDivisor: UInt16
    private var transmitQueue = CharacterFIFO(capacity: depth)
    private var receiveQueue = CharacterFIFO(capacity: depth)
    private var shifting: UInt8?

    /// A port after reset.
    /// - Parameter divisor: The chip's first value of the divisor.
    public init(divisor: UInt16 = 289) {
        self.divisor = divisor
        firstDivisor = divisor
    }

    /// As after reset; what the chip was made with stays.
    public mutating func reset() { self = SiFiveUARTCore(divisor: firstDivisor) }

    public var isInterruptAsserted: Bool { interruptEnable & pending != 0 }

    /// §13.8: fewer characters wait than txcnt says; more have come than rxcnt says.
    private var pending: UInt32 {
        (transmitQueue.count < Int(transmitControl >> 16 & 7) ? 1 : 0)
            | (receiveQueue.count > Int(receiveControl >> 16 & 7) ? 2 : 0)
    }

    /// Whether reading a register now would change anything.
    public func changesByReading(_ register: Register) -> Bool { register == .receiveData && !receiveQueue.isEmpty }

    public mutating func read(_ register: Register, at index: Int) -> UInt64 {
        switch register {
        case .transmitData: transmitQueue.isFull ? 0x8000_0000 : 0
        case .receiveData: receiveQueue.popFirst().map { UInt64($0) } ?? 0x8000_0000
        case .transmitControl: UInt64(transmitControl)
        case .receiveControl: UInt64(receiveControl)
        case .interruptEnable: UInt64(interruptEnable)
        case .interruptPending: UInt64(pending)
        case .divisor: UInt64(divisor)
        }
    }

    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        let value = UInt32(truncatingIfNeeded: value)
        switch register {
        case .transmitData:
            if !transmitQueue.isFull { transmitQueue.append(UInt16(value & 0xff)) }
        case .receiveData, .interruptPending: break
        case .transmitControl: transmitControl = value & 0x0007_0003
        case .receiveControl: receiveControl = value & 0x0007_0001
        case .interruptEnable: interruptEnable = value & 3
        case .divisor: divisor = UInt16(truncatingIfNeeded: value)
        }
    }
}

extension SiFiveUARTCore: RegisterCore {
    public static let registers = RegisterTable<Register>(
        size: 0x1000,
        [
            row(
                .transmitData, "txdata", 0x00,
                [
                    RegisterField("data", bits: 0...7, .writeOnly, "Into the transmit queue, if it has room."),
                    RegisterField("full", bit: 31, .readOnly),
                ]),
            RegisterRow(
                .receiveData, "rxdata", offset: 0x04, width: 4, .readOnly, reset: 0x8000_0000,
                "7:0 the oldest character of the receive queue, which the read takes; bit 31 if it is empty."),
            row(
                .transmitControl, "txctrl", 0x08,
                [
                    RegisterField("txen", bit: 0, .readWrite, "Transmit enable."),
                    RegisterField("nstop", bit: 1, .readWrite, "Two stop bits."),
                    RegisterField("txcnt", bits: 16...18, .readWrite, "Transmit watermark."),
                ]),
            row(
                .receiveControl, "rxctrl", 0x0c,
                [
                    RegisterField("rxen", bit: 0, .readWrite, "Receive enable."),
                    RegisterField("rxcnt", bits: 16...18, .readWrite, "Receive watermark."),
                ]),
            row(.interruptEnable, "ie", 0x10, [RegisterField("txwm", bit: 0), RegisterField("rxwm", bit: 1)]),
            row(
                .interruptPending, "ip", 0x14,
                [
                    RegisterField("txwm", bit: 0, .readOnly, "Fewer characters wait than txcnt says."),
                    RegisterField("rxwm", bit: 1, .readOnly, "More characters have come than rxcnt says."),
                ]),
            row(
                .divisor, "div", 0x18,
                [RegisterField("div", bits: 0...15, reset: 289, "Input clocks of a bit, less one.")]),
        ])

    private static func row(
        _ register: Register, _ name: String, _ offset: UInt64, _ fields: [RegisterField]
    ) -> RegisterRow<Register> { RegisterRow(register, name, offset: offset, width: 4, fields: fields) }
}

extension SiFiveUARTCore: SerialCore {
    /// While the receiver is off, what arrives waits: nobody is to lose what he typed.
    var acceptsFromLine: Bool { receiveControl & 1 != 0 && !receiveQueue.isFull }
    var awaitsTimeOut: Bool { false }
    var receiveActivity: UInt64 { 0 }
    /// A start bit, eight data bits, one or two stop bits.
    var clocksPerCharacter: UInt64 { (transmitControl & 2 == 0 ? 10 : 11) * (UInt64(divisor) + 1) }
    var clocksToTimeOut: UInt64 { 0 }

    mutating func beginCharacter() -> Bool {
        guard transmitControl & 1 != 0, shifting == nil, let entry = transmitQueue.popFirst() else { return false }
        shifting = UInt8(truncatingIfNeeded: entry)
        return true
    }

    mutating func endCharacter() -> UInt8? {
        defer { shifting = nil }
        return shifting
    }

    mutating func receiveFromLine(_ character: UInt8) {
        if acceptsFromLine { receiveQueue.append(UInt16(character)) }
    }

    mutating func timeOut() {}
}

extension SiFiveUARTCore: SnapshotPayload {
    public static let schema = SnapshotSchema("sifive-uart")

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(firstDivisor)
        for word in [transmitControl, receiveControl, interruptEnable] { writer.write(word) }
        writer.write(divisor)
        transmitQueue.encode(to: &writer)
        receiveQueue.encode(to: &writer)
        writer.write(optional: shifting) { $0.write($1) }
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        firstDivisor = try reader.read()
        transmitControl = try reader.read()
        receiveControl = try reader.read()
        interruptEnable = try reader.read()
        divisor = try reader.read()
        transmitQueue = try CharacterFIFO(capacity: Self.depth, from: &reader)
        receiveQueue = try CharacterFIFO(capacity: Self.depth, from: &reader)
        shifting = try reader.read(optional: { reader throws(SnapshotError) in try reader.read(UInt8.self) })
    }
}
