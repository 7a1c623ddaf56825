import TandemJSON
import TandemKernel

extension SkewSeries {
    static let columns = ["bin", "skewPicoseconds", "atPicoseconds", "ahead", "late"]

    /// The member `skewSeries` of a report (docs/report.md).
    var json: JSONValue {
        JSONValue(members: [
            "startPicoseconds": JSONValue(start.picoseconds), "binPicoseconds": JSONValue(binWidth.picoseconds),
            "columns": JSONValue(Self.columns.map { JSONValue($0) }),
            "bins": JSONValue(
                rows.map { row in
                    JSONValue([
                        JSONValue(row.bin), JSONValue(row.record.skew.picoseconds),
                        JSONValue(row.record.time.picoseconds), JSONValue(row.record.ahead), JSONValue(row.record.late),
                    ])
                }),
        ])
    }
}
