public import TandemKernel

/// Storage for the registers of a table, with the field modes applied on reads and writes. Part of a core that has no
/// better form for its state.
public struct RegisterFile<Register: RegisterName>: Equatable {
    private var values: [UInt64]
    /// Bits of write-once fields that have been written since the reset.
    private var locked: [UInt64]
    private let layout: Layout

    private struct Counter: Sendable {
        var name: String
        var mask: UInt64
        var shift: UInt64
    }

    /// Where the elements of each register stand; shared by all copies.
    private final class Layout: Sendable {
        let first: [Int]
        let counts: [Int]
        /// Bytes of an element.
        let widths: [Int]
        let masks: [FieldMasks]
        let initial: [UInt64]
        /// The counters of each register.
        let counters: [[Counter]]

        init(_ table: RegisterTable<Register>) {
            var first: [Int] = []
            var initial: [UInt64] = []
            let rows = Register.allCases.sorted { $0.rawValue < $1.rawValue }.map { table[$0] }
            for row in rows {
                first.append(initial.count)
                initial.append(contentsOf: repeatElement(row.resetValue, count: row.count))
            }
            self.first = first
            self.initial = initial
            counts = rows.map(\.count)
            widths = rows.map(\.width)
            masks = rows.map(\.masks)
            counters = rows.map { row in
                row.fields.filter { $0.mode == .counter }.map {
                    Counter(name: $0.name, mask: $0.mask, shift: UInt64($0.bits.lowerBound))
                }
            }
        }

        func index(_ register: Register, _ element: Int) -> Int {
            precondition(element >= 0 && element < counts[register.rawValue], "There is no such element.")
            return first[register.rawValue] + element
        }
    }

    /// All registers with their reset values.
    public init(_ table: RegisterTable<Register>) {
        layout = Layout(table)
        values = layout.initial
        locked = Array(repeating: 0, count: values.count)
    }

    /// The stored value, without side effects, for the device itself: every bit may be set.
    public subscript(_ register: Register, at index: Int = 0) -> UInt64 {
        get { values[layout.index(register, index)] }
        set { values[layout.index(register, index)] = newValue }
    }

    /// A byte of an array of registers, the first one lowest, for the device itself: a buffer that software sees as words.
    public subscript(byte place: Int, of register: Register) -> UInt8 {
        get {
            let width = layout.widths[register.rawValue]
            return UInt8(truncatingIfNeeded: self[register, at: place / width] >> UInt64(place % width * 8))
        }
        set {
            let width = layout.widths[register.rawValue]
            let shift = UInt64(place % width * 8)
            self[register, at: place / width] &= ~(0xff << shift)
            self[register, at: place / width] |= UInt64(newValue) << shift
        }
    }

    /// A guest's read: hides what cannot be read, and does what reads do.
    public mutating func read(_ register: Register, at index: Int = 0) -> UInt64 {
        layout.masks[register.rawValue].read(&values[layout.index(register, index)])
    }

    /// A guest's write, by the modes of the fields. Returns the stored value before it.
    @discardableResult
    public mutating func write(_ register: Register, at index: Int = 0, _ value: UInt64, mask: UInt64) -> UInt64 {
        let index = layout.index(register, index)
        let before = values[index]
        values[index] = layout.masks[register.rawValue].write(value, mask: mask, over: before, locked: &locked[index])
        return before
    }

    /// Counts `events` more in the counter of a register, which wraps around at the end of its bits.
    /// - Parameter name: the field; not needed where the register has one counter.
    /// - Returns: how often it has wrapped around.
    @discardableResult
    public mutating func advance(
        _ register: Register, at index: Int = 0, field name: String? = nil, by events: UInt64 = 1
    ) -> UInt64 {
        let counters = layout.counters[register.rawValue]
        guard let counter = counters.first(where: { name == nil || $0.name == name }) else {
            preconditionFailure("The register has no counter \(name ?? "").")
        }
        let place = layout.index(register, index)
        let last = counter.mask >> counter.shift
        let (count, carries) = ((values[place] & counter.mask) >> counter.shift).addingReportingOverflow(events)
        values[place] = values[place] & ~counter.mask | (count & last) << counter.shift
        // A counter of 64 bits wraps where the sum does.
        guard last != .max else { return carries ? 1 : 0 }
        // 2^64 is a whole number of turns.
        return count / (last + 1) + (carries ? .max / (last + 1) + 1 : 0)
    }

    /// Back to the reset values; write-once fields are open again.
    public mutating func reset() {
        values = layout.initial
        locked = Array(repeating: 0, count: values.count)
    }

    public static func == (a: RegisterFile, b: RegisterFile) -> Bool { a.values == b.values && a.locked == b.locked }

    /// Writes all values, for the payload of the core that holds the file.
    public func encode(to writer: inout SnapshotWriter) {
        writer.write(each: values) { $0.write($1) }
        writer.write(each: locked) { $0.write($1) }
    }

    /// Reads what `encode` wrote.
    public init(
        from reader: inout SnapshotReader, _ table: RegisterTable<Register>
    ) throws(SnapshotError) {
        self.init(table)
        let values = try reader.read(each: Self.readWord)
        let locked = try reader.read(each: Self.readWord)
        guard values.count == self.values.count && locked.count == values.count else {
            throw reader.error("\(values.count) registers are stored", expected: "\(self.values.count)")
        }
        self.values = values
        self.locked = locked
    }

    private static func readWord(_ reader: inout SnapshotReader) throws(SnapshotError) -> UInt64 { try reader.read() }
}
