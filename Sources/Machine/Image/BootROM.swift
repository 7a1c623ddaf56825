/// What the harts execute after a reset: loads the registers that firmware expects and jumps to it.
///
/// a0 = hart id, a1 = device tree, a2 = `fw_dynamic_info`, as OpenSBI's FW_DYNAMIC expects (OpenSBI,
/// docs/firmware/fw_dynamic.md). Position-independent; the reset vector is its first byte.
///
/// | offset | RV64 | |
/// |---|---|---|
/// | 0  | code, six instructions | |
/// | 24 | start | where to jump |
/// | 32 | device tree | its address |
/// | 40 | `fw_dynamic_info` | magic, version, next address, next mode, options, boot hart; one machine word each |
public struct BootROM: Equatable, Sendable {
    /// The first instruction of the firmware, or of the kernel where there is none.
    public var start: UInt64
    /// Where the device tree stands.
    public var deviceTree: UInt64
    /// Where firmware goes on to: the kernel; 0 where there is none.
    public var next: UInt64
    /// 64 or 32.
    public var width: ELFImage.Width

    public init(start: UInt64, deviceTree: UInt64, next: UInt64 = 0, width: ELFImage.Width = .bits64) {
        self.start = start
        self.deviceTree = deviceTree
        self.next = next
        self.width = width
    }

    /// "OSBI", read as a little-endian number.
    public static let magic: UInt64 = 0x4942_534F
    /// The layout with the preferred boot hart.
    public static let version: UInt64 = 2

    /// Where the device tree stands in a ROM that holds it too.
    static let deviceTreeOffset: UInt64 = 0x100

    /// The contents of the ROM.
    public var bytes: [UInt8] {
        let is64 = width == .bits64
        let wordSize: UInt32 = is64 ? 8 : 4
        let codeSize: UInt32 = 24
        let startAt = codeSize
        let treeAt = codeSize + wordSize
        let dynamicAt = codeSize + 2 * wordSize
        // Unprivileged spec, RV32I/RV64I encodings: load is LD (funct3 3) or LW (funct3 2).
        let load: UInt32 = is64 ? 0x0000_3003 : 0x0000_2003
        let (t0, a0, a1, a2): (UInt32, UInt32, UInt32, UInt32) = (5, 10, 11, 12)
        let code: [UInt32] = [
            0x0000_0017 | t0 << 7,  // auipc t0, 0
            0x0000_0013 | a2 << 7 | t0 << 15 | dynamicAt << 20,  // addi a2, t0, dynamicAt
            0xF140_2073 | a0 << 7,  // csrr a0, mhartid
            load | a1 << 7 | t0 << 15 | treeAt << 20,  // load a1, treeAt(t0)
            load | t0 << 7 | t0 << 15 | startAt << 20,  // load t0, startAt(t0)
            0x0000_0067 | t0 << 15,  // jr t0
        ]
        var bytes: [UInt8] = []
        for instruction in code { bytes.append(littleEndian: UInt64(instruction), count: 4) }
        let supervisor: UInt64 = 1
        for word in [start, deviceTree, Self.magic, Self.version, next, supervisor, 0, 0] {
            bytes.append(littleEndian: word, count: Int(wordSize))
        }
        return bytes
    }
}

extension [UInt8] {
    mutating func append(littleEndian value: UInt64, count: Int) {
        for index in 0..<count { append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
}
