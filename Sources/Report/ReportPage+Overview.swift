import TandemJSON

extension ReportPage {
    /// Name of the platform and how the run ended; the page's own switches join it.
    var banner: String {
        let code = number(report["exitCode"])
        let isGood = code == 0
        let reason = Markup.escaped(string("exitReason"))
        let verdict = isGood ? "✓ \(reason)" : "✗ \(reason), exit code \(RunReport.fixed(code, 0))"
        return """
            <header>
            <div><p class="kind">Tandem, report of a run</p><h1>\(Markup.escaped(string("platform")))</h1></div>
            <p class="verdict \(isGood ? "good" : "bad")" id="exit">\(verdict)</p>
            <div id="switches"></div>
            </header>
            """
    }

    /// The figures that everybody asks for first.
    var headline: String {
        let traffic = rows("traffic")
        let moved = traffic.reduce(0.0) { sum, row in
            sum + ["readBytes", "writeBytes", "fetchBytes"].reduce(0.0) { $0 + number(row[$1]) }
        }
        let seconds = number(report["simulatedSeconds"])
        var figures = [
            figure("simulatedSeconds", "Simulated time", "s"),
            figure("instructions.total", "Instructions", ""),
            derived("bytes", "Bytes moved", moved, "B"),
        ]
        if seconds > 0 { figures.append(derived("bandwidth", "On average", moved / seconds, "B/s")) }
        figures += [
            figure("transactions", "Bus transactions", ""),
            derived(
                "taken", "Interrupts taken", rows("interrupts").reduce(0.0) { $0 + number($1["taken"]) }, ""),
            figure("deltaCycles", "Delta cycles", ""),
        ]
        let expectations = rows("expectations")
        if !expectations.isEmpty {
            let held = expectations.count { $0["holds"] == true }
            let mark = held == expectations.count ? "good" : "bad"
            figures.append(
                "<div><dt>Expectations that hold</dt><dd class=\"\(mark)\">\(held) of \(expectations.count)</dd></div>")
        }
        if number(report["restarts"]) > 0 { figures.append(figure("restarts", "Restarts", "")) }
        figures.append(figure("host.mips", "Speed on the host, in MIPS", ""))
        return "<dl class=\"figures\">\n" + figures.joined(separator: "\n") + "\n</dl>\n" + harts
    }

    /// The harts, where there are several.
    private var harts: String {
        let harts = (try? report["instructions"]?["harts"]?.array()) ?? []
        guard harts.count > 1 else { return "" }
        return PageTable(member: "instructions.harts", rows: harts, caption: "Harts").text
    }

    /// A number of the report.
    private func figure(_ path: String, _ title: String, _ unit: String) -> String {
        let value = path.split(separator: ".").reduce(JSONValue?.some(report)) { $0?[String($1)] }
        guard case .number(let number)? = value?.content else { return "" }
        let shown: String
        if !unit.isEmpty {
            shown = Markup.si(number.double, unit)
        } else if let whole: UInt64 = number.integer() {
            shown = RunReport.grouped(whole)
        } else {
            shown = RunReport.fixed(number.double, 1)
        }
        return "<div><dt>\(title)</dt><dd data-path=\"\(path)\">\(Markup.data(number, shown))</dd></div>"
    }

    /// A number that follows from others.
    private func derived(_ name: String, _ title: String, _ value: Double, _ unit: String) -> String {
        let shown = unit.isEmpty ? RunReport.grouped(UInt64(value)) : Markup.si(value, unit)
        return "<div><dt>\(title)</dt><dd data-sum=\"\(name)\"><data value=\"\(value)\">\(shown)</data></dd></div>"
    }

    /// How far initiators were apart; the series, where it was measured, is drawn below.
    var skew: String {
        let largest = number(report["maxSkewSeconds"])
        let record = report["skew"]
        let bound = number(record?["boundSeconds"])
        var text = "<p class=\"statement\">"
        if largest == 0 {
            text += "No initiator acted before what another had already passed."
        } else {
            let late = Markup.escaped((try? record?["late"]?.string()) ?? "an initiator")
            let ahead = Markup.escaped((try? record?["ahead"]?.string()) ?? "another")
            text += "<strong>\(Markup.si(largest, "s"))</strong> at most: <code>\(late)</code> acted at "
            text += "\(Markup.si(number(record?["atSeconds"]), "s")), which <code>\(ahead)</code> had passed by then."
        }
        if bound > 0 { text += " At most \(Markup.si(bound, "s")) is allowed." }
        return text + "</p>\n<div class=\"chart drawn\" id=\"skew-chart\"></div>\n"
    }

    /// What the run cost, which no two runs have in common.
    var host: String {
        let figures = [
            figure("host.hostSeconds", "Time on the clock", "s"),
            figure("host.cpuSeconds", "Processor time", "s"),
            figure("host.peakResidentBytes", "Memory at most", "B"),
        ]
        var text = "<dl class=\"figures\">\n" + figures.joined(separator: "\n") + "\n</dl>\n"
        let modules = (try? report["host"]?["modules"]?.array()) ?? []
        if modules.isEmpty {
            text += "<p class=\"note\">Where it went was not measured; <code>-host-time</code> does it.</p>\n"
        } else {
            text += PageTable(member: "host.modules", rows: modules, caption: "Host time by module").text
        }
        return text
    }
}
