public import TandemBus
public import TandemKernel

/// The registers of an ARM PrimeCell UART PL011, revision r1p5: no bus, no time, no host. Sections are those of the
/// Technical Reference Manual, ARM DDI 0183G.
///
/// Time comes in from outside, as for `UART16550Core`: `beginCharacter` and `endCharacter` around each character on the
/// transmit line, `receive` for one on the receive line, `receiveTimeOut` after 32 silent bit periods.
public struct PL011Core: Equatable, Sendable {
    /// The registers in address order (table 3-1).
    public enum Register: Int, RegisterName {
        case data, receiveStatus, flags, lowPowerCounter, integerDivisor, fractionalDivisor, lineControl, control
        case fifoLevels, mask, rawStatus, maskedStatus, clear, dma, peripheralID, cellID
    }

    /// Interrupt sources, as in UARTIMSC, UARTRIS, UARTMIS and UARTICR (tables 3-13 to 3-16).
    public struct Interrupts: OptionSet, Sendable {
        public var rawValue: UInt16
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        public static let ring = Interrupts(rawValue: 0x001)
        public static let clearToSend = Interrupts(rawValue: 0x002)
        public static let carrierDetect = Interrupts(rawValue: 0x004)
        public static let dataSetReady = Interrupts(rawValue: 0x008)
        public static let receive = Interrupts(rawValue: 0x010)
        public static let transmit = Interrupts(rawValue: 0x020)
        public static let receiveTimeOut = Interrupts(rawValue: 0x040)
        public static let framing = Interrupts(rawValue: 0x080)
        public static let parity = Interrupts(rawValue: 0x100)
        public static let breakReceived = Interrupts(rawValue: 0x200)
        public static let overrun = Interrupts(rawValue: 0x400)
        /// Every source there is.
        public static let all = Interrupts(rawValue: 0x7ff)
        /// The four modem status sources.
        public static let modem: Interrupts = [.ring, .clearToSend, .carrierDetect, .dataSetReady]
    }

    /// Modem inputs, true for asserted, in the bits of UARTFR (table 3-4).
    public struct ModemLines: OptionSet, Sendable {
        public var rawValue: UInt16
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        public static let clearToSend = ModemLines(rawValue: 0x001)
        public static let dataSetReady = ModemLines(rawValue: 0x002)
        public static let carrierDetect = ModemLines(rawValue: 0x004)
        public static let ring = ModemLines(rawValue: 0x100)
    }

    /// Error bits of a received character, as in UARTDR 11:8 (table 3-2).
    public enum CharacterError {
        public static let framing: UInt16 = 0x100
        public static let parity: UInt16 = 0x200
        public static let breakReceived: UInt16 = 0x400
        public static let overrun: UInt16 = 0x800
    }

    private enum Control {
        static let enable: UInt16 = 0x0001
        static let loopBack: UInt16 = 0x0080
        static let transmitEnable: UInt16 = 0x0100
        static let receiveEnable: UInt16 = 0x0200
    }

    /// Characters in each queue of r1p5 (§1.1.1).
    public static let depth = 32
    /// UARTPeriphID0-3: part 0x011, designer 0x41, revision 3 = r1p5, configuration 0 (§3.3.16).
    static let peripheralIdentification: [UInt64] = [0x11, 0x10, 0x34, 0x00]
    /// UARTPCellID0-3 (§3.3.17).
    static let cellIdentification: [UInt64] = [0x0d, 0xf0, 0x05, 0xb1]

    public private(set) var lowPowerCounter: UInt8 = 0
    public private(set) var integerDivisor: UInt16 = 0
    public private(set) var fractionalDivisor: UInt8 = 0
    public private(set) var lineControl: UInt8 = 0
    public private(set) var control: UInt16 = Control.transmitEnable | Control.receiveEnable
    /// UARTIFLS: receive level in 5:3, transmit level in 2:0; both at a half after reset (table 3-12).
    public private(set) var fifoLevels: UInt8 = 0x12
    public private(set) var mask: Interrupts = []
    public private(set) var pending: Interrupts = []
    private var dmaControl: UInt8 = 0
    /// UARTRSR: FE, PE, BE, OE of the character read last.
    private var receiveStatus: UInt8 = 0
    /// An overrun is told with the next character that is read.
    private var hasOverrun = false
    private var modemLines: ModemLines = [.clearToSend, .dataSetReady, .carrierDetect]
    private var shifting: UInt8?
    private var receiveQueue = CharacterFIFO(capacity: depth)
    private var transmitQueue = CharacterFIFO(capacity: depth)
    /// The transmit queue has been above its trigger level since the transmit interrupt was last raised: the source
    /// is a transition through the level, not the level (§2.8.3).
    private var wasAboveTransmitLevel = false
    /// Counts what restarts the receive time-out.
    public private(set) var receiveActivity: UInt64 = 0

    /// A UART after reset.
    public init() {}

    // MARK: What the outside sees

    /// UARTINTR: any source that is pending and not masked (§2.8.6).
    public var isInterruptAsserted: Bool { !pending.isDisjoint(with: mask) }

    /// Whether the receiver is on and has room without an overrun.
    public var canReceive: Bool { receives && receiveQueue.count < depthInUse }

    /// Whether silence leads to a receive time-out (§2.8.4).
    public var awaitsTimeOut: Bool { !receiveQueue.isEmpty && !pending.contains(.receiveTimeOut) }

    public var hasCharacterWaiting: Bool { transmits && !transmitQueue.isEmpty }
    public var isTransmitting: Bool { shifting != nil }

    /// Bits of one character on the line: start, data, parity, stop (table 3-10).
    public var bitsPerCharacter: UInt64 {
        let data = UInt64(lineControl >> 5 & 3) + 5
        return 1 + data + (lineControl & 0x02 != 0 ? 1 : 0) + (lineControl & 0x08 != 0 ? 2 : 1)
    }

    /// Reference clocks for one bit, times 4 as the divisor has 6 fraction bits and the bit rate is a 16th
    /// (§3.3.6). The manual forbids a divisor below 1; the model takes it as 1.
    public var quarterClocksPerBit: UInt64 { max(UInt64(integerDivisor) << 6 | UInt64(fractionalDivisor), 64) }

    private var hasFIFOs: Bool { lineControl & 0x10 != 0 }
    private var depthInUse: Int { hasFIFOs ? Self.depth : 1 }
    private var isLooping: Bool { control & Control.loopBack != 0 }
    private var receives: Bool { isOn(Control.receiveEnable) }
    private var transmits: Bool { isOn(Control.transmitEnable) }
    private func isOn(_ half: UInt16) -> Bool { control & Control.enable != 0 && control & half != 0 }

    /// Eighths 1/8, 1/4, 1/2, 3/4, 7/8 of the queue; other codes are reserved and taken as 7/8 (table 3-12).
    private static func level(_ code: UInt8) -> Int { depth * [1, 2, 4, 6, 7, 7, 7, 7][Int(code & 7)] / 8 }
    private var receiveLevel: Int { hasFIFOs ? Self.level(fifoLevels >> 3) : 1 }
    private var transmitLevel: Int { hasFIFOs ? Self.level(fifoLevels) : 0 }

    /// The inputs, or in loop-back the outputs of UARTCR: RTS → CTS, DTR → DSR, OUT1 → DCD, OUT2 → RI (§2.6).
    private var visibleModemLines: ModemLines {
        guard isLooping else { return modemLines }
        var lines: ModemLines = []
        if control & 0x0800 != 0 { lines.insert(.clearToSend) }
        if control & 0x0400 != 0 { lines.insert(.dataSetReady) }
        if control & 0x1000 != 0 { lines.insert(.carrierDetect) }
        if control & 0x2000 != 0 { lines.insert(.ring) }
        return lines
    }

    /// UARTFR (table 3-4).
    private var flags: UInt16 {
        var flags = visibleModemLines.rawValue
        if shifting != nil || !transmitQueue.isEmpty { flags |= 0x08 }
        if receiveQueue.isEmpty { flags |= 0x10 }
        if transmitQueue.count >= depthInUse { flags |= 0x20 }
        if receiveQueue.count >= depthInUse { flags |= 0x40 }
        if transmitQueue.isEmpty { flags |= 0x80 }
        return flags
    }

    // MARK: Registers

    /// - Parameter index: which of the four, for the two identification registers.
    public mutating func read(_ register: Register, index: Int = 0) -> UInt64 {
        switch register {
        case .data: UInt64(readData())
        case .receiveStatus: UInt64(receiveStatus)
        case .flags: UInt64(flags)
        case .lowPowerCounter: UInt64(lowPowerCounter)
        case .integerDivisor: UInt64(integerDivisor)
        case .fractionalDivisor: UInt64(fractionalDivisor)
        case .lineControl: UInt64(lineControl)
        case .control: UInt64(control)
        case .fifoLevels: UInt64(fifoLevels)
        case .mask: UInt64(mask.rawValue)
        case .rawStatus: UInt64(pending.rawValue)
        case .maskedStatus: UInt64(pending.intersection(mask).rawValue)
        case .clear: 0
        case .dma: UInt64(dmaControl)
        case .peripheralID: Self.peripheralIdentification[index]
        case .cellID: Self.cellIdentification[index]
        }
    }

    public mutating func write(_ register: Register, _ value: UInt64) {
        let low = UInt8(truncatingIfNeeded: value)
        switch register {
        case .data: writeData(low)
        case .receiveStatus: clearErrors()
        case .lowPowerCounter: lowPowerCounter = low
        case .integerDivisor: integerDivisor = UInt16(truncatingIfNeeded: value)
        case .fractionalDivisor: fractionalDivisor = low & 0x3f
        case .lineControl: writeLineControl(low)
        case .control: writeControl(UInt16(truncatingIfNeeded: value))
        case .fifoLevels: fifoLevels = low & 0x3f
        case .mask: mask = Interrupts(rawValue: UInt16(truncatingIfNeeded: value)).intersection(.all)
        case .clear: pending.subtract(Interrupts(rawValue: UInt16(truncatingIfNeeded: value)))
        case .dma: dmaControl = low & 0x07
        case .flags, .rawStatus, .maskedStatus, .peripheralID, .cellID: break
        }
    }

    private mutating func readData() -> UInt16 {
        // The manual does not say what an empty queue reads as; the model reads 0.
        guard var entry = receiveQueue.popFirst() else { return 0 }
        receiveActivity &+= 1
        if hasOverrun {
            entry |= CharacterError.overrun
            hasOverrun = false
        }
        receiveStatus = UInt8(entry >> 8)
        if receiveQueue.count < receiveLevel { pending.remove(.receive) }
        if receiveQueue.isEmpty { pending.remove(.receiveTimeOut) }
        return entry
    }

    /// A write to UARTECR clears the framing, parity, break and overrun errors (§3.3.2).
    private mutating func clearErrors() {
        receiveStatus = 0
        hasOverrun = false
    }

    private mutating func writeData(_ value: UInt8) {
        // A character for a full queue is lost: software has the full flag.
        guard transmitQueue.count < depthInUse else { return }
        transmitQueue.append(UInt16(value))
        noteTransmitFill()
    }

    /// The transmit interrupt after a change of the fill or of the level (§2.8.3).
    private mutating func noteTransmitFill() {
        if transmitQueue.count > transmitLevel {
            wasAboveTransmitLevel = true
            pending.remove(.transmit)
        } else if wasAboveTransmitLevel {
            wasAboveTransmitLevel = false
            pending.insert(.transmit)
        }
    }

    private mutating func writeLineControl(_ value: UInt8) {
        let changesMode = (value ^ lineControl) & 0x10 != 0
        lineControl = value
        // Switching the queues off or on leaves nothing in them (table 3-10, FEN).
        guard changesMode else { return }
        receiveQueue.removeAll()
        transmitQueue.removeAll()
        pending.subtract([.receive, .receiveTimeOut])
        receiveActivity &+= 1
        noteTransmitFill()
    }

    private mutating func writeControl(_ value: UInt16) {
        let before = visibleModemLines
        control = value & 0xff87
        noteModemChange(from: before)
    }

    private mutating func noteModemChange(from before: ModemLines) {
        let changed = before.symmetricDifference(visibleModemLines)
        if changed.contains(.clearToSend) { pending.insert(.clearToSend) }
        if changed.contains(.dataSetReady) { pending.insert(.dataSetReady) }
        if changed.contains(.carrierDetect) { pending.insert(.carrierDetect) }
        if changed.contains(.ring) { pending.insert(.ring) }
    }

    // MARK: The lines

    /// Moves the next waiting character to the transmit line, if that is free and the transmitter is on.
    /// - Returns: whether a character has begun.
    public mutating func beginCharacter() -> Bool {
        guard transmits, shifting == nil, let entry = transmitQueue.popFirst() else { return false }
        shifting = UInt8(truncatingIfNeeded: entry)
        noteTransmitFill()
        return true
    }

    /// The character on the transmit line is through. All eight bits pass, whatever length UARTLCR_H says.
    /// - Returns: what the other end sees; nothing in loop-back, where the receiver takes it.
    public mutating func endCharacter() -> UInt8? {
        guard let character = shifting else { return nil }
        shifting = nil
        guard isLooping else { return character }
        receive(UInt16(character))
        return nil
    }

    /// A character has arrived from the other end. It is lost while the receiver is off or the line is looped back.
    /// - Parameter errors: `CharacterError` bits other than overrun.
    public mutating func receiveFromLine(_ character: UInt8, errors: UInt16 = 0) {
        if !isLooping { receive(UInt16(character) | errors & 0x700) }
    }

    private mutating func receive(_ entry: UInt16) {
        guard receives else { return }
        receiveActivity &+= 1
        if entry & CharacterError.framing != 0 { pending.insert(.framing) }
        if entry & CharacterError.parity != 0 { pending.insert(.parity) }
        if entry & CharacterError.breakReceived != 0 { pending.insert(.breakReceived) }
        guard receiveQueue.count < depthInUse else {
            // The queue stays valid: the character is lost in the shift register (table 3-2, OE).
            hasOverrun = true
            pending.insert(.overrun)
            return
        }
        receiveQueue.append(entry)
        if receiveQueue.count == receiveLevel { pending.insert(.receive) }
    }

    /// 32 bit periods have passed since the last character came in while the queue is not empty (§2.8.4).
    public mutating func receiveTimeOut() {
        if awaitsTimeOut { pending.insert(.receiveTimeOut) }
    }

    /// Sets the modem inputs.
    public mutating func setModemLines(_ lines: ModemLines) {
        let before = visibleModemLines
        modemLines = lines
        noteModemChange(from: before)
    }
}

extension PL011Core: SnapshotPayload {
    public static let schema = SnapshotSchema("pl011")

    public func encode(to writer: inout SnapshotWriter) {
        for byte in [lowPowerCounter, fractionalDivisor, lineControl, fifoLevels, dmaControl, receiveStatus] {
            writer.write(byte)
        }
        for word in [integerDivisor, control, mask.rawValue, pending.rawValue, modemLines.rawValue] {
            writer.write(word)
        }
        writer.write(hasOverrun)
        writer.write(wasAboveTransmitLevel)
        writer.write(optional: shifting) { $0.write($1) }
        writer.write(receiveActivity)
        receiveQueue.encode(to: &writer)
        transmitQueue.encode(to: &writer)
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        lowPowerCounter = try reader.read()
        fractionalDivisor = try reader.read()
        lineControl = try reader.read()
        fifoLevels = try reader.read()
        dmaControl = try reader.read()
        receiveStatus = try reader.read()
        integerDivisor = try reader.read()
        control = try reader.read()
        mask = Interrupts(rawValue: try reader.read())
        pending = Interrupts(rawValue: try reader.read())
        modemLines = ModemLines(rawValue: try reader.read())
        hasOverrun = try reader.read()
        wasAboveTransmitLevel = try reader.read()
        shifting = try reader.read(optional: { reader throws(SnapshotError) in try reader.read(UInt8.self) })
        receiveActivity = try reader.read()
        receiveQueue = try CharacterFIFO(capacity: Self.depth, from: &reader)
        transmitQueue = try CharacterFIFO(capacity: Self.depth, from: &reader)
    }
}
