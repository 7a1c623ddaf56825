extension EncodingTable {
    /// The encodings by operation and form, for the assembler: one load finds any of them.
    ///
    /// `form` is added to `operation * formStride`. An operation without the form has ``Encoding/absent`` there.
    static let formStride = 32

    // SAFETY: both are written before the pointers escape and never afterwards; they are never freed.
    nonisolated(unsafe) static let integerEncodings = encodings(Operation.allCases.count) { mnemonic in
        guard case .integer(let operation) = mnemonic else { return nil }
        return Int(operation.rawValue)
    }
    nonisolated(unsafe) static let vectorEncodings = encodings(VectorOperation.allCases.count) { mnemonic in
        guard case .vector(let operation) = mnemonic else { return nil }
        return Int(operation.rawValue)
    }

    private static func encodings(_ operationCount: Int, _ number: (Mnemonic) -> Int?) -> UnsafePointer<Encoding> {
        precondition(Form.allCases.count <= formStride, "every form has its column")
        let table = UnsafeMutablePointer<Encoding>.allocate(capacity: operationCount * formStride)
        table.initialize(repeating: .absent, count: operationCount * formStride)
        // Backwards, so that of two rows for the same operation and form the first stays.
        for row in rows.reversed() {
            guard let operation = number(row.mnemonic) else { continue }
            table[operation * formStride + Int(row.form.rawValue)] = row.encoding
        }
        return UnsafePointer(table)
    }
}
