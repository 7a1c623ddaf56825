import TandemBus

extension TrafficCell {
    /// What the numbers of `counts` mean, in rows of a report that name their columns.
    static let columns = ["reads", "writes", "fetches", "readBytes", "writeBytes", "fetchBytes", "errors"]

    /// All but the latency.
    var counts: [UInt64] { [reads, writes, fetches, readBytes, writeBytes, fetchBytes, errors] }
}
