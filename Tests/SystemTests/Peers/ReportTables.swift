import TandemJSON
import Testing

/// What the tables of a page say, beside the report.
enum ReportTables {
    /// Compares every cell of every table with the report, and yields how many numbers there were.
    static func check(_ document: String, _ report: JSONValue) throws -> Int {
        var count = 0
        for part in document.split(separator: "<table data-rows=\"").dropFirst() {
            let name = String(part.prefix { $0 != "\"" })
            let table = part.split(separator: "</table>")[0]
            let columns = table.matches(of: #/data-column="([^"]*)"/#).map {
                $0.1.split(separator: ".").map(String.init)
            }
            let list = try name.split(separator: ".").reduce(report) { try $0.member(String($1)) }.array()
            let inside = try list.map { try $0.optionalMember(name)?.value.array().count ?? 1 }.reduce(0, +)
            #expect(table.matches(of: #/<tr data-row/#).count == min(1000, inside), "\(name)")
            for row in table.split(separator: "<tr data-row=\"").dropFirst() {
                let place = row.prefix { $0 != "\"" }.split(separator: ".").map(String.init)
                // “0.pages.17” is a row of an element, whose columns have names there.
                let element = list[try #require(Int(place[0]))]
                let list = place.count > 1 ? try element.member(place[1]).array() : [element]
                let entry = list[place.count > 1 ? try #require(Int(place[2])) : 0]
                let names = place.count > 1 ? try element.member("columns").array().map { try $0.string() } : []
                let cells = row.matches(of: #/<(?:td|th scope="row")[^>]*>(?:<data value="([^"]*)">)?([^<]*)</#)
                #expect(cells.count == columns.count)
                for (cell, column) in zip(cells, columns) {
                    let number = names.firstIndex(of: column[0])
                    let value = try number.map { try entry.array()[$0] } ?? column.reduce(element) { try $0.member($1) }
                    switch value.content {
                    case .number(let number):
                        #expect(cell.1 == Substring(number.literal), "\(name)[\(place)].\(column)")
                        if let shown = shown(number, column[column.count - 1]) {
                            #expect(cell.2.filter { $0 != " " } == shown, "\(name)[\(place)].\(column)")
                        }
                        count += 1
                    case .string(let text):
                        let shown = cell.2.replacing("&gt;", with: ">").replacing("&lt;", with: "<")
                            .replacing("&amp;", with: "&")
                        #expect(shown == text)
                    default: #expect(cell.1 != nil || cell.2 == "–")
                    }
                }
            }
        }
        for figure in document.matches(of: #/data-path="([^"]*)"><data value="([^"]*)"/#) {
            let value = try figure.1.split(separator: ".").reduce(report) { try $0.member(String($1)) }
            #expect(try figure.2 == Substring(value.number().literal), "\(figure.1)")
            count += 1
        }
        return count
    }

    /// How a whole number is shown that is shown with all its digits: a count, or an address.
    private static func shown(_ number: JSONNumber, _ name: String) -> String? {
        guard let whole: UInt64 = number.integer() else { return nil }
        switch name {
        case "address", "root": return "0x" + String(whole, radix: 16)
        case "page": return "0x" + String(whole << 12, radix: 16)
        default: return ["ytes", "econds"].contains { name.hasSuffix($0) } ? nil : "\(whole)"
        }
    }
}
