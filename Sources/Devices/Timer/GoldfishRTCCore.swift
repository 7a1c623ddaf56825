public import TandemBus
public import TandemKernel

/// The registers of Google's Goldfish real-time clock: no bus, no time, no host. Source: "Goldfish virtual hardware
/// specification", section "Goldfish real-time clock"; what that leaves open follows Linux' `rtc-goldfish` driver.
///
/// The clock counts nanoseconds since the Unix epoch: what `elapsed` says, moved by an offset that writes change.
public struct GoldfishRTCCore: Equatable, Sendable {
    /// The registers in address order.
    public enum Register: Int, RegisterName {
        case timeLow, timeHigh, alarmLow, alarmHigh, interruptEnable, clearAlarm, alarmStatus, clearInterrupt
    }

    /// Nanoseconds of simulated time. Set before anything that depends on time is asked.
    public var elapsed: UInt64 = 0
    /// Nanoseconds since the epoch at simulated time zero.
    private var offset: UInt64
    /// The upper half of the time as it was when the lower half was read.
    private var latchedHigh: UInt32 = 0
    private var alarm: UInt64 = 0
    public private(set) var isAlarmArmed = false
    private var isInterruptEnabled = false
    private var isInterruptPending = false

    /// A clock that shows `base` nanoseconds since the epoch at simulated time zero.
    public init(base: UInt64) { offset = base }

    /// Nanoseconds since the epoch.
    public var time: UInt64 { elapsed &+ offset }

    /// The level of the interrupt line.
    public var isInterruptAsserted: Bool { isInterruptEnabled && isInterruptPending }

    /// How many nanoseconds are left until the alarm; nothing while none is armed.
    public var timeToAlarm: UInt64? { isAlarmArmed ? (alarm > time ? alarm - time : 0) : nil }

    /// Raises the interrupt if the alarm is due.
    public mutating func fireIfDue() {
        guard timeToAlarm == 0 else { return }
        isAlarmArmed = false
        isInterruptPending = true
    }

    public mutating func read(_ register: Register, at index: Int = 0) -> UInt64 {
        switch register {
        case .timeLow:
            // Reading the lower half latches the upper one, so that the pair is one instant.
            let time = time
            latchedHigh = UInt32(truncatingIfNeeded: time >> 32)
            return time & 0xffff_ffff
        case .timeHigh: return UInt64(latchedHigh)
        case .alarmLow: return alarm & 0xffff_ffff
        case .alarmHigh: return alarm >> 32
        case .interruptEnable: return isInterruptEnabled ? 1 : 0
        case .alarmStatus: return isAlarmArmed ? 1 : 0
        case .clearAlarm, .clearInterrupt: return 0
        }
    }

    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        switch register {
        case .timeLow: setTime(time & ~0xffff_ffff | value)
        case .timeHigh: setTime(time & 0xffff_ffff | value << 32)
        case .alarmLow:
            // Writing the lower half arms the alarm: software writes the upper one first.
            alarm = alarm & ~0xffff_ffff | value
            isAlarmArmed = true
            fireIfDue()
        case .alarmHigh: alarm = alarm & 0xffff_ffff | value << 32
        case .interruptEnable: isInterruptEnabled = value & 1 != 0
        case .clearAlarm: isAlarmArmed = false
        case .clearInterrupt: isInterruptPending = false
        case .alarmStatus: break
        }
    }

    private mutating func setTime(_ time: UInt64) {
        offset = time &- elapsed
        fireIfDue()
    }
}

extension GoldfishRTCCore: RegisterCore {
    public static let registers = RegisterTable<Register>(
        size: 0x1000, unassigned: .zero,
        [
            RegisterRow(
                .timeLow, "TIME_LOW", offset: 0x00, width: 4, .readWrite,
                "Nanoseconds, bits 31:0. A read latches TIME_HIGH."),
            RegisterRow(.timeHigh, "TIME_HIGH", offset: 0x04, width: 4, .readWrite, "Nanoseconds, bits 63:32."),
            RegisterRow(
                .alarmLow, "ALARM_LOW", offset: 0x08, width: 4, .readWrite, "Alarm, bits 31:0. A write arms it."),
            RegisterRow(.alarmHigh, "ALARM_HIGH", offset: 0x0c, width: 4, .readWrite, "Alarm, bits 63:32."),
            RegisterRow(
                .interruptEnable, "IRQ_ENABLED", offset: 0x10, width: 4,
                fields: [RegisterField("ENABLE", bit: 0, .readWrite, "The alarm's interrupt drives the line.")]),
            RegisterRow(.clearAlarm, "CLEAR_ALARM", offset: 0x14, width: 4, .writeOnly, "Any write disarms the alarm."),
            RegisterRow(
                .alarmStatus, "ALARM_STATUS", offset: 0x18, width: 4,
                fields: [RegisterField("ARMED", bit: 0, .readOnly, "The alarm is armed.")]),
            RegisterRow(
                .clearInterrupt, "CLEAR_INTERRUPT", offset: 0x1c, width: 4, .writeOnly,
                "Any write clears the pending interrupt."),
        ])
}

extension GoldfishRTCCore: SnapshotPayload {
    public static let schema = SnapshotSchema("goldfish-rtc")

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(elapsed)
        writer.write(offset)
        writer.write(latchedHigh)
        writer.write(alarm)
        for flag in [isAlarmArmed, isInterruptEnabled, isInterruptPending] { writer.write(flag) }
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        elapsed = try reader.read()
        offset = try reader.read()
        latchedHigh = try reader.read()
        alarm = try reader.read()
        isAlarmArmed = try reader.read()
        isInterruptEnabled = try reader.read()
        isInterruptPending = try reader.read()
    }
}
