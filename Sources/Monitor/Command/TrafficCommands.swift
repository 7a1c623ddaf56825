import TandemBus
import TandemKernel
import TandemMachine

/// What initiators and targets exchange, while the machine runs.
enum TrafficCommands {
    static let all = [traffic, series, pages] + WorkCommands.all + [measure, reset]

    /// A line of the table of traffic, which `query-activity` tells too.
    static let rowShape = CommandShape.record(
        name: "TrafficInfo",
        [
            CommandMember("initiator", .text), CommandMember("target", .text),
        ] + cellMembers + [
            CommandMember("errors", .integer),
            CommandMember("latency", .integer, "Picoseconds that the accesses took, in all."),
        ])

    /// What is told of every cell of counters.
    private static let cellMembers = [
        CommandMember("reads", .integer), CommandMember("writes", .integer), CommandMember("fetches", .integer),
        CommandMember("read-bytes", .integer), CommandMember("write-bytes", .integer),
        CommandMember("fetch-bytes", .integer),
    ]

    private static func fields(of cell: TrafficCell) -> [CommandValue.Field] {
        [
            CommandValue.Field("reads", .unsigned(cell.reads)), CommandValue.Field("writes", .unsigned(cell.writes)),
            CommandValue.Field("fetches", .unsigned(cell.fetches)),
            CommandValue.Field("read-bytes", .unsigned(cell.readBytes)),
            CommandValue.Field("write-bytes", .unsigned(cell.writeBytes)),
            CommandValue.Field("fetch-bytes", .unsigned(cell.fetchBytes)),
        ]
    }

    static func rows(_ simulation: Simulation) -> CommandValue {
        .list(
            BusDirectory.of(simulation).traffic.map { row in
                .record(
                    [
                        CommandValue.Field("initiator", .text(row.initiator)),
                        CommandValue.Field("target", .text(row.target)),
                    ] + fields(of: row.cell) + [
                        CommandValue.Field("errors", .unsigned(row.errors)),
                        CommandValue.Field("latency", .unsigned(row.latency.picoseconds)),
                    ])
            })
    }

    static let traffic = MonitorCommand(
        machine: "query-traffic", human: "info traffic", "Who has accessed what, counted exactly.",
        returns: .list(rowShape),
        documentation: """
            Since the start of the run or the last `traffic-reset`. Direct memory is in it, page walks are not; the \
            numbers are those that a run with `-set cpu.dmi=off` would give.
            """,
        text: { value in
            CommandText.table(of: value, showing: "latency") { "\(SimTime(picoseconds: $0))" }
        }
    ) { call in rows(call.machine.simulation) }

    static let bin = Property<String>(
        "bin", default: "1ms", "The width of a bin of simulated time, such as 100us; off for no bins.")
    static let detail = Property<String>(
        "detail", default: "none",
        "What is told beyond the counters: pages, functions, processes, several with commas, or none.")

    static let measure = MonitorCommand(
        "traffic-measure", "Measures traffic over time and in detail from now on, or ends that.",
        arguments: [bin.erased, detail.erased],
        documentation: """
            What was measured before is forgotten; the counters go on. Changes nothing that the guest sees. The same as \
            `-traffic-bin` and `-traffic`. `query-traffic-series` and `query-traffic-pages` tell the result, and so does \
            the report. `traffic-measure off` ends it.
            """
    ) { call in
        let text = call[bin]
        let directory = BusDirectory.of(call.machine.simulation)
        guard let detail = TrafficDetail(parsing: call[detail]) else {
            throw CommandError(
                at: "detail", "nothing can be told of “\(call[detail])”", expected: TrafficDetail.expectation)
        }
        if text == "off" {
            directory.measureTraffic(inBins: nil, detail)
            return .nothing
        }
        guard let width = try? SimTime(parsing: text), width != .zero else {
            throw CommandError(
                at: "bin", "a bin cannot be as wide as “\(text)”", expected: "a time such as “1ms”, or “off”")
        }
        directory.measureTraffic(inBins: width, detail)
        return .nothing
    }

    static let reset = MonitorCommand(
        "traffic-reset", "Sets all counters of traffic to zero, and forgets what was measured.",
        documentation: "Interrupts, instructions and time count on. The guest sees nothing of it."
    ) { call in
        BusDirectory.of(call.machine.simulation).clearTraffic()
        return .nothing
    }

    static let from = Property<UInt64>(
        "from", default: 0, "The number of the first bin to tell, for those who ask again and again.")

    static let series = MonitorCommand(
        machine: "query-traffic-series", human: "info traffic-series",
        "What was measured over time, bin by bin.", arguments: [from.erased],
        returns: .list(
            .record(
                name: "TrafficSeries",
                [
                    CommandMember("initiator", .text), CommandMember("target", .text),
                    CommandMember("bin", .integer, "The width of a bin in picoseconds."),
                    CommandMember(
                        "bins",
                        .list(
                            .record(
                                name: "TrafficBin",
                                [
                                    CommandMember("number", .integer, "It begins at so many times the width."),
                                    CommandMember("transactions", .integer, "Reads, writes and fetches."),
                                    CommandMember("bytes", .integer), CommandMember("errors", .integer),
                                    CommandMember("latency", .integer, "Picoseconds, in all."),
                                    CommandMember("peak-latency", .integer, "Picoseconds, of the longest access."),
                                ]))),
                ])),
        documentation: "Nothing while traffic is only counted; see `traffic-measure`. The last bin is not over yet.",
        text: { value in
            guard case .list(let links) = value else { return "" }
            return links.map { link in
                let name = "\(CommandText.word(link["initiator"] ?? .nothing)) -> "
                let end = CommandText.word(link["target"] ?? .nothing)
                return "\(name)\(end), bins of \(time(link["bin"]))\n"
                    + CommandText.text(of: link["bins"] ?? .list([]))
            }.joined(separator: "\n")
        }
    ) { call in
        let first = call[from]
        return .list(
            BusDirectory.of(call.machine.simulation).trafficSeries.map { series in
                .record([
                    "initiator": .text(series.initiator), "target": .text(series.target),
                    "bin": .unsigned(series.binWidth.picoseconds),
                    "bins": .list(
                        series.rows.filter { $0.bin >= first }.map { row in
                            let cell = row.cell
                            return .record([
                                "number": .unsigned(row.bin),
                                "transactions": .unsigned(cell.accesses),
                                "bytes": .unsigned(cell.bytes),
                                "errors": .unsigned(cell.errors), "latency": .unsigned(cell.latencyPicoseconds),
                                "peak-latency": .unsigned(row.peakLatency),
                            ])
                        }),
                ])
            })
    }

    static let most = Property<UInt64>(
        "most", default: 20, "How many pages to tell of, those with the most bytes; 0 for all.")

    static let pages = MonitorCommand(
        machine: "query-traffic-pages", human: "info traffic-pages",
        "Who has accessed which page of physical memory, most bytes first.", arguments: [most.erased],
        returns: .list(
            .record(
                name: "TrafficPage",
                [
                    CommandMember("initiator", .text), CommandMember("page", .integer, "The address where it begins."),
                ] + cellMembers)),
        documentation: "Nothing while traffic is not counted by page; see `traffic-measure`.",
        text: { value in
            CommandText.table(of: value, showing: "page") { "0x" + String($0, radix: 16) }
        }
    ) { call in
        let rows = BusDirectory.of(call.machine.simulation).pageTraffic.flatMap { record in
            record.pages.map { (record.initiator, $0) }
        }
        // Of equal pages the first initiator and the lower address come first.
        return .list(
            rows.heaviest(WorkCommands.limit(call[most]), by: \.1.cell.bytes).map { initiator, page in
                .record(
                    [
                        CommandValue.Field("initiator", .text(initiator)),
                        CommandValue.Field("page", .unsigned(page.page << 12)),
                    ] + fields(of: page.cell))
            })
    }

    private static func time(_ value: CommandValue?) -> String {
        guard case .unsigned(let picoseconds) = value else { return "?" }
        return "\(SimTime(picoseconds: picoseconds))"
    }
}
