/// The value of one register as a monitor shows it.
public struct RegisterValue: Equatable, Sendable {
    public var name: String
    /// The element of an array; nil for a single register.
    public var index: Int?
    public var value: UInt64
    /// In bytes.
    public var width: Int
}

extension RegisterBlock {
    /// What reading each register would give, without side effects. Of arrays, only the elements that differ from their
    /// reset value.
    public func values<Core: RegisterCore>(of core: Core) -> [RegisterValue] where Core.Register == Register {
        var values: [RegisterValue] = []
        for row in table.rows.sorted(by: { $0.offset < $1.offset }) {
            // A copy for each row: reading one register may change another.
            var copy = core
            for index in 0..<row.count {
                let value = copy.read(row.register, at: index)
                if row.count > 1 && value == row.resetValue { continue }
                values.append(
                    RegisterValue(
                        name: row.name, index: row.count > 1 ? index : nil, value: value, width: row.width))
            }
        }
        return values
    }
}
