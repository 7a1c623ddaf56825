public import TandemBus
public import TandemKernel

/// The registers of incoming-MSI controllers of one privilege level: a page for each hart. They remember nothing: the
/// interrupt files are the harts'. RISC-V Advanced Interrupt Architecture 1.0 §3.5.
public struct IMSICCore: Equatable, Sendable {
    /// The registers in address order.
    public enum Register: Int, RegisterName {
        case setPendingLittle, setPendingBig
    }

    /// A message to an interrupt file.
    typealias Message = (hart: Int, identity: UInt32)

    public let hartCount: Int
    public let identityCount: Int
    /// What the last write sends, until the shell has sent it.
    private var hart = 0
    private var identity: UInt32 = 0

    public init(hartCount: Int, identityCount: Int) {
        self.hartCount = hartCount
        self.identityCount = identityCount
    }

    /// Always 0.
    public func read(_ register: Register, at hart: Int) -> UInt64 { 0 }

    /// The identity comes in the byte order of the register; one that there is not is ignored.
    public mutating func write(_ register: Register, at hart: Int, _ value: UInt64, mask: UInt64) {
        let value = UInt32(truncatingIfNeeded: value)
        let identity = register == .setPendingLittle ? value : value.byteSwapped
        guard hart < hartCount, identity > 0, identity <= identityCount else { return }
        self.hart = hart
        self.identity = identity
    }

    /// The message of the last write.
    mutating func takeMessage() -> Message? {
        guard identity != 0 else { return nil }
        defer { identity = 0 }
        return (hart, identity)
    }
}

extension IMSICCore: RegisterCore {
    /// The memory map for the largest configuration.
    public static let registers = RegisterTable<Register>(
        size: 4096 * 4096, unassigned: .zero,
        [
            RegisterRow(
                .setPendingLittle, "seteipnum_le", offset: 0, width: 4, count: 4096, stride: 4096, .writeOnly,
                "The identity that becomes pending in the hart's interrupt file."),
            RegisterRow(
                .setPendingBig, "seteipnum_be", offset: 4, width: 4, count: 4096, stride: 4096, .writeOnly,
                "The same, big-endian."),
        ])
}

extension IMSICCore: SnapshotPayload {
    public static let schema = SnapshotSchema("imsic")

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(UInt32(hartCount))
        writer.write(UInt32(identityCount))
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        hartCount = Int(try reader.read(UInt32.self))
        identityCount = Int(try reader.read(UInt32.self))
    }
}
