/// An image that runs many sequences: the driver of `firmware/sequences`, and behind it the table that it reads.
struct SequenceBatch {
    /// The addresses that `driver.S` has, too.
    static let table: UInt64 = 0x8001_0000
    static let window: UInt64 = 0x8080_0000
    static let recordSize = 528

    var sequences: [InstructionSequence]
    /// How often each sequence is run, going on with its own registers.
    var repeats = 3
    /// The sequence whose registers and memory are printed.
    var shown: Int?

    /// The raw image, for the start of RAM.
    func image(driver: [UInt8]) -> [UInt8] {
        let codeOffset = 64 + Self.recordSize * sequences.count
        var code: [UInt8] = []
        var records: [UInt8] = []
        records.reserveCapacity(codeOffset)
        func append(_ value: UInt64) {
            for byte in 0..<8 { records.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))) }
        }
        append(UInt64(sequences.count))
        append(UInt64(repeats))
        append(shown.map(UInt64.init) ?? UInt64.max)
        for _ in 3..<8 { append(0) }
        for sequence in sequences {
            append(Self.table + UInt64(codeOffset + code.count))
            append(sequence.floatControl)
            for value in sequence.integers { append(value) }
            for value in sequence.floats { append(value) }
            for halfword in sequence.code {
                code.append(UInt8(truncatingIfNeeded: halfword))
                code.append(UInt8(truncatingIfNeeded: halfword >> 8))
            }
        }
        precondition(UInt64(codeOffset + code.count) < Self.window - Self.table, "the batch is too large")
        let padding = [UInt8](repeating: 0, count: Int(Self.table - 0x8000_0000) - driver.count)
        return driver + padding + records + code
    }

    /// The names of the words that the driver prints for the sequence shown, in its order.
    static let shownNames: [String] =
        (0..<32).map { "x\($0)" } + (0..<32).map { "f\($0)" } + ["fcsr", "mcause", "mepc"]
        + (0..<64).map { "window+\(8 * $0)" }
}
