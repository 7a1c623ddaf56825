public import TandemBus
public import TandemKernel

/// The registers of an ACLINT MSWI device: `MSIP` of each hart, whose bit 0 is the hart's machine software interrupt.
/// RISC-V ACLINT specification 1.0-rc4, chapter 3.
public struct MSWICore: Equatable, Sendable {
    public enum Register: Int, RegisterName {
        case softwareInterrupt
    }

    /// `MSIP` bit 0 of each hart.
    public private(set) var pending: [Bool]

    /// All clear after reset (§3.1).
    public init(hartCount: Int) { pending = Array(repeating: false, count: hartCount) }

    /// Bit 0 of the hart's register; 0 for a hart that there is not.
    public func read(_ register: Register, at hart: Int) -> UInt64 {
        hart < pending.count && pending[hart] ? 1 : 0
    }

    /// Bit 0 is writable, the others are zero.
    public mutating func write(_ register: Register, at hart: Int, _ value: UInt64, mask: UInt64) {
        if hart < pending.count { pending[hart] = value & 1 != 0 }
    }
}

extension MSWICore: RegisterCore {
    public static let registers = RegisterTable<Register>(
        size: 0x4000, unassigned: .zero,
        [
            RegisterRow(
                .softwareInterrupt, "MSIP", offset: 0, width: 4, count: 4095,
                fields: [RegisterField("MSIP", bit: 0, .readWrite, "Level of the hart's machine software interrupt.")])
        ])
}

extension MSWICore: SnapshotPayload {
    public static let schema = SnapshotSchema("aclint-mswi")

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(each: pending) { $0.write($1) }
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        pending = try reader.read(each: { reader throws(SnapshotError) in try reader.read(Bool.self) })
    }
}

/// The registers of an ACLINT SSWI device: `SETSSIP` of each hart, which reads 0 and sends an edge when 1 is written.
/// RISC-V ACLINT specification 1.0-rc4, chapter 4.
public struct SSWICore: Equatable, Sendable {
    public enum Register: Int, RegisterName {
        case setInterrupt
    }

    public let hartCount: Int
    /// The hart to which the last write sends an edge, until the shell has sent it.
    private var edge: Int?

    public init(hartCount: Int) { self.hartCount = hartCount }

    /// Always 0 (§4.1).
    public func read(_ register: Register, at hart: Int) -> UInt64 { 0 }

    /// Writing 1 to bit 0 sends an edge; writing 0 does nothing.
    public mutating func write(_ register: Register, at hart: Int, _ value: UInt64, mask: UInt64) {
        if hart < hartCount && value & 1 != 0 { edge = hart }
    }

    /// The hart whose line is to be pulsed.
    public mutating func takeEdge() -> Int? {
        defer { edge = nil }
        return edge
    }
}

extension SSWICore: RegisterCore {
    public static let registers = RegisterTable<Register>(
        size: 0x4000, unassigned: .zero,
        [
            RegisterRow(
                .setInterrupt, "SETSSIP", offset: 0, width: 4, count: 4095,
                fields: [
                    RegisterField(
                        "SETSSIP", bit: 0, .writeOnly, "Writing 1 sets the hart's supervisor software interrupt.")
                ])
        ])
}

extension SSWICore: SnapshotPayload {
    public static let schema = SnapshotSchema("aclint-sswi")

    public func encode(to writer: inout SnapshotWriter) { writer.write(UInt32(hartCount)) }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        hartCount = Int(try reader.read(UInt32.self))
    }
}
