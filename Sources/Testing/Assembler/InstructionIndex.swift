import TandemCPU

/// The encoding tables by mnemonic.
enum InstructionIndex {
    /// A row for each mnemonic and register width.
    private static let base: [String: [EncodingRow]] = Dictionary(
        grouping: EncodingTable.rows, by: { $0.mnemonic.description })

    private static let compressed: [String: [CompressedRow]] = Dictionary(
        grouping: CompressedTable.rows, by: { $0.mnemonic.description })

    /// The base instruction with this mnemonic, together with the ordering bits that a suffix of it means.
    static func base(_ mnemonic: String, xlen: XLEN) -> (row: EncodingRow, aq: Bool, rl: Bool)? {
        if let row = base[mnemonic]?.first(where: { $0.xlen.includes(xlen) }) { return (row, false, false) }
        for (suffix, aq, rl) in [(".aqrl", true, true), (".aq", true, false), (".rl", false, true)] {
            guard mnemonic.hasSuffix(suffix),
                let row = base[String(mnemonic.dropLast(suffix.count))]?.first(where: { $0.xlen.includes(xlen) }),
                row.fields.contains(.ordering)
            else { continue }
            return (row, aq, rl)
        }
        return nil
    }

    /// The 16-bit instruction with this mnemonic.
    static func compressed(_ mnemonic: String, xlen: XLEN) -> CompressedRow? {
        compressed[mnemonic]?.first { $0.xlen.includes(xlen) }
    }

    /// The row of an operation that exists on this width.
    static func row(of operation: RISCVOperation, xlen: XLEN) -> EncodingRow {
        guard let row = EncodingTable.rows.last(where: { $0.operation == operation && $0.xlen.includes(xlen) }) else {
            preconditionFailure("\(operation) does not exist on \(xlen)")
        }
        return row
    }

    /// Why a mnemonic is unknown: it belongs to the other width, or the nearest known ones.
    static func explain(_ mnemonic: String, xlen: XLEN) -> String {
        let other: XLEN = xlen == .rv64 ? .rv32 : .rv64
        if base(mnemonic, xlen: other) != nil || compressed(mnemonic, xlen: other) != nil {
            return "'\(mnemonic)' exists on \(other) only"
        }
        let known = EncodingTable.rows.map(\.mnemonic.description) + PseudoInstruction.mnemonics
        let near = Set(known.filter { $0.hasPrefix(mnemonic) || isNear($0, mnemonic) }).sorted().prefix(5)
        let hint =
            near.isEmpty ? "expected an instruction or directive" : "did you mean \(near.joined(separator: ", "))?"
        return "'\(mnemonic)' is not an instruction; \(hint)"
    }

    /// Whether two names differ in one character: changed, added, left out.
    private static func isNear(_ first: String, _ second: String) -> Bool {
        let (a, b) = (Array(first), Array(second))
        guard abs(a.count - b.count) <= 1 else { return false }
        let prefix = zip(a, b).prefix { $0 == $1 }.count
        let suffix = zip(a.reversed(), b.reversed()).prefix { $0 == $1 }.count
        return prefix + suffix >= max(a.count, b.count) - 1
    }
}
