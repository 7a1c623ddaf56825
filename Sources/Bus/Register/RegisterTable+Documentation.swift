public import TandemKernel

extension RegisterTable {
    /// The table as `ModuleDeclaration.registers` holds it, in the order of the offsets.
    public var declarations: [RegisterDeclaration] {
        rows.sorted { $0.offset < $1.offset }.map { row in
            let modes = row.fields.map(\.mode)
            let isPlain = row.fields.count == 1 && row.fields[0].bits.count == row.width * 8
            return RegisterDeclaration(
                row.name, offset: row.offset, width: row.width, count: row.count, stride: row.stride,
                mode: modes.allSatisfy { $0 == modes[0] } ? modes.first?.rawValue ?? "-" : "mixed",
                resetValue: row.resetValue, isBigEndian: endianness == .big,
                fields: isPlain
                    ? []
                    : row.fields.map {
                        RegisterFieldDeclaration($0.name, bits: $0.bits, mode: $0.mode.rawValue, $0.documentation)
                    },
                row.documentation)
        }
    }
}
