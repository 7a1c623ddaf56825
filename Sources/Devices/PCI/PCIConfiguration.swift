/// The configuration space of one function: a value, without bus, time or host. Every offset can be read and written in
/// every width; what a register does not take is ignored.
public struct PCIConfiguration: Equatable, Sendable {
    public let table: PCIConfigurationTable
    private var bytes: [UInt8]

    /// As after a reset.
    public init(_ table: PCIConfigurationTable) {
        self.table = table
        bytes = table.initial
    }

    public static func == (left: PCIConfiguration, right: PCIConfiguration) -> Bool { left.bytes == right.bytes }

    // MARK: Software's side

    /// `count` bytes, 1 to 8, from any offset on, the first one lowest. Beyond the end there are ones, as where no
    /// function answers.
    public func read(_ offset: Int, count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<count {
            let byte = bytes.indices.contains(offset + index) ? bytes[offset + index] : 0xff
            value |= UInt64(byte) << UInt64(index * 8)
        }
        return value
    }

    /// Writes `count` bytes, 1 to 8, from any offset on.
    public mutating func write(_ offset: Int, _ value: UInt64, count: Int) {
        let powerState = powerState
        for index in 0..<count where bytes.indices.contains(offset + index) {
            let place = offset + index
            let byte = UInt8(truncatingIfNeeded: value >> UInt64(index * 8))
            let open = table.writable[place]
            bytes[place] = (bytes[place] & ~open | byte & open) & ~(byte & table.clearable[place])
        }
        // PM 1.2 §3.2.4: a state that there is not is not taken.
        if 1...2 ~= self.powerState, let place = table.offset(where: { $0 == .powerManagement }) {
            bytes[place + 4] = bytes[place + 4] & ~3 | powerState
        }
    }

    // MARK: The device's side

    func word(_ offset: Int) -> UInt16 { UInt16(truncatingIfNeeded: read(offset, count: 2)) }
    func double(_ offset: Int) -> UInt32 { UInt32(truncatingIfNeeded: read(offset, count: 4)) }

    /// Sets bits whatever software may do with them.
    mutating func set(_ offset: Int, _ value: UInt64, count: Int) {
        for index in 0..<count { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(index * 8)) }
    }

    /// The function has brothers at other function numbers of its device. PCI 3.0 §6.2.1.
    var isMultifunction: Bool {
        get { bytes[0x0e] & 0x80 != 0 }
        set { bytes[0x0e] = newValue ? bytes[0x0e] | 0x80 : bytes[0x0e] & 0x7f }
    }

    /// The function asks for an interrupt by line. PCI 3.0 §6.2.3.
    var interruptStatus: Bool {
        get { bytes[0x06] & 8 != 0 }
        set { bytes[0x06] = newValue ? bytes[0x06] | 8 : bytes[0x06] & ~8 }
    }

    /// An access of the function got no answer, or one of another function's got an error. PCI 3.0 §6.2.3.
    mutating func noteMasterAbort() { bytes[0x07] |= 0x20 }

    // MARK: What it says

    /// 0 to 3; D3 answers nothing but configuration accesses.
    var powerState: UInt8 {
        table.offset(where: { $0 == .powerManagement }).map { bytes[$0 + 4] & 3 } ?? 0
    }

    var answersPorts: Bool { bytes[4] & 1 != 0 && powerState == 0 }
    var answersMemory: Bool { bytes[4] & 2 != 0 && powerState == 0 }
    /// Whether it may make accesses of its own.
    var isBusMaster: Bool { bytes[4] & 4 != 0 && powerState == 0 }
    var isPinDisabled: Bool { bytes[5] & 4 != 0 }

    /// Where software has placed a region, whether it is enabled or not.
    func base(of region: PCIRegion) -> UInt64 {
        let low = UInt64(double(0x10 + region.index * 4))
        switch region.space {
        case .io: return low & ~3
        case .memory32: return low & ~15
        case .memory64: return (low | UInt64(double(0x14 + region.index * 4)) << 32) & ~15
        }
    }

    /// Where a region answers; nil while it does not.
    func place(of region: PCIRegion) -> UInt64? {
        (region.space == .io ? answersPorts : answersMemory) ? base(of: region) : nil
    }

    /// Where the expansion ROM answers; nil while it does not.
    var placeOfROM: UInt64? {
        guard table.header.romSize > 0 else { return nil }
        let value = double(table.header.isBridge ? 0x38 : 0x30)
        return value & 1 != 0 && answersMemory ? UInt64(value & ~0x7ff) : nil
    }

    // MARK: Snapshot

    /// All bytes.
    var contents: [UInt8] { bytes }

    /// Takes over what software and device can change from saved contents; all else stays as the table says.
    /// False if there are not as many bytes.
    mutating func restore(_ contents: [UInt8]) -> Bool {
        guard contents.count == bytes.count else { return false }
        for place in contents.indices {
            let open = table.writable[place] | table.clearable[place]
            bytes[place] = bytes[place] & ~open | contents[place] & open
        }
        interruptStatus = contents[0x06] & 8 != 0
        return true
    }
}
