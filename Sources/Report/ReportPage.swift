public import TandemJSON

/// A report as one page that a browser shows without anything else: tables of every number, which stand in the text
/// itself, and charts, which a script draws from the report, which is part of the page.
///
/// Nothing is fetched: a policy in the page forbids it. Text of the report never becomes markup.
public struct ReportPage {
    let report: JSONValue

    /// The page of a report as `RunReport.json` has it.
    public init(_ report: JSONValue) {
        self.report = report
    }

    /// The file.
    public var text: String {
        let name = Markup.escaped(string("platform"))
        var page = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy"
              content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
            <title>\(name): report of a run</title>
            <link rel="icon" href="data:,">
            <style>
            \(PageParts.style)</style>
            </head>
            <body>
            <a class="skip" href="#content">Skip to the report</a>
            \(banner)
            <nav aria-label="Parts of the report"><ul>

            """
        let sections = sections
        for section in sections {
            let mark = section.needsScript ? " class=\"drawn\"" : ""
            page += "<li\(mark)><a href=\"#\(section.id)\">\(section.title)</a></li>\n"
        }
        page += """
            </ul></nav>
            <main id="content" tabindex="-1">
            <noscript><p class="note">Scripts are off: the tables below hold every figure; charts are not drawn.</p></noscript>

            """
        for section in sections { page += section.text }
        page += """
            </main>
            <footer>
            <p>State of the guest at the end: <code>\(Markup.escaped(string("stateHash")))</code>.
            All but the part “Host” is the same for every run of the same platform with the same inputs.</p>
            </footer>
            <div id="tip" role="status" hidden></div>
            <script type="application/json" id="report">\(embedded)</script>
            <script>
            \(PageParts.script)</script>
            </body>
            </html>

            """
        return page
    }

    /// The report as it can stand in a script element: nothing in it looks like markup.
    private var embedded: String { JSONWriter(.compact).text(of: report).replacing("<", with: "\\u003c") }

    func string(_ member: String) -> String { (try? report[member]?.string()) ?? "" }
    func number(_ value: JSONValue?) -> Double { (try? value?.double()) ?? 0 }
    func rows(_ member: String) -> [JSONValue] { (try? report[member]?.array()) ?? [] }

    // MARK: Sections

    struct Section {
        var id: String
        var title: String
        /// Nothing of it is seen without the script.
        var needsScript = false
        var body: String

        var text: String {
            """
            <section id="\(id)"\(needsScript ? " class=\"drawn\"" : "") aria-labelledby="\(id)-title">
            <h2 id="\(id)-title">\(title)</h2>
            \(body)</section>

            """
        }
    }

    private var sections: [Section] {
        var sections: [Section] = [Section(id: "overview", title: "Overview", body: headline)]
        func table(_ member: String) {
            guard let section = tableSection(member) else { return }
            sections.append(section)
        }
        func chart(_ id: String, _ title: String, _ about: String) {
            let body = "<p class=\"about\">\(about)</p>\n<div class=\"chart\" id=\"\(id)-chart\"></div>\n"
            sections.append(Section(id: id, title: title, needsScript: true, body: body))
        }
        table("expectations")
        if !rows("traffic").isEmpty {
            chart(
                "topology", "Topology",
                "Who reached whom. A line is as wide as the logarithm of the bytes that took it; page walks are left out."
            )
        }
        if rows("series").isEmpty {
            sections.append(
                Section(
                    id: "time", title: "Over time",
                    body:
                        "<p class=\"note\">Nothing was measured over time; <code>-traffic-bin 1ms</code> does it.</p>\n"
                ))
        } else {
            chart(
                "time", "Over time",
                "One row for each link, all on the same axis of simulated time. Drag across a row to look closer.")
            chart(
                "heat", "Heat map",
                "When which link was how busy, or which addresses, where they were counted: on a logarithmic scale of colours."
            )
            chart(
                "histograms", "Histograms",
                "Of one link the sizes, latencies and distances of accesses, of an interrupt its latencies, by powers of two."
            )
        }
        for member in ["traffic", "pageWalks", "interrupts", "links", "processes", "functions", "pages"] {
            table(member)
        }
        let placed = Set(sections.map(\.id))
        // What a later report has besides is shown as well.
        for member in (try? report.members()) ?? [] where !placed.contains(member.key) && member.key != "series" {
            table(member.key)
        }
        sections.append(Section(id: "skew", title: "Skew", body: skew))
        sections.append(Section(id: "host", title: "Host", body: host))
        return sections
    }

    private func tableSection(_ member: String) -> Section? {
        let known = PageTable.known[member]
        let table = PageTable(member: member, rows: rows(member), caption: known?.title ?? Markup.words(member))
        guard !table.columns.isEmpty else { return nil }
        let about = known.map { "<p class=\"about\">\($0.about)</p>\n" } ?? ""
        return Section(
            id: Markup.escaped(member), title: Markup.escaped(table.caption), body: about + table.text)
    }
}
