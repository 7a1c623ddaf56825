import TandemJSON
import Testing

/// `-report html:FILE` as a browser shows it.
@Suite(.serialized)
struct BrowserTests {
    /// A run whose page and whose JSON are of the same report.
    private struct Pair {
        let page: String
        let report: JSONValue
    }

    private static func demo(_ name: String) throws -> Pair {
        let (page, json) = ("\(Repository.scratch)/\(name).html", "\(Repository.scratch)/\(name).json")
        let run = try Tandem.run([
            "demo", "-traffic-bin", "10us", "-traffic", "pages", "-host-time", "-report", "html:\(page)", "-report",
            "json:\(json)",
        ])
        #expect(run.exitCode == 0, "\(run.errors)")
        return Pair(page: page, report: try JSON5Reader(.json).read(bytes(of: json), file: json))
    }

    @Test(
        "a browser opens the page without complaint, and each number in its tables and charts is the report's",
        .needs(.tandem, .chromium))
    func numbers() throws {
        let demo = try Self.demo("browser")
        let page = try Browser.open(demo.page)
        #expect(page.console == [])
        #expect(page.document.contains("data-ready=\"yes\""))
        #expect(try ReportTables.check(page.document, demo.report) > 100)
        // The lanes of the chart over time add up to what the table says.
        let lanes = page.document.matches(of: #/data-link="([^"]*)" data-total="([^"]*)"/#)
        #expect(lanes.count == 6)
        let rows = try demo.report.member("traffic").array()
        for lane in lanes {
            let row = try rows.first {
                try lane.1 == "\($0.member("initiator").string()) → \($0.member("target").string())"
            }
            let total = try ["readBytes", "writeBytes", "fetchBytes"].reduce(0 as UInt64) {
                $0 + (try row?.member($1).integer() ?? 0)
            }
            #expect(lane.2 == "\(total)", "\(lane.1)")
        }
    }

    @Test(
        "the page is drawn at two sizes, light and dark, and without complaint",
        .needs(.tandem, .chromium), arguments: [(1280, 2600), (420, 3600)], Browser.Theme.allCases)
    func pictures(size: (width: Int, height: Int), theme: Browser.Theme) throws {
        let demo = try Self.demo("browser-\(size.width)-\(theme)")
        let file = Artefacts.file("report-\(size.width)-\(theme).png")
        #expect(try Browser.picture(of: demo.page, width: size.width, height: size.height, theme, to: file) == [])
        let image = try bytes(of: file)
        // PNG specification §11.2.2: the header says width and height.
        #expect(image.starts(with: [0x89, 0x50, 0x4E, 0x47]) && image.count > 50_000, "\(image.count) bytes")
        let numbers = image.dropFirst(16).prefix(8).map(UInt32.init)
        #expect(numbers.prefix(4).reduce(0) { $0 << 8 | $1 } == UInt32(size.width))
        #expect(numbers.suffix(4).reduce(0) { $0 << 8 | $1 } == UInt32(size.height))
    }

    @Test(
        "the report of a boot of Linux is usable: small, without complaint, printed on A4",
        .needs(.tandem, .guest, .chromium))
    func linux() throws {
        let guest = try Peer.guest.required()
        let page = Artefacts.file("report-linux.html")
        let run = try Tandem.run([
            "virt", "-bios", "\(guest)/fw_dynamic.bin", "-kernel", "\(guest)/Image", "-initrd",
            "\(guest)/initramfs.cpio.gz", "-append", "console=ttyS0", "-m", "1G", "-nographic", "-traffic-bin", "100us",
            "-traffic",
            "pages", "-report", "html:\(page)",
        ])
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(try bytes(of: page).count < 20_000_000)
        let opened = try Browser.open(page)
        #expect(opened.console == [] && opened.document.contains("data-ready=\"yes\""))
        #expect(opened.document.contains(">by address, cpu0</option>"))
        // However many bins there are, what is drawn is bounded.
        let drawn = opened.document.split(separator: "<main")[1].split(separator: "</main>")[0]
        #expect(drawn.utf8.count < 1_500_000, "\(drawn.utf8.count)")
        for theme in Browser.Theme.allCases {
            let image = Artefacts.file("report-linux-\(theme).png")
            #expect(try Browser.picture(of: page, width: 1280, height: 2600, theme, to: image) == [])
        }
        let document = Artefacts.file("report-linux.pdf")
        try Browser.print(page, to: document)
        let text = String(decoding: try bytes(of: document), as: UTF8.self)
        #expect(text.contains("/MediaBox [0 0 594.9"), "not on A4")
    }

    @Test("a page with a broken script is told from a sound one", .needs(.chromium))
    func judge() throws {
        let file = "\(Repository.scratch)/broken.html"
        try write(Array("<script>draw()</script><p>text</p>".utf8), to: file)
        #expect(try Browser.open(file).console.contains { $0.contains("draw is not defined") })
    }
}
