public import TandemKernel

/// The sizes of two-wire EEPROMs, with what follows from them.
public enum AT24Part: String, PropertyChoice {
    case c02 = "24c02"
    case c04 = "24c04"
    case c08 = "24c08"
    case c16 = "24c16"
    case c32 = "24c32"
    case c64 = "24c64"
    case c128 = "24c128"
    case c256 = "24c256"

    /// Bytes.
    public var size: Int {
        switch self {
        case .c02: 256
        case .c04: 512
        case .c08: 1024
        case .c16: 2048
        case .c32: 4096
        case .c64: 8192
        case .c128: 16384
        case .c256: 32768
        }
    }

    /// Bytes that one write reaches.
    public var pageSize: Int {
        switch self {
        case .c02: 8
        case .c04, .c08, .c16: 16
        case .c32, .c64: 32
        case .c128, .c256: 64
        }
    }

    /// Bytes of the address within the memory that follow the device address.
    public var addressBytes: Int { size > 2048 ? 2 : 1 }

    /// Device addresses that it takes: small parts have the upper bits of the address there.
    public var deviceAddresses: Int { addressBytes == 1 ? size / 256 : 1 }
}

/// A two-wire EEPROM without its contents: no bus, no time, no host. Atmel data sheets AT24C02 to 16 (0180Z1) and
/// AT24C32 to 256 (0336K, 0670T).
public struct AT24Core: Equatable, Sendable {
    public let part: AT24Part
    /// The address of the byte that is read next; kept between transfers.
    public private(set) var pointer = 0
    /// Address bytes that have arrived in this transfer.
    private var addressCount = 0
    private var highAddress = 0
    /// What waits for the stop that writes it: one entry for each byte of a page, nil where none has arrived.
    private var page: [UInt8?]
    private var isWriting = false
    private var pageStart = 0

    public init(_ part: AT24Part) {
        self.part = part
        page = Array(repeating: nil, count: part.pageSize)
    }

    /// Addressed by a start. A write that was not ended by a stop is dropped.
    /// - Parameter block: The low bits of the device address, which small parts add to the address.
    public mutating func begin(block: Int, _ direction: I2CDirection) {
        drop()
        addressCount = 0
        if part.deviceAddresses > 1 { pointer = block % part.deviceAddresses * 256 + pointer % 256 }
    }

    /// A byte from the controller: of the address first, then data.
    public mutating func receive(_ byte: UInt8) {
        guard addressCount == part.addressBytes else {
            addressCount += 1
            if addressCount < part.addressBytes {
                highAddress = Int(byte)
            } else if part.addressBytes == 2 {
                pointer = (highAddress << 8 | Int(byte)) % part.size
            } else {
                pointer = pointer / 256 * 256 + Int(byte)
            }
            return
        }
        if !isWriting {
            isWriting = true
            pageStart = pointer / part.pageSize * part.pageSize
        }
        // The address wraps within its page; later bytes replace earlier ones.
        page[pointer - pageStart] = byte
        pointer = pageStart + (pointer - pageStart + 1) % part.pageSize
    }

    /// The address of the byte to send; the next one follows it, and the first one the last.
    public mutating func send() -> Int {
        defer { pointer = (pointer + 1) % part.size }
        return pointer
    }

    /// A stop.
    /// - Returns: what is written now, in ascending order; empty for a transfer without data.
    public mutating func end() -> [(address: Int, byte: UInt8)] {
        guard isWriting else { return [] }
        defer { drop() }
        return page.enumerated().compactMap { offset, byte in byte.map { (pageStart + offset, $0) } }
    }

    private mutating func drop() {
        guard isWriting else { return }
        isWriting = false
        for index in page.indices { page[index] = nil }
    }
}

extension AT24Core: SnapshotPayload {
    public static let schema = SnapshotSchema("at24")

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(part.rawValue)
        writer.write(UInt32(pointer))
        writer.write(UInt8(addressCount))
        writer.write(UInt8(highAddress))
        writer.write(isWriting)
        writer.write(UInt32(pageStart))
        writer.write(each: page) { writer, byte in writer.write(optional: byte) { $0.write($1) } }
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        let name = try reader.read(String.self)
        guard let part = AT24Part(rawValue: name) else {
            throw reader.error("there is no EEPROM “\(name)”", expected: "one of 24c02 to 24c256")
        }
        self.init(part)
        pointer = Int(try reader.read(UInt32.self))
        addressCount = Int(try reader.read(UInt8.self))
        highAddress = Int(try reader.read(UInt8.self))
        isWriting = try reader.read()
        pageStart = Int(try reader.read(UInt32.self))
        page = try reader.read(each: { reader throws(SnapshotError) in
            try reader.read(optional: { reader throws(SnapshotError) in try reader.read(UInt8.self) })
        })
        guard page.count == part.pageSize, pointer < part.size, addressCount <= part.addressBytes,
            !isWriting || (pageStart <= pointer && pointer < pageStart + part.pageSize)
        else { throw reader.error("an address of the EEPROM lies outside of it") }
    }
}
