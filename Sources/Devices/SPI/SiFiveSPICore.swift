public import TandemBus
public import TandemKernel

/// The registers of the SiFive SPI controller: no bus, no time, no host. SiFive FU540-C000 manual v1p0, chapter 19.
///
/// Time comes in from outside: whoever owns the core calls `release`, `beginFrame` and `endFrame`, and lets the clocks
/// pass that they tell.
public struct SiFiveSPICore: Equatable, Sendable {
    public enum Register: Int, RegisterName {
        case divider, mode, selectID, selectDefault, selectMode, delay0, delay1, format, transmitData, receiveData
        case transmitMark, receiveMark, flashControl, flashFormat, interruptEnable, interruptPending
    }

    /// Chip select mode (§19.7).
    public enum SelectMode: UInt32, Sendable {
        case auto = 0, hold = 2, off = 3
    }

    /// Entries of each queue.
    public static let depth = 8

    /// Ones for the select lines that there are.
    let lines: UInt32
    /// There is a memory-mapped mode.
    let hasFlashMode: Bool
    private var words: InlineArray<16, UInt32> = .init(repeating: 0)
    private var transmitQueue = CharacterFIFO(capacity: depth)
    private var receiveQueue = CharacterFIFO(capacity: depth)
    /// The frame that is under way.
    public private(set) var shifting: UInt8?
    /// Its format: what is written to `fmt` meanwhile is for the next one. Software does so when the transmit queue is
    /// empty, which it is as soon as its last frame begins.
    private var frameFormat: UInt32 = 0
    /// The select line is active: of a frame that is under way, or held after one.
    public private(set) var isSelecting = false
    /// What was active is to be released before anything else happens.
    private var releases = false
    /// A frame has ended since the line became active.
    private var continues = false

    /// A controller after reset (table 87).
    public init(lineCount: Int, hasFlashMode: Bool) {
        precondition((1...32).contains(lineCount), "The controller has 1 to 32 select lines.")
        lines = lineCount == 32 ? .max : (1 << UInt32(lineCount)) - 1
        self.hasFlashMode = hasFlashMode
        self[.divider] = 3
        self[.selectDefault] = lines
        self[.delay0] = 0x0001_0001
        self[.delay1] = 0x0000_0001
        self[.format] = 0x0008_0000
        if hasFlashMode {
            self[.flashControl] = 1
            self[.flashFormat] = 0x0003_0007
        }
    }

    private(set) subscript(_ register: Register) -> UInt32 {
        get { words[register.rawValue] }
        set { words[register.rawValue] = newValue }
    }

    // MARK: What the outside sees

    /// The level of the interrupt output (§19.15).
    public var isInterruptAsserted: Bool { self[.interruptEnable] & pending != 0 }

    private var pending: UInt32 {
        (transmitQueue.count < Int(self[.transmitMark]) ? 1 : 0)
            | (receiveQueue.count > Int(self[.receiveMark]) ? 2 : 0)
    }

    /// Bits for each clock of the frame that is under way: 1, 2 or 4 (§19.11).
    public var lanes: Int { Self.lanes(frameFormat) }
    static func lanes(_ field: UInt32) -> Int { [1, 2, 4, 4][Int(field & 3)] }

    /// The memory-mapped mode is on, and frames wait.
    public var isFlashMode: Bool { self[.flashControl] & 1 != 0 }

    /// Input clocks for one period of SCK (§19.4).
    public var clocksPerPeriod: UInt64 { 2 * (UInt64(self[.divider]) + 1) }

    /// The chips whose select line is active now: low, as all chips here see it.
    public var selected: UInt32 {
        let own: UInt32 = isSelecting && self[.selectID] < 32 ? 1 << self[.selectID] : 0
        return (~self[.selectDefault] ^ own) & lines
    }

    /// As `selected` while the controller selects its chip.
    public var selectedByFlash: UInt32 {
        let own: UInt32 = self[.selectID] < 32 ? 1 << self[.selectID] : 0
        return (~self[.selectDefault] ^ own) & lines
    }

    private var selectMode: SelectMode { SelectMode(rawValue: self[.selectMode]) ?? .auto }

    // MARK: Frames

    /// Lets go of the select line if what was written asks for it and no frame is under way.
    public mutating func release() {
        guard releases, shifting == nil else { return }
        releases = false
        isSelecting = false
        continues = false
    }

    /// Begins the next frame, if one waits.
    /// - Returns: the periods of SCK until its end, with the delays before it; nil if there is none.
    public mutating func beginFrame() -> UInt64? {
        guard shifting == nil, !isFlashMode, let entry = transmitQueue.popFirst() else { return nil }
        let byte = UInt8(truncatingIfNeeded: entry)
        frameFormat = self[.format]
        shifting = frameFormat & 4 == 0 ? byte : byte.reversedBits
        let (beforeClock, afterClock) = (UInt64(self[.delay0] & 0xff), UInt64(self[.delay0] >> 16 & 0xff))
        let (inactive, between) = (UInt64(self[.delay1] & 0xff), UInt64(self[.delay1] >> 16 & 0xff))
        let bits = UInt64(min(frameFormat >> 16 & 0xf, 8))
        let clocks = (bits + UInt64(lanes) - 1) / UInt64(lanes)
        // §19.9: delays around the frame of a select line that goes with it, and between those of one that is held.
        switch selectMode {
        case .auto:
            let wait = continues ? inactive : 0
            isSelecting = true
            continues = true
            return wait + beforeClock + clocks + afterClock
        case .hold:
            let wait = isSelecting ? between : beforeClock
            isSelecting = true
            return wait + clocks
        case .off: return between + clocks
        }
    }

    /// The frame is through.
    public mutating func endFrame(received byte: UInt8) {
        guard shifting != nil else { return }
        shifting = nil
        if selectMode == .auto { isSelecting = false }
        // With direction Tx nothing is received; what finds no room is lost (§19.11, §19.13).
        guard frameFormat & 8 == 0, !receiveQueue.isFull else { return }
        receiveQueue.append(UInt16(frameFormat & 4 == 0 ? byte : byte.reversedBits))
    }

    // MARK: Registers

    public mutating func read(_ register: Register, at index: Int) -> UInt64 {
        switch register {
        case .transmitData: transmitQueue.isFull ? 0x8000_0000 : 0
        case .receiveData: receiveQueue.popFirst().map(UInt64.init) ?? 0x8000_0000
        case .interruptPending: UInt64(pending)
        default: UInt64(self[register])
        }
    }

    /// Whether reading a register now would change anything.
    public func changesByReading(_ register: Register) -> Bool { register == .receiveData && !receiveQueue.isEmpty }

    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        let value = UInt32(truncatingIfNeeded: value)
        switch register {
        case .transmitData:
            if !transmitQueue.isFull { transmitQueue.append(UInt16(value & 0xff)) }
        case .receiveData, .interruptPending: break
        case .selectDefault:
            let before = selected
            self[.selectDefault] = value & lines
            if before != selected, isSelecting { releases = true }
        case .selectID:
            if value != self[.selectID] { releases = true }
            self[.selectID] = value & 31
        case .selectMode:
            let mode = SelectMode(rawValue: value & 3) ?? .auto
            if mode != selectMode { releases = true }
            self[.selectMode] = mode.rawValue
        case .flashControl, .flashFormat:
            guard hasFlashMode else { return }
            self[register] = value & Self.writable[register.rawValue]
            if register == .flashControl, isFlashMode { releases = true }
        case .divider, .mode, .delay0, .delay1, .format, .transmitMark, .receiveMark, .interruptEnable:
            self[register] = value & Self.writable[register.rawValue]
        }
    }

    /// The bits of each register that a write reaches.
    private static let writable = Register.allCases.map { register in
        registers[register].fields.filter { $0.mode == .readWrite }.reduce(UInt32(0)) { mask, field in
            field.bits.reduce(mask) { $0 | 1 << UInt32($1) }
        }
    }
}

extension SiFiveSPICore: RegisterCore {
    /// Table 87 of the FU540-C000 manual.
    public static let registers = RegisterTable<Register>(
        size: 0x1000,
        [
            row(
                .divider, "sckdiv", 0x00, [RegisterField("div", bits: 0...11, reset: 3)], "SCK = clock / (2 (div + 1))."
            ),
            row(
                .mode, "sckmode", 0x04,
                [
                    RegisterField("pha", bit: 0, .readWrite, "Clock phase; kept, without effect."),
                    RegisterField("pol", bit: 1, .readWrite, "Clock polarity; kept, without effect."),
                ]),
            row(.selectID, "csid", 0x10, [RegisterField("csid", bits: 0...4)], "The select line that frames go with."),
            row(
                .selectDefault, "csdef", 0x14, [RegisterField("csdef", bits: 0...31, reset: 1)],
                "Inactive level of each select line; those that there are start with ones."),
            row(
                .selectMode, "csmode", 0x18, [RegisterField("mode", bits: 0...1)],
                "0 the line is active for each frame, 2 from the first frame on, 3 never."),
            row(
                .delay0, "delay0", 0x28,
                [
                    RegisterField("cssck", bits: 0...7, reset: 1, "From select to SCK, in periods."),
                    RegisterField("sckcs", bits: 16...23, reset: 1, "From SCK to the end of select."),
                ]),
            row(
                .delay1, "delay1", 0x2c,
                [
                    RegisterField("intercs", bits: 0...7, reset: 1, "Least time that select is inactive."),
                    RegisterField("interxfr", bits: 16...23, .readWrite, "Between frames while select is held."),
                ]),
            row(
                .format, "fmt", 0x40,
                [
                    RegisterField("proto", bits: 0...1, .readWrite, "0 one, 1 two, 2 four lanes."),
                    RegisterField("endian", bit: 2, .readWrite, "Least significant bit first."),
                    RegisterField("dir", bit: 3, .readWrite, "Nothing is received."),
                    RegisterField("len", bits: 16...19, reset: 8, "Bits of a frame."),
                ]),
            row(
                .transmitData, "txdata", 0x48,
                [
                    RegisterField("data", bits: 0...7, .writeOnly, "Into the transmit queue, if it has room."),
                    RegisterField("full", bit: 31, .readOnly),
                ]),
            RegisterRow(
                .receiveData, "rxdata", offset: 0x4c, width: 4, .readOnly, reset: 0x8000_0000,
                "7:0 the oldest byte of the receive queue, which the read takes; bit 31 if it is empty."),
            row(.transmitMark, "txmark", 0x50, [RegisterField("txmark", bits: 0...2)], "Transmit watermark."),
            row(.receiveMark, "rxmark", 0x54, [RegisterField("rxmark", bits: 0...2)], "Receive watermark."),
            row(
                .flashControl, "fctrl", 0x60, [RegisterField("en", bit: 0, .readWrite, reset: 1)],
                "Memory-mapped mode; reads zero where there is none."),
            row(
                .flashFormat, "ffmt", 0x64,
                [
                    RegisterField("cmd_en", bit: 0, .readWrite, reset: 1, "A command is sent."),
                    RegisterField("addr_len", bits: 1...3, reset: 3, "Bytes of the address, up to 4."),
                    RegisterField("pad_cnt", bits: 4...7, .readWrite, "Dummy clocks."),
                    RegisterField("cmd_proto", bits: 8...9), RegisterField("addr_proto", bits: 10...11),
                    RegisterField("data_proto", bits: 12...13),
                    RegisterField("cmd_code", bits: 16...23, reset: 3, "The command."),
                    RegisterField(
                        "pad_code", bits: 24...31, .readWrite, "Sent in the dummy clocks; not seen by chips."),
                ]),
            row(
                .interruptEnable, "ie", 0x70,
                [RegisterField("txwm", bit: 0), RegisterField("rxwm", bit: 1)]),
            row(
                .interruptPending, "ip", 0x74,
                [
                    RegisterField("txwm", bit: 0, .readOnly, "Fewer bytes wait than txmark says."),
                    RegisterField("rxwm", bit: 1, .readOnly, "More bytes have come than rxmark says."),
                ]),
        ])

    private static func row(
        _ register: Register, _ name: String, _ offset: UInt64, _ fields: [RegisterField], _ text: String = ""
    ) -> RegisterRow<Register> { RegisterRow(register, name, offset: offset, width: 4, fields: fields, text) }
}

extension UInt8 {
    /// The same bits, the last first.
    var reversedBits: UInt8 {
        var (result, rest) = (UInt8(0), self)
        for _ in 0..<8 {
            result = result << 1 | rest & 1
            rest >>= 1
        }
        return result
    }
}

extension SiFiveSPICore: SnapshotPayload {
    public static let schema = SnapshotSchema("sifive-spi")

    public static func == (left: SiFiveSPICore, right: SiFiveSPICore) -> Bool {
        left.lines == right.lines && left.hasFlashMode == right.hasFlashMode && left.shifting == right.shifting
            && left.frameFormat == right.frameFormat && left.transmitQueue == right.transmitQueue
            && left.receiveQueue == right.receiveQueue
            && left.isSelecting == right.isSelecting && left.releases == right.releases
            && left.continues == right.continues && left.words.indices.allSatisfy { left.words[$0] == right.words[$0] }
    }

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(UInt8(lines.nonzeroBitCount))
        writer.write(hasFlashMode)
        for index in words.indices { writer.write(words[index]) }
        transmitQueue.encode(to: &writer)
        receiveQueue.encode(to: &writer)
        writer.write(optional: shifting) { $0.write($1) }
        writer.write(frameFormat)
        for flag in [isSelecting, releases, continues] { writer.write(flag) }
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        let count: UInt8 = try reader.read()
        guard (1...32).contains(count) else {
            throw reader.error("the controller has \(count) select lines", expected: "1 to 32")
        }
        self.init(lineCount: Int(count), hasFlashMode: try reader.read())
        for index in words.indices { words[index] = try reader.read() }
        transmitQueue = try CharacterFIFO(capacity: Self.depth, from: &reader)
        receiveQueue = try CharacterFIFO(capacity: Self.depth, from: &reader)
        shifting = try reader.read(optional: { reader throws(SnapshotError) in try reader.read(UInt8.self) })
        frameFormat = try reader.read()
        isSelecting = try reader.read()
        releases = try reader.read()
        continues = try reader.read()
    }
}
