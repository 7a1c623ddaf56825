import TandemJSON
import Testing

/// The page of a boot of Linux with two harts: what the demo has too little of, functions, processes and skew.
@Suite(.serialized)
struct BrowserGuestTests {
    /// Boots with a name for every 256 bytes of the kernel, among them characters that are markup.
    private static func boot(bin: String) throws -> (page: String, report: JSONValue) {
        let guest = try Peer.guest.required()
        let folder = Repository.scratch
        let (page, json, names) = ("\(folder)/guest-\(bin).html", "\(folder)/guest-\(bin).json", "\(folder)/names")
        let symbols = (0..<65536 as Range<UInt64>).map { number in
            "\(String(0xffff_ffff_8000_0000 + number << 8, radix: 16)) T part<\(number)>&\"'"
        }
        try write(Array(symbols.joined(separator: "\n").utf8), to: names)
        let run = try Tandem.run([
            "virt", "-bios", "\(guest)/fw_dynamic.bin", "-kernel", "\(guest)/Image", "-initrd",
            "\(guest)/initramfs.cpio.gz", "-append", "console=ttyS0", "-m", "1G", "-smp", "2", "-nographic",
            "-quantum", "100us", "-traffic", "functions,processes", "-traffic-bin", bin, "-symbols", names, "-report",
            "html:\(page)", "-report", "json:\(json)",
        ])
        #expect(run.exitCode == 0, "\(run.errors)")
        return (page, try JSON5Reader(.json).read(bytes(of: json), file: json))
    }

    /// What somebody does with the page: looks at the skew, points at each of its marks, looks closer, sorts the functions
    /// by address, and saves the report.
    private static let script = #"""
        const skew = () => {
          const svg = document.querySelector("#skew-chart svg");
          const size = svg.viewBox.baseVal;
          const drawn = svg.querySelector("path.write").getAttribute("d");
          const tip = document.getElementById("tip");
          const marks = [...drawn.matchAll(/M(\S+) (\S+)V(\S+)h([^V]+)V/g)].map((match) => match.slice(1).map(Number));
          const tips = marks.map(([from, , , width]) => {
            const box = svg.getBoundingClientRect();
            const clientX = box.left + (from + width - 0.25) / size.width * box.width;
            svg.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY: box.top + 50, bubbles: true }));
            return tip.hidden ? [] : [...tip.querySelectorAll("b, dd")].map((part) => part.textContent);
          });
          const top = svg.querySelectorAll(".axis text")[1].textContent;
          return { width: size.width, label: svg.getAttribute("aria-label"), top, marks, tips };
        };
        const whole = skew();
        document.querySelector("[aria-label='Look closer']").click();
        const near = skew();
        const table = document.querySelector("table[data-rows=functions]");
        table.querySelector("[data-column=address] button").click();
        const order = [...table.tBodies[0].rows].map((row) => row.dataset.row);
        let saved = null;
        URL.createObjectURL = (blob) => { saved = blob; return "#"; };
        HTMLAnchorElement.prototype.click = () => {};
        [...document.querySelectorAll("button")].find((button) => button.textContent === "Save as JSON").click();
        saved.text().then((text) => tell({ whole, near, order, saved: text }));
        """#

    @Test(
        "of a boot of Linux each number about functions and processes, and each mark of skew, is the report's",
        .needs(.tandem, .guest, .chromium), arguments: ["1ms", "100ms"])
    func guest(bin: String) throws {
        let (page, report) = try Self.boot(bin: bin)
        let opened = try Browser.open(page)
        #expect(opened.console == [] && opened.document.contains("data-ready=\"yes\""))
        #expect(try ReportTables.check(opened.document, report) > 8000)
        let processes = try report.member("processes").array()
        #expect(Set(try processes.map { try $0.member("privilege").string() }) == ["user", "supervisor", "machine"])
        for name in ["functions", "processes"] {
            #expect(opened.document.contains("<table data-rows=\"\(name)\""), "\(name)")
        }

        let told = try Browser.open(page, doing: Self.script)
        let end = try report.member("simulatedPicoseconds").number().double
        try Self.checkSkew(told.member("whole"), report, from: 0, to: end)
        try Self.checkSkew(told.member("near"), report, from: end / 4, to: end * 3 / 4)
        try Self.checkFunctions(told.member("order"), report)
        let saved = Array(try told.member("saved").string().utf8)
        #expect(
            try JSON5Reader(.json).read(saved).members().first { $0.key == "functions" }?.value == report["functions"])
    }

    /// The functions of the table are those with most instructions, and stand by their addresses, the last first.
    private static func checkFunctions(_ order: JSONValue, _ report: JSONValue) throws {
        let functions = try report.member("functions").array()
        let places = try order.array().map { try #require(Int(try $0.string())) }
        #expect(functions.count > 2000 && places.count == 1000 && Set(places).count == 1000)
        func number(_ place: Int, _ name: String) throws -> UInt64? {
            try functions[place].member(name).number().integer()
        }
        let least = try places.compactMap { try number($0, "instructions") }.min() ?? 0
        let rest = Set(functions.indices).subtracting(places)
        #expect(try rest.compactMap { try number($0, "instructions") }.allSatisfy { $0 <= least })
        let addresses = try places.map { place in
            functions[place]["address"] == .null ? nil : try number(place, "address")
        }
        let known = addresses.compactMap(\.self)
        #expect(known == known.sorted(by: >) && addresses.prefix(known.count).allSatisfy { $0 != nil })
        #expect(Set(known).count > 500)
    }

    /// Each bin of the report that is in view is a mark of the chart, at its time and of its height, or lies behind a
    /// larger one of the same point; and a pointer is told of each what the report says.
    private static func checkSkew(_ chart: JSONValue, _ report: JSONValue, from: Double, to: Double) throws {
        let series = try report.member("skewSeries")
        let bin = try series.member("binPicoseconds").number().double
        let left = 64.0
        let plot = try chart.member("width").number().double - left - 4
        func x(_ time: Double) -> Double { left + min(max((time - from) / (to - from), 0), 1) * plot }
        let columns = try series.member("columns").array().map { try $0.string() }
        #expect(columns == ["bin", "skewPicoseconds", "atPicoseconds", "ahead", "late"])
        var expected: [(x: Double, end: Double, skew: Double, row: [JSONValue])] = []
        for row in try series.member("bins").array().map({ try $0.array() }) {
            let start = try row[0].number().double * bin
            guard start < to, start + bin > from else { continue }
            let mark = (x: x(start).rounded(), end: x(start + bin), skew: try row[1].number().double, row: row)
            if let last = expected.last, last.x == mark.x {
                if mark.skew > last.skew { expected[expected.count - 1] = mark }
            } else {
                expected.append(mark)
            }
        }
        #expect(expected.count >= 3)

        let top = try picoseconds(chart.member("top").string())
        let most = expected.map(\.skew).max() ?? 0
        #expect(top >= most && top <= 1.5 * most)
        let label = try chart.member("label").string()
        let said = try picoseconds(try #require(label.split(separator: ", at most ").last.map(String.init)))
        #expect(isSame(said, most), "\(label)")
        let marks = try chart.member("marks").array().map { try $0.array().map { try $0.number().double } }
        let tips = try chart.member("tips").array().map { try $0.array().map { try $0.string() } }
        #expect(marks.count == expected.count && tips.count == expected.count)
        for ((mark, tip), wanted) in zip(zip(marks, tips), expected) {
            #expect(mark[0] == wanted.x && mark[1] == 96)
            #expect(abs(mark[2] - (96 - 90 * wanted.skew / top)) < 0.06, "\(mark) \(wanted)")
            #expect(abs(mark[3] - max(1.5, wanted.end - wanted.x)) < 0.06, "\(mark) \(wanted)")
            #expect(mark[0] + mark[3] < left + plot + 2)
            let (ahead, late) = (try wanted.row[3].string(), try wanted.row[4].string())
            try #require(tip.count == 3, "\(tip) \(wanted)")
            let words = tip[0].split(separator: " late by ").map(String.init)
            #expect(words.first == late && tip[2] == ahead, "\(tip) \(wanted)")
            #expect(isSame(try picoseconds(words.last ?? ""), wanted.skew), "\(tip) \(wanted)")
            #expect(isSame(try picoseconds(tip[1]), try wanted.row[2].number().double), "\(tip) \(wanted)")
        }
    }

    /// Equal in four digits.
    private static func isSame(_ one: Double, _ other: Double) -> Bool { abs(one - other) <= 5.1e-4 * abs(other) }

    /// Of a text such as "47.74 µs".
    private static func picoseconds(_ text: String) throws -> Double {
        let parts = text.split(separator: " ")
        try #require(parts.count == 2, "\(text)")
        let units = ["ps": 1.0, "ns": 1e3, "µs": 1e6, "ms": 1e9, "s": 1e12]
        return try #require(Double(parts[0])) * #require(units[String(parts[1])])
    }
}
