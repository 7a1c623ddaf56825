public import TandemKernel

/// What a link knows about the past and the near future.
struct LinkState: Equatable {
    var slots: [LinkSlot]
    var statistics: LinkStatistics
    /// The initiator that went last; 0 if nobody has.
    var last: UInt16
}

/// The state of a router whose accesses take time: that of its links, in the order in which they were made.
public struct RouterLinks: SnapshotPayload {
    public static var schema: SnapshotSchema { SnapshotSchema("router") }

    var links: [LinkState]

    init(_ links: [LinkState]) { self.links = links }

    public func encode(to writer: inout SnapshotWriter) {
        writer.write(each: links) { writer, link in
            writer.write(each: link.slots) { writer, slot in
                writer.write(slot.start)
                writer.write(slot.end)
                writer.write(slot.rank)
            }
            writer.write(link.statistics.accesses)
            writer.write(link.statistics.queued)
            writer.write(link.statistics.queueing)
            writer.write(link.statistics.longestQueueing)
            writer.write(link.statistics.busy)
            writer.write(link.last)
        }
    }

    public init(from reader: inout SnapshotReader) throws(SnapshotError) {
        links = try reader.read(each: { reader throws(SnapshotError) in
            var end: UInt64 = 0
            let slots = try reader.read(each: { reader throws(SnapshotError) in
                let slot = LinkSlot(start: try reader.read(), end: try reader.read(), rank: try reader.read())
                guard slot.start >= end, slot.end > slot.start else {
                    throw reader.error(
                        "a link is taken from \(slot.start) to \(slot.end) ps, and before that to \(end) ps")
                }
                end = slot.end
                return slot
            })
            var statistics = LinkStatistics()
            statistics.accesses = try reader.read()
            statistics.queued = try reader.read()
            statistics.queueing = try reader.read()
            statistics.longestQueueing = try reader.read()
            statistics.busy = try reader.read()
            return LinkState(slots: slots, statistics: statistics, last: try reader.read())
        })
    }
}
