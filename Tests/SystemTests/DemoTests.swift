import Testing

/// The main job: the embedded firmware on `platforms/demo.json5`.
struct DemoTests {
    private static let platform = "\(Repository.root)/platforms/demo.json5"

    @Test("the demo passes its own checks, and a table of the traffic follows", .needs(.tandem))
    func verdict() throws {
        let run = try Tandem.run([Self.platform])
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.lines.contains { $0.hasPrefix("PASS ") && $0.hasSuffix(" checks") }, "\(run.output)")
        // The summary may go to either stream; the console's text stands alone if it goes to standard error.
        let text = run.output + run.errors
        for target in ["uart", "ram", "plic", "dma"] { #expect(text.contains(target), "no line for \(target)") }
    }

    @Test("two runs of the demo give the same report outside host, to the byte", .needs(.tandem))
    func repeatability() throws {
        let files = (1...2).map { "\(Repository.scratch)/demo\($0).json" }
        let reports = try files.map { file in
            let run = try Tandem.run([Self.platform, "-report", "json:\(file)"])
            #expect(run.exitCode == 0, "\(run.errors)")
            return try RunReport(file: file)
        }
        #expect(reports[0].repeatable == reports[1].repeatable)
        #expect(reports[0].hostSeconds > 0)
    }

    @Test("the demo's report counts what the firmware did", .needs(.tandem))
    func contents() throws {
        let file = "\(Repository.scratch)/demo-contents.json"
        let run = try Tandem.run([Self.platform, "-report", "json:\(file)"])
        #expect(run.exitCode == 0, "\(run.errors)")
        let report = try RunReport(file: file)
        #expect(report.instructions > 500_000)
        #expect(report.transactions > 1000)
        #expect(report.exitReason.contains("power"))
        // A claim answers a line that a device had raised.
        for line in report.interrupts where line.claimed > 0 {
            #expect(line.raised > 0, "\(line.line) was claimed and never raised")
        }
        #expect(report.claimed("plic.source13") == 7)
        #expect(report.claimed("plic.source11") == 1)
        // The DMA device is an initiator of its own: it moved its blocks in RAM, and twice met a hole.
        let moved = report.traffic.filter { $0.initiator.contains("dma") }
        #expect(moved.contains { $0.target.contains("ram") && $0.readBytes >= 16384 && $0.writeBytes >= 16384 })
        #expect(moved.reduce(0) { $0 + $1.errors } == 2)
    }
}
