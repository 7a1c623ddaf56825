public import TandemBus
public import TandemKernel

/// The registers of an ACLINT MTIMER device: no bus, no time, no host. RISC-V ACLINT specification 1.0-rc4, chapter 2.
///
/// Time comes in as *cycles*: ticks of the device's clock since the beginning of the simulation. Writing `mtime` moves
/// the counter against the cycles; the core keeps the point where it was written.
public struct MTimerCore: Equatable, Sendable {
    /// The registers in address order.
    public enum Register: Int, RegisterName {
        case compare, time
    }

    /// Cycles now. Set before anything that depends on time is asked.
    public var cycles: UInt64 = 0
    /// The cycle at which `mtime` was last written, or 0.
    public private(set) var originCycle: UInt64 = 0
    /// What `mtime` was at that cycle.
    public private(set) var originTime: UInt64 = 0
    /// `mtimecmp` for each hart.
    public private(set) var compares: [UInt64]

    /// `mtime` is 0 after reset (§2.1). `mtimecmp` is unknown then; the model has all ones, so that no timer is due.
    public init(hartCount: Int, cycles: UInt64 = 0) {
        self.cycles = cycles
        originCycle = cycles
        compares = Array(repeating: .max, count: hartCount)
    }

    /// `mtime` at a cycle. An initiator that is behind the one that wrote `mtime` sees what was written.
    public func time(atCycle cycle: UInt64) -> UInt64 {
        cycle <= originCycle ? originTime : originTime &+ (cycle &- originCycle)
    }

    /// The first cycle, not before the origin, at which `mtime` is at least `time`; nothing if it would wrap first.
    public func cycle(ofTime time: UInt64) -> UInt64? {
        guard time > originTime else { return originCycle }
        let (cycle, overflow) = originCycle.addingReportingOverflow(time - originTime)
        return overflow ? nil : cycle
    }

    /// The cycle at which `mtime` wraps to 0; nothing if the cycles end before.
    public var wrapCycle: UInt64? {
        guard originTime != 0 else { return nil }
        let (cycle, overflow) = originCycle.addingReportingOverflow(0 &- originTime)
        return overflow ? nil : cycle
    }

    /// Moves the origin to the present cycle, which changes nothing that software sees. Done when `mtime` wraps, so
    /// that
    /// `time` never wraps between the origin and now.
    public mutating func rebase() {
        originTime = time(atCycle: cycles)
        originCycle = cycles
    }

    /// MTIP of a hart: `mtime` is at least its `mtimecmp`, both unsigned (§2.2).
    public func isDue(_ hart: Int) -> Bool { time(atCycle: cycles) >= compares[hart] }

    /// - Parameter index: the hart, for `compare`; 0 for one that there is not.
    public func read(_ register: Register, at index: Int) -> UInt64 {
        switch register {
        case .compare: index < compares.count ? compares[index] : 0
        case .time: time(atCycle: cycles)
        }
    }

    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        let merged = read(register, at: index) & ~mask | value
        switch register {
        case .compare: if index < compares.count { compares[index] = merged }
        case .time:
            originTime = merged
            originCycle = cycles
        }
    }
}

extension MTimerCore: RegisterCore {
    /// Offsets as in the clusters of SiFive and on QEMU's `virt`, with `mtime` behind the last possible `mtimecmp`
    /// (§2.3 leaves the two places to the platform).
    public static let registers = RegisterTable<Register>(
        size: 0x8000, unassigned: .zero,
        [
            RegisterRow(
                .compare, "mtimecmp", offset: 0, width: 8, count: 4095, sizes: [.word, .double], .readWrite,
                reset: .max, "The timer interrupt of a hart is pending while mtime is at least this."),
            RegisterRow(
                .time, "mtime", offset: 0x7ff8, width: 8, sizes: [.word, .double], .readWrite,
                "Counts ticks of the time base."),
        ])
}

extension MTimerCore: SnapshotPayload {
    public static let schema = SnapshotSchema("aclint-mtimer")

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(cycles)
        writer.write(originCycle)
        writer.write(originTime)
        writer.write(each: compares) { $0.write($1) }
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        cycles = try reader.read()
        originCycle = try reader.read()
        originTime = try reader.read()
        compares = try reader.read(each: { reader throws(SnapshotError) in try reader.read(UInt64.self) })
    }
}
