import TandemBus
import TandemJSON
import TandemKernel

extension LinkSeries {
    /// What the columns of `bins` mean, in their order.
    static let columns = ["bin"] + TrafficCell.columns + ["latencyPicoseconds", "peakLatencyPicoseconds"]

    /// One element of the member `series` of a report (docs/report.md).
    var json: JSONValue {
        JSONValue(members: [
            "initiator": JSONValue(initiator), "target": JSONValue(target),
            "startPicoseconds": JSONValue(start.picoseconds), "binPicoseconds": JSONValue(binWidth.picoseconds),
            "columns": JSONValue(Self.columns.map { JSONValue($0) }), "bins": JSONValue(rows.map(\.json)),
            "readSizes": readSizes.json, "writeSizes": writeSizes.json, "fetchSizes": fetchSizes.json,
            "latencies": latencies.json, "intervals": intervals.map(\.json) ?? .null,
        ])
    }
}

extension TrafficRow {
    fileprivate var json: JSONValue {
        JSONValue(([bin] + cell.counts + [cell.latencyPicoseconds, peakLatency]).map { JSONValue($0) })
    }
}

extension TrafficHistogram {
    /// Pairs of the least value that a place counts, and its count.
    var json: JSONValue {
        JSONValue(places.map { JSONValue([JSONValue($0.least), JSONValue($0.count)]) })
    }
}

extension LinkBins {
    static let columns = [
        "bin", "accesses", "queued", "queueingPicoseconds", "longestQueueingPicoseconds", "busyPicoseconds",
    ]

    /// The member `series` of a link.
    var json: JSONValue {
        let bins = rows.enumerated().filter { $0.element.accesses > 0 }.map { index, row in
            JSONValue(
                [
                    first + UInt64(index), row.accesses, row.queued, row.queueing.picoseconds,
                    row.longestQueueing.picoseconds, row.busy.picoseconds,
                ].map { JSONValue($0) })
        }
        return JSONValue(members: [
            "binPicoseconds": JSONValue(width.picoseconds), "columns": JSONValue(Self.columns.map { JSONValue($0) }),
            "bins": JSONValue(bins),
        ])
    }
}

extension LineLatency {
    /// How many rises were answered, and how long that took.
    var json: JSONValue {
        JSONValue(members: [
            "count": JSONValue(count), "totalSeconds": JSONValue(total.seconds),
            "longestSeconds": JSONValue(longest.seconds), "histogram": histogram.json,
        ])
    }
}
