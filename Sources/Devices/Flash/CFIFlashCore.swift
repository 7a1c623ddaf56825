import TandemKernel

/// A parallel NOR flash without its contents: no bus, no time, no host. Commands, status and identifier codes of the Intel
/// StrataFlash J3 series (data sheet 28F128J3A) and its Common Flash Interface (JESD68.01).
///
/// The chips of a bank stand side by side on the data lines, get the same commands and work in step; what they answer is
/// that of one, on the lines of each. Addresses count bytes of the bank. Whoever owns the core says, before each access,
/// whether the chips' own work is over.
public struct CFIFlashCore: Equatable, Sendable {
    /// How chips make up a bank, and what they say of themselves.
    public struct Geometry: Equatable, Sendable {
        /// Bytes of the bank and of one of its blocks; powers of two.
        public var size: Int
        public var blockSize: Int
        /// Bytes of data lines: of the bank, and of one chip.
        public var bankWidth: Int
        public var chipWidth: Int
        public var manufacturer: UInt16
        public var device: UInt16
        /// Typical times as powers of two: microseconds for a word and for a buffer, milliseconds for a block.
        public var programExponent: UInt8 = 8
        public var bufferExponent: UInt8 = 8
        public var eraseExponent: UInt8 = 10

        public init(
            size: Int, blockSize: Int, bankWidth: Int, chipWidth: Int, manufacturer: UInt16 = 0x89,
            device: UInt16 = 0x18
        ) {
            self.size = size
            self.blockSize = blockSize
            self.bankWidth = bankWidth
            self.chipWidth = chipWidth
            self.manufacturer = manufacturer
            self.device = device
        }

        /// Chips side by side.
        public var chips: Int { bankWidth / chipWidth }
        /// Bytes that a write to the buffer takes: 32 for each chip.
        public var bufferSize: Int { 32 * chips }

        func block(_ address: Int) -> Range<Int> {
            let start = address / blockSize * blockSize
            return start..<start + blockSize
        }
    }

    /// What a command makes the chips do.
    public enum Work: Equatable, Sendable {
        /// Clears the bits that are clear in `buffered`.
        case program(Range<Int>)
        case programBuffer(Range<Int>)
        case erase(Range<Int>)
        case setLock
        case clearLocks
    }

    /// Who answers a read.
    enum Mode: UInt8, Sendable {
        case contents, status, identifier, query
    }

    /// What the next write is.
    enum Expected: Equatable, Sendable {
        case command
        case programData
        case eraseConfirmation
        case lockConfirmation
        case bufferCount
        /// Bank words that are still to come.
        case bufferData(Int)
        case bufferConfirmation
    }

    /// Table 4.
    private enum Command {
        static let program2: UInt8 = 0x10
        static let erase: UInt8 = 0x20
        static let program: UInt8 = 0x40
        static let clearStatus: UInt8 = 0x50
        static let lock: UInt8 = 0x60
        static let readStatus: UInt8 = 0x70
        static let readIdentifier: UInt8 = 0x90
        static let query: UInt8 = 0x98
        static let writeToBuffer: UInt8 = 0xe8
        static let readContents: UInt8 = 0xff
        /// The second cycle of commands that work.
        static let confirm: UInt8 = 0xd0
        static let setLock: UInt8 = 0x01
    }

    /// Table 16.
    enum Status {
        static let ready: UInt8 = 0x80
        static let eraseError: UInt8 = 0x20
        static let programError: UInt8 = 0x10
        static let locked: UInt8 = 0x02
        static let sequenceError: UInt8 = eraseError | programError
    }

    public let geometry: Geometry
    var mode = Mode.contents
    var expected = Expected.command
    var errors: UInt8 = 0
    /// The chips' own work is under way.
    public internal(set) var isBusy = false
    /// The blocks that are neither programmed nor erased; not volatile.
    var locked: [Bool]
    /// What is to be programmed: ones where nothing is.
    var buffer: [UInt8]
    /// Where the first byte of the buffer goes, and how many there may be.
    var bufferStart = 0
    var bufferLength = 0

    /// A bank after power-on, with no block locked.
    public init(_ geometry: Geometry) {
        self.geometry = geometry
        locked = Array(repeating: false, count: geometry.size / geometry.blockSize)
        buffer = Array(repeating: 0xff, count: geometry.bufferSize)
    }

    /// The reset pin: ends whatever was under way; locks stay.
    public mutating func reset() {
        mode = .contents
        expected = .command
        errors = 0
        isBusy = false
    }

    // MARK: Reads

    /// Whether reads give the contents.
    public var readsContents: Bool { mode == .contents }

    /// What a read gives at a byte while reads do not give the contents.
    public func answer(at address: Int) -> UInt8 {
        let value: UInt16
        let word = address / geometry.bankWidth
        switch mode {
        case .contents: value = 0xff
        // After “write to buffer” it is the extended status: whether there is a buffer (table 17).
        case .status where expected == .bufferCount: value = UInt16(Status.ready)
        case .status: value = UInt16(errors | (isBusy ? 0 : Status.ready))
        // The lock bit stands at the third word of each block, in both tables.
        case .identifier where isBlockStatus(word), .query where isBlockStatus(word):
            value = locked[address / geometry.blockSize] ? 1 : 0
        case .query: value = UInt16(geometry.query(at: word & 0xff))
        case .identifier: value = word & 0xff == 0 ? geometry.manufacturer : word & 0xff == 1 ? geometry.device : 0
        }
        let lane = address % geometry.chipWidth
        return lane < 2 ? UInt8(truncatingIfNeeded: value >> UInt16(8 * lane)) : 0
    }

    private func isBlockStatus(_ word: Int) -> Bool { word % (geometry.blockSize / geometry.bankWidth) == 2 }

    /// The byte that is to be programmed at an address of the work.
    public func buffered(_ address: Int) -> UInt8 { buffer[address - bufferStart] }

    // MARK: Writes

    /// What was under way is done.
    public mutating func finishWork() { isBusy = false }

    /// One cycle: a write of `count` bytes, at most the width of the bank, that lie in one of its words.
    /// - Parameter value: the bytes, the lowest address in the lowest bits. A command is the lowest.
    /// - Returns: what the chips now begin to do.
    public mutating func write(at address: Int, _ value: UInt64, count: Int) -> Work? {
        // Busy, they take nothing; their status is what they show anyway.
        guard !isBusy else { return nil }
        let command = UInt8(truncatingIfNeeded: value)
        switch expected {
        case .command:
            begin(command)
            return nil
        case .programData:
            openBuffer(at: address, length: count)
            store(value, at: address, count: count)
            return finish(
                .program(address..<address + count), in: geometry.block(address), failing: Status.programError)
        case .eraseConfirmation:
            guard command == Command.confirm else { return fail() }
            let block = geometry.block(address)
            return finish(.erase(block), in: block, failing: Status.eraseError)
        case .lockConfirmation:
            switch command {
            case Command.setLock:
                locked[address / geometry.blockSize] = true
                return finish(.setLock)
            case Command.confirm:
                for block in locked.indices { locked[block] = false }
                return finish(.clearLocks)
            default: return fail()
            }
        case .bufferCount, .bufferData, .bufferConfirmation: return takeBuffer(at: address, value, count: count)
        }
    }

    private mutating func begin(_ command: UInt8) {
        switch command {
        case Command.readContents: mode = .contents
        case Command.readIdentifier: mode = .identifier
        case Command.query: mode = .query
        case Command.readStatus: mode = .status
        case Command.clearStatus: errors = 0
        case Command.program, Command.program2: expect(.programData)
        case Command.erase: expect(.eraseConfirmation)
        case Command.lock: expect(.lockConfirmation)
        case Command.writeToBuffer: expect(.bufferCount)
        default: break
        }
    }

    private mutating func expect(_ next: Expected) {
        mode = .status
        expected = next
    }

    /// Figure 7: a count, the words, a confirmation.
    private mutating func takeBuffer(at address: Int, _ value: UInt64, count: Int) -> Work? {
        switch expected {
        case .bufferCount:
            // The count is that of one chip, less one.
            let words = Int(UInt16(truncatingIfNeeded: value) & (geometry.chipWidth == 1 ? 0xff : 0xffff)) + 1
            guard words * geometry.bankWidth <= geometry.bufferSize else { return fail() }
            bufferLength = words * geometry.bankWidth
            expected = .bufferData(words)
        case .bufferData(let left):
            // The first word says where the buffer begins.
            if left * geometry.bankWidth == bufferLength {
                openBuffer(at: address / geometry.bankWidth * geometry.bankWidth, length: bufferLength)
            }
            guard bufferStart <= address, address + count <= bufferStart + bufferLength, isInBlockOfBuffer(address)
            else { return fail() }
            store(value, at: address, count: count)
            expected = left > 1 ? .bufferData(left - 1) : .bufferConfirmation
        default:
            guard UInt8(truncatingIfNeeded: value) == Command.confirm, isInBlockOfBuffer(address) else { return fail() }
            let block = geometry.block(bufferStart)
            return finish(
                .programBuffer(bufferStart..<min(bufferStart + bufferLength, block.upperBound)), in: block,
                failing: Status.programError)
        }
        return nil
    }

    private func isInBlockOfBuffer(_ address: Int) -> Bool { geometry.block(bufferStart).contains(address) }

    private mutating func openBuffer(at address: Int, length: Int) {
        bufferStart = address
        bufferLength = length
        for index in 0..<length { buffer[index] = 0xff }
    }

    private mutating func store(_ value: UInt64, at address: Int, count: Int) {
        for index in 0..<count {
            buffer[address - bufferStart + index] &= UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
        }
    }

    /// The command is complete: the work begins, if no lock forbids it.
    private mutating func finish(_ work: Work, in block: Range<Int>, failing error: UInt8) -> Work? {
        guard !locked[block.lowerBound / geometry.blockSize] else {
            expected = .command
            errors |= error | Status.locked
            return nil
        }
        return finish(work)
    }

    private mutating func finish(_ work: Work) -> Work {
        expected = .command
        isBusy = true
        return work
    }

    /// A cycle that is none of the command.
    private mutating func fail() -> Work? {
        expected = .command
        errors |= Status.sequenceError
        return nil
    }
}
