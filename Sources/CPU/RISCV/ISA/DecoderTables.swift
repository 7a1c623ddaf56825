/// The look-up tables of a decoder: rows sorted into buckets, in plain memory that never changes after `init`.
///
/// `@unchecked Sendable`: every stored property is a `let`, and the memory behind the pointers is written in `init` only.
final class DecoderTables: @unchecked Sendable {
    /// A row of the base table, reduced to what decoding needs.
    struct Entry {
        var mask: UInt32
        var match: UInt32
        var row: UInt16
        var operation: RISCVOperation
        var fields: InstructionFields
        var immediate: ImmediateKind
    }

    /// A row of the compressed table together with the encoding of its expansion.
    struct CompressedEntry {
        var mask: UInt32
        var match: UInt32
        var expansionMatch: UInt32
        var row: UInt16
        var operation: RISCVOperation
        var expansionFields: InstructionFields
        var expansionImmediate: ImmediateKind
        var conditions: CompressedRow.Conditions
        var rd: CompressedRow.Register
        var rs1: CompressedRow.Register
        var rs2: CompressedRow.Register
        var signBit: UInt8
        var firstMove: UInt16
        var endOfMoves: UInt16
    }

    /// Entries, bucket by bucket; bucket `b` is `start[b]..<start[b + 1]`.
    let entries: UnsafeMutablePointer<Entry>
    let start: UnsafeMutablePointer<UInt16>
    let compressed: UnsafeMutablePointer<CompressedEntry>
    let compressedStart: UnsafeMutablePointer<UInt16>
    let moves: UnsafeMutablePointer<CompressedRow.BitMove>

    /// Major opcode (bits 6...2) and funct3, and for OP-FP instead of funct3, which is a rounding mode there, funct7.
    private static let buckets = 256 + 128
    private static let floatingPointOpcode: UInt32 = 0b10100
    private static let compressedBuckets = 32

    init(xlen: XLEN, extensions: ExtensionSet) {
        let rows = EncodingTable.rows
        var usable: [Int] = []
        for index in rows.indices
        where rows[index].xlen.includes(xlen) && extensions.isSuperset(of: rows[index].requires) {
            usable.append(index)
        }
        let start = UnsafeMutablePointer<UInt16>.allocate(capacity: Self.buckets + 1)
        start.initialize(repeating: 0, count: Self.buckets + 1)
        for index in usable { Self.forEachBucket(of: rows[index]) { start[$0 + 1] += 1 } }
        for bucket in 0..<Self.buckets { start[bucket + 1] += start[bucket] }
        let total = Int(start[Self.buckets])
        let entries = UnsafeMutablePointer<Entry>.allocate(capacity: max(total, 1))
        var next = [UInt16](repeating: 0, count: Self.buckets)
        for bucket in 0..<Self.buckets { next[bucket] = start[bucket] }
        for index in usable {
            let row = rows[index]
            let entry = Entry(
                mask: row.mask, match: row.match, row: UInt16(index), operation: row.operation, fields: row.fields,
                immediate: row.immediate)
            Self.forEachBucket(of: row) { bucket in
                (entries + Int(next[bucket])).initialize(to: entry)
                next[bucket] += 1
            }
        }

        self.start = start
        self.entries = entries

        let expansions = Self.expansions(of: usable)
        let compressedRows = CompressedTable.rows
        compressedStart = .allocate(capacity: Self.compressedBuckets + 1)
        compressed = .allocate(capacity: compressedRows.count)
        moves = .allocate(capacity: compressedRows.reduce(1) { $0 + $1.moves.count })
        var count = 0
        var moveCount = 0
        for bucket in 0..<Self.compressedBuckets {
            compressedStart[bucket] = UInt16(count)
            for (index, row) in compressedRows.enumerated() where Self.compressedBucket(UInt32(row.match)) == bucket {
                guard row.xlen.includes(xlen), extensions.isSuperset(of: row.requires) else { continue }
                let expansion = rows[expansions[Int(row.expansion.rawValue)]]
                for move in row.moves {
                    (moves + moveCount).initialize(to: move)
                    moveCount += 1
                }
                let entry = CompressedEntry(
                    mask: UInt32(row.mask), match: UInt32(row.match), expansionMatch: expansion.match,
                    row: UInt16(index), operation: row.expansion, expansionFields: expansion.fields,
                    expansionImmediate: expansion.immediate, conditions: row.conditions, rd: row.rd, rs1: row.rs1,
                    rs2: row.rs2, signBit: row.signBit, firstMove: UInt16(moveCount - row.moves.count),
                    endOfMoves: UInt16(moveCount))
                (compressed + count).initialize(to: entry)
                count += 1
            }
        }
        compressedStart[Self.compressedBuckets] = UInt16(count)
    }

    deinit {
        entries.deallocate()
        start.deallocate()
        compressed.deallocate()
        compressedStart.deallocate()
        moves.deallocate()
    }

    @inline(__always)
    func baseEntry(_ word: UInt32) -> Entry? {
        let opcode = word >> 2 & 31
        let bucket =
            opcode == Self.floatingPointOpcode ? 256 + Int(word >> 25) : Int(opcode << 3 | word >> 12 & 7)
        for index in start[bucket]..<start[bucket + 1] {
            let entry = entries[Int(index)]
            if word & entry.mask == entry.match { return entry }
        }
        return nil
    }

    /// Quadrant and funct3.
    @inline(__always)
    static func compressedBucket(_ word: UInt32) -> Int { Int((word & 3) << 3 | word >> 13 & 7) }

    /// Every bucket in which words of this row can fall.
    private static func forEachBucket(of row: EncodingRow, _ body: (Int) -> Void) {
        let opcode = row.match >> 2 & 31
        if opcode == floatingPointOpcode {
            body(256 + Int(row.match >> 25))
            return
        }
        for funct3: UInt32 in 0..<8 where funct3 << 12 & row.mask == row.match & (7 << 12) {
            body(Int(opcode << 3 | funct3))
        }
    }

    /// For each operation, the row that encodes it in this configuration; the last one, since mnemonics for special cases
    /// stand first in the table.
    private static func expansions(of usable: [Int]) -> [Int] {
        var expansions = [Int](repeating: 0, count: RISCVOperation.allCases.count)
        for index in usable { expansions[Int(EncodingTable.rows[index].operation.rawValue)] = index }
        return expansions
    }
}
