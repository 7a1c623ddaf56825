public import TandemBus
public import TandemKernel

/// The registers of an NS16550A: no bus, no time, no host. Section and table numbers are those of the National
/// Semiconductor PC16550D data sheet (June 1995), chapter 8.
///
/// Time comes in from outside: whoever owns the core calls `beginCharacter` and `endCharacter` around each character
/// on the transmit line, `receive` for one on the receive line, and `characterTimeOut` when the receive line has been
/// quiet for four characters while the receive queue was not read.
public struct UART16550Core: Equatable, Sendable {
    /// The eight addresses (table II). The first three mean different registers for reads, writes and DLAB = 1.
    public enum Register: Int, RegisterName {
        case data, interruptEnable, interruptIdentification, lineControl
        case modemControl, lineStatus, modemStatus, scratch
    }

    /// Line status bits (table II, §8.6.3).
    public enum LineStatus {
        public static let dataReady: UInt8 = 0x01
        public static let overrun: UInt8 = 0x02
        public static let parity: UInt8 = 0x04
        public static let framing: UInt8 = 0x08
        public static let breakInterrupt: UInt8 = 0x10
        public static let holdingEmpty: UInt8 = 0x20
        public static let transmitterEmpty: UInt8 = 0x40
        public static let fifoError: UInt8 = 0x80
        static let perCharacter: UInt8 = parity | framing | breakInterrupt
    }

    /// Modem status bits: the lines in 7:4, what changed since the last read in 3:0 (§8.6.8).
    public enum ModemStatus {
        public static let clearToSend: UInt8 = 0x10
        public static let dataSetReady: UInt8 = 0x20
        public static let ring: UInt8 = 0x40
        public static let carrierDetect: UInt8 = 0x80
    }

    /// IER 3:0 (§8.6.7): received data, holding register empty, line status, modem status.
    public private(set) var interruptEnable: UInt8 = 0
    /// FCR bits 0 (enable), 3 (DMA mode) and 7:6 (trigger level) (§8.6.4).
    public private(set) var fifoControl: UInt8 = 0
    public private(set) var lineControl: UInt8 = 0
    public private(set) var modemControl: UInt8 = 0
    public private(set) var scratch: UInt8 = 0
    /// DLM and DLL. Master reset does not change them and the data sheet gives no value at power-on; 12 is 9600 baud at
    /// 1.8432 MHz, as firmware of PCs leaves it.
    public private(set) var divisor: UInt16 = 12
    /// CTS, DSR, RI and DCD as they stand on the pins, in the bits of MSR. The other end of the line is always there.
    public private(set) var modemLines = ModemStatus.clearToSend | ModemStatus.dataSetReady | ModemStatus.carrierDetect
    private var modemChanges: UInt8 = 0
    private var hasOverrun = false
    private var isHoldingEmptyPending = false
    private var isTimeOutPending = false
    /// The character on the transmit line.
    private var shifting: UInt8?
    private var receiveQueue = CharacterFIFO(capacity: depth)
    private var transmitQueue = CharacterFIFO(capacity: depth)
    /// Counts what changes the receive queue, so that a character time-out is measured from the last such event.
    public private(set) var receiveActivity: UInt64 = 0

    /// Characters in each queue.
    public static let depth = 16

    /// A chip after master reset (table III).
    public init() {}

    // MARK: What the outside sees

    /// The INTR pin (§8.6.5): any enabled source is pending.
    public var isInterruptAsserted: Bool { interruptIdentification & 1 == 0 }

    /// Whether the receiver has room without an overrun.
    public var canReceive: Bool { hasFIFOs ? !receiveQueue.isFull : receiveQueue.isEmpty }

    /// Whether a character stands in the receive queue, so that silence leads to a time-out.
    public var awaitsTimeOut: Bool { hasFIFOs && !receiveQueue.isEmpty && !isTimeOutPending }

    /// Whether a character waits for the transmit line.
    public var hasCharacterWaiting: Bool { !transmitQueue.isEmpty }
    /// Whether a character is on the transmit line.
    public var isTransmitting: Bool { shifting != nil }

    /// Bits of one character on the line: start, data, parity and stop, in half bits, as there are 1½ stop bits
    /// (table II, LCR).
    public var halfBitsPerCharacter: UInt64 {
        let data = UInt64(lineControl & 3) + 5
        let parity: UInt64 = lineControl & 0x08 != 0 ? 2 : 0
        let stop: UInt64 = lineControl & 0x04 == 0 ? 2 : data == 5 ? 3 : 4
        return 2 + 2 * data + parity + stop
    }

    /// Input clocks for one half bit: the divisor divides to 16 times the bit rate (§8.6.2). The counter wraps, so that
    /// 0 divides by 65536.
    public var clocksPerHalfBit: UInt64 { 8 * (divisor == 0 ? 0x1_0000 : UInt64(divisor)) }

    private var hasFIFOs: Bool { fifoControl & 0x01 != 0 }
    private var isLooping: Bool { modemControl & 0x10 != 0 }
    private var selectsDivisor: Bool { lineControl & 0x80 != 0 }
    private var triggerLevel: Int { hasFIFOs ? [1, 4, 8, 14][Int(fifoControl >> 6)] : 1 }

    /// MSR without the delta bits: in loop mode the outputs of MCR (§8.6.8).
    private var visibleModemLines: UInt8 {
        guard isLooping else { return modemLines }
        // DTR → DSR, RTS → CTS, OUT 1 → RI, OUT 2 → DCD.
        return (modemControl & 0x01) << 5 | (modemControl & 0x02) << 3 | (modemControl & 0x04) << 4
            | (modemControl & 0x08) << 4
    }

    private var lineStatus: UInt8 {
        var status: UInt8 = 0
        if let first = receiveQueue.first {
            status |= LineStatus.dataReady | UInt8(first >> 8) & LineStatus.perCharacter
        }
        if hasOverrun { status |= LineStatus.overrun }
        if transmitQueue.isEmpty {
            status |= LineStatus.holdingEmpty
            if shifting == nil { status |= LineStatus.transmitterEmpty }
        }
        if hasFIFOs && receiveQueue.contains(UInt16(LineStatus.perCharacter) << 8) { status |= LineStatus.fifoError }
        return status
    }

    /// IIR (table IV): the pending source of the highest priority.
    private var interruptIdentification: UInt8 {
        let mode: UInt8 = hasFIFOs ? 0xc0 : 0
        let lineErrors = LineStatus.overrun | LineStatus.perCharacter
        if interruptEnable & 0x04 != 0 && lineStatus & lineErrors != 0 { return mode | 0x06 }
        if interruptEnable & 0x01 != 0 {
            if receiveQueue.count >= triggerLevel { return mode | 0x04 }
            if isTimeOutPending { return mode | 0x0c }
        }
        if interruptEnable & 0x02 != 0 && isHoldingEmptyPending { return mode | 0x02 }
        if interruptEnable & 0x08 != 0 && modemChanges != 0 { return mode }
        return mode | 0x01
    }

    // MARK: Registers

    public mutating func read(_ register: Register) -> UInt8 {
        switch register {
        case .data: return selectsDivisor ? UInt8(truncatingIfNeeded: divisor) : readReceived()
        case .interruptEnable: return selectsDivisor ? UInt8(divisor >> 8) : interruptEnable
        case .interruptIdentification:
            let identification = interruptIdentification
            // Reading IIR resets the source if it is the one reported (table IV).
            if identification & 0x0f == 0x02 { isHoldingEmptyPending = false }
            return identification
        case .lineControl: return lineControl
        case .modemControl: return modemControl
        case .lineStatus: return readLineStatus()
        case .modemStatus:
            defer { modemChanges = 0 }
            return visibleModemLines | modemChanges
        case .scratch: return scratch
        }
    }

    /// Whether reading a register now would change anything in the chip.
    public func changesByReading(_ register: Register) -> Bool {
        switch register {
        case .data: !selectsDivisor
        case .interruptEnable, .lineControl, .modemControl, .scratch: false
        case .interruptIdentification: isHoldingEmptyPending
        case .lineStatus: hasOverrun || !receiveQueue.isEmpty
        case .modemStatus: modemChanges != 0
        }
    }

    public mutating func write(_ register: Register, _ value: UInt8) {
        switch register {
        case .data where selectsDivisor: divisor = divisor & 0xff00 | UInt16(value)
        case .data: writeHolding(value)
        case .interruptEnable where selectsDivisor: divisor = divisor & 0x00ff | UInt16(value) << 8
        case .interruptEnable:
            let raised = value & ~interruptEnable
            interruptEnable = value & 0x0f
            // Enabling the source while the holding register is empty asserts it at once (§8.6.7).
            if raised & 0x02 != 0 && transmitQueue.isEmpty { isHoldingEmptyPending = true }
        case .interruptIdentification: writeFIFOControl(value)
        case .lineControl: lineControl = value
        case .modemControl:
            let before = visibleModemLines
            modemControl = value & 0x1f
            noteModemChange(from: before)
        case .lineStatus, .modemStatus: break  // For factory tests only (§8.6.3).
        case .scratch: scratch = value
        }
    }

    private mutating func readReceived() -> UInt8 {
        guard let entry = receiveQueue.popFirst() else { return 0 }
        isTimeOutPending = false
        receiveActivity &+= 1
        return UInt8(truncatingIfNeeded: entry)
    }

    /// Reading LSR clears OE, and PE, FE and BI of the character at the top (§8.6.3).
    private mutating func readLineStatus() -> UInt8 {
        let status = lineStatus
        hasOverrun = false
        if status & LineStatus.perCharacter != 0 {
            var rest = receiveQueue.entries
            rest[0] &= 0xff
            receiveQueue.removeAll()
            for entry in rest { receiveQueue.append(entry) }
        }
        return status
    }

    private mutating func writeHolding(_ value: UInt8) {
        isHoldingEmptyPending = false
        let room = hasFIFOs ? Self.depth : 1
        // A character written into a full queue is lost; into a full holding register, it replaces what is there.
        if transmitQueue.count < room {
            transmitQueue.append(UInt16(value))
        } else if !hasFIFOs {
            transmitQueue.removeAll()
            transmitQueue.append(UInt16(value))
        }
    }

    private mutating func writeFIFOControl(_ value: UInt8) {
        let changesMode = (value ^ fifoControl) & 0x01 != 0
        // Bit 0 must be 1 when other bits are written, or they are not programmed (§8.6.4).
        fifoControl = value & 0x01 != 0 ? value & 0xc9 : 0
        if changesMode || value & 0x03 == 0x03 {
            receiveQueue.removeAll()
            isTimeOutPending = false
            receiveActivity &+= 1
        }
        if (changesMode || value & 0x05 == 0x05) && !transmitQueue.isEmpty {
            transmitQueue.removeAll()
            isHoldingEmptyPending = true
        }
    }

    private mutating func noteModemChange(from before: UInt8) {
        let now = visibleModemLines
        let changed = before ^ now
        modemChanges |= (changed & (ModemStatus.clearToSend | ModemStatus.dataSetReady)) >> 4
        modemChanges |= (changed & ModemStatus.carrierDetect) >> 4
        // TERI is set by the trailing edge of ring only (§8.6.8).
        if before & ModemStatus.ring != 0 && now & ModemStatus.ring == 0 { modemChanges |= 0x04 }
    }

    // MARK: The lines

    /// Moves the next waiting character to the transmit line, if that is free.
    /// - Returns: whether a character has begun.
    public mutating func beginCharacter() -> Bool {
        guard shifting == nil, let entry = transmitQueue.popFirst() else { return false }
        shifting = UInt8(truncatingIfNeeded: entry)
        if transmitQueue.isEmpty { isHoldingEmptyPending = true }
        return true
    }

    /// The character on the transmit line is through. All eight bits pass, whatever length LCR says: software that
    /// prints without setting up the line is common, and QEMU lets it.
    /// - Returns: what the other end sees; nothing in loop mode, where the receiver takes it.
    public mutating func endCharacter() -> UInt8? {
        guard let character = shifting else { return nil }
        shifting = nil
        guard isLooping else { return character }
        receive(character, errors: 0)
        return nil
    }

    /// A character has arrived from the other end. In loop mode the line is disconnected: it is lost.
    /// - Parameter errors: `LineStatus` bits of parity, framing and break that belong to it.
    public mutating func receiveFromLine(_ character: UInt8, errors: UInt8 = 0) {
        if !isLooping { receive(character, errors: errors) }
    }

    private mutating func receive(_ character: UInt8, errors: UInt8) {
        let entry = UInt16(errors & LineStatus.perCharacter) << 8 | UInt16(character)
        receiveActivity &+= 1
        isTimeOutPending = false
        if canReceive {
            receiveQueue.append(entry)
            return
        }
        hasOverrun = true
        // Without queues the new character destroys the old one; with them it is lost itself (§8.6.3, bit 1).
        guard !hasFIFOs else { return }
        receiveQueue.removeAll()
        receiveQueue.append(entry)
    }

    /// Four character times have passed since the receive queue was last filled or read (§8.6.4).
    public mutating func characterTimeOut() {
        if awaitsTimeOut { isTimeOutPending = true }
    }

    /// Sets the modem pins, in the bits of MSR 7:4.
    public mutating func setModemLines(_ lines: UInt8) {
        let before = visibleModemLines
        modemLines = lines & 0xf0
        noteModemChange(from: before)
    }
}

extension UART16550Core: SnapshotPayload {
    public static let schema = SnapshotSchema("uart16550")

    public func encode(to writer: inout SnapshotWriter) {
        for byte in [interruptEnable, fifoControl, lineControl, modemControl, scratch, modemLines, modemChanges] {
            writer.write(byte)
        }
        writer.write(divisor)
        writer.write(hasOverrun)
        writer.write(isHoldingEmptyPending)
        writer.write(isTimeOutPending)
        writer.write(optional: shifting) { $0.write($1) }
        writer.write(receiveActivity)
        receiveQueue.encode(to: &writer)
        transmitQueue.encode(to: &writer)
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        interruptEnable = try reader.read()
        fifoControl = try reader.read()
        lineControl = try reader.read()
        modemControl = try reader.read()
        scratch = try reader.read()
        modemLines = try reader.read()
        modemChanges = try reader.read()
        divisor = try reader.read()
        hasOverrun = try reader.read()
        isHoldingEmptyPending = try reader.read()
        isTimeOutPending = try reader.read()
        shifting = try reader.read(optional: { reader throws(SnapshotError) in try reader.read(UInt8.self) })
        receiveActivity = try reader.read()
        receiveQueue = try CharacterFIFO(capacity: Self.depth, from: &reader)
        transmitQueue = try CharacterFIFO(capacity: Self.depth, from: &reader)
    }
}
