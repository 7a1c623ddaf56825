import TandemKernel
import TandemReport

/// What the live view shows, as lines of text: of a size, or all of it.
struct TopView: Equatable {
    /// What its user has chosen.
    struct Settings: Equatable {
        var order = LinkOrder.bandwidth
        /// Milliseconds between two looks at the machine.
        var interval = 1000
        /// Whether it stays as it is.
        var isHeld = false
        var showsHelp = false
        /// Whether headings may be told from rows by colour (https://no-color.org).
        var hasColour = true
    }

    static let intervals = 50...3_600_000

    /// Where the machine is, as the user named it.
    let place: String
    var settings: Settings
    private var latest: Activity?
    private var lately: ActivityChange?
    /// Where the numbers begin; at the start of the run if nobody has said otherwise.
    private var beginning: Activity?

    init(place: String, settings: Settings) {
        self.place = place
        self.settings = settings
    }

    /// Takes what the machine has done by now. The rates of the first time are those of the whole run.
    mutating func take(_ activity: Activity) {
        lately = latest.map { ActivityChange(from: $0, to: activity) } ?? ActivityChange(upTo: activity)
        latest = activity
    }

    /// Lets the numbers begin now. Those of the machine and of its report stay as they are.
    mutating func begin() { beginning = latest }

    // MARK: Text

    /// Everything, for a pipe.
    var text: String {
        guard let tables, let latest else { return "" }
        let title = "\(latest.machine) at \(place): \(latest.status)"
        let parts =
            [[title] + state]
            + [tables.harts, tables.links, tables.interrupts].filter { !$0.rows.isEmpty }.map { $0.lines() }
        return parts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    /// What fits into a screen, with the escape sequences that draw it over what was there (ECMA-48).
    func screen(columns: Int, rows: Int) -> String {
        var lines = settings.showsHelp ? plain(head + [""] + Self.help) : self.lines(rows: rows)
        lines = Array(lines.prefix(rows))
        return "\u{1B}[H"
            + lines.map { line in
                let text = String(line.text.prefix(columns))
                guard line.isHeading, settings.hasColour else { return text + "\u{1B}[K" }
                return "\u{1B}[7m" + text + String(repeating: " ", count: columns - text.count) + "\u{1B}[m"
            }.joined(separator: "\r\n") + "\u{1B}[J"
    }

    private typealias Line = (text: String, isHeading: Bool)

    private func plain(_ lines: [String]) -> [Line] { lines.map { ($0, false) } }

    /// The head and the tables, of which each gets what it needs, and the links what is left.
    private func lines(rows: Int) -> [Line] {
        var lines = plain(head)
        guard let tables else { return lines }
        let room = max(0, rows - lines.count)
        func share(_ table: ActivityTable) -> Int { min(table.rows.count + 1, max(3, room / 4)) }
        for (table, limit) in [
            (tables.harts, share(tables.harts)),
            (tables.links, max(3, room - share(tables.harts) - share(tables.interrupts) - 3)),
            (tables.interrupts, share(tables.interrupts)),
        ] where !table.rows.isEmpty {
            lines += plain([""])
            lines += table.lines(limit: limit).enumerated().map { ($1, $0 == 0) }
        }
        return lines
    }

    private var tables: ActivityTables? {
        guard let lately, let latest else { return nil }
        let total = beginning.map { ActivityChange(from: $0, to: latest) } ?? ActivityChange(upTo: latest)
        return ActivityTables(lately: lately, total: total, order: settings.order)
    }

    private var head: [String] {
        let renewal = settings.isHeld ? "held" : "every \(SimTime.milliseconds(UInt64(settings.interval)))"
        let machine = latest.map { "\($0.machine): \($0.status)" } ?? "no answer yet"
        // The place last: it may be longer than the line.
        return ["\(machine); \(renewal), links by \(settings.order.rawValue); h for help; \(place)"] + state
    }

    private var state: [String] {
        guard let latest, let lately else { return [] }
        // Microseconds are enough for the eye.
        let shown = SimTime(picoseconds: latest.time.picoseconds / 1_000_000 * 1_000_000)
        var parts = ["simulated \(shown)"]
        if lately.hostSeconds > 0 {
            parts.append("\(Figure.short(lately.simulatedSeconds / lately.hostSeconds)) of real time")
            let rate = Double(lately.activity.instructions) / lately.hostSeconds / 1e6
            parts.append("\(RunReport.fixed(rate, 1)) MIPS")
            let transactions = Figure.short(Double(lately.activity.transactions) / lately.hostSeconds)
            parts.append("\(transactions) transactions/s")
        }
        return [
            parts.joined(separator: ", "),
            latest.ahead.isEmpty
                ? "skew: none" : "skew: at most \(latest.skew), \(latest.ahead) ahead of \(latest.late)",
        ]
    }

    private static let help = [
        "b a l n   links by bandwidth, accesses, latency, name",
        "+ -       refresh half as often, twice as often",
        "space     hold, and go on",
        "r         numbers begin now; those of the machine and of its report stay",
        "h ?       this; any key leads back",
        "q         the end; the machine goes on",
        "",
        "Rates are those since the last refresh: bandwidth, accesses/s, raised/s and",
        "instructions/s by simulated time; MIPS, transactions/s and “of the host” by",
        "the time that the machine has run on the host. latency is the mean of what",
        "came since then: of accesses, or of rises that a hart has taken.",
    ]
}
