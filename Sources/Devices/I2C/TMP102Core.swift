public import TandemKernel

/// The registers of a TMP102: no bus, no time, no host. Section numbers are those of the Texas Instruments data sheet
/// SBOS397H.
///
/// Time comes in from outside: whoever owns the core calls `convert` at the end of each conversion.
public struct TMP102Core: Equatable, Sendable {
    /// The registers that the pointer selects (table 9).
    public enum Register: UInt8, Sendable {
        case temperature, configuration, low, high
    }

    /// The temperature as it was at the end of the last conversion, left-justified (§7.5.2).
    public private(set) var temperature: UInt16 = 0
    /// Without OS, R1, R0 and AL.
    private var stored: UInt16 = Configuration.reset
    public private(set) var low: UInt16 = 0x4b00
    public private(set) var high: UInt16 = 0x5000
    public private(set) var pointer = Register.temperature
    /// A conversion asked for in shutdown mode is under way.
    public private(set) var isConvertingOnce = false
    /// Conversions in a row that were beyond the limit that counts now.
    private var faults: UInt8 = 0
    /// In comparator terms: the temperature has been at or above T_HIGH, and not yet below T_LOW.
    private var isBeyond = false
    /// What the ALERT pin says, apart from its polarity.
    private var isAlerting = false
    /// Where in a transfer of two bytes it is; the first one.
    private var position: UInt8 = 0
    private var upper: UInt8 = 0

    private enum Configuration {
        static let reset: UInt16 = 0x0080
        static let oneShot: UInt16 = 0x8000
        static let resolution: UInt16 = 0x6000
        static let polarity: UInt16 = 0x0400
        static let interruptMode: UInt16 = 0x0200
        static let shutdown: UInt16 = 0x0100
        static let alert: UInt16 = 0x0020
        static let extended: UInt16 = 0x0010
        static let kept: UInt16 = 0x1fd0
    }

    /// A chip after power-on: no conversion is over yet (§7.5.2: it reads 0 °C until then).
    public init() {}

    // MARK: What the outside sees

    /// The ALERT pin, which a pull-up keeps high while nobody pulls it down (§7.4.4, polarity).
    public var alertLevel: Bool { isAlerting == (stored & Configuration.polarity != 0) }

    /// Conversions follow each other by themselves.
    public var isContinuous: Bool { stored & Configuration.shutdown == 0 }

    /// From the end of one conversion to that of the next (table 8): 4 s, 1 s, 250 ms or 125 ms.
    public var conversionPeriod: SimTime {
        switch stored >> 6 & 3 {
        case 0: .milliseconds(4000)
        case 1: .milliseconds(1000)
        case 2: .milliseconds(250)
        default: .milliseconds(125)
        }
    }

    /// One conversion (§6.5, typical).
    public static let conversionTime = SimTime.milliseconds(26)

    /// OS reads one while a single conversion may be asked for and none is under way (§7.4.3).
    private var configuration: UInt16 {
        let ready = !isContinuous && !isConvertingOnce
        let polarity = stored & Configuration.polarity != 0
        return stored | Configuration.resolution | (ready ? Configuration.oneShot : 0)
            | (isBeyond == polarity ? Configuration.alert : 0)
    }

    // MARK: Conversions

    /// A conversion ends at this temperature, in thousandths of a degree Celsius.
    public mutating func convert(_ millidegrees: Int) {
        isConvertingOnce = false
        // 0.0625 degrees a step, down to the next.
        let steps = (millidegrees * 16 - (millidegrees < 0 ? 999 : 0)) / 1000
        if stored & Configuration.extended == 0 {
            temperature = UInt16(truncatingIfNeeded: min(max(steps, -2048), 2047) << 4)
        } else {
            temperature = UInt16(truncatingIfNeeded: min(max(steps, -4096), 4095) << 3 | 1)
        }
        compare()
    }

    /// Counts the conversion against the limit that counts now, and acts when the fault queue is full (§7.4.5).
    private mutating func compare() {
        // The low bits of both formats lie below a step; T_HIGH is reached, T_LOW undercut.
        let value = Int16(bitPattern: temperature & 0xfff8)
        let isFault = isBeyond ? value < Int16(bitPattern: low & 0xfff8) : value >= Int16(bitPattern: high & 0xfff8)
        faults = isFault ? faults + 1 : 0
        guard isFault, faults >= [1, 2, 4, 6][Int(stored >> 11 & 3)] else { return }
        faults = 0
        isBeyond.toggle()
        // In interrupt mode both crossings alert, until a register is read.
        isAlerting = stored & Configuration.interruptMode != 0 ? true : isBeyond
    }

    // MARK: Transfers

    public mutating func begin() { position = 0 }

    /// - Returns: whether a register has been written.
    public mutating func receive(_ byte: UInt8) -> Bool {
        defer { position = min(position + 1, 3) }
        switch position {
        case 0: pointer = Register(rawValue: byte & 3) ?? .temperature
        case 1: upper = byte
        case 2:
            write(UInt16(upper) << 8 | UInt16(byte))
            return true
        default: break
        }
        return false
    }

    /// The next byte of the register that the pointer selects: upper, lower, then ones.
    public mutating func send() -> UInt8 {
        defer { position = min(position + 1, 3) }
        if stored & Configuration.interruptMode != 0 { isAlerting = false }
        let value =
            switch pointer {
            case .temperature: temperature
            case .configuration: configuration
            case .low: low
            case .high: high
            }
        switch position {
        case 0: return UInt8(value >> 8)
        case 1: return UInt8(truncatingIfNeeded: value)
        default: return 0xff
        }
    }

    private mutating func write(_ value: UInt16) {
        switch pointer {
        case .temperature: break
        case .configuration:
            let wasInterruptMode = stored & Configuration.interruptMode != 0
            stored = value & Configuration.kept
            if wasInterruptMode != (stored & Configuration.interruptMode != 0) { isAlerting = isBeyond }
            if isContinuous {
                isConvertingOnce = false
            } else if value & Configuration.oneShot != 0 {
                isConvertingOnce = true
            }
        case .low: low = value
        case .high: high = value
        }
    }
}

extension TMP102Core: SnapshotPayload {
    public static let schema = SnapshotSchema("tmp102")

    public func encode(to writer: inout SnapshotWriter) {
        for word in [temperature, stored, low, high] { writer.write(word) }
        for byte in [pointer.rawValue, faults, position, upper] { writer.write(byte) }
        for flag in [isConvertingOnce, isBeyond, isAlerting] { writer.write(flag) }
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        temperature = try reader.read()
        stored = try reader.read()
        low = try reader.read()
        high = try reader.read()
        let number: UInt8 = try reader.read()
        guard let register = Register(rawValue: number) else {
            throw reader.error("the pointer is \(number)", expected: "0 to 3")
        }
        pointer = register
        faults = try reader.read()
        position = try reader.read()
        upper = try reader.read()
        guard faults < 6, position <= 3 else {
            throw reader.error("the sensor is at byte \(position) after \(faults) faults", expected: "at most 3 and 5")
        }
        isConvertingOnce = try reader.read()
        isBeyond = try reader.read()
        isAlerting = try reader.read()
    }
}
