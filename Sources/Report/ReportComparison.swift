public import TandemJSON

/// What differs between two reports: every number and text of one beside that of the other, by a path that names rows by
/// what they are about, “traffic[cpu0 -> ram].readBytes”, so that a row more or less moves nothing.
public struct ReportComparison: Equatable, Sendable {
    /// A place at which the reports differ.
    public struct Difference: Equatable, Sendable {
        public var path: String
        /// As the first report has it; nothing if it has none.
        public var before: String?
        public var after: String?
        /// How much it has grown, relative to the first value; nothing for texts, what is only in one, and from zero.
        public var change: Double?

        /// "+12.5 %", "new", "gone", or nothing to say.
        public var changeText: String {
            if before == nil { return "new" }
            if after == nil { return "gone" }
            guard let change else { return "" }
            return (change < 0 ? "" : "+") + RunReport.fixed(change * 100, 2) + " %"
        }
    }

    /// How much may differ at paths that match.
    public struct Threshold: Equatable, Sendable {
        /// `*` stands for any characters.
        public var pattern: String
        /// As a part of the first value, 0.05 for 5 %; infinite where any difference will do.
        public var limit: Double

        public init(pattern: String, limit: Double) {
            self.pattern = pattern
            self.limit = limit
        }
    }

    /// In the order of the first report, then what only the second has.
    public private(set) var differences: [Difference] = []
    /// How many values both have in common.
    public private(set) var equalCount = 0

    /// Compares two reports. What stands under `host` is left out, because it differs from run to run.
    public init(_ before: JSONValue, _ after: JSONValue, withHost: Bool = false) {
        let (old, new) = (Self.values(before, withHost), Self.values(after, withHost))
        let places = Dictionary(new.enumerated().map { ($0.element.path, $0.offset) }) { first, _ in first }
        var isSeen = [Bool](repeating: false, count: new.count)
        for (path, value) in old {
            guard let place = places[path] else {
                differences.append(Difference(path: path, before: value.text))
                continue
            }
            isSeen[place] = true
            let other = new[place].value
            if value == other {
                equalCount += 1
            } else {
                differences.append(
                    Difference(path: path, before: value.text, after: other.text, change: value.change(to: other)))
            }
        }
        for (index, entry) in new.enumerated() where !isSeen[index] {
            differences.append(Difference(path: entry.path, after: entry.value.text))
        }
    }

    /// The differences that the last threshold which matches does not allow; without one nothing may differ.
    public func excesses(over thresholds: [Threshold]) -> [Difference] {
        differences.filter { difference in
            let threshold = thresholds.last {
                Self.matches(Array($0.pattern.utf8)[...], Array(difference.path.utf8)[...])
            }
            guard let limit = threshold?.limit else { return true }
            if limit == .infinity { return false }
            return difference.change.map { $0.magnitude > limit } ?? true
        }
    }

    static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == UInt8(ascii: "*") {
            return (text.startIndex...text.endIndex).contains { matches(pattern.dropFirst(), text[$0...]) }
        }
        return text.first == first && matches(pattern.dropFirst(), text.dropFirst())
    }

    // MARK: Values by path

    private enum Value: Equatable {
        case number(Double, String)
        case text(String)

        var text: String {
            switch self {
            case .number(_, let literal): literal
            case .text(let text): text
            }
        }

        func change(to other: Value) -> Double? {
            guard case .number(let old, _) = self, case .number(let new, _) = other, old != 0 else { return nil }
            return (new - old) / old.magnitude
        }
    }

    private static func values(_ report: JSONValue, _ withHost: Bool) -> [(path: String, value: Value)] {
        var values: [(path: String, value: Value)] = []
        collect(report, at: "", withHost, into: &values)
        return values
    }

    private static func collect(
        _ value: JSONValue, at path: String, _ withHost: Bool, into values: inout [(path: String, value: Value)]
    ) {
        switch value.content {
        case .null: values.append((path, .text("null")))
        case .bool(let flag): values.append((path, .text("\(flag)")))
        case .string(let text): values.append((path, .text(text)))
        case .number(let number):
            let value: Double =
                switch number.value {
                case .unsigned(let value): Double(value)
                case .signed(let value): Double(value)
                case .double(let value): value
                }
            values.append((path, .number(value, number.literal)))
        case .object(let members):
            for member in members {
                if path.isEmpty, member.key == "host", !withHost { continue }
                if path.isEmpty, identity.contains(member.key) { continue }
                let inner = path.isEmpty ? member.key : "\(path).\(member.key)"
                collect(member.value, at: inner, withHost, into: &values)
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                collect(element, at: "\(path)[\(name(of: element) ?? "\(index)")]", withHost, into: &values)
            }
        }
    }

    /// Members that say what a report is of, not what was measured.
    private static let identity = ["platform"]

    /// What a row is about: the number of a bin, or the members that name modules.
    private static func name(of row: JSONValue) -> String? {
        if case .array(let cells) = row.content, case .number(let number) = cells.first?.content {
            return number.literal
        }
        guard case .object(let members) = row.content else { return nil }
        let names = ["initiator", "target", "hart", "line", "link", "expectation", "from", "to", "module"].compactMap {
            name -> String? in
            guard let member = members.first(where: { $0.isNamed(name) }), case .string(let text) = member.value.content
            else { return nil }
            return text
        }
        return names.isEmpty ? nil : names.joined(separator: " -> ")
    }
}
