import TandemKernel
import TandemReport

/// The order of links in the live view.
enum LinkOrder: String, CaseIterable {
    case bandwidth, accesses, latency, name

    /// The key that chooses it.
    var key: Character { rawValue.first ?? " " }
}

/// One table of the live view: a heading, and rows of the same columns.
struct ActivityTable: Equatable {
    var heading: [String]
    var rows: [[String]]
    /// How many columns, from the first on, are text.
    var textColumns: Int

    /// Lines, of which the first is the heading. Where there are more rows than `limit` allows lines, the last line says
    /// how many are missing.
    func lines(limit: Int = .max) -> [String] {
        let text = RunReport.table([heading] + rows, textColumns: textColumns)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        guard lines.count > limit, limit > 1 else { return Array(lines.prefix(limit)) }
        return lines.prefix(limit - 1) + ["… \(lines.count - limit + 1) more"]
    }
}

/// The tables of the live view: what has happened lately as rates, what has happened since a beginning as numbers.
struct ActivityTables: Equatable {
    var harts: ActivityTable
    var links: ActivityTable
    var interrupts: ActivityTable

    /// - Parameters:
    ///   - lately: what the rates are of.
    ///   - total: what the numbers are of; the same moment.
    init(lately: ActivityChange, total: ActivityChange, order: LinkOrder) {
        harts = ActivityTable(
            heading: ["hart", "instructions", "MIPS", "instructions/s"],
            rows: zip(lately.activity.harts, total.activity.harts).map { new, all in
                let rate = lately.hostSeconds > 0 ? Double(new.instructions) / lately.hostSeconds / 1e6 : nil
                return [
                    new.name, RunReport.grouped(all.instructions), rate.map { RunReport.fixed($0, 1) } ?? Figure.none,
                    Figure.rate(new.instructions, in: lately.simulatedSeconds),
                ]
            }, textColumns: 1)
        links = ActivityTable(
            heading: [
                "initiator", "target", "bandwidth", "of the host", "accesses/s", "latency", "accesses", "bytes",
                "errors",
            ],
            rows: Self.sorted(Array(zip(lately.activity.links, total.activity.links)), order).map { new, all in
                [
                    new.initiator, new.target, Figure.rate(new.bytes, in: lately.simulatedSeconds, "B"),
                    Figure.rate(new.bytes, in: lately.hostSeconds, "B"),
                    Figure.rate(new.accesses, in: lately.simulatedSeconds),
                    Figure.mean(new.latency, of: new.accesses), RunReport.grouped(all.accesses),
                    Figure.bytes(all.bytes), RunReport.grouped(all.errors),
                ]
            }, textColumns: 2)
        interrupts = ActivityTable(
            heading: ["interrupt", "raised/s", "latency", "longest", "raised", "taken", "claimed"],
            rows: zip(lately.activity.interrupts, total.activity.interrupts)
                .filter { $1.raised | $1.taken | $1.claimed != 0 }.map { new, all in
                    [
                        new.line, Figure.rate(new.raised, in: lately.simulatedSeconds),
                        Figure.mean(new.latency, of: new.answered), "\(SimTime(picoseconds: all.longest))",
                        RunReport.grouped(all.raised), RunReport.grouped(all.taken), RunReport.grouped(all.claimed),
                    ]
                }, textColumns: 1)
    }

    private typealias Row = (new: Activity.Link, all: Activity.Link)

    /// By what has happened lately, then by the numbers, then as the machine lists them.
    private static func sorted(_ rows: [Row], _ order: LinkOrder) -> [Row] {
        func key(_ row: Row) -> (UInt64, UInt64) {
            switch order {
            case .bandwidth: (row.new.bytes, row.all.bytes)
            case .accesses: (row.new.accesses, row.all.accesses)
            case .latency: (row.new.latency, row.all.latency)
            case .name: (0, 0)
            }
        }
        return rows.enumerated().sorted { left, right in
            if order == .name {
                let names = (left.element.new.initiator, left.element.new.target)
                let others = (right.element.new.initiator, right.element.new.target)
                if names != others { return names < others }
            } else if key(left.element) != key(right.element) {
                return key(left.element) > key(right.element)
            }
            return left.offset < right.offset
        }.map(\.element)
    }
}
