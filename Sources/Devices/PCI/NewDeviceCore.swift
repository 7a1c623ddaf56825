public import TandemBus
public import TandemKernel

/// The registers and the buffer of `newdev`, and the progress of its transfer: no bus, no time, no PCI.
public struct NewDeviceCore: RegisterCore, Equatable {
    /// The registers in address order.
    public enum Register: Int, RegisterName {
        case identification, status, control, doorbell, source, destination, length, moved, filled, index, data, buffer
    }

    /// One bus access of a transfer, and the bytes of the buffer that it moves.
    typealias Burst = (address: UInt64, isWrite: Bool, range: Range<Int>)

    static let bufferSize = 4096
    // The bits of STATUS.
    private static let busy: UInt64 = 1, done: UInt64 = 2, failed: UInt64 = 4, rung: UInt64 = 8
    private var file: RegisterFile<Register> = RegisterFile(registers)

    public init() {}

    /// Whether the device asks for an interrupt.
    var isInterruptAsserted: Bool {
        file[.control] & 4 != 0 && file[.status] & (Self.done | Self.failed | Self.rung) != 0
    }

    /// The next step of the transfer; nothing while idle. `mask` are the address bits that the device has.
    func nextBurst(mask: UInt64) -> Burst? {
        guard file[.status] & Self.busy != 0 else { return nil }
        let isWrite = file[.control] & 2 != 0
        let start = Int(file[isWrite ? .source : .destination] + file[.moved])
        let address = (file[isWrite ? .destination : .source] &+ file[.moved]) & mask
        return (address, isWrite, start..<start + Int(min(64, file[.length] - file[.moved])))
    }

    /// A step is over.
    mutating func finish(_ burst: Burst, succeeded: Bool) {
        if succeeded { file[.moved] += UInt64(burst.range.count) }
        if succeeded && file[.moved] < file[.length] { return }
        file[.status] = file[.status] & ~Self.busy | (succeeded ? Self.done : Self.failed)
    }

    /// A byte of the buffer.
    subscript(_ place: Int) -> UInt8 {
        get { UInt8(truncatingIfNeeded: file[.buffer, at: place / 8] >> UInt64(place % 8 * 8)) }
        set {
            let shift = UInt64(place % 8 * 8)
            file[.buffer, at: place / 8] &= ~(0xff << shift)
            file[.buffer, at: place / 8] |= UInt64(newValue) << shift
        }
    }

    public mutating func read(_ register: Register, at index: Int) -> UInt64 {
        guard register == .data else { return file.read(register, at: index) }
        defer { file[.index] = (file[.index] + 1) & 0xfff }
        return UInt64(self[Int(file[.index])])
    }

    public mutating func write(_ register: Register, at index: Int, _ value: UInt64, mask: UInt64) {
        let isBusy = file[.status] & Self.busy != 0
        switch register {
        case .source, .destination, .length: if !isBusy { file.write(register, value, mask: mask) }
        case .control:
            // While a transfer is under way only the interrupt enable changes.
            file.write(.control, value, mask: isBusy ? mask & 4 : mask & 6)
            if value & 1 != 0 && !isBusy { start() }
        case .doorbell: file[.status] |= Self.rung
        case .data:
            self[Int(file[.index])] = UInt8(truncatingIfNeeded: value)
            file[.index] = (file[.index] + 1) & 0xfff
        default: file.write(register, at: index, value, mask: mask)
        }
    }

    private mutating func start() {
        let offset = file[file[.control] & 2 != 0 ? .source : .destination]
        let fits = offset <= UInt64(Self.bufferSize) && file[.length] <= UInt64(Self.bufferSize) - offset
        file[.moved] = 0
        file[.status] &= Self.rung
        file[.status] |= !fits ? Self.failed : file[.length] == 0 ? Self.done : Self.busy
    }

    public static let schema = SnapshotSchema("newdev")
    public func encode(to writer: inout SnapshotWriter) { file.encode(to: &writer) }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        file = try RegisterFile(from: &reader, Self.registers)
        let (offset, length) = (file[file[.control] & 2 != 0 ? .source : .destination], file[.length])
        guard file[.status] & Self.busy == 0 || file[.moved] < length && offset <= 4096 && length <= 4096 - offset,
            file[.index] < 4096
        else { throw reader.error("the transfer of \(length) bytes does not fit the buffer") }
    }
}
