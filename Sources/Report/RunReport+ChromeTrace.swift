import TandemBus
public import TandemJSON
import TandemKernel

extension RunReport {
    /// What was measured over time in the trace-event format that Perfetto and Chrome read: a counter track for each link
    /// with the bytes of each bin, one for its accesses and latencies, and one for each link of a router. Without
    /// measuring there are no tracks.
    public var chromeTrace: JSONValue {
        var events: [JSONValue] = [
            Self.metadata("process_name", process: 1, "traffic of \(platform)"),
            Self.metadata("process_name", process: 2, "links of \(platform)"),
        ]
        for link in series {
            let width = link.binWidth.picoseconds
            let name = "\(link.initiator) -> \(link.target)"
            events += Self.track(
                "\(name) bytes", process: 1, width: width, rows: link.rows, number: \.bin,
                ["read", "written", "fetched"]
            ) { [$0.cell.readBytes, $0.cell.writeBytes, $0.cell.fetchBytes] }
            events += Self.track(
                "\(name) accesses", process: 1, width: width, rows: link.rows, number: \.bin, ["accesses", "errors"]
            ) { [$0.cell.accesses, $0.cell.errors] }
            guard link.total.latencyPicoseconds > 0 else { continue }
            events += Self.track(
                "\(name) latency in ps", process: 1, width: width, rows: link.rows, number: \.bin, ["longest"]
            ) { [$0.peakLatency] }
        }
        for link in links {
            guard let bins = link.bins else { continue }
            let rows = bins.rows.enumerated().filter { $0.element.accesses > 0 }.map {
                (number: bins.first + UInt64($0.offset), row: $0.element)
            }
            events += Self.track(
                "\(link.name) in ps", process: 2, width: bins.width.picoseconds, rows: rows, number: \.number,
                ["queueing", "busy"]
            ) { [$0.row.queueing.picoseconds, $0.row.busy.picoseconds] }
        }
        return JSONValue(members: ["traceEvents": JSONValue(events), "displayTimeUnit": "ns"])
    }

    private static func metadata(_ name: String, process: Int, _ text: String) -> JSONValue {
        JSONValue(members: [
            "name": JSONValue(name), "ph": "M", "pid": JSONValue(process), "tid": 0,
            "args": JSONValue(members: ["name": JSONValue(text)]),
        ])
    }

    /// The samples of one counter track. A bin without a row is zero: that is said once, where it begins.
    private static func track<Row>(
        _ name: String, process: Int, width: UInt64, rows: [Row], number: KeyPath<Row, UInt64>, _ columns: [String],
        _ values: (Row) -> [UInt64]
    ) -> [JSONValue] {
        func sample(_ bin: UInt64, _ values: [UInt64]) -> JSONValue {
            JSONValue(members: [
                "name": JSONValue(name), "ph": "C", "pid": JSONValue(process), "tid": 0,
                // Microseconds, which the format wants.
                "ts": JSONValue(Double(bin * width) / 1e6),
                "args": JSONValue(members: zip(columns, values).map { JSONMember($0, JSONValue($1)) }),
            ])
        }
        var samples: [JSONValue] = []
        for (index, row) in rows.enumerated() {
            let bin = row[keyPath: number]
            samples.append(sample(bin, values(row)))
            let next = index + 1 < rows.count ? rows[index + 1][keyPath: number] : UInt64.max
            if next != bin + 1 { samples.append(sample(bin + 1, columns.map { _ in 0 })) }
        }
        return samples
    }
}
