public import TandemBus
public import TandemKernel

/// The registers of the SiFive PWM controller with four comparators of 16 bits: no bus, no host. SiFive FU540-C000 manual
/// v1p0, chapter 14.
///
/// Time comes in from outside: whoever owns the core sets `cycle`, the number of input clocks so far, before each use and
/// at the cycle that `nextChange` tells.
public struct SiFivePWMCore: Equatable, Sendable {
    public enum Register: Int, RegisterName {
        case configuration, count, scaled, compare
    }

    public static let comparators = 4
    private static let compareBits: UInt64 = 16
    private static let compareMask: UInt64 = 0xffff
    private static let countMask: UInt64 = 0x7fff_ffff

    private enum Configuration {
        static let scale: UInt32 = 0x0000_000f
        static let sticky: UInt32 = 0x0000_0100
        static let zeroCompare: UInt32 = 0x0000_0200
        static let deglitch: UInt32 = 0x0000_0400
        static let always: UInt32 = 0x0000_1000
        static let oneShot: UInt32 = 0x0000_2000
        static let running: UInt32 = always | oneShot
        static let writable: UInt32 = 0xff0f_370f
        static func center(_ index: Int) -> UInt32 { 1 << UInt32(16 + index) }
        static func gang(_ index: Int) -> UInt32 { 1 << UInt32(24 + index) }
        static func pending(_ index: Int) -> UInt32 { 1 << UInt32(28 + index) }
    }

    /// Input clocks since the start of time.
    public var cycle: UInt64 = 0 { didSet { if cycle > oldValue { advance(by: cycle - oldValue) } } }
    private var configuration: UInt32 = 0
    private var count: UInt64 = 0
    private var compares: InlineArray<4, UInt64> = .init(repeating: 0)

    /// A controller after reset.
    /// - Parameter cycle: the clocks so far.
    public init(cycle: UInt64 = 0) {
        self.cycle = cycle
        compare()
    }

    // MARK: The counter

    private var scale: UInt64 { UInt64(configuration & Configuration.scale) }
    private var isRunning: Bool { configuration & Configuration.running != 0 }
    /// `pwms`: what is compared.
    private var scaled: UInt64 { count >> scale & Self.compareMask }

    /// Clocks from zero to zero: over the carry of the scaled value, or one beyond comparator 0 (§14.5).
    private var period: UInt64 {
        configuration & Configuration.zeroCompare != 0 ? compares[0] << scale + 1 : 1 << (scale + Self.compareBits)
    }

    /// Lets the counter run; at zero a one-shot ends. What happened on the way is what the pending bits remember.
    private mutating func advance(by clocks: UInt64) {
        guard isRunning else { return }
        let left = period > count ? period - count : 1
        guard clocks >= left else {
            count += clocks
            return compare()
        }
        // Over the top: every comparator was reached on the way that is reached within a period.
        if holds { reachAll() }
        if configuration & Configuration.always == 0 {
            configuration &= ~Configuration.oneShot
            count = 0
        } else {
            count = (clocks - left) % period
        }
        compare(isReset: true)
    }

    /// Pending bits stay until software clears them, or with deglitch until the counter is zero again.
    private var holds: Bool { configuration & Configuration.sticky != 0 }

    private mutating func reachAll() {
        for index in 0..<Self.comparators {
            let top = (period - 1) >> scale & Self.compareMask
            let reach = configuration & Configuration.center(index) != 0 ? min(top, 0x7fff) : top
            if reach >= compares[index] { configuration |= Configuration.pending(index) }
        }
    }

    /// Whether comparator `index` is reached at a scaled value; with its center bit the upper half counts down (§14.8).
    private func isReached(_ index: Int, at scaled: UInt64) -> Bool {
        let isCentered = configuration & Configuration.center(index) != 0
        let value = isCentered && scaled & 0x8000 != 0 ? ~scaled & Self.compareMask : scaled
        return value >= compares[index]
    }

    private mutating func compare(isReset: Bool = false) {
        let keeps = holds || configuration & Configuration.deglitch != 0 && !isReset
        for index in 0..<Self.comparators {
            if isReached(index, at: scaled) {
                configuration |= Configuration.pending(index)
            } else if !keeps {
                configuration &= ~Configuration.pending(index)
            }
        }
    }

    /// The cycle at which an output changes next; nothing while the counter stands, or if none ever does.
    public var nextChange: UInt64? {
        guard isRunning else { return nil }
        var next = period
        for index in 0..<Self.comparators {
            let up = compares[index] << scale
            if up > count { next = min(next, up) }
            guard configuration & Configuration.center(index) != 0 else { continue }
            let down = (Self.compareMask + 1 - compares[index]) << scale
            if down > count { next = min(next, down) }
        }
        // Nothing to see: the counter stands at zero in every cycle, or runs through without a comparator that changes.
        if period == 1 && configuration & Configuration.oneShot == 0 { return nil }
        return cycle &+ max(next > count ? next - count : 1, 1)
    }

    // MARK: What the outside sees

    /// Whether the interrupt of a comparator is pending.
    public func isPending(_ index: Int) -> Bool { configuration & Configuration.pending(index) != 0 }

    /// The output of a comparator: with its gang bit low while the next one is reached (§14.9).
    public func output(_ index: Int) -> Bool {
        guard configuration & Configuration.gang(index) != 0 else { return isPending(index) }
        return isPending(index) && !isPending((index + 1) % Self.comparators)
    }
}

extension SiFivePWMCore: RegisterCore {
    public static let registers = RegisterTable<Register>(
        size: 0x1000,
        [
            RegisterRow(
                .configuration, "pwmcfg", offset: 0x00, width: 4,
                fields: [
                    RegisterField("pwmscale", bits: 0...3, .readWrite, "Counter bits below those that are compared."),
                    RegisterField("pwmsticky", bit: 8, .readWrite, "Pending bits stay until they are cleared."),
                    RegisterField("pwmzerocmp", bit: 9, .readWrite, "The counter starts anew after comparator 0."),
                    RegisterField("pwmdeglitch", bit: 10, .readWrite, "Pending bits stay until the counter is zero."),
                    RegisterField("pwmenalways", bit: 12, .readWrite, "The counter runs."),
                    RegisterField("pwmenoneshot", bit: 13, .readWrite, "The counter runs to its end once."),
                    RegisterField(
                        "pwmcmpcenter", bits: 16...19, .readWrite, "Centered pulses, a bit for each comparator."),
                    RegisterField("pwmcmpgang", bits: 24...27, .readWrite, "Low while the next comparator is reached."),
                    // A comparator of zero is reached at once.
                    RegisterField("pwmcmpip", bits: 28...31, .readWrite, reset: 0xf, "Interrupt pending."),
                ], "Configuration."),
            RegisterRow(.count, "pwmcount", offset: 0x08, width: 4, .readWrite, "The counter, 31 bits."),
            RegisterRow(.scaled, "pwms", offset: 0x10, width: 4, .readOnly, "What is compared: the counter, scaled."),
            RegisterRow(
                .compare, "pwmcmp", offset: 0x20, width: 4, count: 4,
                fields: [RegisterField("pwmcmp", bits: 0...15)], "Comparators 0 to 3."),
        ])

    public mutating func read(_ register: Register, at index: Int) -> UInt64 {
        switch register {
        case .configuration: UInt64(configuration)
        case .count: count
        case .scaled: scaled
        case .compare: compares[index]
        }
    }

    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        switch register {
        case .configuration: configuration = UInt32(truncatingIfNeeded: value) & Configuration.writable
        case .count: count = value & Self.countMask
        case .scaled: return
        case .compare: compares[index] = value & Self.compareMask
        }
        compare()
    }
}

extension SiFivePWMCore: SnapshotPayload {
    public static let schema = SnapshotSchema("sifive-pwm")

    public static func == (left: SiFivePWMCore, right: SiFivePWMCore) -> Bool {
        left.cycle == right.cycle && left.configuration == right.configuration && left.count == right.count
            && left.compares.indices.allSatisfy { left.compares[$0] == right.compares[$0] }
    }

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(cycle)
        writer.write(configuration)
        writer.write(count)
        for index in compares.indices { writer.write(compares[index]) }
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        cycle = try reader.read()
        configuration = try reader.read()
        count = try reader.read()
        for index in compares.indices { compares[index] = try reader.read() }
        guard configuration & ~Configuration.writable == 0, count <= Self.countMask,
            compares.indices.allSatisfy({ compares[$0] <= Self.compareMask })
        else { throw reader.error("a register of the modulator holds more than its bits") }
    }
}
