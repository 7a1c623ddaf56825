import TandemKernel

/// The general form of a result for people: records as lines of `name: value`, lists of records as tables.
enum CommandText {
    static func text(of value: CommandValue) -> String {
        switch value {
        case .nothing: return ""
        case .record(let fields):
            let width = fields.map(\.name.count).max() ?? 0
            return fields.map { field in
                let space = String(repeating: " ", count: width - field.name.count)
                return "\(field.name): \(space)\(word(field.value))\n"
            }.joined()
        case .list(let values):
            if let names = columns(values) {
                let rows = values.map { row in names.map { name in row[name].map(word) ?? "-" } }
                return table([names] + rows)
            }
            return values.map { word($0) + "\n" }.joined()
        default: return word(value)
        }
    }

    /// A list of records as a table in which the number called `name` is shown by `words`.
    static func table(of value: CommandValue, showing name: String, by words: (UInt64) -> String) -> String {
        guard case .list(let rows) = value else { return "" }
        return text(
            of: .list(
                rows.map { row in
                    guard case .record(let fields) = row else { return row }
                    return .record(
                        fields.map { field in
                            guard field.name == name, case .unsigned(let number) = field.value else { return field }
                            return CommandValue.Field(name, .text(words(number)))
                        })
                }))
    }

    /// A value on one line.
    static func word(_ value: CommandValue) -> String {
        switch value {
        case .nothing: ""
        case .bool(let value): value ? "on" : "off"
        case .integer(let value): "\(value)"
        case .unsigned(let value): "\(value)"
        case .text(let value): value
        case .list(let values): values.map(word).joined(separator: ",")
        case .record(let fields): "{" + fields.map { "\($0.name): \(word($0.value))" }.joined(separator: ", ") + "}"
        }
    }

    /// Aligned columns.
    static func table(_ rows: [[String]]) -> String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.compactMap { column < $0.count ? $0[column].count : nil }.max() ?? 0
        }
        return rows.map { row in
            var line = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    /// The names of all fields, if all values are records.
    private static func columns(_ values: [CommandValue]) -> [String]? {
        var names: [String] = []
        for value in values {
            guard case .record(let fields) = value else { return nil }
            for field in fields where !names.contains(field.name) { names.append(field.name) }
        }
        return names.isEmpty ? nil : names
    }
}
