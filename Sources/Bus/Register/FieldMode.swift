/// What reads and writes do to the bits of a field.
public enum FieldMode: String, Sendable, CaseIterable {
    case readWrite = "rw"
    /// Writes are ignored.
    case readOnly = "ro"
    /// Reads give zeros.
    case writeOnly = "wo"
    /// Writing ones clears those bits; zeros leave them.
    case writeOneToClear = "w1c"
    /// Writing zeros clears those bits; ones leave them.
    case writeZeroToClear = "w0c"
    /// Writing ones sets those bits; zeros leave them.
    case writeOneToSet = "w1s"
    /// A read gives the bits and clears them; writes are ignored.
    case clearOnRead = "rc"
    /// A read gives the bits and sets them; writes are ignored.
    case setOnRead = "rs"
    /// As `readWrite` until the first write after a reset, then as `readOnly`.
    case writeOnce = "w1"
    /// Writing ones inverts those bits; zeros leave them.
    case toggle = "t"
    /// As `readWrite`, and the device counts in it: `RegisterFile.advance` for events, a `TimedCount` for time.
    case counter = "ctr"
    /// Reads give zeros; writes are ignored.
    case reserved = "-"
}

/// The fields of one register as bit masks, one for each mode: what a value does on reads and writes.
public struct FieldMasks: Equatable, Sendable {
    /// All bits of the register.
    public let all: UInt64
    private let readWrite: UInt64
    private let oneToClear: UInt64
    private let zeroToClear: UInt64
    private let oneToSet: UInt64
    private let clearOnRead: UInt64
    private let setOnRead: UInt64
    private let once: UInt64
    private let toggle: UInt64
    private let hidden: UInt64

    init(width: Int, fields: [RegisterField]) {
        all = width == 8 ? .max : 1 << UInt64(width * 8) - 1
        func mask(_ modes: FieldMode...) -> UInt64 {
            fields.filter { modes.contains($0.mode) }.reduce(0) { $0 | $1.mask }
        }
        readWrite = mask(.readWrite, .writeOnly, .counter)
        oneToClear = mask(.writeOneToClear)
        zeroToClear = mask(.writeZeroToClear)
        oneToSet = mask(.writeOneToSet)
        clearOnRead = mask(.clearOnRead)
        setOnRead = mask(.setOnRead)
        once = mask(.writeOnce)
        toggle = mask(.toggle)
        // Bits that no field names are reserved.
        hidden = mask(.writeOnly, .reserved) | (all & ~fields.reduce(0) { $0 | $1.mask })
    }

    /// What a read of the stored value gives; `stored` becomes what the read leaves behind.
    public func read(_ stored: inout UInt64) -> UInt64 {
        let value = stored & ~hidden
        stored = stored & ~clearOnRead | setOnRead
        return value
    }

    /// What a write of the bits in `mask` leaves behind.
    /// - Parameter locked: the bits of write-once fields that have been written; the write adds to it.
    public func write(_ value: UInt64, mask: UInt64, over stored: UInt64, locked: inout UInt64) -> UInt64 {
        let open = mask & (readWrite | once & ~locked)
        var result = stored & ~open | value & open
        result &= ~(value & mask & oneToClear)
        result &= ~(~value & mask & zeroToClear)
        result |= value & mask & oneToSet
        result ^= value & mask & toggle
        locked |= mask & once
        return result
    }

    /// As `write(_:mask:over:locked:)`, for a register without write-once fields.
    public func write(_ value: UInt64, mask: UInt64, over stored: UInt64) -> UInt64 {
        var locked: UInt64 = 0
        return write(value, mask: mask, over: stored, locked: &locked)
    }
}
