import TandemBus
import TandemJSON

extension PageTrafficRecord {
    /// What the columns of `pages` and of the rows of `heat` mean, in their order.
    private static let columns = ["page"] + TrafficCell.columns

    /// One element of the member `pages` of a report (docs/report.md).
    var json: JSONValue {
        JSONValue(members: [
            "initiator": JSONValue(initiator), "columns": JSONValue(Self.columns.map { JSONValue($0) }),
            "pages": JSONValue(
                pages.map { page in
                    JSONValue(([page.page] + page.cell.counts).map { JSONValue($0) })
                }), "heat": heat.map(\.json) ?? .null,
        ])
    }
}

extension PageHeat {
    private static let columns = ["bin", "region"] + TrafficCell.columns

    fileprivate var json: JSONValue {
        JSONValue(members: [
            "binPicoseconds": JSONValue(binWidth), "regionBytes": JSONValue(regionSize),
            "columns": JSONValue(Self.columns.map { JSONValue($0) }),
            "rows": JSONValue(
                rows.map { row in
                    JSONValue(([row.bin, row.region] + row.cell.counts).map { JSONValue($0) })
                }),
        ])
    }
}
