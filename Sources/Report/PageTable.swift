import TandemBus
import TandemJSON

/// A member of a report that is a list of objects, as a table: a row for each, a column for each number and text in them.
///
/// What a column holds follows from its name, as the names of the report do: `…Bytes`, `…Seconds`, `…Picoseconds`,
/// `holds`; other numbers are counts. So what the report gains is shown without a word here.
struct PageTable {
    /// What a value is, and so how it is shown.
    enum Quantity: String {
        case text
        case count
        case bytes
        case seconds
        case picoseconds
        case address
        /// The number of a page of 4 KiB, shown by its address.
        case page
        case verdict
    }

    struct Column {
        /// Through objects within the row.
        var path: [String]
        var quantity: Quantity
        var title: String

        var name: String { path.joined(separator: ".") }
    }

    /// What parts of a report are called, and what there is to say about them.
    static let known: [String: (title: String, about: String)] = [
        "traffic": (
            "Traffic",
            "What each initiator did at each target. Accesses through direct memory are counted like all others."
        ),
        "pageWalks": ("Page walks", "What address translation did, which is not in the traffic."),
        "interrupts": (
            "Interrupts",
            "How often each line rose, was taken by a hart and claimed at its controller, and how long rises took to be."
        ),
        "links": ("Links", "Links of routers whose accesses take time or compete, and how long accesses queued."),
        "expectations": ("Expectations", "What the platform expects of its traffic, and whether it held."),
        "processes": ("Processes", "By address space of the guest."),
        "functions": ("Functions", "By function of the guest, where symbols say which."),
        "pages": ("Pages", "By page of physical memory."),
        "outstanding": ("Outstanding", "The most accesses that an initiator had under way at a time."),
        "topology": ("Connections", "The ways that accesses can take from module to module."),
    ]

    /// More rows make a page slow; the report within has all.
    static let mostRows = 1000

    /// A row, and where it stands in the member.
    private struct Row {
        var place: String
        var value: JSONValue
    }

    let member: String
    let caption: String
    let columns: [Column]
    private let rows: [Row]

    init(member: String, rows: [JSONValue], caption: String) {
        self.member = member
        self.caption = caption
        self.rows = rows.enumerated().flatMap { index, row in
            Self.inner(row, member, place: "\(index)") ?? [Row(place: "\(index)", value: row)]
        }
        columns = self.rows.first.map { Self.columns(of: $0.value, within: []) } ?? []
    }

    /// Of a member whose elements have rows of their own, which `columns` names: those rows, with the texts of the element
    /// before them.
    private static func inner(_ element: JSONValue, _ name: String, place: String) -> [Row]? {
        guard case .object(let members) = element.content, case .array(let names)? = element["columns"]?.content,
            case .array(let rows)? = element[name]?.content
        else { return nil }
        let texts = members.filter { if case .string = $0.value.content { true } else { false } }
        return rows.enumerated().map { index, row in
            let cells = (try? row.array()) ?? []
            let values = zip(names, cells).map { JSONMember((try? $0.string()) ?? "", $1) }
            return Row(place: "\(place).\(name).\(index)", value: JSONValue(members: texts + values))
        }
    }

    private static func columns(of row: JSONValue, within path: [String]) -> [Column] {
        guard case .object(let members) = row.content else { return [] }
        return members.flatMap { member -> [Column] in
            let inner = path + [member.key]
            switch member.value.content {
            case .object: return columns(of: member.value, within: inner)
            case .array: return []
            case .bool: return [Column(path: inner, quantity: .verdict, title: title(inner))]
            case .string: return [Column(path: inner, quantity: .text, title: title(inner))]
            // Where a series or a name could stand, nothing is known of the column.
            case .null: return ["series", "bins"].contains(member.key) ? [] : [column(inner)]
            case .number: return [column(inner)]
            }
        }
    }

    private static func column(_ path: [String]) -> Column {
        let name = path.last ?? ""
        if name == "root" { return Column(path: path, quantity: .address, title: title(path)) }
        if name == "page" { return Column(path: path, quantity: .page, title: title(path)) }
        for (ending, quantity) in [
            ("Seconds", Quantity.seconds), ("Picoseconds", .picoseconds), ("Bytes", .bytes), ("bytes", .bytes),
            ("address", .address), ("Address", .address),
        ] where name.hasSuffix(ending) {
            return Column(path: path, quantity: quantity, title: title(path))
        }
        return Column(path: path, quantity: .count, title: title(path))
    }

    /// "Taken latency, total" of `takenLatency.totalSeconds`: the unit stands with the numbers.
    private static func title(_ path: [String]) -> String {
        if path == ["cpuSeconds"] { return "Processor time" }
        var path = path
        for unit in ["Seconds", "Picoseconds"] where path.last?.hasSuffix(unit) ?? false {
            path[path.count - 1].removeLast(unit.count)
        }
        let words = path.map(Markup.words)
        return ([words[0]] + words.dropFirst().map { $0.lowercased() }).joined(separator: ", ")
    }

    /// What makes a row worth its place: instructions, bytes, or the first number.
    private var weight: (name: String, columns: [Column]) {
        if let column = columns.first(where: { $0.name == "instructions" }) { return ("instructions", [column]) }
        let bytes = columns.filter { $0.quantity == .bytes }
        if !bytes.isEmpty { return ("bytes", bytes) }
        let counts = columns.filter { $0.quantity == .count }.prefix(1)
        return (counts.first.map { $0.title.lowercased() } ?? "rows", Array(counts))
    }

    /// The rows that the page has room for, by their weight, equal ones in their order.
    private var heaviest: [Row] {
        let columns = weight.columns
        return rows.heaviest(Self.mostRows) { row in
            columns.reduce(0.0) { sum, column in sum + ((try? Self.value(of: row, column)?.double()) ?? 0) }
        }
    }

    private static func value(of row: Row, _ column: Column) -> JSONValue? {
        column.path.reduce(JSONValue?.some(row.value)) { value, name in value?[name] }
    }

    /// Rows whose numbers are all zero are marked, so that the page can hide them.
    var text: String {
        let shown = rows.count > Self.mostRows ? heaviest : rows
        var text = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"\(Markup.escaped(caption))\">\n"
        text +=
            "<table data-rows=\"\(Markup.escaped(member))\"><caption>\(Markup.escaped(caption))</caption>\n<thead><tr>"
        for column in columns {
            let name = Markup.escaped(column.name)
            text +=
                "<th scope=\"col\" data-column=\"\(name)\" class=\"\(column.quantity)\">\(Markup.escaped(column.title))</th>"
        }
        text += "</tr></thead>\n<tbody>\n"
        for row in shown {
            let cells = columns.map { Self.value(of: row, $0) }
            let isIdle = cells.allSatisfy { cell in
                switch cell?.content {
                case .number(let number): number.double == 0
                // A verdict is never idle.
                case .bool: false
                default: true
                }
            }
            text += "<tr data-row=\"\(Markup.escaped(row.place))\"\(isIdle ? " class=\"idle\"" : "")>"
            for (position, column) in columns.enumerated() { text += Self.cell(cells[position], column, position) }
            text += "</tr>\n"
        }
        text += "</tbody>\n</table>\n</div>\n"
        if shown.count < rows.count {
            text +=
                "<p class=\"note\">These are the \(shown.count) rows with most \(weight.name) of \(rows.count); the report has all.</p>\n"
        }
        return text
    }

    private static func cell(_ value: JSONValue?, _ column: Column, _ position: Int) -> String {
        let tag = position == 0 ? "th scope=\"row\"" : "td"
        let end = position == 0 ? "th" : "td"
        switch value?.content {
        case .number(let number):
            return "<\(tag) class=\"number\">\(Markup.data(number, shown(number, column.quantity)))</\(end)>"
        case .bool(let holds):
            let word = holds ? "✓ yes" : "✗ no"
            return "<\(tag) class=\"\(holds ? "good" : "bad")\"><data value=\"\(holds)\">\(word)</data></\(end)>"
        case .string(let text): return "<\(tag)>\(Markup.escaped(text))</\(end)>"
        default: return "<\(tag) class=\"number\">–</\(end)>"
        }
    }

    static func shown(_ number: JSONNumber, _ quantity: Quantity) -> String {
        let whole: UInt64? = number.integer()
        switch quantity {
        case .bytes: return Markup.si(number.double, "B")
        case .seconds: return Markup.si(number.double, "s")
        case .picoseconds: return Markup.si(number.double / 1e12, "s")
        case .page: return whole.map { "0x" + String($0 << 12, radix: 16) } ?? number.literal
        case .address: return whole.map { "0x" + String($0, radix: 16) } ?? number.literal
        // The greatest number says that there is no bound.
        case .text, .count, .verdict: return whole.map { $0 == .max ? "∞" : RunReport.grouped($0) } ?? number.literal
        }
    }
}
