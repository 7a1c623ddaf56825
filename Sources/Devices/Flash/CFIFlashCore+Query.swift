public import TandemKernel

extension CFIFlashCore.Geometry {
    /// A byte of the Common Flash Interface: identification and voltages from 0x10 on, times, geometry, and the table of the
    /// Intel command set at 0x31 (28F128J3A, tables 7 to 12). What the model lacks is not offered: suspending, protection
    /// registers, synchronous reads.
    func query(at word: Int) -> UInt8 {
        let blocks = size / blockSize - 1
        let chipBlock = blockSize / chips / 256
        switch word {
        case 0x00: return UInt8(truncatingIfNeeded: manufacturer)
        case 0x01: return UInt8(truncatingIfNeeded: device)
        case 0x10: return UInt8(ascii: "Q")
        case 0x11: return UInt8(ascii: "R")
        case 0x12: return UInt8(ascii: "Y")
        // Intel/Sharp extended command set, and where its table stands.
        case 0x13: return 0x01
        case 0x15: return 0x31
        // 2.7 V to 3.6 V, no separate supply for programming.
        case 0x1b: return 0x27
        case 0x1c: return 0x36
        // Typical times, and how many times longer the longest may be.
        case 0x1f: return programExponent
        case 0x20: return bufferExponent
        case 0x21: return eraseExponent
        case 0x23, 0x24, 0x25: return 0x04
        // Size, lines, buffer and blocks of one chip.
        case 0x27: return UInt8((size / chips).trailingZeroBitCount)
        case 0x28: return chipWidth == 1 ? 0 : chipWidth == 2 ? 1 : 3
        case 0x2a: return 5
        case 0x2c: return 1
        case 0x2d: return UInt8(truncatingIfNeeded: blocks)
        case 0x2e: return UInt8(truncatingIfNeeded: blocks >> 8)
        case 0x2f: return UInt8(truncatingIfNeeded: chipBlock)
        case 0x30: return UInt8(truncatingIfNeeded: chipBlock >> 8)
        case 0x31: return UInt8(ascii: "P")
        case 0x32: return UInt8(ascii: "R")
        case 0x33: return UInt8(ascii: "I")
        case 0x34, 0x35: return UInt8(ascii: "1")
        // Blocks are locked one by one and unlocked together; their lock bits can be read.
        case 0x36: return 0x08
        case 0x3b: return 0x01
        case 0x3d: return 0x33
        default: return 0
        }
    }
}

extension CFIFlashCore: SnapshotPayload {
    public static let schema = SnapshotSchema("cfi-flash")

    public func encode(to writer: inout SnapshotWriter) {
        for number in [geometry.size, geometry.blockSize, geometry.bankWidth, geometry.chipWidth] {
            writer.write(UInt64(number))
        }
        writer.write(geometry.manufacturer)
        writer.write(geometry.device)
        for exponent in [geometry.programExponent, geometry.bufferExponent, geometry.eraseExponent] {
            writer.write(exponent)
        }
        writer.write(mode.rawValue)
        writer.write(errors)
        writer.write(isBusy)
        writer.write(expected.tag)
        writer.write(each: locked) { $0.write($1) }
        writer.write(buffer)
        writer.write(UInt64(bufferStart))
        writer.write(UInt64(bufferLength))
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        self.init(try Geometry(from: &reader))
        guard let mode = Mode(rawValue: try reader.read()) else {
            throw reader.error("the flash is read in no known way")
        }
        self.mode = mode
        errors = try reader.read()
        isBusy = try reader.read()
        guard let expected = Expected(tag: try reader.read()) else {
            throw reader.error("the flash waits for no known cycle")
        }
        self.expected = expected
        let locked = try reader.read(each: { reader throws(SnapshotError) in try reader.read(Bool.self) })
        let buffer: [UInt8] = try reader.read()
        guard locked.count == self.locked.count, buffer.count == self.buffer.count else {
            throw reader.error("blocks or buffer of the flash are not those of its size")
        }
        self.locked = locked
        self.buffer = buffer
        let (start, length): (UInt64, UInt64) = (try reader.read(), try reader.read())
        guard start < UInt64(geometry.size), length <= UInt64(buffer.count) else {
            throw reader.error("the buffer of the flash lies outside of it")
        }
        bufferStart = Int(start)
        bufferLength = Int(length)
        if case .bufferData(let left) = expected, left * geometry.bankWidth > bufferLength {
            throw reader.error("the flash waits for more words than its buffer takes")
        }
    }
}

extension CFIFlashCore.Geometry {
    fileprivate init(from reader: inout SnapshotReader) throws(SnapshotError) {
        var numbers: [Int] = []
        for _ in 0..<4 {
            let number: UInt64 = try reader.read()
            guard number.nonzeroBitCount == 1, number <= 1 << 40 else {
                throw reader.error("\(number) is no dimension of a flash", expected: "a power of two")
            }
            numbers.append(Int(number))
        }
        self.init(
            size: numbers[0], blockSize: numbers[1], bankWidth: numbers[2], chipWidth: numbers[3],
            manufacturer: try reader.read(), device: try reader.read())
        guard chipWidth <= bankWidth, bankWidth <= 8, blockSize <= size, blockSize >= 256 * chips,
            size / blockSize <= 1 << 16
        else { throw reader.error("the dimensions of the flash do not fit each other") }
        programExponent = try reader.read()
        bufferExponent = try reader.read()
        eraseExponent = try reader.read()
    }
}

extension CFIFlashCore.Expected {
    /// A number for each; how many words are left stands above the lowest byte.
    fileprivate var tag: UInt32 {
        switch self {
        case .command: 0
        case .programData: 1
        case .eraseConfirmation: 2
        case .lockConfirmation: 3
        case .bufferCount: 4
        case .bufferData(let left): 5 | UInt32(left) << 8
        case .bufferConfirmation: 6
        }
    }

    fileprivate init?(tag: UInt32) {
        let left = Int(tag >> 8)
        switch tag & 0xff {
        case 0 where left == 0: self = .command
        case 1 where left == 0: self = .programData
        case 2 where left == 0: self = .eraseConfirmation
        case 3 where left == 0: self = .lockConfirmation
        case 4 where left == 0: self = .bufferCount
        case 5 where 1...32 ~= left: self = .bufferData(left)
        case 6 where left == 0: self = .bufferConfirmation
        default: return nil
        }
    }
}
