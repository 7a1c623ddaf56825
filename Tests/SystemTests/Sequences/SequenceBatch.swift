/// An image that runs many sequences: the driver of `firmware/sequences`, and behind it the table that it reads.
struct SequenceBatch {
    /// The mode that sequences run in; on RV32 alone there is a choice.
    enum Place: UInt64, CaseIterable {
        case machine
        /// Behind Sv32: code in pages of 4 MiB at another address, data in a page of 4 KiB.
        case supervisor, user
    }

    /// The addresses that `driver.S` has, too.
    static let table: UInt64 = 0x8001_0000
    static let window: UInt64 = 0x8080_0000

    var sequences: [InstructionSequence]
    var width = GuestWidth.bits64
    var place = Place.machine
    /// How often each sequence is run, going on with its own registers.
    var repeats = 3
    /// The sequence whose registers and memory are printed.
    var shown: Int?

    /// A record: the address of the code, fcsr, 32 integer registers of the width, 32 floating-point ones of 8 bytes.
    private var recordSize: Int { 34 * width.bytes + 256 }

    /// The raw image, for the start of RAM.
    func image(driver: [UInt8]) -> [UInt8] {
        let codeOffset = 64 + recordSize * sequences.count
        var code: [UInt8] = []
        var records: [UInt8] = []
        records.reserveCapacity(codeOffset)
        func append(_ value: UInt64, bytes: Int) {
            for byte in 0..<bytes { records.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))) }
        }
        func append(_ value: UInt64) { append(value, bytes: width.bytes) }
        append(UInt64(sequences.count))
        append(UInt64(repeats))
        append(shown.map(UInt64.init) ?? UInt64.max)
        append(place.rawValue)
        while records.count < 64 { append(0) }
        for sequence in sequences {
            append(Self.table + UInt64(codeOffset + code.count))
            append(sequence.floatControl)
            for value in sequence.integers { append(value) }
            for value in sequence.floats { append(value, bytes: 8) }
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
    var shownNames: [String] {
        let floats = (0..<32).flatMap { width == .bits64 ? ["f\($0)"] : ["lower f\($0)", "upper f\($0)"] }
        return (0..<32).map { "x\($0)" } + floats + ["fcsr", "mcause", "mepc"]
            + stride(from: 0, to: 512, by: width.bytes).map { "window+\($0)" }
    }
}
