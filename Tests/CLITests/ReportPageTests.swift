import TandemJSON
import TandemReport
import Testing

@testable import TandemCLI

@Suite("tandem run -report html")
struct ReportPageTests {
    /// What stands between two marks, from the first on.
    private func part(of page: String, from start: String, to end: String) throws -> String {
        let from = try #require(page.firstRange(of: start)).upperBound
        let to = try #require(page[from...].firstRange(of: end)).lowerBound
        return String(page[from..<to])
    }

    @Test("the page holds the report to the byte, loads nothing, and has a table for each list of the report")
    func whole() throws {
        let bench = CommandBench()
        let forms = ["-report", "json:r.json", "-report", "html:r.html"]
        #expect(bench.run(["run", "demo", "-traffic-bin", "20us"] + forms) == 0, "\(bench.errors)")
        let report = try JSON5Reader(.json).read(bench.files["r.json"] ?? [])
        let page = String(decoding: bench.files["r.html"] ?? [], as: UTF8.self)
        let embedded = try part(of: page, from: "<script type=\"application/json\" id=\"report\">", to: "</script>")
        #expect(try JSON5Reader(.json).read(Array(embedded.utf8)) == report)
        #expect(page.contains("default-src 'none'"))
        for forbidden in ["http://", "https://", "src=", "@import", "url("] {
            // The namespace of SVG is a name, not a place.
            let rest = page.replacing("http://www.w3.org/2000/svg", with: "")
            #expect(!rest.contains(forbidden), "\(forbidden)")
        }
        for member in try report.members() where member.key != "series" && member.key != "topology" {
            guard let rows = try? member.value.array(), !rows.isEmpty else { continue }
            let table = try part(of: page, from: "<table data-rows=\"\(member.key)\">", to: "</table>")
            #expect(table.split(separator: "<tr data-row=").count == rows.count + 1, "\(member.key)")
        }
    }

    @Test("without measuring over time the page says how to measure, and still has all tables")
    func unmeasured() throws {
        let bench = CommandBench()
        #expect(bench.run("run", "demo", "-report", "html:r.html") == 0, "\(bench.errors)")
        let page = String(decoding: bench.files["r.html"] ?? [], as: UTF8.self)
        #expect(page.contains("Nothing was measured over time; <code>-traffic-bin 1ms</code>"))
        #expect(page.contains("<table data-rows=\"traffic\">") && !page.contains("id=\"heat\""))
        #expect(bench.run("run", "demo", "-report", "html") == 2)
        #expect(bench.errors.contains("-report cannot be “html”; expected text, json:FILE, html:FILE"))
    }

    @Test("names of the report never become markup, in tables, attributes, the title or the script")
    func hostile() throws {
        let name = "</script><script>alert('x')</script>\"&"
        let row = JSONValue(members: [
            "initiator": JSONValue(name), "target": JSONValue(name), "readBytes": 5, "<b>": 1,
        ])
        let text = ReportPage(
            JSONValue(members: [
                "platform": JSONValue(name), "exitReason": JSONValue(name), "traffic": JSONValue([row]),
                "<i>": JSONValue([row]), "skew": JSONValue(members: ["late": JSONValue(name)]), "maxSkewSeconds": 1,
            ])
        ).text
        #expect(!text.contains("<script>alert") && !text.contains("</script><script>a"))
        #expect(!text.contains("<b>1") && !text.contains("\"<b>") && !text.contains("\"<i>"))
        let embedded = try part(of: text, from: "id=\"report\">", to: "</script>")
        #expect(try JSON5Reader(.json).read(Array(embedded.utf8))["platform"] == JSONValue(name))
        #expect(text.contains("<h1>&lt;/script&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;</h1>"))
    }

    @Test("a table of very many rows is cut and says so, and the report in the page is whole")
    func long() throws {
        // The heaviest are shown, the first of them first.
        let rows = (0..<1500).map {
            JSONValue(members: ["initiator": JSONValue("i\($0)"), "readBytes": JSONValue($0)])
        }
        let text = ReportPage(JSONValue(members: ["pages": JSONValue(rows)])).text
        #expect(text.split(separator: "<tr data-row=").count == 1001)
        #expect(text.contains("These are the 1000 rows with most bytes of 1500"))
        #expect(text.contains("<tr data-row=\"1499\">") && !text.contains("<tr data-row=\"499\">"))
        let embedded = try part(of: text, from: "id=\"report\">", to: "</script>")
        #expect(try JSON5Reader(.json).read(Array(embedded.utf8))["pages"]?.array().count == 1500)
    }

    @Test("-host-time says where the host's time went, by module, and changes nothing else")
    func hostTime() throws {
        let bench = CommandBench()
        var reports: [JSONValue] = []
        for words in [[], ["-host-time"]] {
            let forms = ["-report", "json:r.json", "-report", "html:r.html", "-report", "text"]
            #expect(bench.run(["run", "demo"] + words + forms) == 0, "\(bench.errors)")
            let page = String(decoding: bench.files["r.html"] ?? [], as: UTF8.self)
            #expect(page.contains("<table data-rows=\"host.modules\">") == !words.isEmpty)
            #expect(page.contains("<code>-host-time</code>") == words.isEmpty)
            reports.append(try JSON5Reader(.json).read(bench.files["r.json"] ?? []))
        }
        #expect(bench.errors.contains("host time: ") && bench.errors.contains(" samples)"))
        let guest = try reports.map { try $0.members().filter { $0.key != "host" } }
        #expect(guest[0] == guest[1])
        let modules = try reports.map { try $0.member("host").member("modules").array() }
        #expect(modules[0].isEmpty)
        let names = try modules[1].map { try $0.member("module").string() }
        let known =
            ["cpu0", "(kernel)"] + (try reports[1].member("topology").array().map { try $0.member("to").string() })
        #expect(!names.isEmpty && names.allSatisfy { known.contains($0) }, "\(names)")
    }

    @Test("rows within a row have the columns that it names, and its own text before them")
    func inner() throws {
        let pages = JSONValue(members: [
            "initiator": "cpu0", "columns": ["page", "reads"], "pages": [[524_288, 7], [524_290, 8]], "heat": .null,
        ])
        let text = ReportPage(JSONValue(members: ["pages": JSONValue([pages])])).text
        #expect(text.contains("<tr data-row=\"0.pages.1\"><th scope=\"row\">cpu0</th>"))
        #expect(
            text.contains("<data value=\"524290\">0x80002000</data>") && text.contains("<data value=\"8\">8</data>"))
    }

    @Test("a verdict is shown as a word, is never taken for idle, and stands among the first figures")
    func verdicts() throws {
        let rows: [JSONValue] = [true, false].map { holds in
            JSONValue(members: [
                "expectation": "cpu0: errors 0", "least": 0, "greatest": JSONValue(UInt64.max), "actual": 0,
                "holds": JSONValue(holds),
            ])
        }
        let text = ReportPage(JSONValue(members: ["expectations": JSONValue(rows), "exitCode": 3])).text
        #expect(text.contains("class=\"good\"><data value=\"true\">✓ yes") && text.contains("✗ no"))
        #expect(!text.contains("class=\"idle\"") && text.contains(">∞<"))
        #expect(text.contains("1 of 2") && text.contains("class=\"verdict bad\""))
    }

    static let quantities: [(name: String, value: JSONValue, shown: String)] = [
        ("reads", 1_234_567, "1 234 567"), ("readBytes", 999_960, "1 MB"), ("readBytes", 0, "0 B"),
        ("latencySeconds", 2.5e-8, "25 ns"), ("latencySeconds", 1.055101177, "1.055 s"),
        ("peakPicoseconds", 1500, "1.5 ns"), ("address", 0x8000_0000, "0x80000000"), ("errors", 0.5, "0.5"),
    ]

    @Test(
        "a column's unit follows from its name, and its numbers stand in the page as the report has them",
        arguments: quantities)
    func quantity(name: String, value: JSONValue, shown: String) throws {
        let row = JSONValue(members: [JSONMember("initiator", "a"), JSONMember(name, value)])
        let text = ReportPage(JSONValue(members: ["rows": JSONValue([row])])).text
        let literal = try value.number().literal
        #expect(text.contains("<data value=\"\(literal)\">\(shown)</data>"), "\(text)")
    }
}
