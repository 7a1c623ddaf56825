/// Turns fetched bits into instructions, for one register width and one set of extensions.
///
/// The tables are made once, from `EncodingTable` and `CompressedTable`; decoding then looks at the few rows that share
/// the major opcode and `funct3` (for floating-point arithmetic: the major opcode and `funct7`), and allocates nothing.
public struct Decoder: Sendable {
    /// The register width.
    public let xlen: XLEN
    /// The extensions present, with those that they imply.
    public let extensions: ExtensionSet
    private let tables: DecoderTables

    /// A decoder for this configuration. Costs some tens of microseconds: make one for a hart, not one for an instruction.
    public init(xlen: XLEN, extensions: ExtensionSet) {
        self.xlen = xlen
        self.extensions = extensions.withImplied
        tables = DecoderTables(xlen: xlen, extensions: self.extensions)
    }

    /// Decodes 32 fetched bits, of which a compressed instruction uses the lower 16.
    ///
    /// - Returns: nil where the instruction is illegal in this configuration. A reserved rounding mode, a CSR that does not
    ///   exist and an instruction that the privilege mode forbids are judged at execution, so they decode.
    public func decode(_ word: UInt32) -> DecodedInstruction? {
        word & 3 == 3 ? decodeBase(word) : decodeCompressed(word & 0xffff)
    }

    /// The number of bytes of the instruction that begins with these bits: 2 or 4 (Unpriv. spec §1.5). Longer formats are
    /// illegal here and count as 4.
    @inlinable
    public static func length(of word: UInt32) -> Int { word & 3 == 3 ? 4 : 2 }

    /// The row of the base table that matches a 32-bit instruction, or nil.
    public func row(matching word: UInt32) -> EncodingRow? {
        guard word & 3 == 3 else { return nil }
        return tables.baseEntry(word).map { EncodingTable.rows[Int($0.row)] }
    }

    /// The row of the compressed table that matches a 16-bit instruction, or nil.
    public func compressedRow(matching word: UInt16) -> CompressedRow? {
        guard word & 3 != 3 else { return nil }
        let operands = compressedOperands(UInt32(word))
        return operands.map { CompressedTable.rows[Int($0.entry.row)] }
    }

    private func decodeBase(_ word: UInt32) -> DecodedInstruction? {
        guard let entry = tables.baseEntry(word) else { return nil }
        let operands = InstructionOperands(word: word, fields: entry.fields, immediate: entry.immediate)
        return DecodedInstruction(operation: entry.operation, operands: operands, word: word, raw: word, length: 4)
    }

    private func decodeCompressed(_ word: UInt32) -> DecodedInstruction? {
        guard let (entry, operands) = compressedOperands(word) else { return nil }
        var expanded = entry.expansionMatch | entry.expansionImmediate.insert(operands.immediate)
        let fields = entry.expansionFields
        if fields.contains(.rd) { expanded |= UInt32(operands.rd) << 7 }
        if fields.contains(.rs1) { expanded |= UInt32(operands.rs1) << 15 }
        if fields.contains(.rs2) { expanded |= UInt32(operands.rs2) << 20 }
        return DecodedInstruction(
            operation: entry.operation, operands: operands, word: expanded, raw: word, length: 2)
    }

    @inline(__always)
    private func compressedOperands(
        _ word: UInt32
    ) -> (entry: DecoderTables.CompressedEntry, operands: InstructionOperands)? {
        let bucket = DecoderTables.compressedBucket(word)
        for index in tables.compressedStart[bucket]..<tables.compressedStart[bucket + 1] {
            let entry = tables.compressed[Int(index)]
            guard word & entry.mask == entry.match else { continue }
            var value: UInt32 = 0
            for place in entry.firstMove..<entry.endOfMoves {
                let move = tables.moves[Int(place)]
                value |= (word >> UInt32(move.wordShift) & move.mask) << UInt32(move.valueShift)
            }
            var operands = InstructionOperands()
            operands.rd = entry.rd.extract(word)
            operands.rs1 = entry.rs1.extract(word)
            operands.rs2 = entry.rs2.extract(word)
            operands.immediate = CompressedRow.signExtend(value, from: entry.signBit)
            if entry.conditions.hold(for: operands) { return (entry, operands) }
        }
        return nil
    }
}

extension DecodedInstruction {
    @inline(__always)
    init(operation: RISCVOperation, operands: InstructionOperands, word: UInt32, raw: UInt32, length: UInt8) {
        self.init(
            immediate: operands.immediate, word: word, raw: raw, operation: operation, rd: operands.rd,
            rs1: operands.rs1, rs2: operands.rs2, rs3: operands.rs3, roundingMode: operands.roundingMode,
            aq: operands.aq, rl: operands.rl, length: length)
    }
}
