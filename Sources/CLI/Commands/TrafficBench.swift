import TandemBench
import TandemJSON
import TandemKernel
import TandemMachine
import TandemOS
import TandemReport

/// `tandem bench traffic`: what measuring traffic changes, which is nothing, what it costs, and how far the timing models
/// are right. Every row is a command line of `tandem run`, given as users give it.
struct TrafficBench {
    /// How the listing of modes has it.
    static let mode = (
        name: "traffic",
        line: Benchmark.line(
            "traffic", n: 5, ops: 4_000_000,
            "equalities and costs of measuring traffic, and the error of timing models: n rounds, ops turns of each guest"
        )
    )

    private let rounds: Int
    private let turns: UInt64
    private let catalog: Catalog
    private let surroundings: Surroundings

    /// What is executed.
    struct Work {
        var title: String
        var words: [String]
        /// What the name `image` stands for.
        var image: [UInt8] = []

        static let imageName = "traffic-bench.bin"
    }

    /// What one of two runs is given besides.
    struct Variant {
        var title: String
        var words: [String]
        /// Members of the report that may differ.
        var differing: [String] = []
    }

    static let measured = ["series*", "outstanding*", "skewSeries*", "links*series*"]

    /// Runs that must come to the same report.
    static let equal: [Variant] = [
        Variant(title: "the same again", words: []),
        Variant(title: "the other engine", words: ["-engine", "interpret"]),
        Variant(
            title: "every access sent over the bus", words: ["-set", "cpu.dmi=false"], differing: ["transactions"]),
        Variant(title: "bins of 1 ms", words: ["-traffic-bin", "1ms"], differing: measured),
        Variant(title: "bins of 7 µs", words: ["-traffic-bin", "7us"], differing: measured),
        Variant(title: "pages", words: ["-traffic", "pages"], differing: ["pages*"]),
        Variant(
            title: "functions and processes", words: ["-traffic", "functions,processes"],
            differing: ["functions*", "processes*"]),
        Variant(title: "a probe on everything", words: ["-probe", "all,file=probe.bin,format=binary"]),
    ]

    /// What is paid for.
    static let paid: [Variant] = [
        Variant(title: "bins of 1 ms", words: ["-traffic-bin", "1ms"]),
        Variant(title: "bins of 10 µs", words: ["-traffic-bin", "10us"]),
        Variant(title: "pages", words: ["-traffic", "pages"]),
        Variant(title: "functions", words: ["-traffic", "functions"]),
        Variant(title: "processes", words: ["-traffic", "processes"]),
        Variant(
            title: "a probe that lets nothing through", words: ["-probe", "none,size=3,file=probe.bin,format=binary"]),
        Variant(title: "a probe on everything", words: ["-probe", "all,file=probe.bin,format=binary"]),
        Variant(title: "a bus that arbitrates", words: ["-set", "bus.arbitration=first-come"]),
    ]

    init(rounds: UInt64?, turns: UInt64?, _ catalog: Catalog, _ surroundings: Surroundings) throws(UsageError) {
        guard let rounds = Int(exactly: rounds ?? 5), (1...1000).contains(rounds) else {
            throw UsageError("a benchmark has from 1 to 1000 rounds", command: "bench")
        }
        self.rounds = rounds
        self.turns = turns ?? 4_000_000
        self.catalog = catalog
        self.surroundings = surroundings
    }

    /// The guests. Every access of the short ones is sent over the bus in some runs, which takes its time.
    private func works(isShort: Bool) -> [Work] {
        let turns = isShort ? turns / 64 : turns
        let board = ["-serial", "null", Work.imageName]
        var works = [
            Work(title: "integer mix", words: board, image: BenchmarkProgram.mix(turns: turns)),
            Work(title: "device registers", words: board, image: BenchmarkProgram.registers(turns: turns / 4)),
        ]
        if let guest = surroundings.environment("TANDEM_GUEST"), !guest.isEmpty {
            let words = [
                "-serial", "null", "-bios", "\(guest)/fw_dynamic.bin", "-kernel", "\(guest)/Image", "-initrd",
                "\(guest)/initramfs.cpio.gz", "-append", "console=ttyS0", "-m", "1G",
            ]
            works.append(
                isShort
                    ? Work(title: "Linux, the first 60 ms", words: words + ["-for", "60ms"])
                    : Work(title: "Linux, to power-off", words: words))
        }
        return works
    }

    func run() throws(UsageError) -> Int32 {
        surroundings.write(
            "### What must be equal\n\n| work | compared with the plain run | reports |\n|---|---|---|\n")
        var isEqual = true
        for work in works(isShort: true) {
            let plain = try report(of: work)
            for variant in Self.equal {
                let differences = try differences(plain, report(of: work, variant.words).report, but: variant.differing)
                isEqual = isEqual && differences.isEmpty
                let verdict = differences.first.map { "**\(differences.count) differ**, first `\($0.path)`" } ?? "equal"
                surroundings.write("| \(work.title) | \(row(variant)) | \(verdict) |\n")
            }
        }
        surroundings.write(
            "\n### What it costs\n\n| work | measured | CPU s without | CPU s with | ratio |\n|---|---|--:|--:|--:|\n")
        for work in works(isShort: false) {
            for variant in Self.paid {
                let cost = try cost(of: variant, at: work)
                surroundings.write(
                    "| \(work.title) | \(row(variant)) | \(RunReport.fixed(cost.without, 3)) "
                        + "| \(RunReport.fixed(cost.with, 3)) | \(RunReport.fixed(cost.ratio, 2)) |\n")
            }
        }
        try compareModels()
        return isEqual ? ExitStatus.success : ExitStatus.difference
    }

    private func row(_ variant: Variant) -> String {
        variant.words.isEmpty ? variant.title : "\(variant.title): `\(variant.words.joined(separator: " "))`"
    }

    // MARK: Running

    /// Runs a command line to its end. Gives what it reports, and the processor time that it took.
    func report(of work: Work, _ words: [String]) throws(UsageError) -> (report: JSONValue, seconds: Double) {
        var text: [UInt8] = []
        var complaints = ""
        var inner = surroundings
        inner.write = { _ in }
        inner.warn = { complaints += $0 }
        inner.showProgress = { _, _ in {} }
        inner.openTrace = { _ in { _ in } }
        inner.writeFile = { _, bytes in
            text = bytes
            return nil
        }
        inner.openImage = { (name) throws(PlatformError) in
            try name == Work.imageName ? ImageBytes(work.image, name: name) : surroundings.openImage(name)
        }
        let command = ["run", "virt"] + work.words + words + ["-report", "json:report"]
        let start = ProcessUsage.cpuSeconds()
        let code = Program(catalog: catalog, surroundings: inner).run(command)
        let seconds = ProcessUsage.cpuSeconds() - start
        guard code == ExitStatus.success else {
            throw UsageError(
                "“tandem \(command.joined(separator: " "))” ended with \(code): \(complaints)", command: "bench")
        }
        do throws(JSONError) {
            return (try JSON5Reader().read(text, file: "report"), seconds)
        } catch {
            throw UsageError("the report cannot be read: \(error)", command: "bench")
        }
    }

    private func report(of work: Work) throws(UsageError) -> JSONValue { try report(of: work, []).report }

    private func differences(
        _ plain: JSONValue, _ other: JSONValue, but differing: [String]
    ) -> [ReportComparison.Difference] {
        ReportComparison(plain, other)
            .excesses(over: differing.map { ReportComparison.Threshold(pattern: $0, limit: .infinity) })
    }

    /// The medians of the rounds; the ratio is the median of the ratios within a round.
    private func cost(
        of variant: Variant, at work: Work
    ) throws(UsageError) -> (without: Double, with: Double, ratio: Double) {
        var (without, with, ratios): ([Double], [Double], [Double]) = ([], [], [])
        for round in 0..<rounds {
            // The first of a pair changes, so that neither has the warmer machine.
            var pair = [0.0, 0.0]
            for side in round % 2 == 0 ? [0, 1] : [1, 0] {
                pair[side] = try report(of: work, side == 0 ? [] : variant.words).seconds
            }
            without.append(pair[0])
            with.append(pair[1])
            ratios.append(pair[1] / max(pair[0], 1e-9))
        }
        return (Self.median(without), Self.median(with), Self.median(ratios))
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

// MARK: The error of timing models

extension TrafficBench {
    /// What buses and memories take.
    static let models: [Variant] = [
        Variant(
            title: "RAM that takes 20 ns to read and 10 ns to write",
            words: ["-set", "ram.read-latency=20ns", "-set", "ram.write-latency=10ns"]),
        Variant(title: "a bus of 4 bytes at 200 MHz, 5 ns before each access", words: bus(bytes: 4)),
        Variant(title: "the same with 2 bytes", words: bus(bytes: 2)),
        Variant(
            title: "4 bytes, two harts that compete, first come",
            words: bus(bytes: 4) + ["-smp", "2", "-set", "bus.arbitration=first-come"]),
        Variant(
            title: "2 bytes, four harts that compete, the second one first",
            words: bus(bytes: 2) + [
                "-smp", "4", "-set", "bus.arbitration=fixed-priority", "-set", "bus.priorities=cpu1",
            ]),
    ]

    private static func bus(bytes: Int) -> [String] {
        ["read-latency=5ns", "write-latency=5ns", "bytes-per-cycle=\(bytes)", "clock=200MHz"].flatMap {
            ["-set", "bus.\($0)"]
        }
    }

    /// What a timing model comes to.
    private struct Outcome {
        var simulated: Double
        var latency: Double
        var queueing: Double
        /// By link and bin.
        var bins: [String: String]

        init(_ report: JSONValue) {
            simulated = report["simulatedPicoseconds"]?.value ?? 0
            latency = report["traffic"]?.rows.reduce(0) { $0 + ($1["latencySeconds"]?.value ?? 0) } ?? 0
            queueing = report["links"]?.rows.reduce(0) { $0 + ($1["queueingSeconds"]?.value ?? 0) } ?? 0
            bins = [:]
            for link in report["series"]?.rows ?? [] {
                let name = (link["initiator"]?.summary ?? "") + (link["target"]?.summary ?? "")
                for row in link["bins"]?.rows ?? [] {
                    let cells = row.rows.map(\.summary)
                    bins[name + (cells.first ?? "")] = cells.joined(separator: " ")
                }
            }
        }
    }

    private func compareModels() throws(UsageError) {
        surroundings.write(
            "\n### How far timing models hold for direct memory\n\n"
                + "Against every access sent over the bus (`-set cpu.dmi=false`), in bins of 100 µs.\n\n"
                + "| model | simulated, ms | error | latencies, ms | error | queueing, ms | error | bins that differ "
                + "| CPU s of transactions | CPU s |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
        guard let work = works(isShort: true).first else { return }
        for model in Self.models {
            let words = model.words + ["-traffic-bin", "100us"]
            let (sent, sentSeconds) = try report(of: work, words + ["-set", "cpu.dmi=false"])
            let (granted, seconds) = try report(of: work, words)
            let (exact, direct) = (Outcome(sent), Outcome(granted))
            let names = Set(exact.bins.keys).union(direct.bins.keys)
            let differing = names.count { exact.bins[$0] != direct.bins[$0] }
            surroundings.write(
                "| \(model.title) | \(RunReport.fixed(exact.simulated / 1e9, 3)) "
                    + "| \(Self.error(direct.simulated, exact.simulated)) | \(RunReport.fixed(exact.latency * 1e3, 3)) "
                    + "| \(Self.error(direct.latency, exact.latency)) | \(RunReport.fixed(exact.queueing * 1e3, 3)) "
                    + "| \(Self.error(direct.queueing, exact.queueing)) | \(differing) of \(names.count) "
                    + "| \(RunReport.fixed(sentSeconds, 3)) | \(RunReport.fixed(seconds, 3)) |\n"
            )
        }
    }

    private static func error(_ value: Double, _ exact: Double) -> String {
        if value == exact { return "0" }
        return exact == 0 ? "–" : RunReport.fixed((value - exact) / exact * 100, 2) + " %"
    }
}

extension JSONValue {
    fileprivate var rows: [JSONValue] { if case .array(let rows) = content { rows } else { [] } }
    fileprivate var value: Double? { if case .number(let number) = content { number.double } else { nil } }
}
