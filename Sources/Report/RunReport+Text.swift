import TandemBus
import TandemCPU
import TandemKernel
import TandemMachine

extension RunReport {
    /// The summary for people: how the run ended, and tables of traffic and interrupts.
    public var text: String {
        var text = "\(platform): \(exitReason) after \(simulated) of simulated time, "
        text += "\(Self.grouped(instructions)) instructions"
        if processors.count > 1 {
            text +=
                " (" + processors.map { "\($0.path) \(Self.grouped($0.instructions))" }.joined(separator: ", ") + ")"
        }
        text += ", state \(stateHashText)\n"
        text += "host: \(Self.fixed(host.seconds, 3)) s, \(Self.fixed(host.cpuSeconds, 3)) s of processor time, "
        text +=
            "\(Self.fixed(mips, 1)) MIPS, \(Self.fixed(Double(host.peakResidentBytes) / 1_048_576, 1)) MiB at most\n"
        if !host.modules.isEmpty { text += hostLine }
        text += skewLine
        if !traffic.isEmpty { text += "\n" + trafficTable }
        if !pages.isEmpty { text += "\n" + pageTable }
        if !processes.isEmpty { text += "\n" + processTable }
        if !functions.isEmpty { text += "\n" + functionTable }
        let active = interrupts.filter { $0.raised | $0.taken | $0.claimed != 0 }
        if !active.isEmpty { text += "\n" + Self.interruptTable(active) }
        if !links.isEmpty { text += "\n" + linkTable }
        if !verdicts.isEmpty {
            let unmet = verdicts.count { !$0.holds }
            text += "\ntraffic: \(verdicts.count - unmet) of \(verdicts.count) expectations hold\n"
        }
        return text
    }

    /// Where the host's time went, without what is not worth a word.
    private var hostLine: String {
        let all = host.modules.reduce(0) { $0 + $1.cpuSeconds }
        let shares = host.modules.map { ($0.module, all > 0 ? 100 * $0.cpuSeconds / all : 0) }
        let samples = host.modules.reduce(0) { $0 + $1.samples }
        return "host time: "
            + shares.filter { $0.1 >= 0.1 }.map { "\($0) \(Self.fixed($1, 1)) %" }.joined(separator: ", ")
            + " (\(Self.grouped(UInt64(samples))) samples)\n"
    }

    /// How far initiators were apart, where that can be and matters to somebody.
    private var skewLine: String {
        let bound = skewBound == .never ? "" : "; at most \(skewBound) is allowed"
        if let skew {
            return "skew: \(skew.late) acted at \(skew.time), which \(skew.ahead) had passed by \(skew.skew)\(bound)\n"
        }
        return bound.isEmpty ? "" : "skew: none\(bound)\n"
    }

    private var trafficTable: String {
        var rows = [
            ["initiator", "target", "reads", "writes", "fetches", "read", "written", "fetched", "errors", "latency"]
        ]
        for row in traffic {
            rows.append([
                row.initiator, row.target, Self.grouped(row.reads), Self.grouped(row.writes), Self.grouped(row.fetches),
                Self.bytes(row.readBytes), Self.bytes(row.writeBytes), Self.bytes(row.fetchBytes),
                Self.grouped(row.errors), "\(row.latency)",
            ])
        }
        let moved = traffic.reduce(0) { $0 &+ $1.readBytes &+ $1.writeBytes &+ $1.fetchBytes }
        return Self.table(rows, textColumns: 2)
            + "\(Self.grouped(transactions)) transactions; \(Self.bytes(moved)) moved, direct memory included\n"
    }

    /// The functions with the most instructions.
    private var functionTable: String {
        var rows = [["hart", "function"] + Self.workColumns]
        for row in functions.heaviest(Self.rowLimit, by: \.work.instructions) {
            rows.append([row.hart, row.name] + Self.cells(of: row.work))
        }
        let rest = functions.count - Self.rowLimit
        return Self.table(rows, textColumns: 2) + (rest > 0 ? "and \(rest) functions with less\n" : "")
    }

    private var processTable: String {
        var rows = [["hart", "root", "space", "privilege"] + Self.workColumns]
        for row in processes.heaviest(Self.rowLimit, by: \.work.instructions) {
            rows.append(
                [
                    row.hart, row.root.map { "0x" + String($0, radix: 16) } ?? "-", row.space.map { "\($0)" } ?? "-",
                    row.privilege.rawValue,
                ] + Self.cells(of: row.work))
        }
        let rest = processes.count - Self.rowLimit
        return Self.table(rows, textColumns: 4) + (rest > 0 ? "and \(rest) with less\n" : "")
    }

    private static let workColumns = ["instructions", "reads", "writes", "moved", "device accesses", "device time"]

    private static func cells(of work: GuestWork) -> [String] {
        [
            grouped(work.instructions), grouped(work.reads), grouped(work.writes),
            bytes(work.readBytes &+ work.writeBytes), grouped(work.deviceAccesses),
            "\(SimTime(picoseconds: work.deviceLatency))",
        ]
    }

    /// The pages that moved the most bytes.
    private var pageTable: String {
        let all = pages.flatMap { record in record.pages.map { (record.initiator, $0) } }
        var rows = [["initiator", "page", "reads", "writes", "fetches", "moved"]]
        for (initiator, page) in all.heaviest(Self.rowLimit, by: \.1.cell.bytes) {
            rows.append([
                initiator, "0x" + String(page.page << 12, radix: 16), Self.grouped(page.cell.reads),
                Self.grouped(page.cell.writes), Self.grouped(page.cell.fetches), Self.bytes(page.cell.bytes),
            ])
        }
        let rest = all.count - Self.rowLimit
        return Self.table(rows, textColumns: 2) + (rest > 0 ? "and \(rest) pages with less\n" : "")
    }

    private static let rowLimit = 12

    private var linkTable: String {
        var rows = [["link", "accesses", "queued", "queueing", "longest", "busy"]]
        for link in links {
            let statistics = link.statistics
            rows.append([
                link.name, Self.grouped(statistics.accesses), Self.grouped(statistics.queued),
                "\(statistics.queueing)", "\(statistics.longestQueueing)", "\(statistics.busy)",
            ])
        }
        return Self.table(rows, textColumns: 1)
    }

    private static func interruptTable(_ lines: [Interrupt]) -> String {
        var rows = [["interrupt", "raised", "taken", "claimed"]]
        for line in lines {
            rows.append([line.line, grouped(line.raised), grouped(line.taken), grouped(line.claimed)])
        }
        return table(rows, textColumns: 1)
    }

    /// Aligned columns, the first `textColumns` to the left, the others to the right.
    public static func table(_ rows: [[String]], textColumns: Int) -> String {
        guard let columns = rows.first?.count else { return "" }
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        var text = ""
        for row in rows {
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column < textColumns ? cell + space : space + cell
            }
            var line = cells.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            text += line + "\n"
        }
        return text
    }

    /// "1 234 567".
    public static func grouped(_ number: UInt64) -> String {
        var digits = Array(String(number))
        var index = digits.count - 3
        while index > 0 {
            digits.insert(" ", at: index)
            index -= 3
        }
        return String(digits)
    }

    /// "1.2 MiB".
    static func bytes(_ count: UInt64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(count)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return unit == 0 ? "\(count) B" : "\(fixed(value, 1)) \(units[unit])"
    }

    /// A number with so many digits after the point, without Foundation.
    public static func fixed(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (value.magnitude * scale).rounded()
        guard scaled < 1e18 else { return "\(value)" }
        let number = UInt64(scaled)
        let whole = number / UInt64(scale)
        let fraction = String(number % UInt64(scale))
        let sign = value < 0 ? "-" : ""
        if digits == 0 { return "\(sign)\(whole)" }
        return "\(sign)\(whole)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
