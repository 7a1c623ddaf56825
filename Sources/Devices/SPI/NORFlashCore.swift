public import TandemKernel

/// A serial NOR flash without its contents: no bus, no time, no host. Commands and registers of the Winbond W25Q series
/// (data sheet W25Q128JV, revision F), with the parameters of JESD216 (SFDP).
///
/// Time comes in from outside: whoever owns the core says, when the chip is selected, whether it is busy.
public struct NORFlashCore: Equatable, Sendable {
    /// What the end of a command makes the chip do.
    public enum Work: Equatable, Sendable {
        /// Clears bits: the address of each byte and what is programmed there.
        case program([UInt8?], at: Int)
        case erase(Range<Int>)
        case writeStatus
    }

    /// Where the byte that is sent comes from.
    public enum Answer: Equatable, Sendable {
        case value(UInt8)
        case contents(Int)
    }

    /// §8.1.1, instruction set table 1.
    private enum Command {
        static let writeStatus: UInt8 = 0x01
        static let program: UInt8 = 0x02
        static let read: UInt8 = 0x03
        static let writeDisable: UInt8 = 0x04
        static let readStatus: UInt8 = 0x05
        static let writeEnable: UInt8 = 0x06
        static let fastRead: UInt8 = 0x0b
        static let erase4K: UInt8 = 0x20
        static let writeStatus2: UInt8 = 0x31
        static let readStatus2: UInt8 = 0x35
        static let fastReadDual: UInt8 = 0x3b
        static let writeEnableVolatile: UInt8 = 0x50
        static let erase32K: UInt8 = 0x52
        static let parameters: UInt8 = 0x5a
        static let eraseChip2: UInt8 = 0x60
        static let enableReset: UInt8 = 0x66
        static let fastReadQuad: UInt8 = 0x6b
        static let reset: UInt8 = 0x99
        static let identify: UInt8 = 0x9f
        static let wake: UInt8 = 0xab
        static let powerDown: UInt8 = 0xb9
        static let eraseChip: UInt8 = 0xc7
        static let erase64K: UInt8 = 0xd8
    }

    static let pageSize = 256

    let size: Int
    let identification: UInt32
    public private(set) var status: UInt8 = 0
    public private(set) var status2: UInt8 = 0
    public private(set) var isWriteEnabled = false
    private var isVolatileWriteEnabled = false
    private var isPoweredDown = false
    private var isResetEnabled = false
    /// The chip's own work is under way.
    public private(set) var isBusy = false

    private var command: UInt8?
    /// The command is one that the chip does not take now.
    private var isIgnored = false
    /// Bytes after the command.
    private var count = 0
    private var address = 0
    /// Clocks without data that are still to come before the data.
    private var idleClocks = 0
    /// What the next erase or program works on, by offset in the page.
    private var page: [UInt8?] = []
    private var statusBytes: [UInt8] = []

    /// A chip after power-on.
    /// - Parameters:
    ///   - size: bytes; a power of two.
    ///   - identification: manufacturer, type and capacity (JEDEC JEP106).
    public init(size: Int, identification: UInt32) {
        self.size = size
        self.identification = identification
    }

    // MARK: Work

    /// What was under way is done. Write enable falls with it (§8.2.1).
    public mutating func finishWork() {
        isBusy = false
        isWriteEnabled = false
    }

    // MARK: A command

    public mutating func begin() {
        command = nil
        isIgnored = false
        count = 0
        address = 0
        idleClocks = 0
        page = []
        statusBytes = []
    }

    /// One byte in each direction.
    public mutating func exchange(_ byte: UInt8, clocks: Int) -> Answer {
        guard let command else {
            start(byte)
            return .value(0xff)
        }
        guard !isIgnored else { return .value(0xff) }
        defer { count += 1 }
        switch command {
        case Command.readStatus: return .value(status | (isBusy ? 0x01 : 0) | (isWriteEnabled ? 0x02 : 0))
        case Command.readStatus2: return .value(status2)
        case Command.identify:
            return .value(UInt8(truncatingIfNeeded: identification >> UInt32(16 - 8 * (count % 3))))
        case Command.wake: return .value(count < 3 ? 0xff : UInt8(truncatingIfNeeded: identification) &- 1)
        case Command.writeStatus, Command.writeStatus2:
            // There are two registers, however long the chip stays selected.
            if statusBytes.count < 2 { statusBytes.append(byte) }
        case Command.read, Command.fastRead, Command.fastReadDual, Command.fastReadQuad, Command.parameters,
            Command.program, Command.erase4K, Command.erase32K, Command.erase64K:
            if count < 3 { takeAddress(byte) } else { return data(byte, command, clocks: clocks) }
        default: break
        }
        return .value(0xff)
    }

    private mutating func takeAddress(_ byte: UInt8) {
        address = address << 8 | Int(byte)
        guard count == 2 else { return }
        address %= size
        switch command {
        case Command.fastRead, Command.fastReadDual, Command.fastReadQuad, Command.parameters: idleClocks = 8
        case Command.program: page = Array(repeating: nil, count: Self.pageSize)
        default: break
        }
    }

    private mutating func data(_ byte: UInt8, _ command: UInt8, clocks: Int) -> Answer {
        if idleClocks > 0 {
            idleClocks = max(idleClocks - clocks, 0)
            return .value(0xff)
        }
        switch command {
        case Command.program:
            // The address wraps within the page; later bytes replace earlier ones (§8.2.13).
            page[address % Self.pageSize] = byte
            address = address / Self.pageSize * Self.pageSize + (address + 1) % Self.pageSize
        case Command.read, Command.fastRead, Command.fastReadDual, Command.fastReadQuad:
            defer { address = (address + 1) % size }
            return .contents(address)
        case Command.parameters:
            defer { address += 1 }
            let table = parameterTable
            return .value(address < table.count ? table[address] : 0xff)
        default: break
        }
        return .value(0xff)
    }

    /// The clock runs without data.
    public mutating func idle(clocks: Int) { idleClocks = max(idleClocks - clocks, 0) }

    private mutating func start(_ byte: UInt8) {
        command = byte
        let wasResetEnabled = isResetEnabled
        isResetEnabled = false
        // Busy, it only tells its status; asleep, it only wakes (§8.2.24); a reset is taken always (§8.2.43).
        let readsStatus = byte == Command.readStatus || byte == Command.readStatus2
        isIgnored = isPoweredDown ? byte != Command.wake : isBusy && !readsStatus
        if byte == Command.enableReset || byte == Command.reset { isIgnored = false }
        guard !isIgnored else { return }
        isResetEnabled = byte == Command.enableReset
        if byte == Command.reset, wasResetEnabled {
            self = NORFlashCore(size: size, identification: identification, keeping: self)
            command = byte
        }
    }

    /// After a reset by software: the status registers keep what is not volatile.
    private init(size: Int, identification: UInt32, keeping old: NORFlashCore) {
        self.init(size: size, identification: identification)
        status = old.status
        status2 = old.status2
    }

    /// The chip is no longer selected: commands that change something take effect.
    public mutating func end() -> Work? {
        defer { begin() }
        guard let command, !isIgnored else { return nil }
        switch command {
        case Command.writeEnable where count == 0: isWriteEnabled = true
        case Command.writeDisable where count == 0: isWriteEnabled = false
        case Command.writeEnableVolatile where count == 0: isVolatileWriteEnabled = true
        case Command.powerDown: isPoweredDown = true
        case Command.wake: isPoweredDown = false
        case Command.writeStatus, Command.writeStatus2: return writeStatus(second: command == Command.writeStatus2)
        case Command.program where count > 3:
            let start = address / Self.pageSize * Self.pageSize
            return work(.program(page, at: start), on: start..<start + Self.pageSize)
        case Command.erase4K where count == 3: return erase(4 << 10)
        case Command.erase32K where count == 3: return erase(32 << 10)
        case Command.erase64K where count == 3: return erase(64 << 10)
        case Command.eraseChip where count == 0, Command.eraseChip2 where count == 0:
            return work(.erase(0..<size), on: 0..<size)
        default: break
        }
        return nil
    }

    private mutating func erase(_ block: Int) -> Work? {
        let block = min(block, size)
        let start = address / block * block
        return work(.erase(start..<start + block), on: start..<start + block)
    }

    private mutating func work(_ work: Work, on range: Range<Int>) -> Work? {
        guard isWriteEnabled else { return nil }
        guard !range.overlaps(protectedRange) else {
            isWriteEnabled = false
            return nil
        }
        isBusy = true
        return work
    }

    /// §8.2.5: one byte for the first register and a second for the next, or one for the second alone.
    private mutating func writeStatus(second: Bool) -> Work? {
        guard isWriteEnabled || isVolatileWriteEnabled, let first = statusBytes.first else { return nil }
        if second {
            status2 = first & 0x7f
        } else {
            status = first & 0xfc
            if statusBytes.count > 1 { status2 = statusBytes[1] & 0x7f }
        }
        let isVolatile = !isWriteEnabled
        isVolatileWriteEnabled = false
        guard !isVolatile else { return nil }
        isBusy = true
        return .writeStatus
    }

    /// What the bits BP2 to BP0 and TB protect (table of §7.1.15, with SEC and CMP clear).
    var protectedRange: Range<Int> {
        let level = Int(status >> 2 & 7)
        guard level > 0 else { return 0..<0 }
        let length = level == 7 ? size : max(size >> (7 - level), 64 << 10)
        return status & 0x20 != 0 ? 0..<min(length, size) : max(size - length, 0)..<size
    }

    /// JESD216: the header, one parameter header, and the nine words of the basic flash parameter table.
    private var parameterTable: [UInt8] {
        var table: [UInt8] = Array("SFDP".utf8) + [0x00, 0x01, 0x00, 0xff]
        // Basic table, revision 1.0, nine words, at 0x10.
        table += [0x00, 0x00, 0x01, 0x09, 0x10, 0x00, 0x00, 0xff]
        let words: [UInt32] = [
            // 4 KiB erase by 0x20, writes of 64 bytes and more, 3-byte addresses, reads 1-1-2 and 1-1-4.
            0xff41_20e5,
            UInt32(size * 8 - 1),
            // 1-4-4 not supported; 1-1-4: command 0x6b, 8 wait states.
            0x6b08_0000,
            // 1-1-2: command 0x3b, 8 wait states; 1-2-2 not supported.
            0x0000_3b08,
            0xffff_ffee, 0x0000_ffff, 0x0000_ffff,
            // Erase types: 4 KiB by 0x20, 32 KiB by 0x52, 64 KiB by 0xd8.
            0x520f_200c, 0x0000_d810,
        ]
        for word in words { for byte in 0..<4 { table.append(UInt8(truncatingIfNeeded: word >> UInt32(8 * byte))) } }
        return table
    }
}

extension NORFlashCore: SnapshotPayload {
    public static let schema = SnapshotSchema("spi-nor")

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(UInt64(size))
        writer.write(identification)
        writer.write(status)
        writer.write(status2)
        for flag in [isWriteEnabled, isVolatileWriteEnabled, isPoweredDown, isResetEnabled, isBusy, isIgnored] {
            writer.write(flag)
        }
        writer.write(optional: command) { $0.write($1) }
        for number in [count, address, idleClocks] { writer.write(UInt64(number)) }
        writer.write(each: page) { writer, byte in writer.write(optional: byte) { $0.write($1) } }
        writer.write(statusBytes)
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        let size: UInt64 = try reader.read()
        guard size.nonzeroBitCount == 1, size <= 16 << 20 else {
            throw reader.error("the flash has \(size) bytes", expected: "a power of two up to 16 MiB")
        }
        self.init(size: Int(size), identification: try reader.read())
        status = try reader.read()
        status2 = try reader.read()
        isWriteEnabled = try reader.read()
        isVolatileWriteEnabled = try reader.read()
        isPoweredDown = try reader.read()
        isResetEnabled = try reader.read()
        isBusy = try reader.read()
        isIgnored = try reader.read()
        command = try reader.read(optional: { reader throws(SnapshotError) in try reader.read(UInt8.self) })
        count = try Self.number(&reader)
        address = try Self.number(&reader)
        idleClocks = try Self.number(&reader)
        page = try reader.read(each: { reader throws(SnapshotError) in
            try reader.read(optional: { reader throws(SnapshotError) in try reader.read(UInt8.self) })
        })
        statusBytes = try reader.read()
        guard page.isEmpty || page.count == Self.pageSize, address < self.size || command == Command.parameters else {
            throw reader.error("an address of the flash lies outside of it")
        }
        guard command != Command.program || isIgnored || count < 3 || !page.isEmpty else {
            throw reader.error("a page that is being programmed is missing")
        }
    }

    private static func number(_ reader: inout SnapshotReader) throws(SnapshotError) -> Int {
        let value: UInt64 = try reader.read()
        guard let number = Int(exactly: value), number <= 1 << 40 else { throw reader.error("\(value) is no count") }
        return number
    }
}
